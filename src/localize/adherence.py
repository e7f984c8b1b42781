"""Adherence: how often the terms of an episode stand in its source, and how often its translation kept them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from localize.cues import MEMORY, TargetLine, TargetTrack
from localize.glossary.terms import Term, missing
from localize.lines import Line

PERSON = "person"
"""By what a term was kept in a line that a person wrote."""


@dataclass(frozen=True, slots=True)
class TermUse:
    """How one term fared in one locale of an episode.

    `stands` counts it in the source, `violated` where the translation lacks it; `by` says for the others by what they
    were kept: the last way that an engine tried (`placeholder`, `carrier`), else who wrote the line.
    """

    source: str
    target: str
    stands: int
    violated: int
    by: Mapping[str, int]
    borrowed: bool = False

    @property
    def kept(self) -> int:
        return self.stands - self.violated


def share(uses: Iterable[TermUse]) -> float | None:
    """Share of all occurrences that were kept, 0 to 1; None where no term stands in the source."""
    uses = tuple(uses)
    stands = sum(use.stands for use in uses)
    return sum(use.kept for use in uses) / stands if stands else None


def by_what(uses: Iterable[TermUse]) -> list[tuple[str, int]]:
    """By what the terms were kept and how often, most first."""
    return sum((Counter(use.by) for use in uses), Counter[str]()).most_common()


@dataclass(frozen=True, slots=True)
class Required:
    """A term of one line: how often it stands in the source, and how often the line lacks it; `beside`: all of them."""

    line: TargetLine
    term: Term
    stands: int
    lacks: int
    beside: tuple[Term, ...]


def required(lines: Iterable[Line], target: TargetTrack) -> Iterator[Required]:
    """Every term that the source of a line with text requires.

    A machine has to repeat a term as often as the source does, a person, who says it once, need not.
    """
    written = {line.id: line for line in target.lines if line.text.strip()}
    for line in lines:
        made, terms = written.get(line.cue.id), line.terms.get(target.locale, ())
        if made and terms:
            judged = made.human or made.approved or made.by == MEMORY
            lacking = missing(made.text, dict.fromkeys(terms) if judged else terms)
            for term, stands in Counter(terms).items():
                yield Required(made, term, stands, lacking[term], terms)


def uses(lines: Iterable[Line], target: TargetTrack) -> tuple[TermUse, ...]:
    """How every term of `lines` fared in `target`, in the order in which they first stand."""
    found: dict[tuple[str, str], TermUse] = {}
    for one in required(lines, target):
        key = one.term.source, one.term.target
        seen = found.get(key, TermUse(*key, 0, 0, {}, one.term.borrowed))
        by = Counter(seen.by) + Counter({_by(one.line): one.stands - one.lacks})
        found[key] = TermUse(*key, seen.stands + one.stands, seen.violated + one.lacks, dict(by), one.term.borrowed)
    return tuple(found.values())


def _by(line: TargetLine) -> str:
    if line.human:
        return PERSON
    return line.attempts[-1] if line.attempts else line.by
