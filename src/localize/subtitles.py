"""Subtitle files: reading what a customer sends, writing what is drawn and what is delivered.

Times are whole milliseconds; SRT and VTT keep them exactly, ASS rounds down to 10 ms. Text from outside becomes ASS
only through `escape_ass`: raw text can switch to drawing mode, change its size or start an event of its own.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import pysubs2
import regex

from localize import fonts
from localize.cues import Event, Layout
from localize.errors import LocalizeError, SubtitleError
from localize.locales import Locale
from localize.series import Style

VERSION = 1

SUFFIXES = (".srt", ".ass", ".ssa", ".vtt")
# A whole season of subtitles stays below it; more is not a subtitle file.
_MOST_BYTES = 16 * 1024 * 1024
_WORD_JOINER = "\u2060"
_RIGHT_TO_LEFT, _POP = "\u202b", "\u202c"
# Embeddings and overrides would undo ours; a byte order mark inside a text is a copying accident.
_UNWANTED = regex.compile(r"[\u202a-\u202e\ufeff]|[\p{Cc}--\n]", regex.V1)
_OTHER_NEWLINES = regex.compile(r"\r\n?")
_SEPARATORS = regex.compile(r"[\t\v\f\x1c-\x1f\x85\u2028\u2029]")
_ASS_TOKEN = regex.compile(r"\\(?P<brace>[{}])|\{(?P<tags>[^}]*)\}|\\(?P<space>[Nnh])|(?P<text>.)", regex.DOTALL)
_ASS_DRAWING = regex.compile(r"\\p(\d+)")
_SRT_TAG = regex.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^}]*\}")
_VTT_TAG = regex.compile(r"<[^>]*>")
_VTT_VOICE = regex.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = regex.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?$", regex.MULTILINE)
_SRT_INDEX = regex.compile(r"(?:^|\n)[ \t]*\d+[ \t]*\n$")
# A browser's own subtitle type is 5 % of the height (WebVTT, section 7.2), set at about 1.2.
_VTT_LINE_PERCENT = 6


class TimedText(NamedTuple):
    """One subtitle of a file, its text without markup, its times as they stand there."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    """Who the file says is speaking: the name of an ASS event, the voice of a VTT cue."""


def read(path: Path) -> list[TimedText]:
    """The subtitles of an SRT, ASS, SSA or VTT file in their order; overlaps stay, comments and drawings do not.

    SubtitleError says what is wrong with the file.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise SubtitleError(f"{path.name} is not one of {', '.join(SUFFIXES)}", next_step=f"convert {path} to SRT")
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SubtitleError(f"{path.name} cannot be read: {error.strerror}", next_step=f"check {path}") from error
    if len(data) > _MOST_BYTES:
        raise SubtitleError(f"{path.name} is too large for subtitles", next_step=f"check {path}")
    text = _OTHER_NEWLINES.sub("\n", _decode(data, path))
    try:
        found = _PARSERS[path.suffix.lower()](text)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, TypeError) as error:
        raise SubtitleError(f"{path.name} cannot be parsed: {error}", next_step=f"mend {path}") from error
    if not (kept := [t for t in found if t.text]):
        raise SubtitleError(f"{path.name} holds no subtitle", next_step=f"check {path}")
    return kept


def escape_ass(text: str) -> str:
    """`text` as the text of an ASS event: what looked like markup is drawn as it stands, newlines become `\\N`."""
    # libass has no escape for a backslash: a word joiner after it, drawn as nothing, keeps it from starting a tag.
    text = _clean(text).replace("\\", "\\" + _WORD_JOINER)
    return text.replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")


