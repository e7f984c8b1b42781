"""Measuring: how much of the frame the lines of an event take."""

from __future__ import annotations

from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.drawing.styles import SMALL
from localize.locales import SOURCE, Locale


def widest_px(event: Event, layout: Layout, profile: Locale, *, bold: bool) -> float:
    """Of its lines, without outline."""
    em_px = event.em_px or layout.em_px
    return max(fonts.width_px(line, profile, em_px, bold) for line in event.text.split("\n"))


def height_px(event: Event, layout: Layout, profile: Locale, *, bold: bool) -> float:
    """Of all its lines, the source's above them included."""
    em_px = event.em_px or layout.em_px
    height = (1 + event.text.count("\n")) * fonts.size_px(profile.font, em_px, bold)
    if event.above:
        height += (1 + event.above.count("\n")) * fonts.size_px(SOURCE.font, SMALL * em_px, bold)
    return height
