"""Terms enforced on an engine that knows none: protect, translate, verify, restore, and a ladder for what was lost.

    whole         the line is nothing but terms: their targets are the translation
    placeholder   the terms travel as XQ1..XQ9 through both legs and are put back once
    carrier       a woman's name stands for a feminine term in the second leg, where adjectives have to agree
    code-switch   the finished target stands in the text of the last leg
    clauses       each clause by itself, with placeholders
    plain         no protection: the engine may know the term

Each rung takes only the lines that the one before it lost. What no rung could do keeps the best text there was, and the
check names it: a term is never appended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

import regex

from localize import chinese
from localize.engines.base import TextTranslator, Translation
from localize.glossary import grammar, placeholders
from localize.glossary.terms import Span, Term
from localize.lines import Brief, Line
from localize.locales import Locale
from localize.locales import locale as profile_of
from localize.spending import Usage

RUNGS = ("whole", "placeholder", "carrier", "code-switch", "clauses", "plain")

VERSION = 1

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
_SAME = 0.7
"""A carrier may change endings, not the line: as alike as this have both results to be."""


@dataclass(slots=True)
class _Case:
    """One line in one locale on its way up the ladder."""

    line: Line
    spans: tuple[Span, ...]
    terms: tuple[Term, ...]
    pivot: Translation | None = None
    best: Translation | None = None
    kept: int = -1
    attempts: list[str] = field(default_factory=list)
    done: bool = False

    def offer(self, rung: str, made: Translation, text: str | None) -> None:
        """Take `text` (None: unusable) as the result of `rung`; it ends the climb where every term stands in it."""
        self.attempts.append(rung)
        if text is None or not text.strip() or placeholders.has_leftover(text):
            return
        kept = sum(min(count, term.count(text)) for term, count in self._required().items())
        self.done = kept == len(self.terms) and not any(term.forbidden_in(text, self.terms) for term in self.terms)
        if kept > self.kept or self.done:
            self.best, self.kept = replace(made, text=text), kept

    def _required(self) -> dict[Term, int]:
        return {term: self.terms.count(term) for term in dict.fromkeys(self.terms)}

    @property
    def result(self) -> Translation:
        best = self.best or Translation("", self.pivot.flags if self.pivot else ())
        return replace(best, attempts=tuple(self.attempts))


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
        cases = {tag: [_case(line, tag) for line in lines] for tag in locales}
        everyone = [case for tag in locales for case in cases[tag]]
        if everyone:
            self._pivot(everyone, [_protected(case) for case in everyone], locales[0])
        for tag in locales:
            self._climb(cases[tag], profile_of(tag))
        return {tag: [case.result for case in cases[tag]] for tag in locales}

    def usage(self, episode: str) -> Mapping[str, Usage]:
        return {}

    def _pivot(self, cases: Sequence[_Case], texts: Sequence[str], tag: str) -> None:
        """The first leg for all cases; what is the same for several is done once."""
        unique = list(dict.fromkeys(texts))
        made = dict(zip(unique, self._engine.pivot(unique, tag), strict=True))
        for case, text in zip(cases, texts, strict=True):
            case.pivot = made[text]

    def _climb(self, cases: Sequence[_Case], profile: Locale) -> None:
        rungs: Mapping[str, Callable[[list[_Case], Locale], None]] = {
            "whole": _whole,
            "placeholder": self._by_placeholder,
            "carrier": self._by_carrier,
            "code-switch": self._by_code_switch,
            "clauses": self._by_clauses,
            "plain": self._plainly,
        }
        for rung in RUNGS:
            left = [case for case in cases if not case.done or (rung == "carrier" and case.spans)]
            if left:
                rungs[rung](left, profile)

    def _by_placeholder(self, cases: list[_Case], profile: Locale) -> None:
        for case, made in self._onward(cases, [_pivot_of(case) for case in cases], profile):
            if not case.terms:
                case.best, case.done = made, True
            elif case.spans and placeholders.intact(made.text, len(case.spans)):
                case.offer("placeholder", made, grammar.restore(made.text, case.terms, profile))
            else:
                case.offer("placeholder", made, _what_is_left(made.text, case, profile))

    def _by_carrier(self, cases: list[_Case], profile: Locale) -> None:
        pattern = _CARRIERS.get(profile.tag)
        feminine = [case for case in cases if pattern and _carried(case) and _pivot_intact(case)]
        if not pattern or not feminine:
            return
        pivots = []
        for case in feminine:
            pivot = _pivot_of(case)
            pivots.append(replace(pivot, text=placeholders.replaced(pivot.text, {_carried(case): _CARRIER})))
        for case, made in self._onward(feminine, pivots, profile):
            number = _carried(case)
            found = list(regex.finditer(rf"(?<!\p{{L}}){pattern}(?!\p{{L}})", made.text))
            text = None
            if len(found) == 1:
                back = f"{made.text[: found[0].start()]}{placeholders.name(number)}{made.text[found[0].end() :]}"
                if placeholders.intact(back, len(case.spans)):
                    text = grammar.restore(back, case.terms, profile)
            if not case.done or (text and case.best and SequenceMatcher(None, text, case.best.text).ratio() >= _SAME):
                case.offer("carrier", made, text)

    def _by_code_switch(self, cases: list[_Case], profile: Locale) -> None:
        able = [case for case in cases if _pivot_intact(case)]
        pivots = [
            replace(pivot := _pivot_of(case), text=placeholders.replaced(pivot.text, _targets(case))) for case in able
        ]
        for case, made in self._onward(able, pivots, profile):
            case.offer("code-switch", made, made.text)

    def _by_clauses(self, cases: list[_Case], profile: Locale) -> None:
        parts = [(case, clause) for case in cases for clause in _clauses(case)]
        if not parts:
            return
        pivots = self._engine.pivot([placeholders.protect(text, spans) for _, (text, spans, _) in parts], profile.tag)
        made = list(self._engine.onward(pivots, profile.tag))
        texts: dict[int, list[str | None]] = {}
        for (case, (_, spans, terms)), one in zip(parts, made, strict=True):
            good = placeholders.intact(one.text, len(spans))
            texts.setdefault(id(case), []).append(grammar.restore(one.text, terms, profile) if good else None)
        for case in cases:
            if clauses := texts.get(id(case)):
                whole = [text.strip() for text in clauses if text]
                joined = (" " if profile.spaced else "").join(whole) if len(whole) == len(clauses) else None
                case.offer("clauses", _pivot_of(case), joined)

    def _plainly(self, cases: list[_Case], profile: Locale) -> None:
        pivots = self._engine.pivot([case.line.text for case in cases], profile.tag)
        for case, made in self._onward(cases, pivots, profile):
            case.offer("plain", made, made.text)

    def _onward(
        self, cases: Sequence[_Case], pivots: Sequence[Translation], profile: Locale
    ) -> Iterable[tuple[_Case, Translation]]:
        return zip(cases, self._engine.onward(pivots, profile.tag) if cases else (), strict=True)


GLOSSARY = "glossary"
"""What a line says in `by` that is nothing but terms."""


def _whole(cases: list[_Case], profile: Locale) -> None:
    for case in cases:
        marks = placeholders.replaced(_protected(case), dict.fromkeys(range(1, placeholders.MOST + 1), ""))
        if case.spans and not chinese.is_spoken(marks):
            made = Translation("", by=GLOSSARY)
            case.offer("whole", made, grammar.restore(grammar.marks(_protected(case), profile), case.terms, profile))


def _case(line: Line, tag: str) -> _Case:
    spans, terms = line.spans.get(tag, ()), line.terms.get(tag, ())
    able = placeholders.can_protect(line.text)
    return _Case(line, spans[: placeholders.MOST] if able else (), terms)


def _protected(case: _Case) -> str:
    return placeholders.protect(case.line.text, case.spans)


def _pivot_of(case: _Case) -> Translation:
    assert case.pivot is not None, "the first leg comes before every rung"
    return case.pivot


def _pivot_intact(case: _Case) -> bool:
    return bool(case.spans) and placeholders.intact(_pivot_of(case).text, len(case.spans))


def _targets(case: _Case) -> dict[int, str]:
    return {number: term.target for number, term in enumerate(case.terms[: len(case.spans)], 1)}


def _carried(case: _Case) -> int:
    """The number of the first term that a woman's name can stand for, 0 where there is none."""
    persons = {"name", "title", "kinship", "pronoun", "insult", "noun"}
    terms = enumerate(case.terms[: len(case.spans)], 1)
    return next((number for number, term in terms if term.gender == "f" and term.pos in persons), 0)


def _what_is_left(text: str, case: _Case, profile: Locale) -> str | None:
    """A text that lost placeholders, with those it still has; None where one came out twice or damaged."""
    numbers = [number for number, _, _ in placeholders.positions(text)]
    if not case.spans or len(set(numbers)) != len(numbers) or any(number > len(case.spans) for number in numbers):
        return None
    return grammar.restore(text, case.terms, profile)


def _clauses(case: _Case) -> list[tuple[str, tuple[Span, ...], tuple[Term, ...]]]:
    """The clauses of a line with the terms of each, their places counted from the clause; empty for a single clause."""
    parts, begin = [], 0
    for text in chinese.clauses(case.line.text):
        end = begin + len(text)
        inside = [(s, t) for s, t in zip(case.spans, case.terms, strict=False) if begin <= s.start and s.end <= end]
        spans = tuple(Span(s.start - begin, s.end - begin, s.source) for s, _ in inside)
        parts.append((text, spans, tuple(term for _, term in inside)))
        begin = end
    whole = sum(len(spans) for _, spans, _ in parts) == len(case.spans)
    return parts if len(parts) > 1 and whole else []
