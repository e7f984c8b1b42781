"""The conventions of subtitle timing, as questions about one picture grid and its shot changes.

After Netflix's Timed Text Style Guide, "Subtitle Timing Guidelines" (partnerhelp.netflixstudios.com, article
360051554394, written for 24 frames a second):
- an in-time is on the first frame of audio; 1 or 2 frames off are accepted;
- within half a second (12 frames) of a shot change it moves: 7 frames or fewer before, or up to 11 after, onto the
  first frame of the shot; 8 to 11 frames before, to 12 before;
- an out-time is 2 frames before a shot change, or at least 12 after it: up to 11 before or 7 after goes to 2 before,
  8 to 11 after goes to 12 after;
- gaps of 3 to 11 frames are closed to 2 frames.
"Half a second" scales with the rate (15 frames at 30), the gap of 2 frames does not. The zones of 7 and of 8 to 11 are
quoted from the guide in github.com/SubtitleEdit/subtitleedit, issue 3413; its preset "Netflix" has the same numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from localize.cues import Kind, graphemes
from localize.timecode import Grid

OUT_BEFORE_SHOT = 2
"""Frames between an out-time and the shot change it stops at, at any rate."""
_HALF_SECOND, _ONTO_SHOT = Fraction(1, 2), Fraction(7, 24)


@dataclass(frozen=True, slots=True)
class Timed:
    """A source cue with its text in the locale. `by_human`: a person or a supplied file set its times; they stay."""

    id: str
    start_ms: int
    end_ms: int
    text: str
    kind: Kind = "dialogue"
    by_human: bool = False
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a locale's readers need: `cps` in grapheme clusters a second, and durations and gaps of one subtitle."""

    cps: float
    min_ms: int
    max_ms: int
    gap_frames: int = 2
    close_gaps: bool = True
    """Whether a gap under half a second is closed to `gap_frames`; otherwise it is kept."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits and conventions on one grid; `shots` are on it, ascending. Times are milliseconds on the grid."""

    grid: Grid
    limits: Limits
    shots: Sequence[int]
    end_ms: int
    """Where the last picture ends, or the last whole frame."""
    half: int
    """Half a second, in frames."""
    onto: int
    """How many frames off its shot a time may be and still move onto it against the speech."""

    @classmethod
    def of(cls, grid: Grid, limits: Limits, shots: Sequence[int], duration_ms: int) -> Rules:
        end_ms = grid.floor(duration_ms)
        on_grid = sorted({grid.nearest(shot) for shot in shots})
        return cls(
            grid,
            limits,
            tuple(shot for shot in on_grid if 0 < shot < end_ms),
            end_ms,
            half=_frames(_HALF_SECOND, grid.rate),
            onto=_frames(_ONTO_SHOT, grid.rate),
        )

    def reading_ms(self, text: str) -> int:
        """How long `text` takes to read."""
        return -int(-len(graphemes(text)) * 1000 // self.limits.cps)

    def room(self, start_ms: int, next_ms: int | None) -> int:
        """The latest end of a subtitle that starts at `start_ms`: the gap before the next one, as far as there is room
        for a gap; without a next one, the end of the picture."""
        if next_ms is None:
            return self.end_ms
        end_ms = self.grid.earlier(next_ms, self.limits.gap_frames)
        return end_ms if end_ms > start_ms else self.grid.floor(next_ms)

    def shots_between(self, after_ms: int, before_ms: int) -> Sequence[int]:
        """Shot changes strictly between the two."""
        return self.shots[bisect_right(self.shots, after_ms) : bisect_left(self.shots, before_ms)]

    def around(self, ms: int) -> Sequence[int]:
        """Shot changes less than half a second from `ms`, or on it."""
        near = self.shots_between(self.grid.earlier(ms, self.half) - 1, self.grid.later(ms, self.half) + 1)
        return [shot for shot in near if self.grid.frames_between(ms, shot) < self.half]

    def flashes_in(self, start_ms: int) -> bool:
        """Whether a subtitle that starts then comes a moment before or after a shot does, and not with it."""
        return any(shot != start_ms for shot in self.around(start_ms))

    def flashes_out(self, end_ms: int) -> bool:
        """Whether a subtitle that ends then goes a moment before or after a shot does, and not 2 frames before it."""
        return any(self.out_before(shot) != end_ms for shot in self.around(end_ms))

    def out_before(self, shot: int) -> int:
        return self.grid.earlier(shot, OUT_BEFORE_SHOT)


def _frames(seconds: Fraction, rate: Fraction) -> int:
    """`seconds` in whole frames, halves up."""
    return int(seconds * rate + Fraction(1, 2))
