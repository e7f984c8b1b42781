"""Crops: the part of a frame that a reviewer needs to see."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from localize.drawing.safe_area import Rect

WIDTH_PX = 480
"""Of a crop at most: read on a telephone, and 10 kB."""
_MARGIN = 0.4
"""Around the text, in heights of its box."""


def cut(picture: Path, box: Rect, width_px: int, height_px: int) -> bytes:
    """A JPEG of `box` with some of its surroundings; `box` is in pixels of the frame `width_px` x `height_px`."""
    margin = round(_MARGIN * (box.bottom - box.top))
    with Image.open(picture) as image:
        # Pixels that are not square are stored narrower than they are seen.
        frame = image.convert("RGB").resize((width_px, height_px))
    part = frame.crop(
        (
            max(box.left - margin, 0),
            max(box.top - margin, 0),
            min(box.right + margin, width_px),
            min(box.bottom + margin, height_px),
        )
    )
    part.thumbnail((WIDTH_PX, WIDTH_PX))
    data = BytesIO()
    part.save(data, "JPEG", quality=80)
    return data.getvalue()
