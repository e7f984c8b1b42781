"""What goes out: the lines of one episode in one locale, with all that a reviewer should see beside each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from localize.cues import Cue, Layout, TargetTrack
from localize.errors import InputError
from localize.findings import SEVERITIES, Findings, Severity, worst
from localize.fingerprint import fingerprint
from localize.gates import run_command
from localize.job import Job
from localize.metadata import Limit, limit
from localize.review import comments, edits, log
from localize.subtitles.text import clean
from localize.workspace import findings_file, layout_file, target_file

Key = tuple[str, str]
"""Episode and cue."""


@dataclass(frozen=True, slots=True)
class Line:
    """One cue and its line; `version` is what an edit of it has to name."""

    cue_id: str
    start_ms: int
    end_ms: int
    shown_ms: int
    """How long it is on screen: the layout may show it longer than it is said."""
    source: str
    target: str
    version: str
    by: str
    approved: bool = False
    speaker: str = ""
    findings: tuple[str, ...] = ()
    severity: Severity | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handout:
    """One episode in one locale; `cps` is what its readers follow, in grapheme clusters a second."""

    series: str
    episode: str
    locale: str
    cps: int
    lines: tuple[Line, ...]
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """By cue, what the platform takes of titles and a synopsis, which nobody reads against a clock."""

    @property
    def digest(self) -> str:
        return digest([(self.episode, line.cue_id, line.version) for line in self.lines])

    def longest(self, line: Line) -> int:
        """Grapheme clusters that can be read while `line` is on screen."""
        return max(self.cps * line.shown_ms // 1000, 1)


def digest(rows: Sequence[tuple[str, str, str]]) -> str:
    """Of what went out: episode, cue and version of every row, in order."""
    return fingerprint("handout", rows)[:16]


def of(job: Job, tag: str) -> Handout:
    """What goes out of the episode of `job` in locale `tag`; InputError where it was not translated yet."""
    track = job.workspace.read(TargetTrack, target_file(tag))
    if track is None:
        raise InputError(
            "there is nothing to review yet", stage="review", episode_id=job.episode.id, locale=tag,
            next_step=run_command(job.series, job.workspace, (tag,)),
        )  # fmt: skip
    source = job.source()
    lines = {line.id: line for line in track.lines}
    shown = _shown_ms(job.workspace.read(Layout, layout_file(tag)), source.cues)
    found = defaultdict(list)
    report = job.workspace.read(Findings, findings_file(tag))
    for finding in sorted(report.findings if report else (), key=lambda one: -SEVERITIES.index(one.severity)):
        found[finding.cue_id].append(finding)
    said = defaultdict(list)
    for event in comments.still_open(log.read(job.workspace, tag)):
        for cue_id in event.cue_ids:
            said[cue_id].append(f"{event.who.name}: {event.text}")
    return Handout(
        job.series.id, job.episode.id, tag, job.series.reading.of(tag).cps.value,
        tuple(
            Line(
                cue.id, cue.start_ms, cue.end_ms, shown[cue.id], clean(cue.text),
                clean(line.text) if (line := lines.get(cue.id)) else "",
                edits.version(cue, line),
                ("human" if line.human else line.by) if line else "",
                bool(line and line.approved), cue.speaker or "",
                tuple(f"{one.severity}: {clean(one.message)}" for one in found[cue.id]),
                worst(found[cue.id]), tuple(map(clean, said[cue.id])),
            )
            for cue in source.cues
        ),
        {} if job.episode.has_film else {cue.id: limit(job.series.platform, cue.id) for cue in source.cues},
    )  # fmt: skip


def _shown_ms(layout: Layout | None, cues: Sequence[Cue]) -> Mapping[str, int]:
    """How long each cue is on screen; of an event that shows several, each has the share of its speech."""
    spoken = {cue.id: cue.duration_ms for cue in cues}
    shown: dict[str, float] = dict.fromkeys(spoken, 0.0)
    for event in layout.events if layout else ():
        known = [cue_id for cue_id in event.cue_ids if cue_id in spoken]
        whole = sum(spoken[cue_id] for cue_id in known)
        for cue_id in known:
            shown[cue_id] += (event.end_ms - event.start_ms) * spoken[cue_id] / whole
    return {cue_id: round(ms) or spoken[cue_id] for cue_id, ms in shown.items()}
