"""The time: long enough to be read, one after the other, within the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from localize.cues import Event, Layout
from localize.episode import MediaFacts
from localize.findings import Finding
from localize.locales import Locale
from localize.rules import finding
from localize.timecode import clock, ms_from_frames

# Netflix Timed Text Style Guide, general requirements: 5/6 s to 7 s, and 2 frames between subtitles.
SHORTEST_MS, LONGEST_MS, GAP_FRAMES = 833, 7000, 2


def of_time(layout: Layout, profile: Locale, facts: MediaFacts) -> Iterator[Finding]:
    for event in layout.events:
        cue_id, shown_ms = event.cue_ids[0], event.end_ms - event.start_ms
        if event.end_ms > facts.duration_ms:
            message = f"shown until {clock(event.end_ms)}, the picture ends at {clock(facts.duration_ms)}"
            yield finding("outside", message, cue_id, event.end_ms, facts.duration_ms)
        if event.cps > profile.cps:
            message = f"{event.cps:.1f} characters a second to read"
            yield finding("cps", message, cue_id, round(event.cps, 1), profile.cps)
        if shown_ms < SHORTEST_MS:
            yield finding("short", f"shown for {shown_ms} ms", cue_id, shown_ms, SHORTEST_MS)
        if shown_ms > LONGEST_MS:
            yield finding("long", f"shown for {shown_ms} ms", cue_id, shown_ms, LONGEST_MS)
    for kind in ("dialogue", "forced"):
        yield from _spacing([event for event in layout.events if event.kind == kind], facts)


def _spacing(events: Iterable[Event], facts: MediaFacts) -> Iterator[Finding]:
    least_ms = ms_from_frames(GAP_FRAMES, facts.rate)
    for before, after in pairwise(events):
        gap_ms = after.start_ms - before.end_ms
        if gap_ms < 0:
            yield finding("overlap", f"starts {-gap_ms} ms before the one before it ends", after.cue_ids[0], gap_ms, 0)
        elif gap_ms < least_ms:
            message = f"{gap_ms} ms after the one before it, less than {GAP_FRAMES} frames"
            yield finding("gap", message, after.cue_ids[0], gap_ms, least_ms)
