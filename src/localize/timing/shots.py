"""Shot changes: the first picture of every new shot, told from a thumbnail of each picture.

A cut changes how light and dark are spread over the frame; a flash, a fade or an explosion only makes it brighter or
darker. So the measure is the difference that brightness does not explain. On the sample series every cut has 9.5 or
more and everything else 1.0 or less. The plain mean difference, which ffmpeg's `scene` and `scdet` measure, is 19 to 98
for the cuts and 38 for a lightning.
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

# Grey levels, of 255: twice the highest of anything else on the samples. More misses cuts in dark scenes, less
# takes fast pans for cuts; a lightning that whitens out over a moving camera is taken for one even so.
_LEAST = 2.0
# A cut stands out of the movement around it; the figure and the window are those of PySceneDetect's AdaptiveDetector.
_TIMES_AROUND = 3.0
_AROUND = 2
# Grey levels: below it a picture has no structure, as a black or a white one.
_FLAT = 2.0
# Half a second, the reach of the timing conventions: a flash is over by then, and what has given way to the shot before
# it by then is no shot to time a subtitle by.
_FLASH_US = 500_000


@dataclass(frozen=True, slots=True)
class Shots:
    """`shots.json`: the first millisecond of the first picture of every shot but the first."""

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
    score = np.concatenate(([0.0], _change(grey[:-1], grey[1:])))
    shots: list[int] = []
    flash, drift = 0, 0.0

    def back(before: int, at: int) -> bool:
        """Whether the picture `at` goes on where a flash broke in after `before`; it may have moved meanwhile."""
        most = score[before + 1] / 4
        if blank[before + 1]:
            most = min(most, _LEAST + 2 * drift * (at - before))
        return bool(_change(grey[[before]], grey[[at]])[0] <= most)

    for at in np.flatnonzero(score >= _LEAST).tolist():
        if flash and _soon(times, flash, at) and back(flash - 1, at):
            flash = 0
            continue
        # Into black and out of it structure goes at the last moment, so it is the brightness that fades.
        measure = step if blank[at] or blank[at - 1] else score
        if measure[at] < _TIMES_AROUND * np.median(_around(measure, at)):
            continue
        drift = float(np.median(_around(score, at)))
        if any(back(at - 1, later) for later in _soon_after(times, at)):
            flash = at
            continue
        # A blank between two shots, however it got there, belongs to the cut.
        if shots and blank[at - 1] and _soon(times, shots[-1], at):
            shots.pop()
        shots.append(at)
    return shots


def _change(before: ndarray, after: ndarray) -> ndarray:
    """Row by row, by how many grey levels one picture differs from another beyond being brighter or darker.

    Two unlike pictures differ by 1.13 times their contrast on average; more is brightness.
    """
    import numpy as np

    shapes = [grey - grey.mean(axis=1, keepdims=True) for grey in (before, after)]
    contrasts = [shape.std(axis=1) for shape in shapes]
    least = np.minimum(*contrasts)
    kept = (shapes[0] * shapes[1]).mean(axis=1) / np.maximum(contrasts[0] * contrasts[1], _FLAT)
    step = np.abs(after - before).mean(axis=1)
    unlike: ndarray = np.where(least < _FLAT, step, np.minimum(step, 1.13 * least) * (1 - kept))
    return unlike


def _around(values: ndarray, at: int) -> ndarray:
    import numpy as np

    around = np.concatenate((values[max(at - _AROUND, 1) : at], values[at + 1 : at + 1 + _AROUND]))
    return around if len(around) else np.zeros(1)


def _soon(times_us: Sequence[int], first: int, second: int) -> bool:
    return times_us[second] - times_us[first] <= _FLASH_US


def _soon_after(times_us: Sequence[int], at: int) -> range:
    """The pictures after `at` that a flash may have ended by."""
    return range(at + 1, bisect_right(times_us, times_us[at] + _FLASH_US))
