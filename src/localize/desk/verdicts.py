"""Verdicts: the one way from the desk to a decision at a gate, and on to the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localize import gates, pipeline, triggers
from localize.decisions import CueComment, Decision, GateName, Verdict
from localize.desk.users import User
from localize.job import Job


def seen(job: Job, gate: GateName, tag: str | None) -> str:
    """What a decision made now would be about; WorkspaceError where it was not made yet."""
    return gates.reviewed_digest(job.series, job.workspace, gate, tag)


def decide(
    job: Job,
    gate: GateName,
    tag: str | None,
    verdict: Verdict,
    user: User,
    digest: str,
    comment: str = "",
    cues: Sequence[tuple[str, str]] = (),
) -> Decision:
    """Decide about what the user had before them, `digest`; `cues` are comments to single ones, sent back with it.

    StaleApproval where something else stands there by now: nothing is decided.
    """
    notes = [CueComment(cue_id, text) for cue_id, text in cues]
    return pipeline.decide(
        job, gate, tag, verdict, user.name, comment, cues=notes, seen=digest, self_declared=False
    )  # fmt: skip


def go_on(job: Job, made: Mapping[str | None, Decision]) -> str:
    """Start what `made` lets through where a Prefect server runs; says what began, or empty."""
    gone = triggers.go_on(job, made)
    return gone.words if gone else ""
