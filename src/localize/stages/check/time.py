"""The time: long enough to be read, one after the other, within the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from localize import reading
from localize.cues import Event, Layout, graphemes
from localize.episode import MediaFacts
from localize.findings import Finding
from localize.locales import Locale
from localize.reading import Reading
from localize.rules import finding
from localize.text.shortening import readable
from localize.timecode import clock, ms_from_frames
from localize.timing import Limits


def of_time(layout: Layout, profile: Locale, facts: MediaFacts, row: Reading | None = None) -> Iterator[Finding]:
    """`row` is the reading profile as the series wants it, the locale's own where None."""
    limits = (row or reading.of(profile.tag)).limits
    for event in layout.events:
        cue_id, shown_ms = event.cue_ids[0], event.end_ms - event.start_ms
        if event.end_ms > facts.duration_ms:
            message = f"shown until {clock(event.end_ms)}, the picture ends at {clock(facts.duration_ms)}"
            yield finding("outside", message, cue_id, event.end_ms, facts.duration_ms)
        if event.cps > limits.cps:
            lose = len(graphemes(event.text)) - readable(limits.cps, shown_ms)
            message = f"{event.cps:.1f} characters a second to read: {lose} too many"
            yield finding("cps", message, cue_id, round(event.cps, 1), limits.cps)
        if shown_ms < limits.min_ms:
            yield finding("short", f"shown for {shown_ms} ms", cue_id, shown_ms, limits.min_ms)
        if shown_ms > limits.max_ms:
            yield finding("long", f"shown for {shown_ms} ms", cue_id, shown_ms, limits.max_ms)
    # Signs come and go with what they translate, beside each other and beside dialogue.
    yield from _spacing([event for event in layout.events if event.kind == "dialogue"], facts, limits)


def _spacing(events: Sequence[Event], facts: MediaFacts, limits: Limits) -> Iterator[Finding]:
    least_ms = ms_from_frames(limits.gap_frames, facts.rate)
    # A long one may end after several that begin later.
    ends_ms = accumulate((event.end_ms for event in events), max)
    for before_ms, after in zip(ends_ms, events[1:], strict=False):
        gap_ms = after.start_ms - before_ms
        if gap_ms < 0:
            yield finding("overlap", f"starts {-gap_ms} ms before the one before it ends", after.cue_ids[0], gap_ms, 0)
        elif gap_ms < least_ms:
            message = f"{gap_ms} ms after the one before it, less than {limits.gap_frames} frames"
            yield finding("gap", message, after.cue_ids[0], gap_ms, least_ms)
