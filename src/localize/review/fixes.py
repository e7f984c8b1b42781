"""Fixes: what one click can put right in a line, by what was found in it. Each is a whole new text; nothing is written.

A fix is offered where it is unambiguous: a term whose place in the line is not plain, or a line that can only be said
anew, is left to the reviewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import regex
from rapidfuzz import fuzz

from localize.cues import TargetLine, graphemes
from localize.findings import Finding
from localize.glossary.terms import Term, folded, missing
from localize.lines import Line
from localize.locales import Locale
from localize.text import numerals, typography

Kind = Literal["term", "marks", "spaces", "tags", "same", "number", "full", "draft", "shorter", "characters"]
"""What a fix does: puts a term in, sets marks as the locale has them, says it as elsewhere, and so on."""

LIKE_A_TERM = 80
"""From this similarity on, in percent, words of a line are a misspelt or bent form of a term; assumed."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A text to put in the place of a line's."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A line, what its source requires, and what was found in it."""

    finding: Finding
    line: TargetLine
    terms: Sequence[Term]
    source: str
    profile: Locale
    prose: bool

    @property
    def text(self) -> str:
        return self.line.text

    @property
    def term(self) -> Term | None:
        return next((term for term in self.terms if term.source == self.finding.term), None)


def fixes(finding: Finding, line: TargetLine, source: Line, profile: Locale, *, prose: bool = False) -> tuple[Fix, ...]:
    """What can be done about `finding` in `line`, the best first; empty where only a person can tell."""
    place = _Place(finding, line, source.terms.get(profile.tag, ()), source.text, profile, prose)
    return _told_apart((fix for make in _BY_RULE.get(finding.rule, ()) for fix in make(place)), line.text)


def tidy(line: TargetLine, profile: Locale, *, prose: bool = False) -> tuple[Fix, ...]:
    """What can be done about a line that no rule complains of: spaces and marks as the locale has them."""
    spaced = _spaced(line.text)
    return _told_apart(
        [Fix("spaces", spaced), Fix("marks", typography.typeset(spaced, profile, prose=prose))], line.text
    )


def _told_apart(found: Iterable[Fix], text: str) -> tuple[Fix, ...]:
    """Each text once, and none that changes nothing or leaves nothing."""
    texts = {fix.text: fix for fix in reversed(list(found)) if fix.text.strip() and fix.text != text}
    return tuple(reversed(texts.values()))


def _forbidden(place: _Place) -> Iterable[Fix]:
    if (term := place.term) and isinstance(place.finding.measured, str):
        yield from _put(place, place.finding.measured, term)


def _missing(place: _Place) -> Iterable[Fix]:
    """The term in the place of its source, of a forbidden rendering, of a lost placeholder, or of what resembles it."""
    term = place.term
    if term is None:
        return
    forms = [term.source, *term.forbidden]
    lacking = missing(place.text, dict.fromkeys(place.terms))
    if list(lacking) == [term]:
        forms += regex.findall(r"XQ\d+", place.text)
    for form in forms:
        yield from _put(place, form, term)
    if like := _resembling(place.text, term):
        yield from _put(place, like, term)


def _put(place: _Place, form: str, term: Term) -> Iterable[Fix]:
    """`term` where `form` stands once as a word of its own, with a capital where the form had one."""
    found = list(regex.finditer(rf"(?<!\p{{L}}){regex.escape(form)}(?!\p{{L}})", place.text, regex.IGNORECASE))
    if not found and form in place.text:
        # Scripts without spaces.
        found = list(regex.finditer(regex.escape(form), place.text))
    if len(found) != 1:
        return
    start, end = found[0].span()
    target = term.target
    if found[0][0][:1].isupper() and start == 0:
        target = target[:1].upper() + target[1:]
    yield Fix("term", place.text[:start] + target + place.text[end:])


def _resembling(text: str, term: Term) -> str:
    """The one stretch of `text` that is nearly the term's target; empty where there is none or more than one."""
    words = regex.findall(r"[^\s\p{P}]+(?:['’-][^\s\p{P}]+)*", text)
    count = len(term.target.split())
    windows = [words[at : at + count] for at in range(len(words) - count + 1)]
    target = folded(term.target)
    scored = {
        found[0]: fuzz.ratio(folded(found[0]), target)
        for window in windows
        if (found := regex.search(r"\s+".join(map(regex.escape, window)), text))
    }
    near = [stretch for stretch, score in scored.items() if LIKE_A_TERM <= score < 100]
    return near[0] if len(near) == 1 else ""


def _as_elsewhere(place: _Place) -> Iterable[Fix]:
    if isinstance(place.finding.limit, str):
        yield Fix("same", place.finding.limit)


