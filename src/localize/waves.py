"""Waves: the units of one episode that may run at the same time, one wave after the other.

`localize.pipeline` says which gates stand between them. A unit that fails takes its scopes out of the waves that
follow, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from localize.deciding import gate_error
from localize.engines.registry import route
from localize.errors import LocalizeError, at
from localize.importing import written_by_people
from localize.job import Job
from localize.runs import Recorder
from localize.stages.render import groups
from localize.units import WORKERS, EpisodeResult, Execute, OnProgress, Unit, run_unit
from localize.workspace import layout_file


class Waves:
    """The units of one episode, wave by wave."""

    def __init__(
        self, job: Job, execute: Execute, progress: OnProgress, result: EpisodeResult, *, recorded: bool = True
    ) -> None:
        self.job, self.execute, self.result = job, execute, result
        self.progress, self.recorded = progress, recorded
        job.recorder = Recorder(job.workspace)

    def unit(self, step: str, *locales: str) -> Unit:
        return Unit(step, self.job.episode.id, locales)

    def run(self, units: Sequence[Unit]) -> set[str]:
        """Run a wave; returns the scopes that failed in it."""
        failed: set[str] = set()
        try:
            finished = self.execute(units, lambda unit: run_unit(self.job, unit, self.progress))
        except BaseException:
            self.job.stop.set()  # an interrupt reaches the main thread only: encoders in others have to be told
            raise
        if self.recorded:
            self.job.recorder.ended([done.record for done in finished if done.unit.step != "report"])
        for done in finished:
            self.result.finished.append(done)
            # One error that hit several locales of a unit is one message.
            self.result.errors += {id(e): e for e in done.outcome.failed.values()}.values()
            failed |= done.outcome.failed.keys()
        return failed

    def source(self) -> bool:
        waves = (("ingest",), ("shots", "read", "transcribe"), ("segment",))
        return not any(self.run([self.unit(step) for step in wave]) for wave in waves)

    def translated(self, *steps: str) -> list[str]:
        """Locales with a translation for which `steps` were done."""
        job = self.job
        routes: dict[str, tuple[str, ...]] = {}
        theirs: list[str] = []
        for tag in job.options.locales:
            try:
                with at(stage="translate", episode_id=job.episode.id, locale=tag):
                    if written_by_people(job, tag):
                        theirs.append(tag)
                    else:
                        routes[tag] = route(tag, job.series)
            except LocalizeError as error:
                self.result.errors.append(error)
        by_route = groupby(sorted(routes, key=routes.__getitem__), key=routes.__getitem__)
        ready = {*theirs, *routes} - self.run([self.unit("translate", *tags) for _, tags in by_route])
        for step in steps:
            ready -= self.run([self.unit(step, tag) for tag in self._ordered(ready)])
        return self._ordered(ready)

    def rendered(self, ready: Sequence[str]) -> list[str]:
        """Locales among `ready` for which every asked-for file was made."""
        left, modes = set(ready), self.job.options.modes
        if not left:
            return []
        if {"burn", "mux"} & {*modes} and self.run([self.unit("cover")]):
            return []
        if "sidecar" in modes:
            left -= self.run([self.unit("sidecar", tag) for tag in self._ordered(left)])
        if "burn" in modes:
            failed = self.run([self.unit("burn", *tags) for tags in groups(self._ordered(left), WORKERS)])
            left -= self._alone(failed)
        if "mux" in modes and left and self.run([self.unit("mux", *self._selectable(left))]):
            return []
        return self._ordered(left)

    def _selectable(self, left: set[str]) -> list[str]:
        """Tracks of the multi file: `left`, and what earlier runs made for locales this run was not asked for."""
        job = self.job
        others = [tag for tag in laid_out(job) if tag not in job.options.locales]
        let_through = {tag for tag in others if gate_error(job, "translation", tag) is None}
        return [tag for tag in job.locales if tag in left | let_through]

    def _alone(self, failed: set[str]) -> set[str]:
        """Try each failed locale by itself, since one bad track stops a shared encoder; returns what still failed."""
        shared = [
            d for d in self.result.finished if d.unit.step == "burn" and len(d.unit.locales) > 1 and d.outcome.failed
        ]
        again = {tag for done in shared for tag in done.outcome.failed}
        if not again:
            return failed
        gone = {id(error) for done in shared for error in done.outcome.failed.values()}
        self.result.errors = [error for error in self.result.errors if id(error) not in gone]
        return (failed - again) | self.run([self.unit("burn", tag) for tag in self._ordered(again)])

    def _ordered(self, tags: Iterable[str]) -> list[str]:
        return sorted(tags, key=self.job.options.locales.index)


def laid_out(job: Job) -> list[str]:
    """Locales that have a layout to show, from this run or an earlier one."""
    return [tag for tag in job.locales if job.workspace.exists(layout_file(tag))]
