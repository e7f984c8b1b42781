"""Status: where every episode and locale stands, read from the workspace alone."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from localize.assignment import Assignment
from localize.cues import STARTER
from localize.errors import InputError, NoEngine, WorkspaceError
from localize.findings import Findings
from localize.job import SOURCE, Job
from localize.pipeline import Done, EpisodeResult, Unit
from localize.state import overview
from localize.state.overview import BURNED, LocaleState, Overview
from localize.steps import outdated
from localize.workspace import findings_file


@dataclass(frozen=True, slots=True)
class LocaleStatus:
    """One row: an episode in one locale."""

    episode: str
    locale: str
    lines: int
    written_by: str
    """Engines or people and how many lines each wrote, `argos 11, human 1`."""
    errors: int
    warnings: int
    burned: bool
    sidecar: bool
    redo: tuple[str, ...]
    """Ids of the cues whose line the next run makes anew: a term, an engine or the source has changed."""
    out_of_date: tuple[str, ...]
    """Finished files that show an older text, `burned mp4`."""
    waits_for: str
    """The gate it waits at and why, `translation: waits for review`; or what keeps it from being begun; else empty."""
    next_step: str
    """What to type; empty where everything is done."""


def view(job: Job) -> Overview:
    """How the episode of `job` stands in the locales of its run."""
    return overview.read(job.series, job.episode, job.workspace, job.options.locales, stale=outdated(job))


def status(job: Job) -> list[LocaleStatus]:
    """Rows of one episode, in the order of the run's locales."""
    seen, work = view(job), Assignment(job)
    return [_row(seen, state, work) for state in seen.states]


def _unwritable(work: Assignment, tag: str) -> InputError | None:
    """Why nothing can write `tag`: no engine does, or an endpoint is not configured."""
    try:
        work.engines(tag)
    except InputError as error:
        return error
    return None


def _redo(work: Assignment, tag: str) -> tuple[str, ...]:
    with suppress(NoEngine):
        return work.outdated(tag)
    return ()


def _row(seen: Overview, state: LocaleState, work: Assignment) -> LocaleStatus:
    labels = {file.label for file in state.files}
    unwritable = _unwritable(work, state.profile.tag)
    redo = _redo(work, state.profile.tag) if state.lines and not unwritable else ()
    waits_for, next_step = _next(seen, state, unwritable)
    return LocaleStatus(
        episode=seen.episode.id,
        locale=state.profile.tag,
        lines=len(state.lines),
        written_by=", ".join(f"{who} {count}" for who, count in state.writers),
        errors=state.severities.get("error", 0),
        warnings=state.severities.get("warning", 0),
        burned=BURNED in labels,
        sidecar=bool(labels & {*seen.series.formats}),
        redo=redo,
        out_of_date=tuple(file.label for file in (*state.files, *seen.shared) if file.stale),
        waits_for=waits_for,
        next_step=next_step or (seen.run_command if redo else ""),
    )


def _next(seen: Overview, state: LocaleState, unwritable: InputError | None) -> tuple[str, str]:
    """What the locale waits for, and what to type."""
    tag = state.profile.tag
    if seen.transcript.waits:
        return f"transcript: {seen.transcript.words}", seen.review_command("transcript")
    for gate in state.gates:
        if gate.waits:
            return f"{gate.gate}: {gate.words}", seen.review_command(gate.gate, (tag,))
    translation, final = state.gates
    # A locale that no engine writes may be finished, by people; one whose endpoint is missing fails in the next run.
    if unwritable and not (translation.reached and isinstance(unwritable, NoEngine)):
        return unwritable.message, unwritable.next_step or ""
    done = final.reached and not any(file.stale for file in (*state.files, *seen.shared))
    return "", "" if done else seen.run_command


def starter_note(jobs: Iterable[Job]) -> str:
    """Which locales starter packages wrote, for the end of a run, where it cannot be missed; else empty."""
    tags: set[str] = set()
    for job in jobs:
        for tag in job.options.locales:
            with suppress(WorkspaceError):  # of a damaged file the run itself has told
                found = job.workspace.read(Findings, findings_file(tag))
                tags |= {tag for finding in (found.findings if found else ()) if finding.rule == STARTER}
    if not tags:
        return ""
    return (
        f"note: starter packages wrote the lines of {', '.join(sorted(tags))}: a demonstration, not a translation "
        "to publish; for real work: localize models install"
    )


def summary(result: EpisodeResult) -> str:
    """One word for one run of one episode."""
    if result.errors:
        return "failed" if not result.delivered else "partly"
    if result.waiting:
        return "waiting"
    return "done" if result.worked else "unchanged"


def wave(finished: Iterable[Done], seconds: float) -> list[str]:
    """What a wave of units did in `seconds`, a line per step: 17 locales laid out in a moment are one line, not 17."""
    by_step: dict[str, list[Done]] = {}
    for done in finished:
        if done.outcome.done:
            by_step.setdefault(done.unit.step, []).append(done)
    return [
        f"{Unit(step, all_[0].unit.episode_id, _tags(all_)).name}  {seconds:.1f} s" for step, all_ in by_step.items()
    ]


def _tags(finished: Iterable[Done]) -> tuple[str, ...]:
    """The locales that were worked on; a unit for all of them at once has its own."""
    return tuple(
        tag for done in finished for tag in (done.unit.locales if SOURCE in done.outcome.done else done.outcome.done)
    )
