"""The picture: lines within the safe area, not too many, broken between words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from localize import linebreak, reading
from localize.cues import Layout, TargetTrack
from localize.drawing.styles import of_signs
from localize.findings import Finding
from localize.locales import Locale
from localize.reading import Reading
from localize.rules import finding
from localize.series import Style
from localize.stages.check.measure import height_px, widest_px


def of_picture(
    target: TargetTrack,
    layout: Layout,
    profile: Locale,
    style: Style,
    row: Reading | None = None,
    band: tuple[float, float] | None = None,
) -> Iterator[Finding]:
    """`row` is the reading profile as the series wants it, the locale's own where None.

    `band` is (top, bottom) of burned-in source text that is not covered, shares of the height.
    """
    row, profile = row or reading.of(profile.tag), replace(profile, font=layout.font)
    short_px = min(layout.width_px, layout.height_px)
    plate = of_signs(style.look)
    most = row.lines.value
    safe_px = layout.width_px - 2 * layout.margin_x_px
    for event in layout.events:
        cue_id, lines = event.cue_ids[0], event.text.split("\n")
        reach_px = (plate if event.kind == "forced" else style.look).reach * short_px
        widest = widest_px(event, layout, profile, bold=style.bold) + 2 * reach_px
        if widest > safe_px:
            off = widest > layout.width_px
            where = f"runs off the frame of {layout.width_px} px" if off else f"leaves the safe area of {safe_px} px"
            message = f"a line of {widest:.0f} px {where}"
            yield finding("width", message, cue_id, round(widest), safe_px)
        height = height_px(event, layout, profile, bold=style.bold)
        room = layout.height_px - (event.margin_bottom_px or layout.margin_bottom_px)
        if height > room:
            yield finding("height", f"{height:.0f} px of lines run off the top", cue_id, round(height), room)
        if band and (over := _overlap_px(layout.height_px, room, height, band)) > 0:
            message = f"{over:.0f} px of lines stand on the burned-in source text"
            yield finding("band", message, cue_id, round(over), 0)
        if len(lines) > most:
            yield finding("lines", f"{len(lines)} lines: a shorter wording is wanted", cue_id, len(lines), most)
        if event.kind == "dialogue" and event.em_px and event.em_px != layout.em_px:
            percent = round(100 * event.em_px / layout.em_px)
            yield finding("shrunk", f"set at {percent} % of the size to fit", cue_id, event.em_px, layout.em_px)
    dash = row.dash.value if style.speakers == "dash" else ""
    yield from _broken_words(target.text_of(), layout, profile, dash)


def _overlap_px(frame_px: int, bottom_px: float, height_px: float, band: tuple[float, float]) -> float:
    """How much of a block of lines that ends at `bottom_px` lies on `band`."""
    top, bottom = (share * frame_px for share in band)
    return min(bottom_px, bottom) - max(bottom_px - height_px, top)


def _broken_words(texts: Mapping[str, str], layout: Layout, profile: Locale, dash: str) -> Iterator[Finding]:
    """Events of the same cues show one text, one after the other; `dash` is put before a speaker's first line."""
    for cue_ids, events in groupby(layout.events, key=lambda event: event.cue_ids):
        lines = [line for event in events for line in event.text.split("\n")]
        if dash and len(cue_ids) > 1:
            lines = [line.removeprefix(dash) for line in lines]
        text = "\n".join(texts.get(cue_id, "") for cue_id in cue_ids)
        if count := linebreak.hard_breaks(text, lines, profile):
            yield finding("word-broken", f"{count} line breaks inside a word", cue_ids[0], count, 0)
