"""The pipeline: which step follows which, where a person decides, and who may go on.

    ingest > shots, read, transcribe > segment > [transcript] > translate > fit > check > [translation]
      > cover > sidecar, burn, mux > [final] > report

Titles and synopsis go through the same gates up to that of the translation: `localize.metadata`.

`advance` is the one description that the flows and the command line share: it hands out units of work in waves and
judges the gates; how a wave is executed (threads here, Prefect tasks in `flows`) is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from localize import failures, metadata
from localize.deciding import decide, gate_error, settle
from localize.decisions import GateName
from localize.engines.registry import TRANSCRIBERS, Engines
from localize.errors import InputError, LocaleError, LocalizeError, WorkspaceError, at
from localize.findings import Finding, Findings
from localize.job import MODES, Job, Options
from localize.locales import locale
from localize.numbering import chosen
from localize.series import METADATA, SOURCES, Series
from localize.units import WORKERS, Done, EpisodeResult, Execute, OnProgress, Unit, in_threads, run_unit, unwatched
from localize.waves import Waves, laid_out
from localize.workspace import findings_file, target_file

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
    wave = Waves(job, execute, progress, result)
    try:
        if not job.episode.has_film:
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


def _texts(job: Job, wave: Waves, result: EpisodeResult) -> None:
    """Titles and synopsis: nothing of them is drawn."""
    if wave.run([wave.unit("titles")]) or not _open(job, "transcript", None, result):
        return
    ready = wave.translated("check-titles")
    result.delivered = tuple(tag for tag in ready if _open(job, "translation", tag, result))


def rerender(job: Job, execute: Execute = in_threads, progress: OnProgress = unwatched) -> EpisodeResult:
    """Lay out and render what is translated, asking no recogniser and no translator: after a change of style, say."""
    result = EpisodeResult(job.episode.id)
    if not job.episode.has_film:
        return result
    wave = Waves(job, execute, progress, result)
    ready = [tag for tag in job.options.locales if job.workspace.exists(target_file(tag))]
    for step in ("fit", "check"):
        failed = wave.run([wave.unit(step, tag) for tag in ready])
        ready = [tag for tag in ready if tag not in failed]
    _render(job, wave, ready, result)
    _conclude(job, wave, result)
    return result


def _render(job: Job, wave: Waves, translated: Sequence[str], result: EpisodeResult) -> None:
    """From the gate of the translation through that of what was rendered."""
    ready = [tag for tag in translated if _open(job, "translation", tag, result)]
    result.delivered = tuple(tag for tag in wave.rendered(ready) if _open(job, "final", tag, result))


def _conclude(job: Job, wave: Waves, result: EpisodeResult) -> None:
    """What was found, how long it took, and the report that shows both."""
    found = job.recorder.record.findings(job.locales, job.series.source_locale)
    result.findings = [*_all_findings(job), *found]
    with at(stage="report", episode_id=job.episode.id):
        job.recorder.close()
    if job.workspace.state.facts:
        wave.run([wave.unit("report", *laid_out(job))])


def _open(job: Job, gate: GateName, tag: str | None, result: EpisodeResult) -> bool:
    """Whether `gate` lets the work through; what waits, or cannot be written down, is noted in `result`."""
    try:
        if waiting := settle(job, gate, tag):
            result.waiting.append(waiting)
    except LocalizeError as error:
        result.errors.append(error)
        return False
    return waiting is None


def _all_findings(job: Job) -> list[tuple[str, Finding]]:
    tags = (job.series.source_locale, *job.options.locales)
    read = [(tag, job.workspace.read(Findings, findings_file(tag))) for tag in tags]
    return [(tag, finding) for tag, found in read if found for finding in found.findings]


def recheck(job: Job) -> EpisodeResult:
    """Judge the tracks that are there, laid out as they are now, without making any."""
    result = EpisodeResult(job.episode.id)
    wave = Waves(job, in_threads, unwatched, result, recorded=False)
    if not job.episode.has_film:
        there = [tag for tag in job.locales if job.workspace.exists(target_file(tag))]
        wave.run([wave.unit("check-titles", tag) for tag in there])
    known = laid_out(job)
    failed = wave.run([wave.unit("fit", tag) for tag in known])
    wave.run([wave.unit("check", tag) for tag in known if tag not in failed])
    result.findings = _all_findings(job)
    return result


def rereport(job: Job) -> EpisodeResult:
    """Write the report of what is there; of titles there is none."""
    result = EpisodeResult(job.episode.id)
    if not job.episode.has_film:
        return result
    wave = Waves(job, in_threads, unwatched, result, recorded=False)
    wave.run([wave.unit("report", *laid_out(job))])
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

    That of the titles and the synopsis comes last: where it is named, or all are asked for and there is more to say
    than the name of the series.
    """
    episodes = {episode.id: episode for episode in series.episode}
    if METADATA in only or (not only and metadata.wanted(series, workspace / series.id)):
        episodes[METADATA] = metadata.EPISODE
    return [
        Job(series, episodes[id_], workspace / series.id / id_, options, engines) for id_ in chosen([*episodes], only)
    ]
