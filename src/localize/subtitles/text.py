"""The text of subtitles: what is kept of it, what is taken off, and the direction of a line."""

from __future__ import annotations

from collections.abc import Callable

import regex

from localize.cues import Event
from localize.locales import SOURCE, Locale

WORD_JOINER = "\u2060"
RIGHT_TO_LEFT, POP = "\u202b", "\u202c"
# Embeddings and overrides would undo ours; a byte order mark inside a text is a copying accident, and what is no
# character (a lone surrogate, U+FFFF) fits into no encoding or no XML.
_UNWANTED = regex.compile(r"[\u202a-\u202e\ufeff\ufffe\uffff\p{Cs}]|[\p{Cc}--\n]", regex.V1)
_OTHER_NEWLINES = regex.compile(r"\r\n?")
_SEPARATORS = regex.compile(r"[\t\v\f\x1c-\x1f\x85\u2028\u2029]")
# A writer's way of telling a player the direction of a line; inside a line they may hold a URL together.
_EDGE_MARKS = regex.compile(r"^[\s\u200e\u200f\u061c\u2066-\u2069]+|[\s\u200e\u200f\u061c\u2066-\u2069]+$")
# Brackets belong to what they hold where that goes on from the left-to-right word before them: Lin (3.5%). libass and
# older players leave the closing one to the line's direction (rule N0 of the bidirectional algorithm is younger).
_LEFT_TO_RIGHT = "\u200e"
_INSIDE = r"[^()\[\]\p{Arabic}\p{Hebrew}]*"
_HELD = rf"{_INSIDE}[\p{{L}}\p{{N}}--[\p{{Arabic}}\p{{Hebrew}}]]{_INSIDE}"
_CLOSES_LEFT_TO_RIGHT = regex.compile(
    rf"(?<=[\p{{Latin}}\p{{Cyrillic}}][\p{{N}}\s]*)(?:\({_HELD}\)|\[{_HELD}\])", regex.V1
)
_AFTER_BRACKET = regex.compile(rf"(?<=[)\]]){_LEFT_TO_RIGHT}")
_OPENED, _CLOSED = regex.compile("[\u2066-\u2068]"), "\u2069"


def newlines(text: str) -> str:
    """`text` with the line ends of every system as a newline."""
    return _OTHER_NEWLINES.sub("\n", text)


def clean(text: str) -> str:
    """Text as it may be written into a file: no control, embedding or separator but the newline."""
    return _UNWANTED.sub("", _SEPARATORS.sub(" ", newlines(text)))


def plain(text: str) -> str:
    """Text as people read it: without controls of direction and joining, lines stripped, blank ones left out."""
    lines = (_undirected(line) for line in clean(text).replace(WORD_JOINER, "").split("\n"))
    return "\n".join(line for line in lines if line)


def directed(line: str, profile: Locale) -> str:
    """`line` with its direction as libass and SRT and VTT players need it.

    libass and most players take each line for left to right, and browsers for that of its first letter, whatever its
    script; an embedding in the text is what all of them obey.
    """
    if profile.direction != "rtl":
        return line
    line = _CLOSES_LEFT_TO_RIGHT.sub(lambda held: held[0] + _LEFT_TO_RIGHT, line)
    return f"{RIGHT_TO_LEFT}{line}{POP}"


def lines_of(text: str) -> list[str]:
    """The lines of an event, clean; a blank one would end a cue and is left out."""
    return [line for raw in clean(text).split("\n") if (line := raw.strip())]


def escaped(event: Event, profile: Locale, escape: Callable[[str], str]) -> list[str]:
    """The event's lines, escaped, each with its direction; those of the source, of bilingual subtitles, in front."""
    source = (directed(escape(line), SOURCE) for line in lines_of(event.above))
    return [*source, *(directed(escape(line), profile) for line in lines_of(event.text))]


def _undirected(line: str) -> str:
    line = _AFTER_BRACKET.sub("", _EDGE_MARKS.sub("", line))
    opened = len(_OPENED.findall(line))
    return line if opened == line.count(_CLOSED) else _OPENED.sub("", line).replace(_CLOSED, "")
