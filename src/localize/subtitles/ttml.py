"""TTML, written in the text profile of IMSC 1.1: what streaming services and broadcasters ask for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import escape

from localize.cues import Event, Layout
from localize.locales import SOURCE, Locale
from localize.styles import SMALL
from localize.subtitles.text import lines_of
from localize.subtitles.timed import clock
from localize.timecode import frames_from_ms, ms_from_frames

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
    margins = sorted({layout.margin_bottom_px, *(_margin_px(event, layout) for event in layout.events)})
    regions = "".join(_region(margin_px, layout) for margin_px in margins)
    paragraphs = "".join(_paragraph(event, layout, profile, rate if in_frames else None) for event in layout.events)
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


def _margin_px(event: Event, layout: Layout) -> int:
    return event.margin_bottom_px or layout.margin_bottom_px


def _region(margin_px: int, layout: Layout) -> str:
    bottom_px = layout.height_px - margin_px
    # As far from the top as from the sides: long text grows upwards.
    top_px = min(layout.margin_x_px, bottom_px)
    origin = f"{_percent(layout.margin_x_px, layout.width_px)} {_percent(top_px, layout.height_px)}"
    width = _percent(layout.width_px - 2 * layout.margin_x_px, layout.width_px)
    return (
        f'   <region xml:id="up{margin_px}" tts:origin="{origin}" '
        f'tts:extent="{width} {_percent(bottom_px - top_px, layout.height_px)}" tts:displayAlign="after" '
        f'tts:textAlign="center" tts:showBackground="whenActive"/>\n'
    )


def _paragraph(event: Event, layout: Layout, profile: Locale, rate: Fraction | None) -> str:
    begin, end = (f"{frames_from_ms(ms, rate)}f" if rate else clock(ms) for ms in (event.start_ms, event.end_ms))
    direction = ' tts:direction="rtl" tts:unicodeBidi="embed"' if profile.direction == "rtl" else ""
    size = f' tts:fontSize="{_rh(event.em_px, layout)}"' if event.em_px else ""
    lines = "<br/>".join([*_source(event, profile), *(escape(line) for line in lines_of(event.text))])
    where = f'region="up{_margin_px(event, layout)}"'
    return f'   <p begin="{begin}" end="{end}" {where}{direction}{size}>{lines}</p>\n'


def _source(event: Event, profile: Locale) -> Iterator[str]:
    """The source's lines, of bilingual subtitles; in their own direction among right-to-left ones."""
    direction = ' tts:direction="ltr" tts:unicodeBidi="embed"' if profile.direction == "rtl" else ""
    for line in lines_of(event.above):
        yield f'<span xml:lang="{SOURCE.tag}" tts:fontSize="{100 * SMALL:g}%"{direction}>{escape(line)}</span>'


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.4g}%"


def _rh(em_px: int, layout: Layout) -> str:
    """In hundredths of the frame's height."""
    return f"{100 * em_px / layout.height_px:.4g}rh"
