"""Decisions: who approved or rejected what, as a file beside the work.

Why a file and not a paused run: a decision has to survive every restart, work with no server, and be made from the
Prefect UI, the command line or a shared drive alike. It holds the digest of what was reviewed, so any later edit
reopens its gate; only an explicit approval passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from localize.cues import Layout, SourceTrack, TargetTrack
from localize.errors import ReviewPending, ReviewRejected, StaleApproval
from localize.findings import SEVERITIES, Finding, Severity, at_least
from localize.fingerprint import fingerprint
from localize.series import GateRule

GateName = Literal["transcript", "translation", "final"]
Verdict = Literal["approved", "rejected"]


BY_ITSELF = "auto"
"""The reviewer of a gate that passed by itself; no person may decide under this name."""


@dataclass(frozen=True, slots=True)
class CueComment:
    """What a reviewer says about one cue."""

    cue_id: str
    comment: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided about the text whose digest is `digest`, at the ISO 8601 time `at`.

    `self_declared`: the reviewer's name was typed, not signed in.
    """

    gate: GateName
    verdict: Verdict
    reviewer: str
    at: str
    digest: str
    comment: str = ""
    self_declared: bool = True
    cues: tuple[CueComment, ...] = ()
    """What a rejection sends back, or an approval remarks."""
    limit: Severity | None = None
    """A gate that passed by itself had no finding as bad as this; None where a person decided."""
    film: str = ""
    """SHA-256 of the media that the text was seen with; empty where nobody noted it."""
    schema: int = 1

    def of_other_film(self, film: str) -> bool:
        """Whether the episode was replaced by another cut than `film` since."""
        return bool(self.film and film) and self.film != film

    @property
    def words(self) -> str:
        """The comments, of the whole and of each cue, as one line; empty where there are none."""
        return "; ".join(filter(None, (self.comment, *(f"{note.cue_id}: {note.comment}" for note in self.cues))))


def transcript_digest(source: SourceTrack) -> str:
    """Covers id, times and text; flags, findings and words do not reopen a gate."""
    return fingerprint("transcript", [(c.id, c.start_ms, c.end_ms, c.text) for c in source.cues])


def translation_digest(source: SourceTrack, target: TargetTrack) -> str:
    """Covers id, times and text; a line whose cue is gone, as in an edited source, has no times."""
    times = {c.id: (c.start_ms, c.end_ms) for c in source.cues}
    return fingerprint("translation", [(line.id, *times.get(line.id, ()), line.text) for line in target.lines])


def final_digest(layout: Layout, style: object) -> str:
    """Covers the drawn text and the style, not fonts."""
    return fingerprint("final", [(e.start_ms, e.end_ms, e.text) for e in layout.events], style)


def passes(
    rule: GateRule,
    decision: Decision | None,
    digest: str,
    findings: Iterable[Finding] | None,
    *,
    review: str,
    film: str = "",
) -> None:
    """Return when the gate lets the work through, else raise a ReviewError; `review` is what a reviewer types.

    `film` is the SHA-256 of the media: what was decided about another cut has to be decided again.

    `findings` is None where nobody checked yet, which opens no gate. Who rejected a text wants to see what became of
    it, so what changed after a rejection waits for a person in an `auto` gate as well. That a gate passed by itself
    once says nothing about now: only a person's approval counts.
    """
    if rule.mode == "off":
        return
    if decision and decision.limit:
        decision = None
    if decision and decision.verdict == "rejected":
        words = f": {decision.words}" if decision.words else ""
        if decision.digest == digest and not decision.of_other_film(film):
            raise ReviewRejected(f"rejected by {decision.reviewer}{words}", next_step=review)
        raise ReviewPending(f"changed after {decision.reviewer} rejected it{words}", next_step=review)
    if decision and decision.digest == digest and not decision.of_other_film(film):
        return
    if rule.mode == "auto" and findings is not None and not at_least(findings, rule.at):
        return
    if decision and decision.of_other_film(film):
        raise StaleApproval(f"the film was replaced after {decision.reviewer} approved it", next_step=review)
    if decision:
        raise StaleApproval(f"edited after {decision.reviewer} approved it", next_step=review)
    if rule.mode == "required":
        raise ReviewPending("waits for review", next_step=review)
    if findings is None:
        raise ReviewPending("was not checked yet", next_step=review)
    above = "" if rule.at == SEVERITIES[-1] else " or above"
    raise ReviewPending(f"has findings at {rule.at} severity{above}", next_step=review)
