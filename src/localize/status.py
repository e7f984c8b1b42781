"""Status: where every episode and locale stands, read from the workspace alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from localize.cues import SourceTrack, TargetTrack
from localize.decisions import GateName
from localize.findings import Findings
from localize.gates import gate_error
from localize.pipeline import Done, EpisodeResult, Unit
from localize.steps import SOURCE, Job
from localize.workspace import findings_file, render_file, subtitle_file, target_file


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
    waits_for: str
    """The gate it waits at and what to type, else empty."""


def status(job: Job) -> list[LocaleStatus]:
    """Rows of one episode, in the order of the run's locales."""
    return [_row(job, tag) for tag in job.options.locales]


def _row(job: Job, tag: str) -> LocaleStatus:
    ws = job.workspace
    target = ws.read(TargetTrack, target_file(tag))
    found = ws.read(Findings, findings_file(tag)) or Findings(tag)
    severities = Counter(finding.severity for finding in found.findings)
    writers = Counter("human" if line.human else line.by for line in target.lines) if target else Counter[str]()
    return LocaleStatus(
        episode=job.episode.id,
        locale=tag,
        lines=len(target.lines) if target else 0,
        written_by=", ".join(f"{who} {count}" for who, count in writers.most_common()),
        errors=severities["error"],
        warnings=severities["warning"],
        burned=ws.path(render_file(tag)).exists(),
        sidecar=ws.path(subtitle_file(tag, "srt")).exists(),
        waits_for=_waits_for(job, tag),
    )


def _waits_for(job: Job, tag: str) -> str:
    if job.workspace.read(SourceTrack, "source.json") is None:
        return "localize run"
    gates: tuple[tuple[GateName, str | None], ...] = (("transcript", None), ("translation", tag), ("final", tag))
    for gate, gate_tag in gates:
        if gate != "transcript" and not job.workspace.path(target_file(tag)).exists():
            return "localize run"
        if gate == "final" and not job.workspace.path(render_file(tag)).exists():
            return ""
        if error := gate_error(job.series, job.episode, job.workspace, gate, gate_tag):
            return f"{gate}: {error.next_step}"
    return ""


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
