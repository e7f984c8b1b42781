"""Reading a subtitle file of any format, from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pysubs2

from localize.errors import SubtitleError
from localize.locales import SOURCE, Locale
from localize.subtitles.ass import from_ass
from localize.subtitles.encoding import decode
from localize.subtitles.srt import from_srt
from localize.subtitles.text import newlines
from localize.subtitles.timed import Entry, TimedText
from localize.subtitles.ttml_reader import from_ttml
from localize.subtitles.vtt import from_vtt

_PARSERS = {
    ".srt": from_srt,
    ".ass": from_ass,
    ".ssa": from_ass,
    ".vtt": from_vtt,
    ".ttml": from_ttml,
    ".dfxp": from_ttml,
    ".itt": from_ttml,
}
SUFFIXES = tuple(_PARSERS)
# A whole season of subtitles stays below it; more is not a subtitle file.
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SubtitleFile:
    """Everything a file holds that is shown, empty subtitles included; comments are not."""

    name: str
    encoding: str
    """As Python names it: `utf-8`, `cp874`."""
    entries: tuple[Entry, ...]

    @property
    def kind(self) -> str:
        """The suffix without its dot."""
        return self.name.rpartition(".")[2].lower()


def read(path: Path, profile: Locale = SOURCE) -> list[TimedText]:
    """The subtitles of `path` that have a text, in their order; overlaps stay, comments and drawings do not.

    `profile` is the language it should be in. SubtitleError says what is wrong with the file.
    """
    if not (kept := [entry.timed for entry in parse(path, profile).entries if entry.timed.text]):
        raise SubtitleError(f"{path.name} holds no subtitle", next_step=f"check {path}")
    return kept


def parse(path: Path, profile: Locale = SOURCE) -> SubtitleFile:
    """As `read`, with everything that the file says besides, and with subtitles that have no text."""
    if path.suffix.lower() not in SUFFIXES:
        raise SubtitleError(f"{path.name} is not one of {', '.join(SUFFIXES)}", next_step=f"convert {path} to SRT")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SubtitleError(f"{path.name} cannot be read: {error.strerror}", next_step=f"check {path}") from error
    if len(data) > MOST_BYTES:
        raise SubtitleError(f"{path.name} is too large for subtitles", next_step=f"check {path}")
    text, encoding = decode(data, path, profile)
    try:
        found = _PARSERS[path.suffix.lower()](newlines(text))
    except (pysubs2.exceptions.Pysubs2Error, ValueError, TypeError) as error:
        raise SubtitleError(f"{path.name} cannot be parsed: {error}", next_step=f"mend {path}") from error
    if not found:
        raise SubtitleError(f"{path.name} holds no subtitle", next_step=f"check {path}")
    return SubtitleFile(path.name, encoding, tuple(found))
