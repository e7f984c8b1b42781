"""Shortening: how many characters of a line can be read while it is shown, and which shorter rendering may replace it.

The layout gives a line all the time there is before anything is shortened. How much that is can be told before a line
is translated, from the times of the cues alone, and is asked of the schedule itself, so that the two never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import regex

from localize.cues import Cue, graphemes
from localize.glossary.terms import Term, missing
from localize.text import numerals
from localize.timecode import Grid
from localize.timing import Limits, Timed, schedule

SHORTENED: Final = "shortened"
"""Flag of a line that says less than its translation did, so that it can be read in its time."""

WORTH_IT = 0.1
"""A rendering that is still too long has to be shorter by this share of the line to replace it."""

_NUMBER = regex.compile(r"\p{Nd}(?:[.,٫٬'’\u00a0\u202f]?\p{Nd})*")
_FILLER = "x"


def length(text: str) -> int:
    """What a reading speed counts: grapheme clusters, line breaks and invisible controls left out."""
    return len(graphemes(text))


def readable(cps: float, shown_ms: int) -> int:
    """How many grapheme clusters can be read in `shown_ms` at `cps` of them a second."""
    return int(cps * shown_ms // 1000)


def limits(
    cues: Sequence[Cue], reading: Limits, *, grid: Grid, shots: Sequence[int] = (), duration_ms: int
) -> dict[str, int]:
    """The most grapheme clusters that each cue can have, by cue id; cues that come at one moment share their time.

    What has only to be merged with its neighbour to be read counts as too long too: two cues are one event where both
    fit the frame together, which nobody knows before there is a text.
    """
    # More than can be read in the longest time: every line then asks for as long as it can stay.
    endless = _FILLER * (readable(reading.cps, reading.max_ms) + 1)
    timed = [
        Timed(
            cue.id, cue.start_ms, cue.end_ms, endless, cue.kind,
            by_human=cue.origin in {"human", "file"}, speaker=cue.speaker,
        )
        for cue in cues
    ]  # fmt: skip
    events = schedule(
        timed, grid=grid, shots=shots, limits=reading, duration_ms=duration_ms, fits=lambda text: " " not in text
    )
    return {
        cue_id: readable(reading.cps, event.end_ms - event.start_ms) // len(event.cue_ids)
        for event in events
        for cue_id in event.cue_ids
    }


def best(candidates: Iterable[str], full: str, limit: int) -> str | None:
    """What replaces `full`: the longest candidate within `limit`, else the shortest if it is worth it, else none."""
    lengths = {text: length(text) for text in candidates if text.strip()}
    fitting = [text for text, count in lengths.items() if count <= limit]
    if fitting:
        return max(fitting, key=lengths.__getitem__)
    shortest = min(lengths, key=lengths.__getitem__, default=None)
    if shortest is None or lengths[shortest] > (1 - WORTH_IT) * length(full):
        return None
    return shortest


def keeps(text: str, full: str, terms: Sequence[Term]) -> bool:
    """Whether `text` has every term and number that `full` has, no other number, and no forbidden rendering more."""
    if not same_numbers(text, full) or missing(text, terms) - missing(full, terms):
        return False
    return not any(set(term.forbidden_in(text, terms)) - set(term.forbidden_in(full, terms)) for term in terms)


def same_numbers(text: str, other: str) -> bool:
    """Whether both hold the same numbers in digits, however they are grouped."""
    return _numbers(text) == _numbers(other)


def _numbers(text: str) -> set[str]:
    return {numerals.significant(number) for number in _NUMBER.findall(text)}
