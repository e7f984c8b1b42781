"""Faces: the font files of this machine, and which of them stands in where no font of a locale has a character."""

from __future__ import annotations

import subprocess
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

# FC_WEIGHT_DEMIBOLD of fontconfig: from here on a face is bold, below it libass would smear a regular one.
BOLD_FROM = 180
# Upright and of normal width.
_LISTED = (":slant=0:width=100:scalable=true", "family", "weight", "index", "color", "file", "charset")
# Of no standing: one font's icon is another one's logo.
_PRIVATE = regex.compile(r"[\p{Co}\p{Cn}\p{Cs}]")
_UNDRAWN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]")


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """One face in one file, one object for each; `index` counts the faces of a collection (.ttc)."""

    family: str
    path: Path
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class _Face:
    font: Font
    bold: bool
    starts: Sequence[int]
    ends: Sequence[int]
    """Inclusive."""

    def covers(self, text: str) -> bool:
        return all(self._has(ord(character)) for character in text)

    def _has(self, codepoint: int) -> bool:
        at = bisect_right(self.starts, codepoint) - 1
        return at >= 0 and codepoint <= self.ends[at]


@cache
def stand_in(cluster: str, bold: bool = False) -> Font | None:
    """The installed face that draws a grapheme cluster that no font of a locale has; None where none can.

    Faces of Noto come first, then by name, so that a machine chooses the same one every time. Colour fonts are left
    out: libass draws outlines, and of a bitmap nothing or a box. Nobody stands in for a private character.
    """
    text = _UNDRAWN.sub("", cluster)
    if not text or _PRIVATE.search(text):
        return None
    able = [face for face in _installed() if face.covers(text)]
    best = min(able, key=lambda face: (*_rank(face.font.family), face.bold != bold), default=None)
    return best.font if best else None


def _rank(family: str) -> tuple[bool, bool, str]:
    return not family.startswith("Noto Sans"), not family.startswith("Noto"), family


@cache
def _installed() -> tuple[_Face, ...]:
    """What fontconfig lists; nothing where it cannot be asked, which `fonts.resolve` reports."""
    pattern, *fields = _LISTED
    form = "\t".join(f"%{{{field}}}" for field in fields) + "\n"
    try:
        listed = subprocess.run(
            ["fc-list", "--format", form, pattern], capture_output=True, text=True, check=True, timeout=60
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = (line.split("\t") for line in sorted(listed.splitlines()))
    return tuple(_face(*row) for row in rows if len(row) == len(fields) and row[3] != "True")


def _face(families: str, weight: str, index: str, _color: str, file: str, charset: str) -> _Face:
    ranges = sorted(_range(part) for part in charset.split())
    # fontconfig keeps the named instance of a variable font in the upper half.
    font = Font(families.split(",")[0], Path(file), int(index) & 0xFFFF)
    return _Face(font, _weight(weight) >= BOLD_FROM, [start for start, _ in ranges], [end for _, end in ranges])


def _range(part: str) -> tuple[int, int]:
    first, _, last = part.partition("-")
    return int(first, 16), int(last or first, 16)


def _weight(text: str) -> float:
    """The lighter end of a variable font's range."""
    return float(text.strip("[]").split()[0])
