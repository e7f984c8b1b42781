"""The contact sheet: one frame per locale side by side, so that a wrong glyph or an overrun is seen at a glance."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TILE_PX = 216
"""Width of one frame on the sheet; 9:16 makes it 384 high."""
# Twice the sheet's width: sharp on a phone or a dense screen, about 50 kB a frame.
_EMBEDDED_PX = 2 * TILE_PX
CROP_PX = 320
"""Width of a part of a frame beside a finding."""
BAND_PX = 1008
"""Width of the frames on which the band is marked."""
_COLUMNS = 6
_GAP_PX = 16
_CAPTION_PX = 44
_CELL_PX, _TAG_PX, _HAIR_PX, _COLOURS = 252, 84, 4, 64
_PAPER, _INK, _FAINT = "#16181d", "#f4f5f7", "#a6adba"


@dataclass(frozen=True, slots=True)
class Tile:
    """One frame of a burned master, in a file Pillow reads."""

    tag: str
    name: str
    picture: Path


@dataclass(frozen=True, slots=True)
class Row:
    """The same cues in one locale, a frame for each."""

    tag: str
    name: str
    pictures: Sequence[Image.Image]


def matrix(rows: Sequence[Row], part: tuple[int, int, int, int]) -> bytes:
    """A PNG with a line of cells for every locale, each the `part` (left, top, right, bottom) of a frame.

    It has 64 colours: whether a glyph is right shows in its shape, and the file stays small enough for a README.
    """
    width, height = _CELL_PX, round(_CELL_PX * (part[3] - part[1]) / (part[2] - part[0]))
    columns = max(len(row.pictures) for row in rows)
    sheet = Image.new("RGB", (_TAG_PX + columns * (width + _HAIR_PX), len(rows) * (height + _HAIR_PX)), _PAPER)
    draw, large = ImageDraw.Draw(sheet), ImageFont.load_default(17)
    for line, row in enumerate(rows):
        y = line * (height + _HAIR_PX)
        draw.text((10, y + height // 2), row.tag, _INK, large, "lm")
        for column, picture in enumerate(row.pictures):
            cell = picture.crop(part).resize((width, height), Image.Resampling.LANCZOS)
            sheet.paste(cell, (_TAG_PX + column * (width + _HAIR_PX), y))
    return _encoded(sheet.quantize(_COLOURS, dither=Image.Dither.NONE), "PNG")


def compose(tiles: Sequence[Tile]) -> bytes:
    """A PNG grid of `tiles`, each with its locale tag and name below it."""
    pictures = [_scaled(tile.picture, TILE_PX) for tile in tiles]
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    cell_width, cell_height = TILE_PX + _GAP_PX, max(p.height for p in pictures) + _CAPTION_PX + _GAP_PX
    sheet = Image.new("RGB", (columns * cell_width + _GAP_PX, rows * cell_height + _GAP_PX), _PAPER)
    draw, large, small = ImageDraw.Draw(sheet), ImageFont.load_default(15), ImageFont.load_default(12)
    for number, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        x, y = _GAP_PX + number % columns * cell_width, _GAP_PX + number // columns * cell_height
        sheet.paste(picture, (x, y))
        draw.text((x, y + picture.height + 6), tile.tag, fill=_INK, font=large)
        draw.text((x, y + picture.height + 25), tile.name, fill=_FAINT, font=small)
    return _encoded(sheet, "PNG")


def data_uri(picture: Path, width_px: int = _EMBEDDED_PX) -> str:
    """`picture` as a small JPEG, `width_px` wide, that a page carries inside itself."""
    jpeg = _encoded(_scaled(picture, width_px), "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _scaled(picture: Path, width_px: int) -> Image.Image:
    with Image.open(picture) as image:
        height_px = max(1, round(image.height * width_px / image.width))
        return image.convert("RGB").resize((width_px, height_px), Image.Resampling.LANCZOS)


def _encoded(image: Image.Image, kind: str) -> bytes:
    data = BytesIO()
    image.save(data, kind, quality=82, optimize=True)
    return data.getvalue()
