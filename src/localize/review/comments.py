"""Comments to colleagues: events of the log, open until somebody resolves them."""

from __future__ import annotations

from collections.abc import Iterable

from localize.errors import InputError
from localize.job import Job
from localize.review import log
from localize.review.log import Event, Who

LONGEST = 4000
"""Characters of a comment."""


def add(job: Job, scope: str, cue_id: str, text: str, who: Who, *, to: str = "") -> Event:
    """Say something about a cue, to the colleague `to` or to whoever comes next."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise InputError(f"a comment has 1 to {LONGEST} characters", next_step="write it again")
    id_, time = log.stamp()
    event = Event(id_, time, who, "comment", scope, (cue_id,) if cue_id else (), text=text, to=to)
    log.append(job.workspace, event)
    return event


def resolve(job: Job, scope: str, comment_id: str, who: Who) -> Event:
    """Close a comment; InputError where there is no such one."""
    comment = next((e for e in log.read(job.workspace, scope) if e.id == comment_id and e.what == "comment"), None)
    if comment is None:
        raise InputError("there is no such comment", next_step="load the episode again")
    id_, time = log.stamp()
    event = Event(id_, time, who, "resolve", scope, comment.cue_ids, of=comment.id)
    log.append(job.workspace, event)
    return event


def still_open(events: Iterable[Event]) -> list[Event]:
    """The comments among `events` that nobody has resolved, the oldest first."""
    events = list(events)
    resolved = {event.of for event in events if event.what == "resolve"}
    return [event for event in events if event.what == "comment" and event.id not in resolved]
