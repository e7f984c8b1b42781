"""What a line says against its source, its neighbours and the episodes before: numbers, length, sameness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from localize import consistency
from localize.consistency import Rendering, Renderings
from localize.cues import TargetLine, TargetTrack
from localize.findings import Finding
from localize.glossary import placeholders
from localize.lines import Line
from localize.locales import Locale
from localize.rules import finding
from localize.text import lengths, numerals

REPEATED_LETTERS = 4
"""Of the text and of both sources, to be the mark of a stuck translation: 住手！ and 停下！ are both "Stop!"."""

_LETTER = regex.compile(r"\p{L}")
_SAID = regex.compile(r"[\p{L}\p{M}\p{N}]")

Pair = tuple[Line, TargetLine]


def of_fidelity(lines: Sequence[Line], target: TargetTrack, profile: Locale, earlier: Renderings) -> Iterator[Finding]:
    written = {line.id: line for line in target.lines if line.text.strip()}
    pairs = [(line, written[line.cue.id]) for line in lines if line.cue.id in written]
    for line, made in pairs:
        yield from _numbers(line, made)
        yield from _length(line, made, profile)
    yield from _repeated(pairs)
    yield from _inconsistent(pairs, earlier)


def _length(line: Line, made: TargetLine, profile: Locale) -> Iterator[Finding]:
    ratio = lengths.ratio(line.text, made.text, profile)
    if ratio is None or not ratio.odd:
        return
    long = ratio.value > ratio.most
    doubt = "something may have been added" if long else "a part of it may be missing"
    message = f"{ratio.value:.1f} characters for one of the source: {doubt}"
    yield finding(
        "length-ratio", message, made.id, round(ratio.value, 2), round(ratio.most if long else ratio.least, 2)
    )


def _numbers(line: Line, made: TargetLine) -> Iterator[Finding]:
    if placeholders.has_leftover(made.text):
        return
    # What a term brings along, its source need not hold: 独孤求败 may be "Blade No. 1".
    terms = " ".join(form for terms in line.terms.values() for term in terms for form in term.forms)
    if invented := numerals.invented(f"{line.text} {terms}", made.text):
        yield finding("numbers", f"the source has no {', '.join(invented)}", made.id, ", ".join(invented), line.text)
    if lost := numerals.lost(line.text, made.text):
        yield finding("numbers", f"{', '.join(lost)} of the source is missing", made.id, made.text, ", ".join(lost))


def _repeated(pairs: Sequence[Pair]) -> Iterator[Finding]:
    for (before, first), (after, second) in pairwise(pairs):
        sources = {"".join(_SAID.findall(line.text)) for line in (before, after)}
        letters = min(len(_LETTER.findall(first.text)), *(len(source) for source in sources))
        if len(sources) > 1 and letters >= REPEATED_LETTERS and consistency.same(first.text, second.text):
            message = f"the same text as {first.id}, whose source is another: {before.text}"
            yield finding("repeated-line", message, second.id, second.text)


def _inconsistent(pairs: Sequence[Pair], earlier: Renderings) -> Iterator[Finding]:
    """Lines that differ from the rendering of their source that counts, unless a reviewer let both pass."""
    known = dict(earlier)
    for line, made in pairs:
        # Who speaks to whom may rightly change the words.
        if not (source := consistency.key(line.text)) or line.manner:
            continue
        first, this = known.get(source), Rendering("", made.id, made.full or made.text, consistency.approved(made))
        known[source] = consistency.that_counts(first, this)
        if first and not consistency.same(first.target, this.target) and not (first.approved and this.approved):
            message = f"{first.episode} {first.cue_id}".strip() + f" has {first.target!r} for the same source"
            yield finding("inconsistent", message, made.id, made.text, first.target)
