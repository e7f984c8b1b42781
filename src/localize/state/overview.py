"""Overview: where one episode stands, read from its workspace and put into words for a person.

The report, the summary in Prefect and `localize status` all show this one view.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from localize import adherence, runs
from localize.adherence import TermUse
from localize.agreement import Agreement
from localize.cues import Cue, SourceTrack
from localize.decisions import GateName
from localize.engines.registry import route
from localize.episode import MediaFacts, PictureFacts
from localize.errors import LocalizeError
from localize.findings import SEVERITIES, Finding, Findings
from localize.gates import review_command, run_command
from localize.locales import Locale, locale
from localize.series import Episode, Series
from localize.spending import Usage
from localize.state import locale_state
from localize.state.locale_state import BURNED, FileLink, GateState, LocaleState
from localize.workspace import AGREEMENT, EpisodeWorkspace, findings_file

__all__ = [
    "BURNED",
    "FileLink",
    "FindingRow",
    "GateState",
    "LocaleState",
    "Overview",
    "StepTime",
    "TermRow",
    "Waiting",
    "read",
]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that stands at one gate for one reason; `tags` is empty for the transcript, which all locales share."""

    gate: GateName
    words: str
    tags: tuple[str, ...]
    command: str
    """What a reviewer types to let it go on."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with where it is; `cue` is None where it concerns the whole track."""

    tag: str
    finding: Finding
    cue: Cue | None


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term of the source and what became of it in each locale; `stands`: how often it is said."""

    source: str
    stands: int
    uses: tuple[tuple[Locale, TermUse], ...]


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
    agreement: Agreement | None
    """Where the text came from and how other readings bear it out; None while there is none."""
    picture: PictureFacts | None
    transcript: GateState
    states: tuple[LocaleState, ...]
    absent: tuple[tuple[Locale, str], ...]
    """Locales of the manifest or of `states` that have nothing to show, and why."""
    shared: tuple[FileLink, ...]
    findings: tuple[FindingRow, ...]
    """The worst first; then by locale, the source in front, and time."""
    run: runs.RunRecord | None
    costs: Sequence[tuple[str, Usage]]
    """What all runs together have paid for, per locale."""

    @property
    def lines(self) -> int:
        return sum(len(state.lines) for state in self.states)

    @property
    def starters(self) -> int:
        return sum(state.starters for state in self.states)

    @property
    def uses(self) -> list[TermUse]:
        """How every term fared, in all locales."""
        return [use for state in self.states for use in state.terms]

    @property
    def adherence(self) -> float | None:
        """Share of the terms that were kept, over all locales; None where no source line holds one."""
        return adherence.share(self.uses)

    @property
    def terms(self) -> list[TermRow]:
        """What is said most often first."""
        found: dict[str, list[tuple[Locale, TermUse]]] = {}
        for state in self.states:
            for use in state.terms:
                found.setdefault(use.source, []).append((state.profile, use))
        rows = [TermRow(source, _most(uses), tuple(uses)) for source, uses in found.items()]
        return sorted(rows, key=lambda row: -row.stands)

    @property
    def spent(self) -> Mapping[str, float]:
        """Money, by currency, in all locales together."""
        money: dict[str, float] = {}
        for _, usage in self.costs:
            if usage.cost is not None:
                money[usage.currency] = money.get(usage.currency, 0.0) + usage.cost
        return money

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
    shared = locale_state.links(ws, [(f"multi {kind}", f"{episode.id}.multi.{kind}") for kind in ("mp4", "mkv")], stale)
    states = tuple(locale_state.read(series, episode, ws, tag, shared, stale) for tag in locales)
    begun = {state.profile.tag for state in states if state.lines}
    asked = dict.fromkeys((*series.locales, *locales))
    of_source = ws.read(Findings, findings_file(series.source_locale))
    found: list[tuple[str, Finding]] = [
        (series.source_locale, finding) for finding in (of_source.findings if of_source else ())
    ]
    found += [(state.profile.tag, finding) for state in states for finding in state.findings]
    run = runs.latest(ws)
    found += run.findings([*asked], series.source_locale) if run else []
    return Overview(
        series=series,
        episode=episode,
        ws=ws,
        facts=ws.state.facts,
        source=source,
        agreement=ws.read(Agreement, AGREEMENT),
        picture=ws.state.picture,
        transcript=locale_state.gate_state(series, episode, ws, "transcript", None, reached=source is not None),
        states=states,
        absent=tuple((locale(tag), _why_absent(series, tag)) for tag in asked if tag not in begun),
        shared=shared,
        findings=_sorted(found, source),
        run=run,
        costs=runs.costs(ws),
    )


def _most(uses: Sequence[tuple[Locale, TermUse]]) -> int:
    """How often a term is said; a locale may have several targets for it, one per sense."""
    said: dict[str, int] = {}
    for profile, use in uses:
        said[profile.tag] = said.get(profile.tag, 0) + use.stands
    return max(said.values())


def _why_absent(series: Series, tag: str) -> str:
    try:
        route(tag, series)
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
