"""The ladder, from what keeps every term to what merely may.

    whole         the line is nothing but terms: their targets are the translation
    placeholder   the terms travel as XQ1..XQ9 through both legs and are put back once
    carrier       a woman's name stands for a feminine term in the second leg, where adjectives have to agree
    sentences     each sentence up all other rungs by itself
    renumbered    placeholders with other numbers, since models lose some and not others
    code-switch   the finished target stands in the text of the last leg
    clauses       each clause up all other rungs by itself
    plain         no protection: the engine may know the term

Each rung takes only the lines that the one before it lost. What no rung could do keeps the best text there was, and the
check names it: a term is never appended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial

import regex

from localize.engines.base import TextTranslator, Translation
from localize.engines.termed import alternatives
from localize.engines.termed.case import GLOSSARY, Case
from localize.engines.termed.parts import Cut, joined, parts, sentences
from localize.glossary import grammar, placeholders
from localize.glossary.terms import Term
from localize.lines import Brief, Line, Overlong
from localize.locales import Locale
from localize.locales import locale as profile_of
from localize.spending import Account
from localize.text import chinese

RUNGS = ("whole", "placeholder", "carrier", "sentences", "renumbered", "code-switch", "clauses", "plain")
_CUTS: Mapping[str, Cut] = {"sentences": sentences, "clauses": chinese.clauses}
_INSIDE: Mapping[str, Sequence[str]] = {
    "sentences": tuple(rung for rung in RUNGS if rung != "sentences"),
    "clauses": tuple(rung for rung in RUNGS if rung not in _CUTS),
}
"""What the parts of a line may climb."""

VERSION = 2

_FIRST_AGAIN = 4
"""Where the second numbering begins: no line of up to six terms then has a number for a term that it had before."""

_CARRIER = "Maria"
# How each language writes the carrier; all of them make adjectives and participles agree with it.
_CARRIERS = {
    "es-419": "Mar[ií]a",
    "pt-BR": "Maria",
    "fr": "Mari[ae]",
    "it": "Maria",
    "ru": r"Мари\p{L}{1,2}",
    "ar": "مار(?:يا|ية)",
    "hi": "मारिया",
}
_PERSONS = frozenset({"name", "title", "kinship", "pronoun", "insult", "noun"})
_SAME = 0.7
"""A carrier may change endings, not the line: as alike as this have both results to be."""


class Termed:
    """Makes a Translator, which keeps terms, of a TextTranslator, which does not know of them."""

    reads_brief = False

    def __init__(self, engine: TextTranslator) -> None:
        self._engine = engine
        self.name = engine.name

    def version(self, locale: str) -> str:
        return f"{self._engine.version(locale)} terms {VERSION}"

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        """The first leg once for what the locales share, then each locale up its own ladder."""
        cases = {tag: [Case.of(line, profile_of(tag)) for line in lines] for tag in locales}
        self._start([case for tag in locales for case in cases[tag]], locales[0] if locales else "")
        for tag in locales:
            self._climb(cases[tag], profile_of(tag))
        return {tag: [case.result for case in cases[tag]] for tag in locales}

    def paying(self, episode: str, account: Account) -> AbstractContextManager[None]:
        """Nothing is: these engines run on this machine."""
        return nullcontext()

    def shorter(
        self, lines: Mapping[str, Sequence[Overlong]], brief: Brief
    ) -> Mapping[str, Sequence[Sequence[Translation]]]:
        """From what the engine itself holds nearly as likely."""
        return {tag: alternatives.shorter(self._engine, overlong, profile_of(tag)) for tag, overlong in lines.items()}

    def _start(self, cases: Sequence[Case], tag: str) -> None:
        for case, pivot in zip(cases, self._pivot([case.protected() for case in cases], tag), strict=True):
            case.pivot = pivot

    def _climb(self, cases: Sequence[Case], profile: Locale, allowed: Sequence[str] = RUNGS) -> None:
        rungs: Mapping[str, Callable[[list[Case], Locale], None]] = {
            "whole": _whole,
            "placeholder": self._by_placeholder,
            "carrier": self._by_carrier,
            "sentences": partial(self._by_parts, rung="sentences"),
            "renumbered": self._by_other_numbers,
            "code-switch": self._by_code_switch,
            "clauses": partial(self._by_parts, rung="clauses"),
            "plain": self._plainly,
        }
        for rung in allowed:
            # Agreement is worth another look even where the term is kept.
            left = [case for case in cases if not case.done or (rung == "carrier" and case.spans)]
            if left:
                rungs[rung](left, profile)

    def _by_placeholder(self, cases: list[Case], profile: Locale) -> None:
        for case, made in self._onward(cases, [case.pivot for case in cases], profile):
            if case.spans:
                case.offer("placeholder", made, case.restored(made.text))
            elif case.terms:
                case.offer("plain", made, made.text)
            else:
                case.accept(made)

    def _by_carrier(self, cases: list[Case], profile: Locale) -> None:
        pattern = _CARRIERS.get(profile.tag)
        feminine = [case for case in cases if pattern and _carried(case) and case.pivot_intact]
        pivots = [
            replace(case.pivot, text=placeholders.replaced(case.pivot.text, {_carried(case): _CARRIER}))
            for case in feminine
        ]
        for case, made in self._onward(feminine, pivots, profile):
            found = list(regex.finditer(rf"(?<!\p{{L}}){pattern}(?!\p{{L}})", made.text))
            text = None
            if len(found) == 1:
                name = placeholders.name(_carried(case))
                back = f"{made.text[: found[0].start()]}{name}{made.text[found[0].end() :]}"
                text = case.restored(back) if placeholders.intact(back, len(case.spans)) else None
            if not case.done or (text and case.best and SequenceMatcher(None, text, case.best.text).ratio() >= _SAME):
                case.offer("carrier", made, text)

    def _by_other_numbers(self, cases: list[Case], profile: Locale) -> None:
        able = [case for case in cases if case.spans]
        pivots = self._pivot([case.protected(_FIRST_AGAIN) for case in able], profile.tag)
        for case, made in self._onward(able, pivots, profile):
            case.offer("renumbered", made, case.restored(made.text, _FIRST_AGAIN))

    def _by_code_switch(self, cases: list[Case], profile: Locale) -> None:
        able = [case for case in cases if case.pivot_intact]
        pivots = [replace(case.pivot, text=placeholders.replaced(case.pivot.text, case.targets())) for case in able]
        for case, made in self._onward(able, pivots, profile):
            doubled = any(term.count(made.text) > _needed(term, case.terms) for term in case.terms)
            case.offer("code-switch", made, None if doubled else made.text)

    def _by_parts(self, cases: list[Case], profile: Locale, rung: str) -> None:
        able = [(case, found) for case in cases if (found := parts(case, _CUTS[rung]))]
        self._start([part for _, found in able for part in found if not part.done], profile.tag)
        self._climb([part for _, found in able for part in found], profile, _INSIDE[rung])
        for case, found in able:
            made = joined(found)
            case.offer(rung, made or Translation(""), made.text if made else None)

    def _plainly(self, cases: list[Case], profile: Locale) -> None:
        able = [case for case in cases if case.spans]
        pivots = self._pivot([case.line.text for case in able], profile.tag)
        for case, made in self._onward(able, pivots, profile):
            case.offer("plain", made, made.text)

    def _pivot(self, texts: Sequence[str], tag: str) -> list[Translation]:
        """The first leg; what is the same for several is done once."""
        unique = list(dict.fromkeys(texts))
        made = dict(zip(unique, self._engine.pivot(unique, tag) if unique else (), strict=True))
        return [made[text] for text in texts]

    def _second(self, pivots: Sequence[Translation], profile: Locale) -> Sequence[Translation]:
        return self._engine.onward(pivots, profile.tag) if pivots else ()

    def _onward(
        self, cases: Sequence[Case], pivots: Sequence[Translation], profile: Locale
    ) -> Iterable[tuple[Case, Translation]]:
        return zip(cases, self._second(pivots, profile), strict=True)


def _whole(cases: list[Case], profile: Locale) -> None:
    for case in cases:
        text = case.protected()
        rest = placeholders.replaced(text, dict.fromkeys(range(1, placeholders.MOST + 1), ""))
        if case.spans and not chinese.is_spoken(rest):
            case.offer("whole", Translation("", by=GLOSSARY), case.restored(grammar.marks(text, profile)))


def _carried(case: Case) -> int:
    """The number of the first term that a woman's name can stand for, 0 where there is none."""
    terms = enumerate(case.terms[: len(case.spans)], 1)
    return next((number for number, term in terms if term.gender == "f" and term.pos in _PERSONS), 0)


def _needed(term: Term, terms: Sequence[Term]) -> int:
    """How often `term` may stand in a text: as a term of its own, or inside another one."""
    return sum(other is term or other == term or bool(term.count(other.target)) for other in terms)
