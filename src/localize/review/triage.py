"""Triage: which lines a reviewer should look at first, and why. The weights order lines; they measure nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from localize.consistency import approved
from localize.cues import STALE, Cue, TargetLine
from localize.findings import Finding
from localize.lines import Line

Reason = Literal["missing", "error", "stale", "unheard", "fallback", "warning", "new-term", "unmatched"]
"""Why a line is risky: no text, findings, a source that changed after somebody let the line pass, words that the
recogniser was unsure of, another engine than the one asked first, a term that the series never had before, and a text
that nobody approved elsewhere."""

WEIGHTS: Mapping[Reason, int] = {
    "missing": 100, "error": 50, "stale": 40, "unheard": 25, "fallback": 20, "warning": 15, "new-term": 10,
    "unmatched": 3,
}  # fmt: skip
UNSURE = 0.6
"""A recogniser's mean word probability below which a line was often misheard; assumed."""


@dataclass(frozen=True, slots=True)
class Risk:
    """How urgent a line is, 0 for one that needs nobody, and why; the weightiest reason first."""

    cue_id: str
    score: int = 0
    reasons: tuple[Reason, ...] = ()


def risks(
    cues: Iterable[Cue],
    lines: Mapping[str, TargetLine],
    findings: Iterable[Finding],
    *,
    first_said: Collection[str] = (),
    matched: Collection[str] = (),
) -> dict[str, Risk]:
    """The risk of every cue, by its id. `first_said` are cues with a term that is new, `matched` those the memory has.

    A line that somebody approved is risky only for what was found in it or changed under it since.
    """
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.cue_id:
            found.setdefault(finding.cue_id, []).append(finding)
    return {
        cue.id: _risk(cue, lines.get(cue.id), found.get(cue.id, ()), cue.id in first_said, cue.id in matched)
        for cue in cues
    }


def riskiest_first(cues: Sequence[Cue], risks: Mapping[str, Risk]) -> list[Cue]:
    """`cues` by falling risk; what is as risky stays in the order of time."""
    return sorted(cues, key=lambda cue: -risks[cue.id].score)


def first_said(lines: Iterable[Line], tag: str, before: str) -> set[str]:
    """Ids of the cues where a term of `tag` stands for the first time; `before`: all that the series said earlier."""
    known: set[str] = set()
    ids = set()
    for line in lines:
        here = {term.source for term in line.terms.get(tag, ())}
        if any(source not in before for source in here - known):
            ids.add(line.cue.id)
        known |= here
    return ids


def _risk(cue: Cue, line: TargetLine | None, findings: Sequence[Finding], new: bool, matched: bool) -> Risk:
    passed = line is not None and approved(line)
    severities = [finding.severity for finding in findings if finding.rule not in ("fallback", STALE)]
    times: dict[Reason, int] = {
        "missing": int(line is None or not line.text.strip()),
        "error": severities.count("error"),
        "stale": int(line is not None and STALE in line.flags),
        "warning": severities.count("warning"),
    }
    if not passed:
        times |= {
            "unheard": int(cue.confidence is not None and cue.confidence < UNSURE),
            "fallback": int(line is not None and "fallback" in line.flags),
            "new-term": int(new),
            "unmatched": int(not matched),
        }
    counted = {reason: WEIGHTS[reason] * count for reason, count in times.items() if count}
    reasons = sorted(counted, key=lambda reason: -WEIGHTS[reason])
    return Risk(cue.id, sum(counted.values()), tuple(reasons))
