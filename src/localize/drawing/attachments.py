"""Fonts inside a container: each cut down to the characters its tracks draw, so that three CJK faces take kilobytes.

The cut keeps the name table, by which a player finds the font a style asks for, and every glyph that shaping can reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb

from localize.drawing import fonts
from localize.drawing.faces import Font
from localize.locales import Locale

# The long-standing types: a player that knows only the newer font/ttf and font/otf goes by the suffix of the name.
_TYPES = {b"OTTO": ("otf", "application/vnd.ms-opentype")}
_TRUETYPE = ("ttf", "application/x-truetype-font")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A font file as it goes into a container; `mimetype` is Matroska's."""

    name: str
    mimetype: str
    content: bytes


def subsets(texts: Iterable[tuple[Locale, str]], *, bold: bool) -> list[Attachment]:
    """One font for every face that the locales' chains name, with the characters of all texts drawn through it."""
    wanted: dict[Font, set[int]] = {}
    for profile, text in texts:
        for font in fonts.chain(profile, bold):
            wanted.setdefault(font, set()).update(map(ord, text))
        # What stands in for them.
        for font, part in fonts.runs(text, profile, bold):
            wanted.setdefault(font, set()).update(map(ord, part))
    return [_subset(font, characters, bold) for font, characters in wanted.items()]


@lru_cache(maxsize=2)
def whole(font: Font) -> bytes:
    """The font file with every character of one face; a face of a collection by itself, as browsers want it."""
    content = font.path.read_bytes()
    if not content.startswith(b"ttcf"):
        return content
    keep = hb.SubsetInput()
    keep.keep_everything()
    alone: bytes = hb.subset(hb.Face(hb.Blob(content), font.index), keep).blob.data
    return alone


def _subset(font: Font, characters: set[int], bold: bool) -> Attachment:
    face = hb.Face(hb.Blob.from_file_path(font.path), font.index)
    keep = hb.SubsetInput()
    keep.unicode_set.update(characters)
    # libass measures a space even where a text has none.
    keep.unicode_set.add(ord(" "))
    content: bytes = hb.subset(face, keep).blob.data
    suffix, mimetype = _TYPES.get(content[:4], _TRUETYPE)
    return Attachment(f"{font.family.replace(' ', '')}-{'Bold' if bold else 'Regular'}.{suffix}", mimetype, content)
