"""Panes: rounded boxes as drawings of ASS, which libass times, fades and draws wherever it draws text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pysubs2

from localize.drawing.safe_area import Rect

_STYLE = "Pane"
# A quarter of a circle as a Bezier curve: its handles are so many radii long.
_ROUND = 0.5523


@dataclass(frozen=True, slots=True)
class Pane:
    """A box in `colour` (`#rrggbb`) from `start_ms` to `end_ms`; `blur` softens its edges, never beyond `within`."""

    box: Rect
    within: Rect
    start_ms: int
    end_ms: int
    radius_px: int
    blur_px: float = 0.0
    colour: str = "#ffffff"


def panes(drawn: Iterable[Pane], width_px: int, height_px: int) -> str:
    """A script for a picture of that size that draws nothing else."""
    script = pysubs2.SSAFile()
    script.info = {"PlayResX": str(width_px), "PlayResY": str(height_px), "ScaledBorderAndShadow": "yes"}
    return _with(script, drawn)


def behind(text: str, drawn: Sequence[Pane]) -> str:
    """The script `text` with panes behind its lines."""
    return _with(pysubs2.SSAFile.from_string(text, "ass"), drawn)


def _with(script: pysubs2.SSAFile, drawn: Iterable[Pane]) -> str:
    plain = pysubs2.SSAStyle(outline=0, shadow=0, alignment=pysubs2.Alignment.TOP_LEFT, marginl=0, marginr=0, marginv=0)
    script.styles[_STYLE] = plain
    # Of one layer, what stands first in the file is drawn first.
    script.events[:0] = [
        pysubs2.SSAEvent(start=pane.start_ms, end=pane.end_ms, text=_drawing(pane), style=_STYLE) for pane in drawn
    ]
    return script.to_string("ass", header_notice="")


def _drawing(pane: Pane) -> str:
    clip, box = pane.within, pane.box
    red, green, blue = bytes.fromhex(pane.colour[1:7])
    tags = (
        rf"\pos(0,0)\clip({clip.left},{clip.top},{clip.right},{clip.bottom})"
        rf"\c&H{blue:02X}{green:02X}{red:02X}&\blur{pane.blur_px:g}\p1"
    )
    return f"{{{tags}}}{_outline(box, min(pane.radius_px, (box.bottom - box.top) // 2, (box.right - box.left) // 2))}"


def _outline(box: Rect, radius_px: int) -> str:
    """Clockwise from the upper left corner; ASS takes whole pixels here."""
    r, k = radius_px, round(radius_px * (1 - _ROUND))
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    parts = (
        ("m", left + r, top), ("l", right - r, top), ("b", right - k, top, right, top + k, right, top + r),
        ("l", right, bottom - r), ("b", right, bottom - k, right - k, bottom, right - r, bottom),
        ("l", left + r, bottom), ("b", left + k, bottom, left, bottom - k, left, bottom - r),
        ("l", left, top + r), ("b", left, top + k, left + k, top, left + r, top),
    )  # fmt: skip
    return " ".join(str(part) for parts_ in parts for part in parts_)
