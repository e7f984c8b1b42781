"""What came back, written through the same door as every other edit.

All of a file is taken in or nothing; a merge takes in what can be and keeps each clash in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from localize.cues import TargetLine
from localize.errors import InputError, ReviewConflict
from localize.exchange.compare import Change, Comparison
from localize.exchange.handout import Key
from localize.job import Job
from localize.review import comments, edits, log
from localize.review.edits import Edit
from localize.review.log import Event, Who

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written: ids of the events of the log, the lines that changed, and what clashed after all."""

    events: tuple[str, ...] = ()
    changed: tuple[Key, ...] = ()
    clashed: tuple[Key, ...] = ()
    comments: int = 0


def refuse(comparison: Comparison, *, merge: bool = False) -> None:
    """Raise what keeps a file from being taken in: InputError for rows that cannot be, ReviewConflict for clashes."""
    if merge:
        return
    if refused := comparison.refused:
        first, more = refused[0], len(refused) - 1
        rest = f" (and {more} more)" if more else ""
        raise InputError(
            f"{first.place}: {first.message}{rest}; nothing was written", locale=comparison.locale,
            next_step=f"{first.next_step}, or take in the other rows with --merge",
        )  # fmt: skip
    if clashes := comparison.clashes:
        listed = ", ".join(f"{one.episode} {one.cue_id}" for one in clashes[:_LISTED])
        more = len(clashes) - _LISTED
        rest = f" and {more} more" if more > 0 else ""
        raise ReviewConflict(
            f"changed since the file was exported: {listed}{rest}; nothing was written", locale=comparison.locale,
            next_step="give --merge to take in the other rows and keep these texts in the log",
        )  # fmt: skip


def apply(jobs: Sequence[Job], comparison: Comparison, who: Who, *, merge: bool = False, text: str = "") -> Applied:
    """Write what `comparison` found; nothing is written where `refuse` has a reason. `text` says where it comes from.

    A line that changes between the comparison and the writing clashes too, and is kept.
    """
    refuse(comparison, merge=merge)
    done = Applied()
    for job in jobs:
        of_job = (*comparison.edited, *comparison.clashes)
        wanted = [change for change in of_job if change.episode == job.episode.id]
        cues = {cue.id for cue in job.source().cues}
        for change in wanted:
            if change.cue_id not in cues:
                done = replace(done, events=(*done.events, _keep(job, comparison.locale, change, who)))
        made = [Edit(one.cue_id, one.after, one.version) for one in wanted if one.cue_id in cues]
        if made:
            saved = edits.save(job, comparison.locale, made, who, what="import", text=text)
            done = replace(
                done,
                events=(*done.events, *([saved.event.id] if saved.event else [])),
                changed=(
                    *done.changed,
                    *((job.episode.id, id_) for id_ in (saved.event.cue_ids if saved.event else ())),
                ),
                clashed=(*done.clashed, *((job.episode.id, clash.edit.cue_id) for clash in saved.clashes)),
            )
        for remark in comparison.remarks:
            if remark.episode == job.episode.id:
                comments.add(job, comparison.locale, remark.cue_id, remark.text, who)
                done = replace(done, comments=done.comments + 1)
    return done


def _keep(job: Job, tag: str, change: Change, who: Who) -> str:
    """A text for a cue that is gone, split or merged meanwhile, stays in the log."""
    id_, time = log.stamp()
    lost = TargetLine(change.cue_id, change.after, "human")
    log.append(
        job.workspace, Event(id_, time, who, "clash", tag, (change.cue_id,), (), (lost,), text="the cue is gone")
    )
    return id_
