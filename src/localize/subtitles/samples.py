"""Samples: a track of MP4 shows one text at a time, each from where the one before it ends (ISO/IEC 14496-17).

Of events that overlap a muxer would cut the first short, and refuse three that begin at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from localize.cues import Event


def one_at_a_time(events: Sequence[Event]) -> tuple[Event, ...]:
    """`events` in the order of time, none overlapping: what is shown at one time is one, signs above dialogue."""
    made: list[tuple[tuple[Event, ...], Event]] = []
    for start_ms, end_ms in pairwise(sorted({ms for event in events for ms in (event.start_ms, event.end_ms)})):
        shown = tuple(event for event in events if event.start_ms <= start_ms and end_ms <= event.end_ms)
        if shown and made and made[-1][0] == shown and made[-1][1].end_ms == start_ms:
            made[-1] = shown, replace(made[-1][1], end_ms=end_ms)
        elif shown:
            made.append((shown, replace(_together(shown), start_ms=start_ms, end_ms=end_ms)))
    return tuple(event for _, event in made)


def _together(shown: Sequence[Event]) -> Event:
    ordered = sorted(shown, key=lambda event: event.kind != "forced")
    return replace(
        ordered[-1],
        text="\n".join(event.text for event in ordered),
        above="\n".join(event.above for event in ordered if event.above),
        cue_ids=tuple(id_ for event in ordered for id_ in event.cue_ids),
        speakers=(),
    )
