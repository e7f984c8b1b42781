"""The state of one locale of an episode: its lines, findings, terms, gates and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from localize import adherence, metadata
from localize.adherence import TermUse
from localize.cues import STARTER, SourceTrack, TargetLine, TargetTrack
from localize.decisions import Decision, GateName
from localize.findings import Finding, Findings
from localize.gates import decision_file, gate_error, reviewed_digest
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
    terms: tuple[TermUse, ...]
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
    def adherence(self) -> float | None:
        """Share of the terms that were kept, 0 to 1; None where its source holds none."""
        return adherence.share(self.terms)

    @property
    def terms_by(self) -> list[tuple[str, int]]:
        """By what the terms were kept and how often, most first."""
        return adherence.by_what(self.terms)

    @property
    def by_id(self) -> Mapping[str, TargetLine]:
        return {line.id: line for line in self.lines}


def read(
    series: Series,
    episode: Episode,
    ws: EpisodeWorkspace,
    tag: str,
    shared: Sequence[FileLink],
    stale: Collection[str],
) -> LocaleState:
    """How `tag` stands; `shared` are the files of all locales, `stale` the names of those that show an older text."""
    target = ws.read(TargetTrack, target_file(tag))
    found = ws.read(Findings, findings_file(tag))
    rendered = links(
        ws,
        [(BURNED, render_file(tag)), *((kind, subtitle_file(tag, kind)) for kind in series.formats)],
        stale,
    )
    there = target is not None and ws.path("source.json").exists()
    translation = gate_state(series, episode, ws, "translation", tag, reached=there)
    let_through = there and not translation.waits
    # Renders of an older text may lie about while the new one waits for its reviewer.
    made = ws.path(layout_file(tag)).exists() and any(not file.stale for file in (*rendered, *shared))
    if episode.has_film:
        final = gate_state(series, episode, ws, "final", tag, reached=let_through and made)
    else:  # titles are done when their translation is
        current = let_through and metadata.up_to_date(series, ws.need(SourceTrack, "source.json"))
        final = GateState("final", "off", current)
    return LocaleState(
        profile=locale(tag),
        lines=target.lines if target else (),
        findings=found.findings if found else (),
        terms=found.terms if found else (),
        gates=(translation, final),
        files=(*rendered, *links(ws, [("ass", subtitle_file(tag, "ass"))], stale)),
    )


def gate_state(
    series: Series, episode: Episode, ws: EpisodeWorkspace, gate: GateName, tag: str | None, *, reached: bool
) -> GateState:
    if series.gates.rule(gate, tag).mode == "off":
        return GateState(gate, "off", reached)
    if not reached:
        return GateState(gate, "not reached", reached)
    if waiting := gate_error(series, episode, ws, gate, tag):
        return GateState(gate, waiting.message, reached, waits=True)
    decision = ws.read(Decision, decision_file(gate, tag))
    facts = ws.state.facts
    ours = decision and not decision.limit and not decision.of_other_film(facts.digest if facts else "")
    if decision and ours and decision.digest == reviewed_digest(series, ws, gate, tag):
        return GateState(gate, f"approved by {decision.reviewer}", reached)
    return GateState(gate, "passed by itself", reached)


def links(ws: EpisodeWorkspace, names: Sequence[tuple[str, str]], stale: Collection[str]) -> tuple[FileLink, ...]:
    there = [(label, name) for label, name in names if ws.path(name).exists()]
    return tuple(FileLink(label, quote(name), ws.path(name).stat().st_size, name in stale) for label, name in there)
