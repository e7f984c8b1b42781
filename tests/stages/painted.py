"""Films painted for the tests of `read`: letters are patterns, and the reader knows what it was shown.

A letter is a 4 x 4 pattern of bright cells on a dark rim, one for each character, so that texts look as different as
they are and the same at every size. The ground behind them is seen to move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.picture.sight import Corners, Reading, Seen
from localize.stages.read.lines import Box, around

WIDTH_PX, HEIGHT_PX, RATE = 360, 640, 25
EM = 0.034
"""Of the height."""
_PANEL_EM = 0.1
_HALF_OF = {"她": "他"}
"""Letters that share the right half of another."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line on screen: `y` its middle in shares of the height, `x` in shares of the width."""

    start_ms: int
    end_ms: int
    text: str
    y: float = 0.7
    x: float = 0.5
    em: float = EM
    fade_ms: int = 0
    colour: tuple[int, int, int] = (240, 240, 240)
    panel: bool = False
    """Whether it stands in an opaque box, as wide as the letters and a little more."""

    def box(self) -> Box:
        """In shares of the picture."""
        width = len(self.text) * self.em * HEIGHT_PX / WIDTH_PX
        # As a detector gives it: a little larger than the letters.
        more = self.em * 0.14
        return Box(
            self.x - width / 2 - more,
            self.y - self.em / 2 - more,
            self.x + width / 2 + more,
            self.y + self.em / 2 + more,
        )

    def opacity(self, at_ms: int) -> float:
        if not self.start_ms <= at_ms < self.end_ms:
            return 0.0
        return min(1.0, (min(at_ms - self.start_ms, self.end_ms - at_ms) + 40) / self.fade_ms) if self.fade_ms else 1.0


Misread = Callable[[str, int], tuple[str, float]]
"""What is read of a text in the n-th reading, and how sure of it the reader is."""


def exactly(text: str, _number: int) -> tuple[str, float]:
    return text, 0.99


