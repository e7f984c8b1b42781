"""The audit log as a table: who did what to which line, before and after; for a spreadsheet, or for a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from localize.cues import Cue
from localize.errors import InputError
from localize.job import Job
from localize.review import log
from localize.review.log import Event

# What a spreadsheet takes for a formula where a cell of a CSV begins with it, a tab or a carriage return included.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Entry:
    """One cue of one event; an event about no cue is one entry. `scope` is a locale, or `source`."""

    at: str
    id: str
    episode: str
    scope: str
    who: str
    signed_in: bool
    what: str
    cue: str
    before: str
    after: str
    text: str
    to: str
    of: str


def entries(jobs: Iterable[Job], since: str = "") -> list[Entry]:
    """What people did to the episodes of `jobs`, the oldest first; `since` is an ISO 8601 date or time."""
    first = _date(since)
    events = ((job.episode.id, event) for job in jobs for event in log.all_of(job.workspace))
    wanted = sorted((pair for pair in events if pair[1].at >= first), key=lambda pair: (pair[1].id, pair[0]))
    return [entry for episode, event in wanted for entry in _entries(episode, event)]


def as_csv(found: Sequence[Entry]) -> str:
    """A table that a spreadsheet opens as text: a cell that it would reckon with has an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Entry)]
    writer.writerow(names)
    writer.writerows([_inert(str(getattr(entry, name))) for name in names] for entry in found)
    return text.getvalue()


def _entries(episode: str, event: Event) -> Iterator[Entry]:
    for cue_id, before, after in _changes(event):
        yield Entry(
            event.at, event.id, episode, event.scope, event.who.name, event.who.signed_in, event.what, cue_id,
            before, after, event.text, event.to, event.of,
        )  # fmt: skip


def _changes(event: Event) -> Iterator[tuple[str, str, str]]:
    """Cue, text before and text after of each cue that the event is about."""
    before = {line.id: line.text for line in event.lines_before} | {cue.id: _said(cue) for cue in event.cues_before}
    after = {line.id: line.text for line in event.lines_after} | {cue.id: _said(cue) for cue in event.cues_after}
    ids = list(dict.fromkeys((*event.cue_ids, *before, *after)))
    for cue_id in ids or [""]:
        yield cue_id, before.get(cue_id, ""), after.get(cue_id, "")


def _said(cue: Cue) -> str:
    """Times are part of what a person may change in the source."""
    return f"{cue.start_ms}-{cue.end_ms} ms {cue.text}"


def _date(since: str) -> str:
    """As times of events are written, so that text compares as time; empty for all of them."""
    if not since:
        return ""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise InputError(f"{since!r} is no date", next_step="write it as 2025-12-31") from None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M:%S")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
