"""Overview: where one episode stands, read from its workspace and put into words for a person.

The report, the summary in Prefect and `localize status` all show this one view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from localize import runs
from localize.cues import STARTER, Cue, SourceTrack, TargetLine, TargetTrack
from localize.decisions import Decision, GateName
from localize.engines.registry import engine_name
from localize.episode import MediaFacts
from localize.errors import LocalizeError
from localize.findings import SEVERITIES, Finding, Findings
from localize.gates import decision_file, gate_error, review_command, reviewed_digest, run_command
from localize.locales import Locale, locale
from localize.series import Episode, Series
from localize.workspace import EpisodeWorkspace, findings_file, layout_file, render_file, subtitle_file, target_file

BURNED = "burned mp4"


@dataclass(frozen=True, slots=True)
class GateState:
    """Where one gate stands, in words; `waits`: for a person; `reached`: there is something to decide about."""

    gate: GateName
    words: str
    reached: bool
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that stands at one gate for one reason; `tags` is empty for the transcript, which all locales share."""

    gate: GateName
    words: str
    tags: tuple[str, ...]
    command: str
    """What a reviewer types to let it go on."""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that is there; `href` is relative to the episode's folder. `stale`: it shows an older text."""

    label: str
    href: str
    size_bytes: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class LocaleState:
    """One locale of the episode; without lines where it was not translated yet."""

    profile: Locale
    lines: tuple[TargetLine, ...]
    findings: tuple[Finding, ...]
    gates: tuple[GateState, GateState]
    files: tuple[FileLink, ...]

    @property
    def writers(self) -> list[tuple[str, int]]:
        """Who wrote how many lines, most first."""
        return Counter("human" if line.human else line.by for line in self.lines).most_common()

    def gate(self, name: GateName) -> GateState:
        return next(gate for gate in self.gates if gate.gate == name)

    @property
    def starters(self) -> int:
        """Lines that a starter package wrote and nobody changed."""
        return sum(STARTER in line.flags and not line.human for line in self.lines)

    @property
    def severities(self) -> Mapping[str, int]:
        return Counter(finding.severity for finding in self.findings)

    @property
    def by_id(self) -> Mapping[str, TargetLine]:
        return {line.id: line for line in self.lines}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with where it is; `cue` is None where it concerns the whole track."""

    tag: str
    finding: Finding
    cue: Cue | None


@dataclass(frozen=True, slots=True)
class StepTime:
    """What the units of one step took together; they run side by side, so the sum may exceed the wait."""

    step: str
    units: int
    seconds: float
    failed: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything a page or a summary shows of one episode, except its pictures."""

    series: Series
    episode: Episode
    ws: EpisodeWorkspace
    facts: MediaFacts | None
    source: SourceTrack | None
    transcript: GateState
    states: tuple[LocaleState, ...]
    absent: tuple[tuple[Locale, str], ...]
    """Locales of the manifest or of `states` that have nothing to show, and why."""
    shared: tuple[FileLink, ...]
    findings: tuple[FindingRow, ...]
    """The worst first; then by locale, the source in front, and time."""
    run: runs.RunRecord | None

    @property
    def lines(self) -> int:
        return sum(len(state.lines) for state in self.states)

    @property
    def starters(self) -> int:
        return sum(state.starters for state in self.states)

    @property
    def run_command(self) -> str:
        """What to type to go on."""
        return run_command(self.series, self.ws, (state.profile.tag for state in self.states))

    def review_command(self, gate: GateName, tags: Sequence[str] = ()) -> str:
        return review_command(self.series, self.episode, gate, tags, self.ws)

    @property
    def waiting(self) -> list[Waiting]:
        tags: dict[tuple[GateName, str], tuple[str, ...]] = {}
        for tag, gate in ((s.profile.tag, gate) for s in self.states for gate in s.gates if gate.waits):
            tags[gate.gate, gate.words] = (*tags.get((gate.gate, gate.words), ()), tag)
        if self.transcript.waits:
            tags = {("transcript", self.transcript.words): (), **tags}
        return [Waiting(gate, words, at, self.review_command(gate, at)) for (gate, words), at in tags.items()]

    @property
    def timings(self) -> list[StepTime]:
        """Of the last run that did work, in the order of its steps; what it found done is left out."""
        worked = [unit for unit in self.run.units if unit.done or unit.failed] if self.run else []
        by_step = {step: [u for u in worked if u.step == step] for step in dict.fromkeys(unit.step for unit in worked)}
        return [
            StepTime(step, len(units), sum(u.seconds for u in units), sum(len(u.failed) for u in units))
            for step, units in by_step.items()
        ]


