"""Spans: cues on the picture grid, in order, those that belong together as one; `schedule` says how long each shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from localize.timing.rules import Rules, Timed

Fits = Callable[[str], bool]
"""Whether a text can be one subtitle, in the lines and the width the locale has."""

# ASS counts centiseconds: events that start closer than this cannot be told apart there.
_SAME_START_MS = 10


@dataclass(frozen=True, slots=True)
class Span:
    """One event to be: `[start, end)` is when it is spoken, on the grid unless it is `fixed`."""

    start: int
    end: int
    text: str
    ids: tuple[str, ...]
    speaker: str | None
    fixed: bool


def lanes(signs: Sequence[Timed]) -> list[list[Timed]]:
    """`signs` in as few rows as have no two at one time, so that no sign waits for another one to go."""
    lanes: list[list[Timed]] = []
    for sign in sorted(signs, key=lambda sign: (sign.start_ms, sign.end_ms)):
        free = next((lane for lane in lanes if lane[-1].end_ms <= sign.start_ms), None)
        if free is None:
            lanes.append([sign])
        else:
            free.append(sign)
    return lanes


def settled(cues: Sequence[Timed], rules: Rules, duration_ms: int) -> list[Span]:
    """Cues in order on the grid, each starting later than the one before; what cannot be told apart is joined."""
    spans: list[Span] = []
    for cue in sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms)):
        span = _span(cue, rules, duration_ms)
        if spans and spans[-1].fixed and not span.fixed:
            span = _after(spans[-1], span, cue.end_ms, rules)
        while spans and _apart_ms(spans[-1], span, rules) < _SAME_START_MS:
            span = _joined(spans.pop(), span, "\n")
        spans.append(span)
    return [
        replace(span, end=after.start) if span.fixed and after.fixed and span.end > after.start else span
        for span, after in pairwise(spans)
    ] + spans[-1:]


def _span(cue: Timed, rules: Rules, duration_ms: int) -> Span:
    outside = cue.start_ms >= duration_ms
    if cue.by_human or outside:
        end = cue.end_ms if outside else min(cue.end_ms, duration_ms)
        return Span(cue.start_ms, end, cue.text, (cue.id,), cue.speaker, fixed=True)
    start = min(rules.grid.floor(cue.start_ms), rules.grid.floor(rules.end_ms - _SAME_START_MS))
    end = min(rules.grid.ceil(cue.end_ms), rules.end_ms)
    return Span(start, end, cue.text, (cue.id,), cue.speaker, fixed=False)


def _after(fixed: Span, span: Span, spoken_until: int, rules: Rules) -> Span:
    """`span` from where `fixed` has gone; a start within `fixed`, so that they are joined, where nothing is left."""
    if spoken_until <= fixed.end:
        return replace(span, start=fixed.start)
    free = rules.grid.ceil(fixed.end)
    start = max(span.start, rules.grid.later(free, rules.limits.gap_frames))
    if start >= span.end:
        start = max(span.start, free)
    return replace(span, start=start if start < span.end else fixed.start)


def _apart_ms(first: Span, second: Span, rules: Rules) -> int:
    """How long `first` can be shown before `second` starts; it ends on the grid, unless it is fixed."""
    return (second.start if first.fixed else rules.grid.floor(second.start)) - first.start


def _joined(first: Span, second: Span, joint: str) -> Span:
    one = first.speaker if first.speaker == second.speaker else None
    text, ids = f"{first.text}{joint}{second.text}", first.ids + second.ids
    if first.fixed != second.fixed:
        keeper = first if first.fixed else second
        return replace(keeper, text=text, ids=ids, speaker=one)
    return replace(first, end=max(first.end, second.end), text=text, ids=ids, speaker=one)


def merged(spans: Sequence[Span], rules: Rules, fits: Fits, joint: str) -> list[Span]:
    """`spans` with those neighbours made one that are better read so, `joint` between their texts."""
    merged: list[Span] = []
    for index, span in enumerate(spans):
        next_ms = spans[index + 1].start if index + 1 < len(spans) else None
        if merged and _are_one(merged[-1], span, next_ms, rules, fits, joint):
            span = _joined(merged.pop(), span, joint)
        merged.append(span)
    return merged


def _are_one(first: Span, second: Span, next_ms: int | None, rules: Rules, fits: Fits, joint: str) -> bool:
    """Whether two neighbours are better shown as one: one of them is too short alone, and nothing stands between."""
    if first.fixed or second.fixed or first.speaker != second.speaker:
        return False
    grid, limits, both = rules.grid, rules.limits, _joined(first, second, joint)
    if second.start >= grid.later(first.end, rules.half) or both.end - both.start > limits.max_ms:
        return False
    # A start moves onto a shot that begins just after it, and an end before one that begins just before it.
    if rules.shots_between(grid.later(first.start, rules.onto), grid.earlier(second.end, rules.onto)):
        return False
    rooms = [
        min(rules.room(span.start, until) - span.start, limits.max_ms)
        for span, until in ((first, second.start), (second, next_ms), (both, next_ms))
    ]
    needs = [rules.reading_ms(span.text) for span in (first, second, both)]
    too_short = min(rooms[:2]) < limits.min_ms
    too_fast = (needs[0] > rooms[0] or needs[1] > rooms[1]) and needs[2] <= rooms[2]
    return (too_short or too_fast) and fits(both.text)
