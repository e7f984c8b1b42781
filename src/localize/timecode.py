"""Time: the one place where seconds, frames and milliseconds meet.

Inside, a time is whole milliseconds from the first video frame, half-open `[start_ms, end_ms)`; a frame rate is an
exact fraction. Seconds exist only at an engine's edge.
"""

from __future__ import annotations

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
    return -((-frames * 1000) // rate)


def frames_from_ms(ms: int, rate: Fraction) -> int:
    """Number of the frame on screen at `ms`."""
    return int((ms * rate) // 1000)


def clock(ms: int) -> str:
    """`01:02.345`, for messages and reports."""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