def _number(place: _Place) -> Iterable[Fix]:
    """The one number that was lost for the one that was made up."""
    lost, invented = numerals.lost(place.source, place.text), numerals.invented(place.source, place.text)
    if len(lost) == len(invented) == 1 and place.text.count(invented[0]) == 1 and lost[0].isdecimal():
        yield Fix("number", place.text.replace(invented[0], lost[0]))


def _in_full(place: _Place) -> Iterable[Fix]:
    if place.line.full:
        yield Fix("full", place.line.full)


def _shorter(place: _Place) -> Iterable[Fix]:
    """What says the same in fewer characters: contractions, no filler in front, the machine's line if it is shorter."""
    text, language = place.text, place.profile.tag.split("-")[0]
    contracted = _contracted(text) if language == "en" else text
    without = _without_filler(contracted, language)
    draft = place.line.draft or ""
    for kind, shorter in (("shorter", contracted), ("shorter", without), ("draft", draft)):
        if 0 < len(graphemes(shorter)) < len(graphemes(text)):
            yield Fix(kind, shorter)  # type: ignore[arg-type]


_CONTRACTIONS = (
    (r"(?i)\b(I) am\b", r"\1’m"), (r"(?i)\b(you|we|they) are\b", r"\1’re"),
    (r"(?i)\b(he|she|it|that|there|what|who|where) is\b(?!\s*[.?!,;]|$)", r"\1’s"),
    (r"(?i)\b(I|you|he|she|it|we|they) will\b(?!\s*[.?!,;]|$)", r"\1’ll"),
    (r"(?i)\b(I|you|we|they) have\b(?= (?:not|never|always|been|\w+ed)\b)", r"\1’ve"),
    (r"(?i)\b(do|does|did|is|are|was|were|would|could|should|has|have|had) not\b", r"\1n’t"),
    (r"(?i)\bcan(?:not| not)\b", "can’t"), (r"(?i)\bwill not\b", "won’t"), (r"(?i)\b(let) us\b", r"\1’s"),
)  # fmt: skip
_FILLERS: Mapping[str, str] = {
    "en": "well|oh|look|listen|you know|i mean|so|now", "es": "bueno|oye|mira|pues|a ver",
    "pt": "bem|olha|então|escuta",
    "fr": "eh bien|écoute|bon|alors|tu sais", "de": "also|na ja|hör zu|nun|weißt du", "it": "beh|senti|allora|guarda",
    "ru": "ну|слушай|знаешь|так", "tr": "şey|bak|yani|peki", "id": "nah|begini|jadi|dengar", "ms": "nah|begini|jadi",
    "fil": "naku|kaya|pakinggan mo",
}  # fmt: skip


def _contracted(text: str) -> str:
    for pattern, instead in _CONTRACTIONS:
        text = regex.sub(pattern, instead, text)
    return text


def _without_filler(text: str, language: str) -> str:
    if not (words := _FILLERS.get(language)):
        return text
    rest = regex.sub(rf"(?i)\A(?:{words}), +(?=\p{{L}})", "", text)
    return rest if rest == text else rest[:1].upper() + rest[1:]


def _typeset(place: _Place) -> Iterable[Fix]:
    yield Fix("marks", typography.typeset(_spaced(place.text), place.profile, prose=place.prose))


def _without_tags(place: _Place) -> Iterable[Fix]:
    yield Fix("tags", _spaced(regex.sub(r"<[^<>]*>|\{[^{}]*\}", "", place.text)))


def _characters(place: _Place) -> Iterable[Fix]:
    """Without controls and private characters; tabs and odd spaces as plain ones. Joiners shape their neighbours."""
    text = regex.sub(r"[\t\u00a0\u2000-\u200a\u3164]", " ", place.text)
    yield Fix("characters", _spaced(regex.sub(r"[\p{Cc}\p{Co}\ufeff\ufffd--\n]", "", text, flags=regex.V1)))


def _spaced(text: str) -> str:
    return "\n".join(regex.sub(r"[ \t]{2,}", " ", line).strip() for line in text.split("\n"))


_Make = Callable[[_Place], Iterable[Fix]]
_BY_RULE: Mapping[str, tuple[_Make, ...]] = {
    "glossary_violation": (_missing,),
    "forbidden-term": (_forbidden,),
    "placeholder": (_missing,),
    "untranslated": (_missing,),
    "inconsistent": (_as_elsewhere,),
    "numbers": (_number,),
    "shortened": (_in_full,),
    "cps": (_shorter,),
    "short": (_shorter,),
    "lines": (_shorter,),
    "height": (_shorter,),
    "width": (_shorter,),
    "shrunk": (_shorter,),
    "direction": (_typeset,),
    "character": (_characters,),
    "override-tag": (_without_tags,),
    "open-tag": (_without_tags,),
}
