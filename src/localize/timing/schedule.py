"""The schedule: cues with their text in a locale -> events on the picture grid, one after the other.

Each time is the best of a few: what the speech says, and what the conventions of `rules` offer. "Best" is a list of
things to avoid, the worst first, so every decision can be read off the order of a tuple.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from localize.cues import Event, Kind
from localize.timecode import Grid
from localize.timing.rules import Limits, Rules, Timed
from localize.timing.spans import Fits, Span, lanes, merged, settled


def schedule(
    cues: Sequence[Timed],
    *,
    grid: Grid,
    shots: Sequence[int],
    limits: Limits,
    duration_ms: int,
    fits: Fits,
    joint: str = " ",
) -> list[Event]:
    """Time `cues` for a picture of `duration_ms`; `shots` are the first milliseconds of its new shots.

    Every cue is in exactly one event, events keep the order of their cues, and no two of dialogue overlap. Signs that
    stand in the picture at one time are shown at one time, each with words of its own; they never merge. Short
    neighbours of one speaker that `fits` as one text merge, with `joint` between them; cues that start on one frame are
    shown together, on lines of their own. A cue that a human timed is not moved: its neighbours give way, and one that
    is spoken wholly inside it is shown with it. Of two such cues that overlap, the first ends where the second starts.
    A text that does not fit stays up to twice `max_ms`, since it is going to be split. A cue that starts after the end
    of the picture is left as it is, for `check` to report.
    """
    rules = Rules.of(grid, limits, shots, duration_ms)
    events: list[Event] = []
    said = [cue for cue in cues if cue.kind == "dialogue"]
    signs = lanes([cue for cue in cues if cue.kind == "forced"])
    rows: list[tuple[Kind, Sequence[Timed]]] = [("dialogue", said), *(("forced", lane) for lane in signs)]
    for kind, row in rows:
        spans = settled(row, rules, duration_ms)
        if kind == "dialogue":
            spans = merged(spans, rules, fits, joint)
        starts = _starts(spans, rules)
        for index, (span, start_ms) in enumerate(zip(spans, starts, strict=True)):
            next_ms = starts[index + 1] if index + 1 < len(starts) else None
            end_ms = span.end if span.fixed else _end(span, start_ms, next_ms, rules, 1 if fits(span.text) else 2)
            events.append(Event(start_ms, end_ms, span.text, span.ids, kind))
    return sorted(events, key=lambda event: (event.start_ms, event.end_ms))


def divide(
    start_ms: int, end_ms: int, share: Fraction, *, grid: Grid, limits: Limits, shots: Sequence[int] = ()
) -> tuple[int, int] | None:
    """Split an event in time, the first part having `share` of it: the first one's end and the second one's start.

    A shot change less than half a second off is taken where both parts keep `min_ms`. None where there is no room.
    """
    rules = Rules.of(grid, limits, shots, end_ms + 1)
    middle_ms = grid.nearest(start_ms + round((end_ms - start_ms) * share))
    least = (grid.ceil(start_ms + limits.min_ms), grid.floor(end_ms - limits.min_ms))
    second_ms = [
        at
        for at in (*rules.around(middle_ms), middle_ms, *least)
        if rules.room(start_ms, at) >= least[0] and at <= least[1]
    ]
    if not second_ms:
        return None
    best = min(second_ms, key=lambda at: (at not in rules.shots, abs(at - middle_ms), at))
    return rules.room(start_ms, best), best


def _starts(spans: Sequence[Span], rules: Rules) -> list[int]:
    """From the last to the first, since the room a start has is known by the one after it."""
    starts: list[int] = []
    for index in range(len(spans) - 1, -1, -1):
        before = spans[index - 1] if index else None
        starts.append(_start(spans[index], before, starts[-1] if starts else None, rules))
    return starts[::-1]


def _start(span: Span, before: Span | None, next_ms: int | None, rules: Rules) -> int:
    if span.fixed:
        return span.start
    grid, least = rules.grid, rules.limits.min_ms

    def shortfall(start: int) -> int:
        return max(0, least - (rules.room(start, next_ms) - start))

    choices = [span.start]
    for shot in rules.around(span.start):
        if shot <= span.start or grid.frames_between(span.start, shot) <= rules.onto:
            choices.append(shot)
        else:
            choices.append(grid.earlier(shot, rules.half))
    if missing := shortfall(span.start):
        free = grid.later(grid.ceil(before.end), rules.limits.gap_frames) if before else 0
        earliest = max(grid.earlier(span.start, rules.half), free, _shot_of(span.start, rules))
        choices.append(max(grid.floor(span.start - missing), earliest))

    def allowed(start: int) -> bool:
        if start > span.start:
            # Onto a shot: most of the line is spoken there, and it can be read there.
            return span.end - start >= start - span.start and not shortfall(start)
        if start == span.start:
            return True
        if start < _shot_of(span.start, rules):
            return False
        if before is None:
            return True
        gone = grid.earlier(start, rules.limits.gap_frames)
        if before.fixed:
            return before.end <= gone
        spoken = grid.later(start, rules.onto) if start in rules.shots else gone
        return before.end <= spoken and gone - before.start >= least

    return min(filter(allowed, choices), key=lambda s: (shortfall(s), rules.flashes_in(s), abs(s - span.start), s))


def _shot_of(ms: int, rules: Rules) -> int:
    """When the shot on screen at `ms` began."""
    at = bisect_right(rules.shots, ms)
    return rules.shots[at - 1] if at else 0


def _end(span: Span, start: int, next_ms: int | None, rules: Rules, patience: int) -> int:
    """`patience`: how many times the longest duration it may stay."""
    grid, limits = rules.grid, rules.limits
    room = rules.room(start, next_ms)
    latest = min(room, max(grid.floor(start + patience * limits.max_ms), grid.later(start, 1)))
    spoken = min(span.end, latest)
    read = start + rules.reading_ms(span.text)
    wanted = min(max(spoken, grid.ceil(max(start + limits.min_ms, read))), latest)
    least = min(start + limits.min_ms, latest)

    choices, stops = {wanted, latest}, set()
    for shot in rules.shots_between(start, grid.later(latest, rules.half) + 1):
        choices |= {rules.out_before(shot), grid.later(shot, rules.half)}
        if spoken <= grid.later(shot, rules.onto):
            stops.add(rules.out_before(shot))

    def avoid(end: int) -> tuple[int | bool, ...]:
        unheard = 0 if end in stops else max(0, spoken - end)
        loose = limits.close_gaps and next_ms is not None and end < room and next_ms < grid.later(end, rules.half)
        return max(0, least - end), unheard, rules.flashes_out(end), max(0, read - end), loose, end

    return min((end for end in choices if start < end <= latest), key=avoid)
