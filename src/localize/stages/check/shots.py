"""Shot changes: a line that comes a moment before one, or lasts a moment beyond it, makes the eye read it twice."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction

from localize.cues import Layout
from localize.findings import Finding
from localize.rules import finding
from localize.timecode import frames_from_ms

# Netflix Timed Text Style Guide, timing guidelines: within half a second, 12 frames at 24, a time moves to the change.
HALF_SECOND_MS = 500


def of_shots(layout: Layout, shots_ms: Sequence[int], rate: Fraction) -> Iterator[Finding]:
    """`shots_ms` are the starts of new shots, ascending; a line that runs on well beyond one is no matter."""
    half = frames_from_ms(HALF_SECOND_MS, rate)
    for event in layout.events:
        start, end = (frames_from_ms(ms, rate) for ms in (event.start_ms, event.end_ms))
        after = shots_ms[bisect_right(shots_ms, event.start_ms) :][:1]
        if after and 0 < (early := frames_from_ms(after[0], rate) - start) < half and after[0] < event.end_ms:
            message = f"comes {early} frames before a shot change"
            yield finding("shot-change", message, event.cue_ids[0], early, half)
        before = shots_ms[: bisect_left(shots_ms, event.end_ms)][-1:]
        if before and 0 < (late := end - frames_from_ms(before[0], rate)) < half and before[0] > event.start_ms:
            message = f"lasts {late} frames beyond a shot change"
            yield finding("shot-change", message, event.cue_ids[0], late, half)
