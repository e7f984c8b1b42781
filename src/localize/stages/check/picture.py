"""The picture: lines within the safe area, not too many, broken between words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from localize import fonts, linebreak
from localize.cues import Layout, TargetTrack
from localize.findings import Finding
from localize.locales import Locale
from localize.rules import finding
from localize.series import Style

MAX_LINES = 2


def of_picture(target: TargetTrack, layout: Layout, profile: Locale, style: Style) -> Iterator[Finding]:
    outline_px = style.outline * min(layout.width_px, layout.height_px)
    safe_px = layout.width_px - 2 * layout.margin_x_px
    for event in layout.events:
        cue_id, em_px = event.cue_ids[0], event.em_px or layout.em_px
        lines = event.text.split("\n")
        widest = max(fonts.width_px(line, profile, em_px, style.bold) for line in lines) + 2 * outline_px
        if widest > safe_px:
            where = "runs off the frame" if widest > layout.width_px else "leaves the safe area"
            message = f"a line of {widest:.0f} px {where} of {safe_px} px"
            yield finding("width", message, cue_id, round(widest), safe_px)
        height = len(lines) * fonts.size_px(profile.font, em_px, style.bold)
        room = layout.height_px - layout.margin_bottom_px
        if height > room:
            yield finding("height", f"{height:.0f} px of lines run off the top", cue_id, round(height), room)
        if len(lines) > MAX_LINES:
            yield finding("lines", f"{len(lines)} lines: a shorter wording is wanted", cue_id, len(lines), MAX_LINES)
        if event.em_px and event.em_px != layout.em_px:
            percent = round(100 * event.em_px / layout.em_px)
            yield finding("shrunk", f"set at {percent} % of the size to fit", cue_id, event.em_px, layout.em_px)
    yield from _broken_words(target.text_of(), layout, profile)


def _broken_words(texts: Mapping[str, str], layout: Layout, profile: Locale) -> Iterator[Finding]:
    """Events of the same cues show one text, one after the other."""
    for cue_ids, events in groupby(layout.events, key=lambda event: event.cue_ids):
        lines = [line for event in events for line in event.text.split("\n")]
        text = "\n".join(texts.get(cue_id, "") for cue_id in cue_ids)
        if count := linebreak.hard_breaks(text, lines, profile):
            yield finding("word-broken", f"{count} line breaks inside a word", cue_ids[0], count, 0)
