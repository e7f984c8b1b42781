"""Nightly: what cron runs. Every series under a folder goes as far as it can, once, and nobody is asked anything.

New videos in a series' `inbox/` become episodes of it once they are whole. What failed and would fail again is left
alone and named. Two nights that overlap do not work on the same series twice: the second says so and ends.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
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
    ReviewError,
    exit_code,
)
from localize.job import MODES, Job
from localize.pipeline import EpisodeResult
from localize.series import Series, load
from localize.state import status

INBOX = "inbox"
Advance = Callable[[Job], EpisodeResult]
_SHOWN = 5
"""So many failures of a series, and so many notes, are named in a summary that is to fit on a screen."""


@dataclass(slots=True)
class SeriesNight:
    """What became of one series in a night, or would: episodes by what happened to them."""

    manifest: Path
    series: Series | None = None
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    states: dict[str, list[str]] = field(default_factory=dict)
    """Ids of episodes by a word of `status.summary`, `parked`, or `work` where it is only planned."""
    problems: list[str] = field(default_factory=list)
    waiting: list[ReviewError] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    left: str = ""
    """How long what is left will take, in words."""

    @property
    def name(self) -> str:
        return self.series.id if self.series else self.manifest.parent.name

    def note(self, state: str, episode_id: str) -> None:
        self.states.setdefault(state, []).append(episode_id)


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


def summary(nights: Sequence[SeriesNight], *, took_s: float | None = None) -> list[str]:
    """What a mail shows: a line per series, what failed, what waits, and what to type next."""
    total = sum(len(ids) for one in nights for ids in one.states.values())
    head = f"{len(nights)} series, {total} episodes on {socket.gethostname()}"
    lines = [head if took_s is None else f"{head}, {estimate.spoken(took_s)}"]
    for one in nights:
        counts = ", ".join(f"{len(ids)} {state}" for state, ids in one.states.items())
        lines.append(f"{one.name}: {counts or 'nothing'}{f', {one.left} of work left' if one.left else ''}")
        if one.added:
            lines.append(f"  new: {_few(one.added)}")
        lines += _some("note", one.notes, f"localize series add {one.manifest}")
        lines += _some("failed", one.problems, f"localize failures {one.manifest}")
        lines += _waits(one)
    return lines


def _some(word: str, of: Sequence[str], all_of_them: str) -> Iterator[str]:
    yield from (f"  {word}: {one}" for one in of[:_SHOWN])
    if (more := len(of) - _SHOWN) > 0:
        yield f"  and {more} more: {all_of_them}"


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= _SHOWN else f"{ids[0]} to {ids[-1]}, {len(ids)} episodes"


def _waits(one: SeriesNight) -> Iterator[str]:
    gates: dict[str, list[str]] = {}
    for error in one.waiting:
        gates.setdefault(error.stage or "", []).append(error.locale or error.episode_id or "")
    for gate, whom in gates.items():
        counted = ", ".join(f"{tag} {whom.count(tag)}" for tag in dict.fromkeys(whom))
        yield f"  waits at {gate}: {counted}; next: localize status {one.manifest}"


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
