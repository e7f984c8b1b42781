"""Burned-in subtitles: where they stand in the picture, what they say and when, as `read` found them (`ocr.json`).

Boxes are pixels of the frame in `MediaFacts`; a band is in shares of its height.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from localize.drawing.safe_area import Rect

Sort = Literal["subtitle", "sign", "card", "message"]
"""What a text in the picture is: what somebody says, writing in the scene, a name card, a phone message or letter."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where dialogue stands: `top` and `bottom` in shares of the height, from `start_ms` to `end_ms`.

    `colour` is the fill of its letters as `#rrggbb`, `em` their size in shares of the height, `lines` the most at once.
    """

    top: float
    bottom: float
    colour: str
    em: float
    lines: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One text of the picture, while it stands unchanged: simplified Chinese, lines joined by a newline.

    `confidences` has one probability for each character of `text`; `readings` is how many frames were read for it, and
    `others` what some of them said instead.
    """

    start_ms: int
    end_ms: int
    text: str
    box: Rect
    sort: Sort = "subtitle"
    confidences: tuple[float, ...] = ()
    readings: int = 1
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """Text that is no subtitle and no sign: a watermark, a disclaimer, a station's logo; `why` in plain words."""

    text: str
    box: Rect
    why: str


@dataclass(frozen=True, slots=True)
class HardSubs:
    """What the picture says. Without `bands` there are no burned-in subtitles to use, and `reason` says why."""

    bands: tuple[Band, ...] = ()
    reason: str = ""
    shown: tuple[Shown, ...] = ()
    ignored: tuple[Ignored, ...] = field(default=())
    schema: int = 1

    @property
    def dialogue(self) -> tuple[Shown, ...]:
        return tuple(shown for shown in self.shown if shown.sort == "subtitle")

    @property
    def inserts(self) -> tuple[Shown, ...]:
        """What is shown and not said: signs, cards and messages."""
        return tuple(shown for shown in self.shown if shown.sort != "subtitle")

    @property
    def reach(self) -> tuple[float, float] | None:
        """Top and bottom, in shares of the height, of what all bands cover together."""
        if not self.bands:
            return None
        return min(band.top for band in self.bands), max(band.bottom for band in self.bands)
