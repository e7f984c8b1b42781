"""The safe area as a picture, to lay over a frame: what a platform covers, and where subtitles may stand."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from localize.drawing.safe_area import SafeArea

_COVERED, _FREE, _TEXT = (220, 38, 38, 110), (34, 197, 94, 255), (59, 130, 246, 255)
_NOTHING = (0, 0, 0, 0)


def overlay(area: SafeArea, picture: Image.Image | None = None, *, labels: bool = True) -> Image.Image:
    """A picture of `area` over `picture`, else over transparency: covered in red, the subtitles' part framed in blue.

    `labels` tell the sides in pixels and per cent.
    """
    size = (area.width_px, area.height_px)
    base = picture.convert("RGBA").resize(size) if picture else Image.new("RGBA", size, _NOTHING)
    mask = Image.new("RGBA", size, _COVERED)
    draw = ImageDraw.Draw(mask)
    free, text = area.free, area.text
    draw.rectangle((free.left, free.top, free.right - 1, free.bottom - 1), _NOTHING, _FREE, _line_px(area))
    draw.rectangle((text.left, text.top, text.right - 1, text.bottom - 1), None, _TEXT, _line_px(area))
    if labels:
        _label(draw, area)
    return Image.alpha_composite(base, mask)


def _label(draw: ImageDraw.ImageDraw, area: SafeArea) -> None:
    font, stroke_px = ImageFont.load_default(max(10, area.width_px // 34)), max(1, area.width_px // 360)
    free, gap = area.free, 3 * _line_px(area)
    middle_x, middle_y = (free.left + free.right) // 2, (free.top + free.bottom) // 2
    for at, words, anchor in (
        ((middle_x, free.top + gap), f"top {_said(area.top_px, area.height_px)}", "ma"),
        ((middle_x, free.bottom - gap), f"bottom {_said(area.bottom_px, area.height_px)}", "md"),
        ((free.left + gap, middle_y), _said(area.left_px, area.width_px), "lm"),
        ((free.right - gap, middle_y), _said(area.right_px, area.width_px), "rm"),
        ((middle_x, middle_y), f"subtitles {_said(area.text.right - area.text.left, area.width_px)}", "mm"),
    ):
        draw.text(at, words, "white", font, anchor, stroke_width=stroke_px, stroke_fill="black")


def _said(px: int, whole_px: int) -> str:
    return f"{px} px, {100 * px / whole_px:.1f} %"


def _line_px(area: SafeArea) -> int:
    return max(2, area.width_px // 270)