class Painted:
    """Footage and reader in one; of letters smaller than `least_px` where they are looked for, one in four is found."""

    version = "painted"

    def __init__(
        self,
        lines: Sequence[Drawn],
        duration_ms: int,
        misread: Misread = exactly,
        moving: bool = True,
        ground: int = 90,
        least_px: int = 0,
    ) -> None:
        self.lines = lines
        self.duration_ms = duration_ms
        self.reads = self.finds = 0
        self._misread = misread
        self._moving = moving
        self._level = ground
        self._least_px = least_px
        self._now: dict[int, tuple[int, float, int]] = {}

    @property
    def facts(self) -> MediaFacts:
        return MediaFacts(
            digest="", size_bytes=0, mtime_ns=0, duration_ms=self.duration_ms, width_px=WIDTH_PX, height_px=HEIGHT_PX,
            coded_width_px=WIDTH_PX, coded_height_px=HEIGHT_PX, rotation=0, sample_aspect="1:1", frame_rate=str(RATE),
            variable_rate=False, frames=0, video_codec="", pixel_format="", colour_space="", colour_transfer="",
            colour_primaries="", colour_range="", audio=None,
        )  # fmt: skip

    def frames(self, width_px: int, apart_ms: int, progress: Progress | None = None) -> Iterator[Seen]:
        step = -(-apart_ms * RATE // 1000)
        for at_ms in range(0, self.duration_ms, step * 1000 // RATE):
            yield self._seen(at_ms, [(0.0, 1.0)], width_px)

    def strips(
        self, parts: Sequence[tuple[float, float]], width_px: int, progress: Progress | None = None
    ) -> Iterator[Seen]:
        for at_ms in range(0, self.duration_ms, 1000 // RATE):
            yield self._seen(at_ms, parts, width_px)

    def _seen(self, at_ms: int, parts: Sequence[tuple[float, float]], width_px: int) -> Seen:
        pictures = []
        self._now = {}
        for top, bottom in parts:
            picture = self._paint(at_ms, top, bottom, width_px)
            self._now[id(picture)] = at_ms, top, width_px
            pictures.append(picture)
        return Seen(at_ms, tuple(pictures))

    def _paint(self, at_ms: int, top: float, bottom: float, width_px: int) -> np.ndarray:
        full = width_px * HEIGHT_PX / WIDTH_PX
        height, shift = round((bottom - top) * full), at_ms // 40 if self._moving else 0
        picture = np.roll(_ground(height, width_px, self._level), (shift, -shift), axis=(0, 1))
        for line in self.lines:
            if opacity := line.opacity(at_ms):
                sprite = _sprite(line.text, round(line.em * full), line.colour, line.panel)
                left, above = (
                    round(line.x * width_px - sprite.shape[1] / 2),
                    round((line.y - top) * full - sprite.shape[0] / 2),
                )
                if above + sprite.shape[0] <= 0:
                    continue
                y, x = max(0, -above), max(0, -left)
                part = picture[above + y : above + sprite.shape[0], left + x : left + sprite.shape[1]]
                seen = sprite[y : y + part.shape[0], x : x + part.shape[1]]
                part[:] = part + opacity * (seen - part.astype(np.float32))
        return picture

    def find(self, picture: np.ndarray, longest_px: int) -> list[Corners]:
        self.finds += 1
        scale = min(1.0, longest_px / max(picture.shape[:2])) * picture.shape[1] * HEIGHT_PX / WIDTH_PX
        least_em = self._least_px / scale if self.finds % 4 else 0.0
        return [box.corners for line, box in self._there(picture) if line.em >= least_em]

    def read(self, picture: np.ndarray, at: Corners) -> Reading:
        self.reads += 1
        where = around(at)
        inside = [line for line, box in self._there(picture) if box.shared(where) > 0.5]
        said, sure = self._misread(" ".join(line.text for line in sorted(inside, key=lambda n: n.x)), self.reads)
        places = tuple((number + 0.5) / max(1, len(said)) for number in range(len(said)))
        return Reading(said, (sure,) * len(said), places)

    def _there(self, picture: np.ndarray) -> list[tuple[Drawn, Box]]:
        """What can be read in it, and where in its pixels."""
        at_ms, top, width_px = self._now[id(picture)]
        full = width_px * HEIGHT_PX / WIDTH_PX
        found = []
        for line in self.lines:
            box = line.box()
            place = Box(box.left * width_px, (box.top - top) * full, box.right * width_px, (box.bottom - top) * full)
            if line.opacity(at_ms) > 0.5 and 0 <= place.centre[1] < picture.shape[0]:
                found.append((line, place))
        return found


@cache
def _ground(height: int, width: int, level: int) -> np.ndarray:
    down, across = np.mgrid[0:height, 0:width]
    ground = level + 30 * np.sin(across / 37) * np.cos(down / 23)
    return np.repeat(ground[..., None], 3, axis=2).astype(np.uint8)


def _pattern(char: str) -> np.ndarray:
    bits = int.from_bytes(hashlib.sha256(char.encode()).digest()[:2], "big")
    return np.array([[bits >> (row * 4 + column) & 1 for column in range(4)] for row in range(4)], bool)


@cache
def _sprite(text: str, em: int, colour: tuple[int, int, int], panel: bool) -> np.ndarray:
    """`text` as a picture, a square of `em` pixels for each character, and the panel around them."""
    letters = []
    for char in text:
        cells = np.zeros((6, 6), bool)
        cells[1:5, 1:5] = _pattern(char)
        cells[1:5, 3:5] = _pattern(_HALF_OF.get(char, char))[:, 2:]
        at = np.arange(em) * 6 // em
        letters.append(np.where(cells[at][:, at, None], colour[::-1], (8, 8, 8)))
    line = np.concatenate(letters, axis=1).astype(np.float32)
    rim = round(_PANEL_EM * em) if panel else 0
    return np.pad(line, ((rim, rim), (rim, rim), (0, 0)), constant_values=8)
