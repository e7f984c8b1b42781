"""Rows: everything an episode's page shows of each cue in one locale, read from the workspace as it is now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from localize import disk, settings
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.disk import Stamp
from localize.errors import LocalizeError, WorkspaceError
from localize.evidence import Evidence
from localize.findings import Finding, Findings
from localize.job import SOURCE, Job
from localize.lines import Line
from localize.locales import Locale, locale
from localize.memory import Memory, asked
from localize.metadata import Limit, limit
from localize.review import comments, edits, fixes, log, source, triage
from localize.review.fixes import Fix
from localize.review.triage import Risk
from localize.text.shortening import length
from localize.workspace import findings_file, from_json, layout_file, target_file


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and what one click can do about it."""

    finding: Finding
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One cue in one locale. `shown_ms` is how long its event stands, `beside` the characters of others in it."""

    cue: Cue
    source_version: str
    line: TargetLine | None
    version: str
    found: tuple[Found, ...]
    tidy: tuple[Fix, ...]
    risk: Risk
    comments: tuple[log.Event, ...]
    editor: str
    shown_ms: int
    beside: int
    limit: Limit | None = None
    """Of a title, which nobody reads against a clock: what the platform takes."""

    @property
    def text(self) -> str:
        return self.line.text if self.line else ""

    @property
    def draft(self) -> str:
        """What the machine wrote."""
        return "" if self.line is None else self.line.text if self.line.draft is None else self.line.draft

    @property
    def state(self) -> str:
        """`approved`, `edited`, `machine`, `missing`: what a reviewer has to know first."""
        if self.line is None or not self.line.text:
            return "missing"
        return "approved" if self.line.approved else "edited" if self.line.human else "machine"


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of a locale, in the order of time, and what was found in the track as a whole."""

    job: Job
    profile: Locale
    rows: tuple[Row, ...]
    whole: tuple[Finding, ...]
    layout: Layout | None

    @property
    def approved(self) -> int:
        return sum(row.state == "approved" for row in self.rows)


def stamps(job: Job, tag: str) -> tuple[Stamp | None, ...]:
    """What tells whether a page is out of date: every file it is made from; a log's folder stands for its events."""
    names = (
        "source.json", target_file(tag), findings_file(tag), layout_file(tag), f"log/{tag}", f"log/{SOURCE}",
        f"decisions/translation.{tag}.json", f"decisions/final.{tag}.json",
    )  # fmt: skip
    return tuple(disk.stamp(job.workspace.path(name)) for name in names)


def sheet(job: Job, tag: str, only: Collection[str] | None = None) -> Sheet:
    """The rows of `tag`, those of the cues `only` where given, for one costs a hundredth of all.

    WorkspaceError where the source was not made yet, or a file is damaged.
    """
    ws, profile = job.workspace, job.series.style.profile(locale(tag))
    cues = job.source().cues
    track = ws.read(TargetTrack, target_file(tag)) or TargetTrack(tag, ())
    lines = edits.lines_of(track, {cue.id for cue in cues})
    layout, found = ws.read(Layout, layout_file(tag)), ws.read(Findings, findings_file(tag))
    findings = found.findings if found else ()
    required = {line.cue.id: line for line in Evidence(job, tag).lines}
    shown_cues = [cue for cue in cues if only is None or cue.id in only]
    risks = triage.risks(
        shown_cues, lines, findings,
        first_said=triage.first_said(required.values(), tag, said_before(job)), matched=_matched(job, tag),
    )  # fmt: skip
    by_cue: dict[str, list[Finding]] = {}
    for finding in findings:
        by_cue.setdefault(finding.cue_id or "", []).append(finding)
    events = [*log.read(ws, tag), *log.read(ws, SOURCE)]
    said: dict[str, list[log.Event]] = {}
    for comment in comments.still_open(events):
        for cue_id in comment.cue_ids:
            said.setdefault(cue_id, []).append(comment)
    editors = {id_: event.who.name for event in events if event.lines_after for id_ in event.cue_ids}
    shown = _shown(layout.events if layout else ())
    rows = tuple(
        _row(
            cue, lines.get(cue.id), by_cue.get(cue.id, ()), required.get(cue.id) or Line(cue), profile, risks[cue.id],
            tuple(said.get(cue.id, ())), editors.get(cue.id, ""), shown.get(cue.id, ()),
            None if job.episode.has_film else limit(job.series.platform, cue.id),
        )
        for cue in shown_cues
    )  # fmt: skip
    return Sheet(job, profile, rows, tuple(by_cue.get("", ())), layout)


