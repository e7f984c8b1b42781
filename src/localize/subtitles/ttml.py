"""TTML, written in the text profile of IMSC 1.1: what streaming services and broadcasters ask for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple
from xml.sax.saxutils import escape

from localize.cues import Event, Layout
from localize.drawing.styles import SMALL
from localize.locales import SOURCE, Locale
from localize.subtitles.text import lines_of
from localize.subtitles.timed import clock
from localize.timecode import frames_from_ms, ms_from_frames

# Of most fonts, in em; what a player adds stays in the gap to the next region.
_LINE_HEIGHT = 1.4
_PROFILE = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"


def to_ttml(layout: Layout, profile: Locale, rate: Fraction) -> str:
    """IMSC 1.1 text for a picture of `rate`: lines stand at the lower edge of a region inside the safe area.

    Times are frames where every event comes and goes with a picture: a player shows a time from the first picture at or
    after it, and a frame of 29.97 begins before the millisecond that names it. Else they are milliseconds.
    """
    in_frames = all(
        ms_from_frames(frames_from_ms(ms, rate), rate) == ms
        for event in layout.events
        for ms in (event.start_ms, event.end_ms)
    )
    whole = -(-rate.numerator // rate.denominator)
    multiplier, aspect = rate / whole, Fraction(layout.width_px, layout.height_px)
    boxes = [_box(event, layout) for event in layout.events]
    usual = _Box(layout.margin_bottom_px)
    regions = "".join(_region(box, layout) for box in sorted({usual, *boxes}))
    paragraphs = "".join(
        _paragraph(event, box, layout, profile, rate if in_frames else None)
        for event, box in zip(layout.events, boxes, strict=True)
    )
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" \
xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="{profile.tag}" xml:space="preserve" \
ttp:contentProfiles="{_PROFILE}" ttp:timeBase="media" ttp:frameRate="{whole}" \
ttp:frameRateMultiplier="{multiplier.numerator} {multiplier.denominator}" \
ttp:displayAspectRatio="{aspect.numerator} {aspect.denominator}">
 <head>
  <styling>
   <initial tts:color="white" tts:fontFamily="proportionalSansSerif"/>
  </styling>
  <layout>
{regions}  </layout>
 </head>
 <body>
  <div tts:fontSize="{_rh(layout.em_px, layout)}" tts:wrapOption="noWrap" tts:textOutline="black 8%">
{paragraphs}  </div>
 </body>
</tt>
"""


class _Box(NamedTuple):
    """A region: how far its lower edge is from that of the frame, and its middle from the left, 0 for the frame's own.

    `height_px` is 0 where it may reach to the top: IMSC 1.1 has no regions overlap at one time.
    """

    margin_px: int
    centre_px: int = 0
    height_px: int = 0

    @property
    def name(self) -> str:
        parts = (("up", self.margin_px), ("at", self.centre_px), ("high", self.height_px))
        return "".join(f"{name}{px}" for name, px in parts if px or name == "up")


def _box(event: Event, layout: Layout) -> _Box:
    # Dialogue does not overlap dialogue.
    others = (other for other in layout.events if "forced" in (event.kind, other.kind) and other is not event)
    alone = not any(other.start_ms < event.end_ms and event.start_ms < other.end_ms for other in others)
    lines = len(lines_of(event.text)) + SMALL * len(lines_of(event.above))
    height_px = 0 if alone else round(_LINE_HEIGHT * (event.em_px or layout.em_px) * lines)
    return _Box(event.margin_bottom_px or layout.margin_bottom_px, event.centre_px, height_px)


def _region(box: _Box, layout: Layout) -> str:
    bottom_px = layout.height_px - box.margin_px
    # As far from the top as from the sides: long text grows upwards.
    top_px = max(bottom_px - box.height_px, 0) if box.height_px else min(layout.margin_x_px, bottom_px)
    middle_px = box.centre_px or layout.width_px / 2
    # A sign's to the nearer edge of the frame: it is as wide to both sides of its middle.
    left_px = max(2 * middle_px - layout.width_px, 0) if box.centre_px else layout.margin_x_px
    origin = f"{_percent(left_px, layout.width_px)} {_percent(top_px, layout.height_px)}"
    width = _percent(2 * (middle_px - left_px), layout.width_px)
    overflow = ' tts:overflow="visible"' if box.height_px else ""
    return (
        f'   <region xml:id="{box.name}" tts:origin="{origin}" '
        f'tts:extent="{width} {_percent(bottom_px - top_px, layout.height_px)}" tts:displayAlign="after" '
        f'tts:textAlign="center" tts:showBackground="whenActive"{overflow}/>\n'
    )


def _paragraph(event: Event, box: _Box, layout: Layout, profile: Locale, rate: Fraction | None) -> str:
    begin, end = (f"{frames_from_ms(ms, rate)}f" if rate else clock(ms) for ms in (event.start_ms, event.end_ms))
    direction = ' tts:direction="rtl" tts:unicodeBidi="embed"' if profile.direction == "rtl" else ""
    size = f' tts:fontSize="{_rh(event.em_px, layout)}"' if event.em_px else ""
    lines = "<br/>".join([*_source(event, profile), *(escape(line) for line in lines_of(event.text))])
    return f'   <p begin="{begin}" end="{end}" region="{box.name}"{direction}{size}>{lines}</p>\n'


def _source(event: Event, profile: Locale) -> Iterator[str]:
    """The source's lines, of bilingual subtitles; in their own direction among right-to-left ones."""
    direction = ' tts:direction="ltr" tts:unicodeBidi="embed"' if profile.direction == "rtl" else ""
    for line in lines_of(event.above):
        yield f'<span xml:lang="{SOURCE.tag}" tts:fontSize="{100 * SMALL:g}%"{direction}>{escape(line)}</span>'


def _percent(part: float, whole: int) -> str:
    return f"{100 * part / whole:.4g}%"


def _rh(em_px: int, layout: Layout) -> str:
    """In hundredths of the frame's height."""
    return f"{100 * em_px / layout.height_px:.4g}rh"
