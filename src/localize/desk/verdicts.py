"""Verdicts: the one way from the desk to a decision at a gate."""

from __future__ import annotations

from collections.abc import Sequence

from localize import gates, pipeline
from localize.decisions import Decision, GateName, Verdict
from localize.desk.users import User
from localize.errors import ReviewConflict
from localize.job import SOURCE, Job
from localize.review import comments, edits, log
from localize.review.log import Event, Who


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

    ReviewConflict where something else stands there by now: nothing is decided.
    """
    who = Who(user.name, signed_in=True)
    with edits.turn(job, tag or SOURCE):
        if seen(job, gate, tag) != digest:
            raise ReviewConflict(
                "it was edited while you decided; nothing was decided", episode_id=job.episode.id, locale=tag,
                next_step="look at it again",
            )  # fmt: skip
        made = pipeline.decide(job, gate, tag, verdict, user.name, comment)
    for cue_id, text in cues:
        comments.add(job, tag or SOURCE, cue_id, text, who)
    id_, time = log.stamp()
    words = f"{gate} {verdict}" + (f": {comment}" if comment else "")
    log.append(job.workspace, Event(id_, time, who, "decide", tag or SOURCE, tuple(c for c, _ in cues), text=words))
    return made
