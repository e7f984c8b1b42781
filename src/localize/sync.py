"""Whether two tracks of one film run together: by how much one is early or late, and whether it was made for another
frame rate.

Only starts count: a subtitler lets a line stand as long as it takes to read, but brings it when it is said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from localize.timecode import frame_rate

TOGETHER_MS = 300
"""A recogniser and a subtitler who hear the same line start it within this time of each other."""
_WINDOW_MS = 200
# Fewer starts agree with anything.
_FEWEST = 3
_SHARE, _BEYOND_DOUBT = 0.7, 0.9
# More of them tell nothing new.
_MOST = 200
# A film at 23.976 or 24 is sped up for 25; the others come of counting frames at a rate that was not asked.
_RATES = ("23.976:25", "25:23.976", "24:25", "25:24", "23.976:24", "24:23.976", "29.97:30", "30:29.97", "25:30",
          "30:25", "25:29.97", "29.97:25", "24:30", "30:24")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Misfit:
    """What has to be done to a track before it fits: first the rate, then the shift."""

    shift_ms: int
    """To be added to its times; below 0 where it is late."""
    rate: str = ""
    """`23.976:25`: made for the first, the film runs at the second; empty where that is not the matter."""


def factor(rate: str) -> Fraction:
    """What `23.976:25` does to a time; ValueError where it is no such pair."""
    made_for, runs_at = rate.split(":")
    return frame_rate(made_for) / frame_rate(runs_at)


def misfit(starts_ms: Sequence[int], film_ms: Sequence[int]) -> Misfit | None:
    """Why `starts_ms` do not fall on the starts of the film, where one shift or one change of rate makes them."""
    if min(len(starts_ms), len(film_ms)) < _FEWEST:
        return None
    film, starts = sorted(film_ms), _some(sorted(starts_ms))
    together = _together(starts, film)
    if together >= _BEYOND_DOUBT * len(starts):
        return None
    enough = max(_FEWEST, _SHARE * len(starts))
    best, shift_ms = _agreed(starts, film)
    rate, margin = "", max(2, len(starts) // 10)
    for candidate in _RATES if best < _BEYOND_DOUBT * len(starts) else ():
        agreed, by_ms = _agreed([round(ms * factor(candidate)) for ms in starts], film)
        if agreed >= best + (1 if rate else margin):
            best, shift_ms, rate = agreed, by_ms, candidate
    if best < enough:
        return None
    if not rate and (abs(shift_ms) <= TOGETHER_MS or 2 * together > best):
        return None
    return Misfit(0 if rate and abs(shift_ms) <= TOGETHER_MS else round(shift_ms, -1), rate)


def _some(values: Sequence[int]) -> Sequence[int]:
    return values[:: -(-len(values) // _MOST)]


def _together(starts: Sequence[int], film: Sequence[int]) -> int:
    """How many starts have one of the film beside them as they are."""
    count = 0
    for ms in starts:
        at = bisect_left(film, ms)
        count += min(abs(ms - near) for near in film[max(at - 1, 0) : at + 1]) <= TOGETHER_MS
    return count


def _agreed(starts: Sequence[int], film: Sequence[int]) -> tuple[int, int]:
    """How many starts one shift brings onto starts of the film, and that shift; of equals the smallest."""
    wanted = sorted((there - ms, number) for number, ms in enumerate(starts) for there in film)
    best: tuple[int, int, int] = (0, 0, 0)
    inside = Counter[int]()
    first = 0
    for last, (shift_ms, number) in enumerate(wanted):
        inside[number] += 1
        while shift_ms - wanted[first][0] > _WINDOW_MS:
            left = wanted[first][1]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            first += 1
        if len(inside) >= best[0]:
            middle = round(median(by_ms for by_ms, _ in wanted[first : last + 1]))
            best = max(best, (len(inside), -abs(middle), middle))
    return best[0], best[2]
