"""Pixels: what tells letters from the picture behind them, without knowing which letters they are.

Letters that were drawn over a film are small, sharp and stay where they are; what is behind them moves, or is smooth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

# Grey levels from the surroundings. Beyond it a stroke is as clear as can be, and more would let one edge outvote many.
_CLEAR = 80.0


def light(picture: ndarray) -> ndarray:
    """The brightest of the three colours of every pixel: red letters on black are as clear as white ones."""
    import numpy as np

    brightest: ndarray = np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])
    return brightest


def strokes(grey: ndarray, reach_px: int) -> ndarray:
    """By how much every pixel stands out of the mean of the square of `reach_px` around it."""
    import numpy as np

    out: ndarray = np.clip(grey - _blurred(grey, reach_px), -_CLEAR, _CLEAR)
    return out


def _blurred(grey: ndarray, reach_px: int) -> ndarray:
    import numpy as np

    side = 2 * reach_px + 1
    summed = np.pad(grey, ((reach_px + 1, reach_px), (reach_px + 1, reach_px)), mode="edge")
    # Whole numbers: exact, and a picture of 8 million pixels still fits.
    summed = summed.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    total = summed[side:, side:] - summed[:-side, side:] - summed[side:, :-side] + summed[:-side, :-side]
    mean: ndarray = total.astype(np.float32) / np.float32(side * side)
    return mean


def likeness(one: ndarray, other: ndarray) -> float:
    """Correlation of two patches of strokes, -1 to 1; 0 where one of them is blank."""
    import numpy as np

    # Not np.linalg.norm, which starts a thread for every core to add up a few thousand numbers.
    norm = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / norm if norm > 1.0 else 0.0


def letter_colour(patch: ndarray) -> str:
    """The fill of the letters in `patch`, a close crop of a line, as `#rrggbb`.

    Letters are the pixels that stand out of their surroundings to the brighter or the darker side. Of an outlined
    letter both sides do: its outline is what the edge of the crop does not look like either, and the thinner of both.
    """
    import numpy as np

    grey = light(patch)
    out = strokes(grey, max(3, patch.shape[0] // 3))
    bright, dark = out > 25, out < -25
    rim = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    fill = bright
    if bright.sum() < 0.02 * grey.size or (
        dark.sum() > bright.sum() / 2 and float(np.median(rim)) > float(np.median(grey[bright])) - 20
    ):
        fill = dark
    if not fill.any():
        return "#ffffff"
    # The edges of letters are mixed with what is around them.
    level = np.median(grey[fill])
    core = fill & (grey >= level if fill is bright else grey <= level)
    blue, green, red = (int(np.median(patch[..., channel][core])) for channel in range(3))
    return f"#{red:02x}{green:02x}{blue:02x}"
