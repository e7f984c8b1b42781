"""What a review will take: minutes for each locale, from how long people took for lines like those that wait.

The log says when a person did something. Between two things that one person did less than ten minutes apart, they
worked on what the second one is about. A longer gap is a pause; what came right after it was begun nobody knows when,
so it counts neither as time nor as lines. Imports are left out: their lines were edited elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from localize import gates
from localize.cues import TargetLine, TargetTrack
from localize.findings import Findings
from localize.job import Job
from localize.review import log
from localize.review.log import Event
from localize.workspace import findings_file, target_file

Kind = Literal["findings", "edited", "clean"]
"""Of a line as a reviewer meets it: with findings above `info`; else written by a person; else a machine's as it is."""

PAUSE_S = 600
ASSUMED_S: Mapping[Kind, float] = {"findings": 40.0, "edited": 10.0, "clean": 8.0}
"""Seconds for a line where nobody has reviewed enough yet; no source was found for these."""
ENOUGH = 20
"""Lines of a kind from which on their own time is believed."""

_LEFT_OUT = frozenset({"import", "clash", "decide"})
_HEEDED = frozenset({"warning", "error"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people took, in seconds, for how many lines of each kind, in how many events."""

    seconds: Mapping[Kind, float] = field(default_factory=dict)
    lines: Mapping[Kind, int] = field(default_factory=dict)
    events: int = 0

    def of(self, kind: Kind) -> float | None:
        """Seconds for a line; None where there were too few."""
        count = self.lines.get(kind, 0)
        return self.seconds[kind] / count if count >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What waits in one locale and how long it takes; `basis` says where the time for each kind of line is from."""

    locale: str
    episodes: int
    lines: Mapping[Kind, int]
    minutes: float
    seconds_a_line: Mapping[Kind, float]
    basis: Mapping[Kind, Literal["this locale", "all locales", "assumed"]]
    events: int
    """Of the log, that the measured times rest on."""


def plan(jobs: Sequence[Job], tags: Sequence[str]) -> list[Estimate]:
    """What waits at the translation gate of the episodes of `jobs`, for each of `tags` in which something does."""
    paces = {tag: pace(jobs, [tag]) for tag in tags}
    everywhere = pace(jobs, list(dict.fromkeys(tag for job in jobs for tag in (*job.locales, *tags))))
    estimates = []
    for tag in tags:
        waiting = [found for job in jobs if (found := _waiting(job, tag)) is not None]
        if waiting:
            estimates.append(_estimate(tag, waiting, paces[tag], everywhere))
    return estimates


def pace(jobs: Sequence[Job], tags: Sequence[str]) -> Pace:
    """How long people took for lines of `tags`."""
    mine: dict[str, list[tuple[Job, Event]]] = defaultdict(list)
    for job in jobs:
        for event in log.all_of(job.workspace):
            mine[event.who.name].append((job, event))
    seconds: defaultdict[Kind, float] = defaultdict(float)
    met: set[tuple[str, str, str, str, int]] = set()
    lines: Counter[Kind] = Counter()
    events = 0
    kinds = _Kinds()
    for name, done in mine.items():
        session = 0
        for (_, before), (job, event) in pairwise(sorted(done, key=lambda pair: pair[1].id)):
            gap_s = (_time(event) - _time(before)).total_seconds()
            if gap_s > PAUSE_S:
                session += 1
                continue
            if event.what in _LEFT_OUT or event.scope not in tags or not event.cue_ids:
                continue
            events += 1
            for cue_id, kind in kinds.of(job, event):
                seconds[kind] += gap_s / len(event.cue_ids)
                # Who comes back to a line takes longer over it, and it is still one line.
                if (key := (name, job.episode.id, event.scope, cue_id, session)) not in met:
                    met.add(key)
                    lines[kind] += 1
    return Pace(dict(seconds), dict(lines), events)


class _Kinds:
    """What lines were when somebody met them. Of past findings the log knows the flags that a line had."""

    def __init__(self) -> None:
        self._now: dict[tuple[str, str], tuple[Mapping[str, TargetLine], Collection[str]]] = {}

    def of(self, job: Job, event: Event) -> Iterator[tuple[str, Kind]]:
        key = job.episode.id, event.scope
        if key not in self._now:
            self._now[key] = _lines(job, event.scope), _heeded(job, event.scope)
        standing, findings = self._now[key]
        before = {line.id: line for line in event.lines_before}
        for cue_id in event.cue_ids:
            line = before.get(cue_id, standing.get(cue_id))
            now = standing.get(cue_id)
            # What is found now was found then, where the line is still the same.
            found = bool(line and now and line.text == now.text and cue_id in findings)
            yield cue_id, _kind(line, found=found or bool(line and line.flags))


def _kind(line: TargetLine | None, *, found: bool) -> Kind:
    return "findings" if found else "edited" if line and line.human else "clean"


def _waiting(job: Job, tag: str) -> Counter[Kind] | None:
    """The lines that a reviewer has to look at, by kind; None where the gate waits for nobody."""
    lines = _lines(job, tag)
    if not lines or not job.workspace.exists("source.json") or not gates.gate_error(
        job.series, job.episode, job.workspace, "translation", tag
    ):  # fmt: skip
        return None
    findings = _heeded(job, tag)
    return Counter(_kind(line, found=id_ in findings) for id_, line in lines.items() if not line.approved)


def _estimate(tag: str, waiting: Iterable[Counter[Kind]], own: Pace, everywhere: Pace) -> Estimate:
    waiting = list(waiting)
    lines: Counter[Kind] = sum(waiting, Counter())
    seconds: dict[Kind, float] = {}
    basis: dict[Kind, Literal["this locale", "all locales", "assumed"]] = {}
    for kind, assumed in ASSUMED_S.items():
        if (measured := own.of(kind)) is not None:
            seconds[kind], basis[kind] = measured, "this locale"
        elif (measured := everywhere.of(kind)) is not None:
            seconds[kind], basis[kind] = measured, "all locales"
        else:
            seconds[kind], basis[kind] = assumed, "assumed"
    used = {basis[kind] for kind in lines}
    events = everywhere.events if "all locales" in used else own.events if "this locale" in used else 0
    minutes = sum(count * seconds[kind] for kind, count in lines.items()) / 60
    rounded = {kind: round(value, 1) for kind, value in seconds.items()}
    by_kind = {kind: lines[kind] for kind in ASSUMED_S}
    return Estimate(tag, len(waiting), by_kind, round(minutes, 1), rounded, basis, events)


def _lines(job: Job, tag: str) -> Mapping[str, TargetLine]:
    track = job.workspace.read(TargetTrack, target_file(tag))
    return {line.id: line for line in track.lines} if track else {}


def _heeded(job: Job, tag: str) -> Collection[str]:
    """Cues with a finding that asks for something."""
    report = job.workspace.read(Findings, findings_file(tag))
    return {f.cue_id for f in (report.findings if report else ()) if f.cue_id and f.severity in _HEEDED}


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)
