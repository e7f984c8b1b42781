"""Time: the one place where seconds, frames and milliseconds meet.

Inside, a time is whole milliseconds from the first video frame, half-open `[start_ms, end_ms)`; a frame rate is an
exact fraction. Seconds exist only at an engine's edge.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# NTSC rates arrive rounded ("29.97") from containers and from people; the true rate is n * 1000 / 1001.
_NTSC = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))


def ms_from_seconds(seconds: float | str | Fraction) -> int:
    """Nearest millisecond; exact for decimal strings such as ffprobe's "12.345000"."""
    return int((Fraction(seconds) * 1000 + Fraction(1, 2)).__floor__())


def seconds_from_ms(ms: int) -> float:
    return ms / 1000


def frame_rate(text: str | float) -> Fraction:
    """`"30000/1001"`, `"25"` or `29.97` as an exact fraction; rounded NTSC rates are snapped to n*1000/1001.

    Raises ValueError on zero or nonsense.
    """
    rate = Fraction(str(text))
    if rate <= 0:
        raise ValueError(f"frame rate must be positive, got {text}")
    for ntsc in _NTSC:
        if rate != ntsc and abs(rate - ntsc) < Fraction(5, 1000):
            return ntsc
    return rate


def ms_from_frames(frames: int, rate: Fraction) -> int:
    """First whole millisecond at which frame number `frames` is on screen."""
    return -(-frames * 1000 * rate.denominator // rate.numerator)


def frames_from_ms(ms: int, rate: Fraction) -> int:
    """Number of the frame on screen at `ms`."""
    return ms * rate.numerator // (1000 * rate.denominator)


def clock(ms: int) -> str:
    """`01:02.345`, for messages and reports."""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


@dataclass(frozen=True, slots=True)
class Grid:
    """The times at which pictures begin, the end of the last one included: where a subtitle can come and go.

    `times_ms`, ascending, tells them where the rate varies; `range(duration_ms + 1)` stands for any millisecond, where
    nobody knows. Without it `rate` is constant. Times off either end answer with that end.
    """

    rate: Fraction
    times_ms: Sequence[int] | None = None

    def floor(self, ms: int) -> int:
        """When the picture on screen at `ms` began."""
        if self.times_ms is None:
            return ms_from_frames(max(frames_from_ms(ms, self.rate), 0), self.rate)
        return self.times_ms[max(bisect_right(self.times_ms, ms) - 1, 0)]

    def ceil(self, ms: int) -> int:
        """The first picture's begin that is not before `ms`."""
        if self.times_ms is None:
            floor = self.floor(ms)
            return floor if floor >= ms else self.later(floor, 1)
        return self.times_ms[min(bisect_left(self.times_ms, ms), len(self.times_ms) - 1)]

    def nearest(self, ms: int) -> int:
        floor, ceil = self.floor(ms), self.ceil(ms)
        return floor if ms - floor <= ceil - ms else ceil

    def later(self, ms: int, frames: int) -> int:
        """The picture `frames` after the one on screen at `ms`; where the rate varies, no sooner than that lasts."""
        if self.times_ms is None:
            return ms_from_frames(max(frames_from_ms(ms, self.rate) + frames, 0), self.rate)
        return self.ceil(ms + ms_from_frames(frames, self.rate))

    def earlier(self, ms: int, frames: int) -> int:
        """The picture `frames` before the one on screen at `ms`; where the rate varies, no later than that lasts."""
        if self.times_ms is None:
            return self.later(ms, -frames)
        return self.floor(ms - ms_from_frames(frames, self.rate))

    def frames_between(self, first_ms: int, second_ms: int) -> int:
        """Whole frames from one time to the other, whichever is later; by the clock where the rate varies."""
        if self.times_ms is None:
            return abs(frames_from_ms(first_ms, self.rate) - frames_from_ms(second_ms, self.rate))
        return frames_from_ms(abs(first_ms - second_ms), self.rate)
