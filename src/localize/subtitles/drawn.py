"""The ASS script that libass burns: the events of a layout in the style of the series, in pixels of the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

import pysubs2

from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.drawing.faces import Font
from localize.drawing.styles import SIGN, SMALL, SPEAKER_COLOURS, Look, of_signs
from localize.errors import LocalizeError
from localize.locales import SOURCE, Locale
from localize.series import Style
from localize.subtitles.ass import escape_ass
from localize.subtitles.text import clean, directed

# Of libass: one box behind the whole event, padded by the width of the shadow, in its colour.
_ONE_BOX = 4
_LETTERS_AND_OUTLINE = 1
_SOURCE_STYLE, _SIGN_STYLE = "Source", "Sign"
# Of 255 in one channel: the yellow of `drama` and that of a speaker are one to a viewer.
_TOLD_APART = 128


def to_ass(layout: Layout, profile: Locale, style: Style) -> str:
    """The script that `ass=FILE:shaping=complex` burns: one event per layout event."""
    script = pysubs2.SSAFile()
    script.info = {
        "Title": layout.locale,
        "PlayResX": str(layout.width_px),
        "PlayResY": str(layout.height_px),
        "ScaledBorderAndShadow": "yes",
        "WrapStyle": "2",
        "YCbCr Matrix": "TV.709",
    }
    writer = _Writer(layout, profile, style)
    script.styles = writer.styles()
    for event in layout.events:
        start_ms, end_ms = event.start_ms // 10 * 10, event.end_ms // 10 * 10
        script.events.append(
            pysubs2.SSAEvent(
                start=start_ms,
                end=max(end_ms, start_ms + 10),
                text=writer.text(event),
                marginv=event.margin_bottom_px,
                style=_SIGN_STYLE if event.kind == "forced" else "Default",
            )
        )
    text = script.to_string("ass", header_notice="")
    if len(pysubs2.SSAFile.from_string(text, "ass").events) != len(layout.events):
        raise LocalizeError(
            f"the ASS of {layout.locale} would hold other events than its layout", next_step="report this text as a bug"
        )
    return text


class _Writer:
    """What the events of one layout have in common."""

    def __init__(self, layout: Layout, profile: Locale, style: Style) -> None:
        self._layout = layout
        self._profile = profile
        self._style = style
        self._colours = _colours(layout.events, style.look.colour)

    def styles(self) -> dict[str, pysubs2.SSAStyle]:
        layout = self._layout
        styles = {"Default": self._drawn(layout.font, layout.em_px, self._style.look)}
        if self._style.bilingual:
            styles[_SOURCE_STYLE] = self._drawn(SOURCE.font, SMALL * layout.em_px, self._style.look, outline=SMALL)
        if any(event.kind == "forced" for event in layout.events):
            styles[_SIGN_STYLE] = self._drawn(layout.font, SIGN * layout.em_px, of_signs(self._style.look))
        return styles

    def text(self, event: Event) -> str:
        """The event's lines with the tags they need; whatever else stands in them is inert."""
        text, small_px = self._where(event), SMALL * self._em_px(event)
        if event.above:
            size = f"\\fs{self._size(SOURCE.font, small_px)}" if event.em_px else ""
            lines = [self._line(line, SOURCE, small_px) for line in clean(event.above).split("\n")]
            text += f"{{\\r{_SOURCE_STYLE}{size}}}" + r"\N".join(lines) + r"\N{\r}"
        size = f"{{\\fs{self._size(self._layout.font, event.em_px)}}}" if event.em_px else ""
        profile, em_px = self._profile, self._em_px(event)
        said = zip_longest(clean(event.text).split("\n"), event.speakers, fillvalue="")
        lines = [self._colour(speaker, event) + self._line(line, profile, em_px) for line, speaker in said]
        return text + size + r"\N".join(lines)

    def _where(self, event: Event) -> str:
        """The tag that puts a sign's words in their place: libass would move what it takes for a collision."""
        if event.kind != "forced":
            return ""
        layout = self._layout
        bottom_px = layout.height_px - (event.margin_bottom_px or layout.margin_bottom_px)
        return f"{{\\pos({event.centre_px or layout.width_px // 2},{bottom_px})}}"

    def _em_px(self, event: Event) -> int:
        return event.em_px or self._layout.em_px

    def _size(self, family: str, em_px: float) -> float:
        return round(fonts.size_px(family, em_px, self._style.bold), 2)

    def _drawn(self, family: str, em_px: float, look: Look, outline: float = 1.0) -> pysubs2.SSAStyle:
        layout = self._layout
        short_px = min(layout.width_px, layout.height_px)
        made = pysubs2.SSAStyle(
            fontname=family,
            fontsize=self._size(family, em_px),
            bold=look.bold,
            primarycolor=_rgba(look.colour),
            outlinecolor=_rgba(look.outline_colour),
            outline=round(look.outline * outline * short_px, 1),
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=layout.margin_x_px,
            marginr=layout.margin_x_px,
            marginv=layout.margin_bottom_px,
            borderstyle=_ONE_BOX if look.box else _LETTERS_AND_OUTLINE,
            shadow=round((look.padding if look.box else look.shadow * outline) * short_px, 1),
        )
        if look.box or look.shadow:
            made.backcolor = _rgba(look.box or look.shadow_colour)
        return made

    def _colour(self, speaker: str, event: Event) -> str:
        """The tag that a line needs to be in its speaker's colour."""
        if not event.speakers:
            return ""
        colour = _rgba(self._colours.get(speaker, self._style.look.colour))
        return f"{{\\c&H{colour.b:02X}{colour.g:02X}{colour.r:02X}&}}"

    def _line(self, line: str, profile: Locale, em_px: float) -> str:
        """One escaped line that names the font of every part: libass would take what is lacking from any it finds."""
        if profile.direction == "rtl":
            # libass orders what lies between two tags by itself: a tag inside would put the parts from left to right.
            # Its fallback is fontconfig's sans-serif, which from 2.14 on is Noto Sans where that is installed.
            return directed(escape_ass(fonts.drawable(line, profile, self._style.bold)), profile)
        bold, parts = self._style.bold, list[str]()
        now = own = fonts.chain(profile, bold)[0]
        for font, text in fonts.runs(line, profile, bold):
            if font.family != now.family:
                parts.append(f"{{{self._switch(now, font, profile, em_px)}}}")
                now = font
            parts.append(escape_ass(text))
        if now.family != own.family:
            parts.append(f"{{{self._switch(now, own, profile, em_px)}}}")
        return "".join(parts)

    def _switch(self, before: Font, after: Font, profile: Locale, em_px: float) -> str:
        """The tags from one font to another; fonts whose line is not as high need another size for the same em."""
        sizes = [round(fonts.run_size_px(font, profile, em_px, self._style.bold), 2) for font in (before, after)]
        return f"\\fn{after.family}" + (f"\\fs{sizes[1]}" if sizes[0] != sizes[1] else "")


def _colours(events: Iterable[Event], own: str) -> Mapping[str, str]:
    """A colour for everybody, the style's own for who speaks first."""
    people = dict.fromkeys(speaker for event in events for speaker in event.speakers if speaker)
    return dict(zip(people, _palette(own), strict=False))


def _palette(own: str) -> Iterator[str]:
    others = [colour for colour in SPEAKER_COLOURS if _apart(colour, own) >= _TOLD_APART]
    while True:
        yield own
        yield from others


def _apart(one: str, other: str) -> int:
    """How far two colours differ in the channel that differs most."""
    pairs = zip(bytes.fromhex(one[1:7]), bytes.fromhex(other[1:7]), strict=True)
    return max(abs(ours - theirs) for ours, theirs in pairs)


def _rgba(colour: str) -> pysubs2.Color:
    """ASS counts from opaque to transparent."""
    red, green, blue, opaque = bytes.fromhex(f"{colour[1:]}FF"[:8])
    return pysubs2.Color(red, green, blue, 255 - opaque)
