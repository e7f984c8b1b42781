"""Signs: what is written in the picture and has to be seen is not covered, nor are the words that stand for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from localize.cues import Event, Layout, SourceTrack
from localize.drawing.placing import signs_of
from localize.drawing.safe_area import Rect
from localize.findings import Finding
from localize.locales import Locale
from localize.rules import finding
from localize.series import Style
from localize.stages.check.measure import height_px, widest_px


def of_signs(source: SourceTrack, layout: Layout, profile: Locale, style: Style) -> Iterator[Finding]:
    """Each line of dialogue against the signs that stand at its time, and against the words drawn for them."""
    signs = signs_of(source.cues)
    words = [event for event in layout.events if event.kind == "forced"]
    if not signs and not words:
        return
    profile = replace(profile, font=layout.font)
    drawn = [(event, _block(event, layout, profile, style)) for event in words]
    for event in layout.events:
        if event.kind == "dialogue":
            block = _block(event, layout, profile, style)
            if any(sign.meets(event) and sign.where.meets(block) for sign in signs):
                yield finding("sign", "the lines cover a sign", event.cue_ids[0])
            at_once = (box for other, box in drawn if other.start_ms < event.end_ms and event.start_ms < other.end_ms)
            if any(box.meets(block) for box in at_once):
                yield finding("sign", "the lines and the words for a sign cover each other", event.cue_ids[0])


def _block(event: Event, layout: Layout, profile: Locale, style: Style) -> Rect:
    """What the lines of `event` cover, without outline."""
    half = widest_px(event, layout, profile, bold=style.bold) / 2
    height = height_px(event, layout, profile, bold=style.bold)
    middle = event.centre_px or layout.width_px / 2
    bottom = layout.height_px - (event.margin_bottom_px or layout.margin_bottom_px)
    return Rect(round(middle - half), round(bottom - height), round(middle + half), round(bottom))