def to_ass(layout: Layout, profile: Locale, style: Style) -> str:
    """The ASS script that `ass=FILE:shaping=complex` burns: one event per layout event, in pixels of the frame."""
    script = pysubs2.SSAFile()
    script.info = {
        "Title": layout.locale,
        "PlayResX": str(layout.width_px),
        "PlayResY": str(layout.height_px),
        "ScaledBorderAndShadow": "yes",
        "WrapStyle": "2",
        "YCbCr Matrix": "TV.709",
    }
    script.styles = {
        "Default": pysubs2.SSAStyle(
            fontname=layout.font,
            fontsize=_font_size(layout.em_px, layout, style),
            bold=style.bold,
            outline=round(style.outline * min(layout.width_px, layout.height_px), 1),
            shadow=0.0,
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=layout.margin_x_px,
            marginr=layout.margin_x_px,
            marginv=layout.margin_bottom_px,
        )
    }
    for event in layout.events:
        start_ms, end_ms = event.start_ms // 10 * 10, event.end_ms // 10 * 10
        size = f"{{\\fs{_font_size(event.em_px, layout, style)}}}" if event.em_px else ""
        lines = (_ass_line(line, profile, layout, style) for line in _clean(event.text).split("\n"))
        script.events.append(
            pysubs2.SSAEvent(start=start_ms, end=max(end_ms, start_ms + 10), text=size + r"\N".join(lines))
        )
    text = script.to_string("ass", header_notice="")
    if len(pysubs2.SSAFile.from_string(text, "ass").events) != len(layout.events):
        raise LocalizeError(
            f"the ASS of {layout.locale} would hold other events than its layout", next_step="report this text as a bug"
        )
    return text


def to_srt(layout: Layout, profile: Locale) -> str:
    """SubRip. It has no escapes: what a player would take for markup is split by an invisible word joiner."""
    blocks = []
    for number, event in enumerate(layout.events, 1):
        times = f"{_clock(event.start_ms)} --> {_clock(event.end_ms)}".replace(".", ",")
        blocks.append(f"{number}\n{times}\n{_lines(event, profile, _inert)}\n")
    return "\n".join(blocks)


def to_vtt(layout: Layout, profile: Locale) -> str:
    """WebVTT, each cue placed so that its last line ends where the burned one does."""
    bottom = 100 * (layout.height_px - layout.margin_bottom_px) // layout.height_px
    blocks = ["WEBVTT\n"]
    for event in layout.events:
        top = max(0, bottom - _VTT_LINE_PERCENT * (1 + event.text.count("\n")))
        times = f"{_clock(event.start_ms)} --> {_clock(event.end_ms)} line:{top}%"
        blocks.append(f"{times}\n{_lines(event, profile, lambda text: html.escape(text, quote=False))}\n")
    return "\n".join(blocks)


def _clean(text: str) -> str:
    return _UNWANTED.sub("", _SEPARATORS.sub(" ", _OTHER_NEWLINES.sub("\n", text)))


def _directed(line: str, profile: Locale) -> str:
    """`line` with its direction: libass and most players take each line for left to right, whatever its script."""
    return f"{_RIGHT_TO_LEFT}{line}{_POP}" if profile.direction == "rtl" else line


def _font_size(em_px: int, layout: Layout, style: Style) -> float:
    return round(fonts.size_px(layout.font, em_px, style.bold), 2)


def _ass_line(line: str, profile: Locale, layout: Layout, style: Style) -> str:
    """One escaped line that names the font of every part: libass would take what is lacking from any font it finds."""
    if profile.direction == "rtl":
        # libass orders what lies between two tags by itself: a tag inside would put the parts from left to right. Its
        # fallback is fontconfig's sans-serif, which from 2.14 on is Noto Sans where that is installed.
        return _directed(escape_ass(line), profile)
    parts, family = [], layout.font
    for font, text in fonts.runs(line, profile, style.bold):
        if font.family != family:
            family = font.family
            parts.append(f"{{\\fn{family}}}")
        parts.append(escape_ass(text))
    if family != layout.font:
        parts.append(f"{{\\fn{layout.font}}}")
    return "".join(parts)


def _lines(event: Event, profile: Locale, escape: Callable[[str], str]) -> str:
    """The event's lines, escaped; a blank one would end the cue and is left out."""
    lines = (line.strip() for line in _clean(event.text).split("\n"))
    return "\n".join(_directed(escape(line), profile) for line in lines if line)


