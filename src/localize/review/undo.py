"""Undo and redo, across sessions and restarts: what a person did last in a scope, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from localize.errors import InputError
from localize.job import SOURCE, Job
from localize.review import edits, log, source
from localize.review.edits import Saved
from localize.review.log import Event, Who


def last(events: Sequence[Event], who: str) -> Event | None:
    """The latest change of `who` that stands: the one that undo takes back."""
    return next((e for e in reversed(_standing(events)) if _own(e, who) and e.what != "undo"), None)


def last_undone(events: Sequence[Event], who: str) -> Event | None:
    """The undo that redo takes back: the latest of `who` that stands, unless they changed something since."""
    undone = {event.id for event in events if event.what == "undo"}
    standing = {event.id for event in _standing(events)}
    for event in reversed([event for event in events if _own(event, who)]):
        if event.what != "undo":
            return None
        if event.of not in undone and event.id in standing:
            return event
    return None


def take_back(job: Job, scope: str, event: Event, who: Who) -> Saved:
    """Put back what `event` changed; lines that changed since then clash and stay, ReviewConflict for cues."""
    if scope == SOURCE:
        return Saved(event=source.restore(job, event, who))
    return edits.restore(job, scope, event, who)


def undo(job: Job, scope: str, who: Who) -> Saved:
    """Take back the last change of `who`; InputError where there is none."""
    event = last(log.read(job.workspace, scope), who.name)
    if event is None:
        raise InputError("there is nothing of yours to undo here", next_step="choose a change in the history")
    return take_back(job, scope, event, who)


def redo(job: Job, scope: str, who: Who) -> Saved:
    """Take back the last undo of `who`; InputError where the last thing they did was none."""
    event = last_undone(log.read(job.workspace, scope), who.name)
    if event is None:
        raise InputError("there is nothing of yours to do again", next_step="choose a change in the history")
    return take_back(job, scope, event, who)


def _standing(events: Sequence[Event]) -> list[Event]:
    """`events` without those taken back; an undo that was itself taken back takes nothing back."""
    gone: set[str] = set()
    standing = []
    for event in reversed(events):
        if event.id not in gone:
            standing.append(event)
            gone |= {event.of} if event.what == "undo" else set()
    return standing[::-1]


def _own(event: Event, who: str) -> bool:
    return event.who.name == who and bool(event.lines_after or event.cues_after)
