"""Shot changes: the first picture of every new shot, told from a thumbnail of each picture.

A cut changes how light and dark are spread over the frame; a flash, a fade or an explosion only makes it brighter or
darker. So the measure is the change of brightness times the share of the structure that is lost. On the sample series
every cut scores 9.5 or more and everything else, lightning of the same height as the cuts included, 1.0 or less, while
the plain mean difference (ffmpeg's `scene` and `scdet`) ranks the lightning above the cuts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

SIDE = 32
"""Width and height of a thumbnail: grain averages out, and the shape of the frame does not matter."""
VERSION = 1

# Grey levels, of 255: three times the highest of anything else on the samples, a third of the lowest cut.
_LEAST = 3.0
# A cut stands out of the movement around it; the figure and the window are those of PySceneDetect's AdaptiveDetector.
_TIMES_AROUND = 3.0
_AROUND = 2
# Grey levels: below it a picture has no structure, as a black or a white one.
_FLAT = 2.0
# A picture is the one before a flash again when that share of its structure is back and its brightness within this.
_SAME_STRUCTURE, _SAME_GREY = 0.9, 12.0
# Seconds: a flash is over by then; a "shot" that gives way to the one before it by then is none to time anything by.
_FLASH_S = 0.25


@dataclass(frozen=True, slots=True)
class Shots:
    """`shots.json`: when each new shot begins, the first millisecond of its first picture; the first shot is left out."""

    times_ms: tuple[int, ...]
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Every picture as SIDE x SIDE bytes of brightness, row by row, and when it begins, from the first one on."""

    times_us: Sequence[int]
    luma: bytes

    def __post_init__(self) -> None:
        if len(self.luma) != len(self.times_us) * SIDE * SIDE:
            raise ValueError(f"{len(self.times_us)} pictures have {len(self.luma)} bytes of thumbnails")


def shot_changes(thumbnails: Thumbnails) -> list[int]:
    """Numbers of the pictures that begin a shot, ascending; picture 0 is none of them."""
    import numpy as np

    times = thumbnails.times_us
    grey = np.frombuffer(thumbnails.luma, np.uint8).reshape(len(times), SIDE * SIDE).astype(np.float32)
    blank = grey.std(axis=1) < _FLAT
    step = np.abs(np.diff(grey, axis=0, prepend=grey[:1])).mean(axis=1)
    score = step * (1 - _structure_kept(grey, blank))
    shots: list[int] = []
    flash: int | None = None
    for at in np.flatnonzero(score >= _LEAST).tolist():
        if flash is not None and _soon(times, flash, at) and _same(grey, blank, flash - 1, at):
            flash = None
            continue
        # Into black and out of it structure goes at the last moment, so it is the brightness that fades.
        measure = step if blank[at] or blank[at - 1] else score
        if measure[at] < _TIMES_AROUND * np.median(_around(measure, at)):
            continue
        if any(_same(grey, blank, at - 1, later) for later in _soon_after(times, at)):
            flash = at
            continue
        # A blank between two shots, however it got there, belongs to the cut.
        if shots and blank[at - 1] and _soon(times, shots[-1], at):
            shots.pop()
        shots.append(at)
    return shots


def _structure_kept(grey: ndarray, blank: ndarray) -> ndarray:
    """Correlation of each picture with the one before it; 1 for the first picture, 0 next to a blank."""
    import numpy as np

    shape = grey - grey.mean(axis=1, keepdims=True)
    spread = np.maximum(grey.std(axis=1), _FLAT)
    kept = np.ones(len(grey))
    kept[1:] = (shape[1:] * shape[:-1]).mean(axis=1) / (spread[1:] * spread[:-1])
    kept[1:][blank[1:] | blank[:-1]] = 0
    return kept


def _same(grey: ndarray, blank: ndarray, first: int, second: int) -> bool:
    """Whether two pictures, not necessarily neighbours, are of one shot; a flash may still brighten one of them."""
    if blank[first] or blank[second]:
        return bool(blank[first] and blank[second] and abs(grey[first].mean() - grey[second].mean()) < _SAME_GREY)
    pair = [first, second]
    return bool(_structure_kept(grey[pair], blank[pair])[1] >= _SAME_STRUCTURE)


def _around(values: ndarray, at: int) -> ndarray:
    import numpy as np

    return np.concatenate((values[max(at - _AROUND, 1) : at], values[at + 1 : at + 1 + _AROUND], [0.0]))


def _soon(times_us: Sequence[int], first: int, second: int) -> bool:
    return times_us[second] - times_us[first] <= _FLASH_S * 1_000_000


def _soon_after(times_us: Sequence[int], at: int) -> range:
    """The pictures after `at` that a flash may have ended by."""
    return range(at + 1, bisect_right(times_us, times_us[at] + _FLASH_S * 1_000_000))