def said_before(job: Job) -> str:
    """All that the episodes before this one say; a damaged one says nothing, it tells of itself elsewhere."""
    texts = []
    for episode in takewhile(lambda one: one.id != job.episode.id, job.series.episode):
        path = job.workspace.folder.parent / episode.id / "source.json"
        with suppress(WorkspaceError):
            if stamp := disk.stamp(path):
                texts.append(_said(path, stamp))
    return "\n".join(texts)


@lru_cache(maxsize=2048)
def _said(path: Path, _stamp: Stamp) -> str:
    return "\n".join(cue.text for cue in from_json(SourceTrack, path).cues)


def _matched(job: Job, tag: str) -> Collection[str]:
    """Cues whose text has an approved translation elsewhere; without a memory there are none."""
    if job.series.memory == "off":
        return ()
    scope = None if job.series.memory == "studio" else job.series.id
    source, memory = job.workspace.path("source.json"), settings.memory_file()
    with suppress(LocalizeError, OSError):
        # What was written last may stand beside the file of the memory.
        stamps = (disk.stamp(source), disk.stamp(memory), disk.stamp(memory.with_name(f"{memory.name}-wal")))
        return _known(source, job.series.id, job.episode.id, tag, scope, *stamps)
    return ()


@lru_cache(maxsize=512)
def _known(
    source: Path, series: str, episode: str, tag: str, scope: str | None, *_stamps: Stamp | None
) -> frozenset[str]:
    """Asking for 400 lines takes 40 ms, and between two edits the memory is mostly the same."""
    lines = asked(from_json(SourceTrack, source).cues, episode, series)
    with Memory.open() as memory:
        matches = memory.exact(lines, tag, series=scope)
    return frozenset(line.cue_id for line, match in zip(lines, matches, strict=True) if match)


def _shown(events: Sequence[Event]) -> dict[str, list[Event]]:
    by_cue: dict[str, list[Event]] = {}
    for event in events:
        for id_ in event.cue_ids:
            by_cue.setdefault(id_, []).append(event)
    return by_cue


def _row(
    cue: Cue,
    line: TargetLine | None,
    findings: Sequence[Finding],
    required: Line,
    profile: Locale,
    risk: Risk,
    said: tuple[log.Event, ...],
    editor: str,
    events: Sequence[Event],
    most: Limit | None,
) -> Row:
    text, prose = line.text if line else "", most is not None
    return Row(
        cue=cue,
        source_version=source.version(cue),
        line=line,
        version=edits.version(cue, line),
        found=_found(line, findings, required, profile, prose),
        tidy=fixes.tidy(line, profile, prose=prose) if line and line.human else (),
        risk=risk,
        comments=said,
        editor=editor,
        shown_ms=sum(event.end_ms - event.start_ms for event in events) or cue.duration_ms,
        beside=max(0, sum(length(event.text) for event in events) - length(text)) if _shared(events) else 0,
        limit=most,
    )


def _found(
    line: TargetLine | None, findings: Sequence[Finding], required: Line, profile: Locale, prose: bool
) -> tuple[Found, ...]:
    """Findings with what one click can do; where two want the same, the first one offers it."""
    offered: set[str] = set()
    found = []
    for finding in findings:
        made = fixes.fixes(finding, line, required, profile, prose=prose) if line else ()
        found.append(Found(finding, tuple(fix for fix in made if fix.text not in offered)))
        offered |= {fix.text for fix in made}
    return tuple(found)


def _shared(events: Sequence[Event]) -> bool:
    """Whether the cue's time is also another cue's."""
    return any(len(event.cue_ids) > 1 for event in events)
