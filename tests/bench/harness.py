"""What every part of the bench shares: interleaved timing, medians, limits, one table a part.

A ratio is the median of the ratios of each round, never a ratio of medians: what disturbs a machine for a minute
disturbs both sides of a round alike.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

Unit = Literal["s", "x", "%", "ms", "GB", ""]
Run = Callable[[], float]
"""Does a piece of work once and returns the wall-clock seconds it took."""
Say = Callable[[str], None]

_DIGITS: Mapping[Unit, int] = {"s": 2, "x": 2, "%": 1, "ms": 0, "GB": 2, "": 0}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table; `low` and `high` are the extremes over the rounds."""

    name: str
    value: float
    unit: Unit = ""
    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def held(self) -> bool:
        """Whether the limits hold, of the value as it was measured and not as it is printed."""
        return not (
            (self.at_most is not None and self.value > self.at_most)
            or (self.at_least is not None and self.value < self.at_least)
        )

    @property
    def limit(self) -> str:
        if self.at_most is not None:
            return f"<= {self._show(self.at_most)}"
        return f">= {self._show(self.at_least)}" if self.at_least is not None else ""

    def row(self) -> tuple[str, ...]:
        spread = "" if self.low is None or self.high is None else f"{self._show(self.low)} to {self._show(self.high)}"
        verdict = ("yes" if self.held else "**NO**") if self.limit else ""
        return (self.name, self._show(self.value), spread, self.limit, verdict, self.note)

    def _show(self, value: float) -> str:
        return f"{value:.{_DIGITS[self.unit]}f} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the bench measured; `about` says on what and how, in whole sentences."""

    title: str
    about: tuple[str, ...]
    figures: tuple[Figure, ...]

    @property
    def held(self) -> bool:
        return all(figure.held for figure in self.figures)

    def markdown(self) -> str:
        head = ("figure", "value", "extremes", "limit", "held", "note")
        rows = [head, tuple("---" for _ in head), *(figure.row() for figure in self.figures)]
        table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
        return "\n\n".join((f"## {self.title}", *self.about, table))

    def plain(self) -> dict[str, Any]:
        """For a JSON file."""
        figures = [asdict(figure) | {"held": figure.held} for figure in self.figures]
        return {"title": self.title, "about": list(self.about), "held": self.held, "figures": figures}


def asked(kind: Literal["accuracy", "speed"]) -> bool:
    """Whether figures of that kind are wanted: `BENCH_ONLY=accuracy`, or `speed`, in the environment leaves out the
    other, because accuracy needs no quiet machine and takes long."""
    return os.environ.get("BENCH_ONLY", kind) == kind


class Measure(Protocol):
    """What every part offers under this name."""

    def __call__(self, *, repeats: int, quick: bool, say: Say) -> Part: ...


def timed(work: Callable[[], object]) -> Run:
    """`work` as a run that is timed from here."""

    def run() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return run


def interleaved(runs: Mapping[str, Run], repeats: int, say: Say) -> dict[str, tuple[float, ...]]:
    """Seconds per round of each run, in the order A B C A B C; whatever has to be loaded is loaded before."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(1, repeats + 1):
        for name, run in runs.items():
            seconds[name].append(run())
            say(f"round {number} of {repeats}: {name} {seconds[name][-1]:.2f} s")
    return {name: tuple(values) for name, values in seconds.items()}


def wall(name: str, seconds: Sequence[float], note: str = "") -> Figure:
    return Figure(name, statistics.median(seconds), "s", min(seconds), max(seconds), note=note)


def ratio(
    name: str,
    above: Sequence[float],
    below: Sequence[float],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    note: str = "",
) -> Figure:
    """How many times as long `above` took as `below`."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    return Figure(name, statistics.median(ratios), "x", min(ratios), max(ratios), at_most, at_least, note)


def most_percent(found: int, sampled: int, sure: float = 0.95) -> float:
    """The largest share, in percent, that leaves a chance of 1 - `sure` to find `found` or fewer of `sampled`.

    The one-sided bound of Clopper and Pearson; for none found about 3 / `sampled`, the rule of three.
    """
    low, high = found / sampled, 1.0
    while high - low > 1e-6:
        share = (low + high) / 2
        chance = sum(math.comb(sampled, n) * share**n * (1 - share) ** (sampled - n) for n in range(found + 1))
        low, high = (share, high) if chance > 1 - sure else (low, share)
    return 100 * high


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of `values` do not exceed."""
    ordered = sorted(values)
    return next(value for count, value in enumerate(ordered, 1) if count >= share * len(ordered))
