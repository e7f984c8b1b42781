"""Failures: what the last run of an episode could not do and why, until one goes through; a batch's dead letters.

A failure that the same input would meet again is parked: a batch leaves the episode alone until its media, its manifest
or the program has changed, or somebody asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from localize import __version__, disk
from localize.disk import disk_errors, write_atomic
from localize.errors import LocalizeError, StageError
from localize.fingerprint import fingerprint
from localize.job import Job
from localize.workspace import to_json

NAME = "failures.json"
# These may pass the next time though nobody changed anything: a full disk, an engine that was down, a missing model.
_MAY_PASS = StageError


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that failed; `may_pass` is whether the same input may go through another time."""

    stage: str
    locale: str
    message: str
    next_step: str
    exit_code: int
    may_pass: bool


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed in the last run of an episode, at `at` (ISO 8601), `tries` times in a row; made of `inputs`."""

    failures: tuple[Failure, ...]
    at: str
    inputs: str
    tries: int = 1
    schema: int = 1

    @property
    def may_pass(self) -> bool:
        return any(failure.may_pass for failure in self.failures)


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One thing that failed, as a list shows it; `parked`: a batch leaves its episode alone until something changes."""

    episode: str
    stage: str
    locale: str
    parked: bool
    message: str
    next_step: str
    tries: int
    since: str


def rows(job: Job) -> list[FailureRow]:
    """What failed in the last run of the episode; WorkspaceError where that cannot be read."""
    failed = read(job)
    if failed is None:
        return []
    waits = parked(job) is not None
    return [
        FailureRow(job.episode.id, one.stage, one.locale, waits, one.message, one.next_step, failed.tries, failed.at)
        for one in failed.failures
    ]


def record(job: Job, errors: Sequence[LocalizeError]) -> None:
    """Note the errors of a run, or that it had none."""
    path = job.workspace.path(NAME)
    if not errors:
        with disk_errors(path):
            path.unlink(missing_ok=True)
        return
    before = read(job)
    failures = tuple(
        Failure(
            error.stage or "", error.locale or "", error.message, error.next_step or "", error.exit_code,
            isinstance(error, _MAY_PASS),
        )
        for error in errors
    )  # fmt: skip
    tries = 1 + (before.tries if before and before.failures == failures else 0)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    write_atomic(path, to_json(Failures(failures, at, inputs(job), tries)))


def read(job: Job) -> Failures | None:
    """What failed in the last run of the episode; None where nothing did."""
    return job.workspace.read(Failures, NAME)


def parked(job: Job) -> Failures | None:
    """What failed, where trying again as things are would fail again; None where a run may help."""
    failed = read(job)
    return failed if failed and not failed.may_pass and failed.inputs == inputs(job) else None


def inputs(job: Job) -> str:
    """A hash of what somebody would change to mend a failure: media, subtitles, manifest, options, this program."""
    series = job.series.model_dump(mode="json", exclude={"root", "manifest"})
    files = (job.media, job.supplied) if job.episode.has_film else ()
    stamps = [disk.stamp(path) for path in files if path]
    endpoints = disk.stamp(job.series.root / "endpoints.toml")
    return fingerprint(series, stamps, endpoints, job.options, __version__)
