"""Covering: what is laid over the source's burned-in subtitles, where and when, before ours are drawn (`cover.json`).

Boxes are pixels of the frame in `MediaFacts`, with even edges, because four pixels share one colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from localize.drawing.safe_area import Rect
from localize.timecode import seconds_from_ms

Method = Literal["blur", "box", "inpaint"]
"""`blur`: the picture around a text drawn over it, blurred; `box`: that behind a dark, rounded pane; `inpaint`: only
the letters, filled in from what stands beside them."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One stretch of covered picture: nothing of `core` can be seen, nothing outside `box` is changed.

    Times are multiples of 10 ms, the clock of the ASS that times the cover.
    """

    core: Rect
    box: Rect
    start_ms: int
    end_ms: int
    em_px: int
    """Height of the covered letters."""
    colour: str = ""
    """Their fill as `#rrggbb`, where it is known."""


@dataclass(frozen=True, slots=True)
class CoverPlan:
    """What is covered in one episode and how; `why` says it in plain words, above all where nothing is.

    `missed` is set where the series asks for a method and nothing can be covered. `band` is where most of the covered
    text stands, in shares of the height: the place for ours.
    """

    method: Method | None
    why: str
    patches: tuple[Patch, ...] = ()
    band: tuple[float, float] | None = None
    missed: bool = False
    schema: int = 1

    def __bool__(self) -> bool:
        return bool(self.patches)

    @property
    def area(self) -> Rect:
        """The part of the frame that holds every patch."""
        return around(patch.box for patch in self.patches)

    @property
    def em_px(self) -> int:
        return max(patch.em_px for patch in self.patches)


def around(boxes: Iterable[Rect]) -> Rect:
    """The smallest box that holds all of `boxes`."""
    left, top, right, bottom = zip(*((box.left, box.top, box.right, box.bottom) for box in boxes), strict=True)
    return Rect(min(left), min(top), max(right), max(bottom))


def during(patches: Iterable[Patch]) -> str:
    """Timeline expression of ffmpeg that is true while one of `patches` lasts, and half a centisecond around.

    So much, because a filter and libass may round the time of one picture to either side of an end.
    """
    spans: list[list[int]] = []
    for start_ms, end_ms in sorted((patch.start_ms, patch.end_ms) for patch in patches):
        if spans and start_ms <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end_ms)
        else:
            spans.append([start_ms, end_ms])
    seconds = ((seconds_from_ms(start - 5), seconds_from_ms(end + 5)) for start, end in spans)
    return "+".join(f"between(t,{start:.3f},{end:.3f})" for start, end in seconds)
