"""Units of work: one step of one episode for some locales, how it is run, and what came of it."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache

from localize.errors import EXIT_FINDINGS, LocalizeError, ReviewError, at, exit_code
from localize.findings import Finding, worst
from localize.job import SOURCE, Job, Outcome
from localize.runs import RunUnit
from localize.steps import STEPS

WORKERS = os.cpu_count() or 1
_QUICK_S = 0.05
"""A unit that is done already takes a millisecond or two to be found so, and a wave has one or two for each locale."""
NAMED = 4
"""As many locales stand in a unit's name; more would push everything else out of a terminal's line."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One task: a step of one episode for some locales (`()` for what all locales share)."""

    step: str
    episode_id: str
    locales: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As ops read it in the Prefect UI: `burn-ep01-ar+de+en`, `translate-ep01-16-locales`."""
        tags = "+".join(self.locales) if len(self.locales) <= NAMED else f"{len(self.locales)}-locales"
        return "-".join(part for part in (self.step, self.episode_id, tags) if part)


@dataclass(frozen=True, slots=True)
class Done:
    """A finished unit, with the wall-clock seconds it took."""

    unit: Unit
    outcome: Outcome
    seconds: float

    @property
    def record(self) -> RunUnit:
        """As the run remembers it."""
        made, failed = tuple(self.outcome.done), tuple(self.outcome.failed)
        return RunUnit(self.unit.step, self.unit.locales, round(self.seconds, 3), made, failed)


@dataclass(slots=True)
class EpisodeResult:
    """Where one episode stands after a run."""

    episode_id: str
    finished: list[Done] = field(default_factory=list)
    errors: list[LocalizeError] = field(default_factory=list)
    waiting: list[ReviewError] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    delivered: tuple[str, ...] = ()

    @property
    def worked(self) -> bool:
        """Whether anything had to be done; the report alone is not work."""
        return any(done.outcome.done for done in self.finished if done.unit.step != "report")

    @property
    def exit_code(self) -> int:
        codes = [error.exit_code for error in (*self.errors, *self.waiting)]
        if worst(finding for _, finding in self.findings) == "error":
            codes.append(EXIT_FINDINGS)
        return exit_code(codes)


Execute = Callable[[Sequence[Unit], Callable[[Unit], Done]], Sequence[Done]]
"""Run every unit of a wave with the given function, in any order, and return what they came to."""
OnProgress = Callable[[Unit, float], None]


def unwatched(_unit: Unit, _share: float) -> None:
    """Progress that nobody watches."""


def run_unit(job: Job, unit: Unit, progress: OnProgress = unwatched) -> Done:
    """Run one unit. Errors of the product are part of what it comes to; anything else is a bug and passes through."""
    started = time.monotonic()

    def told(share: float) -> None:
        if job.stop.is_set():
            raise KeyboardInterrupt
        progress(unit, share)

    try:
        with at(stage=unit.step, episode_id=unit.episode_id):
            outcome = STEPS[unit.step](job, unit.locales, told)
    except LocalizeError as error:
        outcome = Outcome(failed=dict.fromkeys(unit.locales or (SOURCE,), error))
    return Done(unit, outcome, time.monotonic() - started)


def in_threads(units: Sequence[Unit], run: Callable[[Unit], Done]) -> Sequence[Done]:
    """As many units at a time as there are cores: encoders and engines are processes or release the interpreter.

    Where one breaks off, what has not begun is dropped and what runs is not waited for: `Job.stop` ends it.
    """
    left, made = deque(enumerate(units)), dict[int, Done]()

    def work() -> None:
        while True:
            try:
                place, unit = left.popleft()
            except IndexError:
                return
            made[place] = run(unit)

    threads = [_pool().submit(work)]
    try:
        # What is done is found sooner by one thread than by several that take turns at the interpreter.
        if wait(threads, _QUICK_S).not_done:
            threads += [_pool().submit(work) for _ in range(min(WORKERS, len(units)) - 1)]
        for thread in threads:
            thread.result()
        return [made[place] for place in range(len(units))]
    finally:
        left.clear()


@cache
def _pool() -> ThreadPoolExecutor:
    """One for the process: memory that a thread has freed stays with it, so that new threads for every wave of every
    episode would take ever more."""
    return ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="unit")


# A forked process has the pool and none of its threads.
os.register_at_fork(after_in_child=_pool.cache_clear)
