"""One subtitle of a file, and the clock times of SRT and VTT, in whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import regex

from localize.subtitles.text import plain

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMES = regex.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?$", regex.MULTILINE)


class TimedText(NamedTuple):
    """One subtitle of a file, its text without markup, its times as they stand there."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    """Who the file says is speaking: the name of an ASS event, the voice of a VTT cue."""


class Type(NamedTuple):
    """How large a file sets a subtitle, and where: shares of the height of a frame so wide for its height."""

    size: float
    """Its Fontsize."""
    aspect: float
    bottom: float = 0.0
    """How far its last line stands from the lower edge; 0 where it stands elsewhere, or as its player likes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A subtitle with what its file says besides: `raw` is the text as it stands there, markup and all."""

    timed: TimedText
    raw: str
    type: Type | None = None


def entry(times: regex.Match[str], raw: str, text: str, speaker: str = "") -> Entry:
    """The subtitle of a `TIMES` match and the text below it."""
    start_ms, end_ms = (_ms(*times.groups("0")[at : at + 4]) for at in (0, 4))
    return Entry(TimedText(start_ms, end_ms, plain(text), speaker), raw.strip("\n"))


def clock(ms: int) -> str:
    """`hh:mm:ss.mmm`."""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _ms(hours: str, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))
