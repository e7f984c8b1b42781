"""The band over three frames: whether burned-in text was found where it stands is seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from localize.picture.hardsub import HardSubs, Shown
from localize.timecode import clock

COUNT = 3
_WIDTH_PX, _GAP_PX, _CAPTION_PX = 320, 12, 24
_PAPER, _FAINT = "#16181d", "#a6adba"
_BAND, _DIALOGUE, _INSERT, _IGNORED = "#ffd166", "#06d6a0", "#4cc9f0", "#ef476f"
_COLOURS = {"band": _BAND, "dialogue": _DIALOGUE, "sign, card or message": _INSERT, "ignored": _IGNORED}


def moments(found: HardSubs) -> tuple[int, ...]:
    """Times of up to three pictures that show most of what was found: lines of dialogue from all over the film.

    Those with something beside the dialogue come first; without dialogue it is what else was read.
    """
    texts = found.dialogue or found.inserts
    if not texts:
        return ()
    parts = [texts[len(texts) * number // COUNT : len(texts) * (number + 1) // COUNT] for number in range(COUNT)]

    def beside(start_ms: int, end_ms: int) -> int:
        return sum(one.start_ms < end_ms and start_ms < one.end_ms for one in found.inserts)

    best = (max(part, key=lambda one: (beside(one.start_ms, one.end_ms), len(one.text))) for part in parts if part)
    return tuple((one.start_ms + one.end_ms) // 2 for one in best)


def band_picture(frames: Sequence[tuple[int, Image.Image]], found: HardSubs) -> bytes:
    """A JPEG of `frames` (when each is on screen, in milliseconds, and its picture) side by side, with what was found.

    The pictures have the size that the boxes of `found` are given for, or the same shape. ValueError without frames.
    """
    if not frames:
        raise ValueError("a picture of the band needs a frame")
    tiles = [_tile(at_ms, picture, found) for at_ms, picture in frames]
    height = max(tile.height for tile in tiles)
    width = len(tiles) * (_WIDTH_PX + _GAP_PX) + _GAP_PX
    sheet = Image.new("RGB", (width, height + 2 * _CAPTION_PX + 2 * _GAP_PX), _PAPER)
    draw, face = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, ((at_ms, _), tile) in enumerate(zip(frames, tiles, strict=True)):
        left = _GAP_PX + number * (_WIDTH_PX + _GAP_PX)
        sheet.paste(tile, (left, _GAP_PX))
        draw.text((left, _GAP_PX + height + 4), clock(at_ms), _FAINT, face)
    x, y = float(_GAP_PX), height + _GAP_PX + _CAPTION_PX + 4
    for name, colour in _COLOURS.items():
        draw.rectangle((x, y + 2, x + 10, y + 12), outline=colour, width=2)
        draw.text((x + 16, y), name, _FAINT, face)
        x += 16 + draw.textlength(name, face) + 18
    made = BytesIO()
    sheet.save(made, "JPEG", quality=82)
    return made.getvalue()


def _tile(at_ms: int, picture: Image.Image, found: HardSubs) -> Image.Image:
    """One picture at the width of a tile, the bands of its time and the boxes of its texts drawn on it."""
    scale = _WIDTH_PX / picture.width
    tile = picture.convert("RGB").resize((_WIDTH_PX, round(picture.height * scale)), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(tile)
    for band in found.bands:
        if band.start_ms <= at_ms < band.end_ms:
            draw.rectangle(
                (1, band.top * tile.height, _WIDTH_PX - 2, band.bottom * tile.height), outline=_BAND, width=2
            )
    boxes = [(one.box, _DIALOGUE if one.sort == "subtitle" else _INSERT) for one in found.shown if _on(one, at_ms)]
    for box, colour in [*boxes, *((one.box, _IGNORED) for one in found.ignored)]:
        corners = (box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)
        draw.rectangle(corners, outline=colour, width=2)
    return tile


def _on(one: Shown, at_ms: int) -> bool:
    return one.start_ms <= at_ms < one.end_ms
