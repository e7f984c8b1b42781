"""Nightly: what cron runs. Every series under a folder goes as far as it can, once, and nobody is asked anything.

New videos in a series' `inbox/` become episodes of it once they are whole. What failed and would fail again is left
alone and named. Two nights that overlap do not work on the same series twice: the second says so and ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localize import estimate, failures, intake, lease, pipeline, settings
from localize.disk import disk_errors
from localize.engines.registry import Engines
from localize.errors import (
    EXIT_BUG,
    EXIT_DONE,
    InputError,
    LeaseHeld,
    LocalizeError,
    exit_code,
)
from localize.job import MODES, Job
from localize.nightly.summary import SeriesNight, summary
from localize.pipeline import EpisodeResult
from localize.series import Series, load
from localize.state import status

__all__ = ["INBOX", "SeriesNight", "code", "night", "summary"]

INBOX = "inbox"
Advance = Callable[[Job], EpisodeResult]


def manifests(roots: Sequence[Path]) -> list[Path]:
    """Every `series.toml` in `roots` and in the folders there; InputError where one has none."""
    found: dict[Path, None] = {}
    for root in roots:
        here = [root] if root.is_file() else sorted((*root.glob("series.toml"), *root.glob("*/series.toml")))
        if not here:
            raise InputError(f"{root} holds no series.toml", next_step=f"localize series new {root}")
        found |= dict.fromkeys(path.absolute() for path in here)
    return list(found)


def night(
    roots: Sequence[Path],
    *,
    workspace: Path | None = None,
    modes: Sequence[str] = MODES,
    dry_run: bool = False,
    engines: Engines | None = None,
    tell: Callable[[str], None] = lambda _line: None,
    advance: Advance = pipeline.advance,
) -> list[SeriesNight]:
    """Advance every series under `roots`, the one of the highest priority first; a bad one never stops the others.

    `dry_run` writes nothing and says what would be done; `advance` takes one episode on, in Prefect as tasks. A series
    that another night holds is named and left to it.
    """
    engines = engines or Engines()
    nights = [_read(path) for path in manifests(roots)]
    nights.sort(key=lambda one: (-(one.series.priority if one.series else 0), one.name))
    for one in nights:
        try:
            if one.series:
                root = settings.workspace_root(one.series.root, workspace)
                if dry_run:
                    _plan(one, root, modes, engines)
                else:
                    with _alone(root, one.series.id):
                        _work(one, root, modes, engines, tell, advance)
        except LeaseHeld as error:
            # Nothing failed: the other night tells what becomes of the work.
            one.notes = (*one.notes, str(error))
            one.codes.append(EXIT_DONE)
        except LocalizeError as error:
            one.problems.append(str(error))
            one.codes.append(error.exit_code)
    return nights


def code(nights: Sequence[SeriesNight]) -> int:
    return exit_code(code for one in nights for code in one.codes)


def _read(path: Path) -> SeriesNight:
    one = SeriesNight(path)
    try:
        one.series = load(path)
    except LocalizeError as error:
        one.problems.append(str(error))
        one.codes.append(error.exit_code)
    return one


@contextmanager
def _alone(root: Path, series: str) -> Iterator[None]:
    """Hold the series for this night; LeaseHeld names who has it."""
    # A hidden folder, since any other name may be that of a series.
    locks = root / ".locks"
    with ExitStack() as stack:
        try:
            with disk_errors(locks):
                stack.enter_context(lease.hold(locks, [f"nightly-{series}"], patience_s=0))
        except LeaseHeld as error:
            raise LeaseHeld(
                f"another night is at work on it: {error.message}", next_step="nothing: that one goes on by itself"
            ) from error
        yield


def _work(
    one: SeriesNight,
    root: Path,
    modes: Sequence[str],
    engines: Engines,
    tell: Callable[[str], None],
    advance: Advance,
) -> None:
    """Take in what is new, then advance every episode that a run may help."""
    assert one.series
    try:
        one.series = _taken_in(one, one.series)
    except LocalizeError as error:  # what the series has already goes on
        one.problems.append(str(error))
        one.codes.append(error.exit_code)
    jobs = pipeline.jobs(one.series, root, pipeline.options(one.series, modes=modes), engines)
    for job in jobs:
        if failed := failures.parked(job):
            _park(one, job, failed)
            continue
        try:
            result = advance(job)
        except Exception as bug:  # noqa: BLE001 - the other episodes of the night are worth more than a quick end
            one.note("failed", job.episode.id)
            one.problems.append(f"{job.episode.id}: a bug in localize: {type(bug).__name__}: {bug}")
            one.codes.append(EXIT_BUG)
            continue
        word = status.summary(result)
        one.note(word, job.episode.id)
        one.problems += [str(error) for error in result.errors]
        one.waiting += result.waiting
        one.codes.append(result.exit_code)
        tell(f"{one.series.id} {job.episode.id}: {word}")
    left = [job for job in jobs if job.episode.id in {*one.states.get("failed", ()), *one.states.get("partly", ())}]
    one.left = _left(jobs, left)


def _taken_in(one: SeriesNight, series: Series) -> Series:
    found = _look(series)
    if not found:
        return series
    one.notes = tuple(found.notes)
    one.added = tuple(new.id for new in intake.add(one.manifest, found))
    return load(one.manifest)


def _plan(one: SeriesNight, root: Path, modes: Sequence[str], engines: Engines) -> None:
    """What `_work` would do, without doing it."""
    assert one.series
    found = _look(one.series)
    if found:
        one.notes, one.added = tuple(found.notes), tuple(new.id for new in found.episodes)
    jobs = pipeline.jobs(one.series, root, pipeline.options(one.series, modes=modes), engines)
    work = []
    for job in jobs:
        if failed := failures.parked(job):
            _park(one, job, failed)
        elif (state := _state(job)) == "work":
            work.append(job)
            one.note("work", job.episode.id)
        else:
            one.note(state, job.episode.id)
    one.left = _left(jobs, work)


def _state(job: Job) -> str:
    """`work`, `waiting` or `unchanged`."""
    if not job.workspace.exists("source.json") or job.workspace.exists(failures.NAME):
        return "work"
    run = status.view(job).run_command
    rows = status.status(job)
    if any(row.next_step == run or row.redo for row in rows):
        return "work"
    return "waiting" if any(row.waits_for for row in rows) else "unchanged"


def _look(series: Series) -> intake.Intake | None:
    """What is new in the inbox of a series, None where there is no inbox."""
    folder = series.root / INBOX
    if not folder.is_dir():
        return None
    return intake.look(folder, root=series.root, known=[series.path_of(episode.file) for episode in series.episode])


def _park(one: SeriesNight, job: Job, failed: failures.Failures) -> None:
    one.note("parked", job.episode.id)
    first = failed.failures[0]
    one.problems.append(f"{first.stage} {job.episode.id}: {first.message}; next: {first.next_step}")
    one.codes.append(first.exit_code)


def _left(jobs: Sequence[Job], work: Sequence[Job]) -> str:
    seconds = estimate.remaining_s(work, estimate.rates(jobs), os.cpu_count() or 1) if work else None
    return estimate.spoken(seconds)
