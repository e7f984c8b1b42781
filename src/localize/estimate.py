"""Estimates: how long what is left will take, from how long the same steps took before on this machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from localize import runs
from localize.job import Job
from localize.workspace import findings_file, layout_file, render_file, subtitle_file, target_file

_PER_LOCALE = {"translate": target_file, "fit": layout_file, "check": findings_file, "burn": render_file}
_SHARED = {"ingest": "episode.json", "transcribe": "words.json", "segment": "source.json"}


def rates(jobs: Iterable[Job]) -> Mapping[str, float]:
    """Seconds of work per second of film and scope, by step, over all runs that were recorded; no step without one."""
    seconds: dict[str, float] = defaultdict(float)
    work: dict[str, float] = defaultdict(float)
    for job in jobs:
        facts = job.workspace.state.facts
        for run in runs.all_of(job.workspace) if facts else ():
            for unit in run.units:
                if facts and unit.done:
                    seconds[unit.step] += unit.seconds
                    work[unit.step] += facts.duration_ms / 1000 * len(unit.done)
    return {step: seconds[step] / work[step] for step in seconds if work[step]}


def remaining_s(jobs: Sequence[Job], known: Mapping[str, float], workers: int = 1) -> float | None:
    """Seconds that what is missing of `jobs` will take with `workers` at a time; None where nothing was ever measured.

    A film that was not probed yet is taken to be as long as the others are on average; titles take no time to speak of.
    """
    films = [job for job in jobs if job.episode.has_film]
    lengths = {job.episode.id: _length_s(job) for job in films}
    seen = [length for length in lengths.values() if length]
    if not known or not seen:
        return None
    usual = sum(seen) / len(seen)
    return sum((lengths[job.episode.id] or usual) * _left(job, known) for job in films) / workers


def spoken(seconds: float | None) -> str:
    """`about 3 h 20 min`, as a person says it; empty where nothing is known."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    hours, minutes = divmod(minutes, 60)
    return "about " + (f"{hours} h {minutes} min" if hours else f"{minutes} min")


def _left(job: Job, known: Mapping[str, float]) -> float:
    """Seconds per second of film for what is not there yet."""
    ws, tags = job.workspace, job.options.locales
    shared = sum(known.get(step, 0.0) for step, name in _SHARED.items() if not ws.exists(name))
    if not job.supplied and ws.exists("source.json"):
        shared = 0.0
    steps = {step: name for step, name in _PER_LOCALE.items() if step != "burn" or "burn" in job.options.modes}
    own = sum(known.get(step, 0.0) for step, name in steps.items() for tag in tags if not ws.exists(name(tag)))
    if "sidecar" in job.options.modes:
        kind = job.series.formats[0] if job.series.formats else "srt"
        own += sum(known.get("sidecar", 0.0) for tag in tags if not ws.exists(subtitle_file(tag, kind)))
    return shared + own


def _length_s(job: Job) -> float | None:
    facts = job.workspace.state.facts
    return facts.duration_ms / 1000 if facts else None
