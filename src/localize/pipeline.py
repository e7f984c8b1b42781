"""The pipeline: which step follows which, where a person decides, and who may go on.

    ingest > shots, read, transcribe > segment > [transcript] > translate > fit > check > [translation]
      > cover > sidecar, burn, mux > [final] > report

Titles and synopsis go through the same gates up to that of the translation: `localize.metadata`.

`advance` is the one description that the flows and the command line share: it hands out units of work in waves and
judges the gates; how a wave is executed (threads here, Prefect tasks in `flows`) is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from localize import failures, metadata
from localize.deciding import decide, gate_error, settle
from localize.decisions import GateName
from localize.engines.registry import TRANSCRIBERS, Engines, route
from localize.errors import InputError, LocaleError, LocalizeError, WorkspaceError, at
from localize.findings import Finding, Findings
from localize.importing import written_by_people
from localize.job import MODES, Job, Options
from localize.locales import locale
from localize.numbering import chosen
from localize.runs import Recorder
from localize.series import METADATA, SOURCES, Series
from localize.stages.render import groups
from localize.units import WORKERS, Done, EpisodeResult, Execute, OnProgress, Unit, in_threads, run_unit, unwatched
from localize.workspace import findings_file, layout_file, target_file

__all__ = [
    "WORKERS",
    "Done",
    "EpisodeResult",
    "Execute",
    "OnProgress",
    "Unit",
    "decide",
    "gate_error",
    "in_threads",
    "run_unit",
]


def advance(job: Job, execute: Execute = in_threads, progress: OnProgress = unwatched) -> EpisodeResult:
    """Take one episode as far as its inputs, engines and gates allow; what is done already is found, not done again."""
    result = EpisodeResult(job.episode.id)
    wave = _Waves(job, execute, progress, result)
    try:
        if job.episode.id == METADATA:
            _texts(job, wave, result)
        elif wave.source() and _open(job, "transcript", None, result):
            _render(job, wave, wave.translated("fit", "check"), result)
        _conclude(job, wave, result)
    except LocalizeError as error:
        error.episode_id = error.episode_id or job.episode.id
        result.errors.append(error)
    with suppress(WorkspaceError):  # a disk that takes nothing is among the errors already
        failures.record(job, result.errors)
    return result


def _texts(job: Job, wave: _Waves, result: EpisodeResult) -> None:
    """Titles and synopsis: nothing of them is drawn."""
    if wave.run([wave.unit("titles")]) or not _open(job, "transcript", None, result):
        return
    ready = wave.translated("check-titles")
    result.delivered = tuple(tag for tag in ready if _open(job, "translation", tag, result))


def rerender(job: Job, execute: Execute = in_threads, progress: OnProgress = unwatched) -> EpisodeResult:
    """Lay out and render what is translated, asking no recogniser and no translator: after a change of style, say."""
    result = EpisodeResult(job.episode.id)
    wave = _Waves(job, execute, progress, result)
    ready = [tag for tag in job.options.locales if job.workspace.exists(target_file(tag))]
    for step in ("fit", "check"):
        failed = wave.run([wave.unit(step, tag) for tag in ready])
        ready = [tag for tag in ready if tag not in failed]
    _render(job, wave, ready, result)
    _conclude(job, wave, result)
    return result


def _render(job: Job, wave: _Waves, translated: Sequence[str], result: EpisodeResult) -> None:
    """From the gate of the translation through that of what was rendered."""
    ready = [tag for tag in translated if _open(job, "translation", tag, result)]
    result.delivered = tuple(tag for tag in wave.rendered(ready) if _open(job, "final", tag, result))


def _conclude(job: Job, wave: _Waves, result: EpisodeResult) -> None:
    """What was found, how long it took, and the report that shows both."""
    found = job.recorder.record.findings(job.locales, job.series.source_locale)
    result.findings = [*_all_findings(job), *found]
    with at(stage="report", episode_id=job.episode.id):
        job.recorder.close()
    if job.workspace.state.facts:
        wave.run([wave.unit("report", *_known(job))])


class _Waves:
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
        others = [tag for tag in _known(job) if tag not in job.options.locales]
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


def _open(job: Job, gate: GateName, tag: str | None, result: EpisodeResult) -> bool:
    """Whether `gate` lets the work through; what waits, or cannot be written down, is noted in `result`."""
    try:
        if waiting := settle(job, gate, tag):
            result.waiting.append(waiting)
    except LocalizeError as error:
        result.errors.append(error)
        return False
    return waiting is None


def _known(job: Job) -> list[str]:
    """Locales that have a layout to show, from this run or an earlier one."""
    return [tag for tag in job.locales if job.workspace.exists(layout_file(tag))]


def _all_findings(job: Job) -> list[tuple[str, Finding]]:
    tags = (job.series.source_locale, *job.options.locales)
    read = [(tag, job.workspace.read(Findings, findings_file(tag))) for tag in tags]
    return [(tag, finding) for tag, found in read if found for finding in found.findings]


def recheck(job: Job) -> EpisodeResult:
    """Judge the tracks that are there, laid out as they are now, without making any."""
    result = EpisodeResult(job.episode.id)
    wave = _Waves(job, in_threads, unwatched, result, recorded=False)
    if job.episode.id == METADATA:
        there = [tag for tag in job.locales if job.workspace.exists(target_file(tag))]
        wave.run([wave.unit("check-titles", tag) for tag in there])
    known = _known(job)
    laid_out = set(known) - wave.run([wave.unit("fit", tag) for tag in known])
    wave.run([wave.unit("check", tag) for tag in known if tag in laid_out])
    result.findings = _all_findings(job)
    return result


def rereport(job: Job) -> EpisodeResult:
    """Write the report of what is there."""
    result = EpisodeResult(job.episode.id)
    wave = _Waves(job, in_threads, unwatched, result, recorded=False)
    wave.run([wave.unit("report", *_known(job))])
    return result


def options(
    series: Series,
    *,
    to: Sequence[str] = (),
    modes: Sequence[str] = MODES,
    transcriber: str = "faster-whisper",
    allow_landscape: bool = False,
    verify: bool = False,
    source: str | None = None,
) -> Options:
    """What a run asks for, checked: InputError or LocaleError on a name nobody knows."""
    for tag in to:
        if locale(tag).tag == series.source_locale:
            raise LocaleError(
                f"{tag} is the source of {series.id}, not a target", next_step="choose other locales with --to"
            )
    if not modes:
        raise InputError("no mode was given", next_step=f"choose among {', '.join(MODES)}")
    if unknown := [mode for mode in modes if mode not in MODES]:
        raise InputError(f"{unknown[0]!r} is not a mode", next_step=f"choose among {', '.join(MODES)}")
    if transcriber not in TRANSCRIBERS:
        raise InputError(f"{transcriber!r} is not a transcriber", next_step=f"choose among {', '.join(TRANSCRIBERS)}")
    if source is not None and source not in SOURCES:
        raise InputError(f"{source!r} is no source of text", next_step=f"choose among {', '.join(SOURCES)}")
    chosen = tuple(mode for mode in MODES if mode in modes)
    return Options(tuple(to) or series.locales, chosen, transcriber, allow_landscape, verify, source)


def jobs(series: Series, workspace: Path, options: Options, engines: Engines, only: Sequence[str] = ()) -> list[Job]:
    """One job per episode of `series` (or of those that `only` names, by id, number or range), in manifest order.

    That of the titles and the synopsis is only there where it is named.
    """
    episodes = {episode.id: episode for episode in series.episode}
    if METADATA in only:
        episodes[METADATA] = metadata.EPISODE
    return [
        Job(series, episodes[id_], workspace / series.id / id_, options, engines) for id_ in chosen([*episodes], only)
    ]