def read(
    series: Series, episode: Episode, ws: EpisodeWorkspace, locales: Sequence[str], *, stale: Collection[str] = ()
) -> Overview:
    """How `episode` stands in `locales`; also of an episode barely begun. WorkspaceError on a damaged file.

    `stale` names the files that show an older text than the workspace has now.
    """
    source = ws.read(SourceTrack, "source.json")
    shared = _links(ws, [(f"multi {kind}", f"{episode.id}.multi.{kind}") for kind in ("mp4", "mkv")], stale)
    states = tuple(_state(series, episode, ws, tag, shared, stale) for tag in locales)
    begun = {state.profile.tag for state in states if state.lines}
    asked = dict.fromkeys((*series.locales, *locales))
    of_source = ws.read(Findings, findings_file(series.source_locale))
    found: list[tuple[str, Finding]] = [
        (series.source_locale, finding) for finding in (of_source.findings if of_source else ())
    ]
    found += [(state.profile.tag, finding) for state in states for finding in state.findings]
    return Overview(
        series=series,
        episode=episode,
        ws=ws,
        facts=ws.state.facts,
        source=source,
        transcript=_gate(series, episode, ws, "transcript", None, reached=source is not None),
        states=states,
        absent=tuple((locale(tag), _why_absent(series, tag)) for tag in asked if tag not in begun),
        shared=shared,
        findings=_sorted(found, source),
        run=runs.latest(ws),
    )


def _state(
    series: Series,
    episode: Episode,
    ws: EpisodeWorkspace,
    tag: str,
    shared: Sequence[FileLink],
    stale: Collection[str],
) -> LocaleState:
    target = ws.read(TargetTrack, target_file(tag))
    found = ws.read(Findings, findings_file(tag))
    rendered = _links(
        ws,
        [(BURNED, render_file(tag)), ("srt", subtitle_file(tag, "srt")), ("vtt", subtitle_file(tag, "vtt"))],
        stale,
    )
    there = target is not None and ws.path("source.json").exists()
    translation = _gate(series, episode, ws, "translation", tag, reached=there)
    # Renders of an older text may lie about while the new one waits for its reviewer.
    made = ws.path(layout_file(tag)).exists() and any(not file.stale for file in (*rendered, *shared))
    final = _gate(series, episode, ws, "final", tag, reached=there and made and not translation.waits)
    return LocaleState(
        profile=locale(tag),
        lines=target.lines if target else (),
        findings=found.findings if found else (),
        gates=(translation, final),
        files=(*rendered, *_links(ws, [("ass", subtitle_file(tag, "ass"))], stale)),
    )


def _gate(
    series: Series, episode: Episode, ws: EpisodeWorkspace, gate: GateName, tag: str | None, *, reached: bool
) -> GateState:
    if getattr(series.gates, gate) == "off":
        return GateState(gate, "off", reached)
    if not reached:
        return GateState(gate, "not reached", reached)
    if waiting := gate_error(series, episode, ws, gate, tag):
        return GateState(gate, waiting.message, reached, waits=True)
    decision = ws.read(Decision, decision_file(gate, tag))
    if decision and decision.digest == reviewed_digest(series, ws, gate, tag):
        return GateState(gate, f"approved by {decision.reviewer}", reached)
    return GateState(gate, "passed by itself", reached)


def _links(ws: EpisodeWorkspace, names: Sequence[tuple[str, str]], stale: Collection[str]) -> tuple[FileLink, ...]:
    there = [(label, name) for label, name in names if ws.path(name).exists()]
    return tuple(FileLink(label, quote(name), ws.path(name).stat().st_size, name in stale) for label, name in there)


def _why_absent(series: Series, tag: str) -> str:
    try:
        engine_name(tag, series.translator)
    except LocalizeError as error:
        return f"{error.message}; {error.next_step}"
    return "not made yet, or left out of this run"


def _sorted(found: Sequence[tuple[str, Finding]], source: SourceTrack | None) -> tuple[FindingRow, ...]:
    cues = {cue.id: cue for cue in source.cues} if source else {}
    order = {tag: number for number, tag in enumerate(dict.fromkeys(tag for tag, _ in found))}

    def key(row: FindingRow) -> tuple[int, int, int, str]:
        start_ms = row.cue.start_ms if row.cue else 0
        return -SEVERITIES.index(row.finding.severity), order[row.tag], start_ms, row.finding.rule

    return tuple(sorted((FindingRow(tag, f, cues.get(f.cue_id or "")) for tag, f in found), key=key))