def _inert(text: str) -> str:
    return regex.sub(r"(?<=<)(?=[a-zA-Z/])|(?<=\{)(?=\\)|(?<=\\)|(?<=--)(?=>)", _WORD_JOINER, text)


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _plain(text: str) -> str:
    """Text as people read it: without controls of direction and joining, lines stripped, blank ones left out."""
    lines = (line.strip() for line in _clean(text).replace(_WORD_JOINER, "").split("\n"))
    return "\n".join(line for line in lines if line)


def _read_srt(text: str) -> list[TimedText]:
    # pysubs2 loses a number at the end of a cue and takes two clock times in a text for those of a cue.
    times = list(_TIMES.finditer(text))
    found = []
    for here, after in zip_longest(times, times[1:]):
        body = _SRT_INDEX.sub("", text[here.end() : after.start()]) if after else text[here.end() :]
        found.append(_timed(here, _SRT_TAG.sub("", body).replace(r"\N", "\n")))
    return found


def _read_ass(text: str) -> list[TimedText]:
    script = pysubs2.SSAFile.from_string(text, "ssa" if regex.search(r"(?i)\[V4 Styles\]", text) else "ass")
    return [
        TimedText(e.start, e.end, _plain(_ass_text(e.text)), e.name.strip()) for e in script.events if not e.is_comment
    ]


def _ass_text(raw: str) -> str:
    """The drawn text of an ASS event. pysubs2's own `plaintext` knows no escaped brace."""
    text, drawing = "", False
    for token in _ASS_TOKEN.finditer(raw):
        if token["tags"] is not None:
            if scales := _ASS_DRAWING.findall(token["tags"]):
                drawing = scales[-1] != "0"
        elif not drawing:
            text += token["brace"] or token["text"] or (" " if token["space"] == "h" else "\n")
    return text


def _read_vtt(text: str) -> list[TimedText]:
    # pysubs2 reads VTT as SRT: comments, style sheets and entities would end up in the text.
    blocks = ((_TIMES.search(block), block) for block in regex.split(r"\n[ \t]*(?=\n)", text))
    found = []
    for times, block in blocks:
        if times:
            body = block[times.end() :]
            voices = {html.unescape(voice).strip() for voice in _VTT_VOICE.findall(body)}
            # A cue of several voices has no speaker of its own.
            speaker = voices.pop() if len(voices) == 1 else ""
            found.append(_timed(times, html.unescape(_VTT_TAG.sub("", body)), speaker))
    return found


def _timed(times: regex.Match[str], text: str, speaker: str = "") -> TimedText:
    start_ms, end_ms = (_ms(*times.groups("0")[at : at + 4]) for at in (0, 4))
    return TimedText(start_ms, end_ms, _plain(text), speaker)


def _ms(hours: str, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


_PARSERS = {".srt": _read_srt, ".ass": _read_ass, ".ssa": _read_ass, ".vtt": _read_vtt}


def _decode(data: bytes, path: Path) -> str:
    """UTF-8, UTF-16, GB18030 or Big5, whichever the bytes are without a single error."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\0" in data:
        # Times and markup are ASCII: their zero bytes tell which half comes first.
        candidates = ["utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"]
    else:
        candidates = ["utf-8-sig", *sorted(("gb18030", "big5"), key=lambda name: -_everyday(data, name))]
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SubtitleError(
        f"{path.name} is neither UTF-8, UTF-16, GB18030 nor Big5 text", next_step=f"save {path} as UTF-8"
    )


# Lead bytes of the characters in everyday use: level 1 of GB 2312, level 1 of Big5.
_EVERYDAY = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}


def _everyday(data: bytes, encoding: str) -> float:
    """Share of everyday characters among all beyond ASCII; GB18030 decodes most Big5 text, into rare ones."""
    try:
        beyond = [c for c in data.decode(encoding) if not c.isascii()]
    except UnicodeDecodeError:
        return -1.0
    return sum(c.encode(encoding)[0] in _EVERYDAY[encoding] for c in beyond) / max(len(beyond), 1)
