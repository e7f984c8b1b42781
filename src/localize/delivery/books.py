"""The studio's books: for every episode and locale the minutes, costs, lines, reviewers and deliveries."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime

from localize import runs
from localize.cues import MEMORY, TargetTrack
from localize.decisions import Decision, GateName
from localize.delivery import records
from localize.delivery.manifest import File
from localize.errors import InputError, at
from localize.gates import decision_file
from localize.job import Job
from localize.series import DELIVERIES
from localize.sheet import to_csv
from localize.spending import Usage
from localize.workspace import target_file

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One episode in one locale; where engines were paid in several currencies, one row for each of them.

    Everything but `cost`, `currency` and `estimated` then stands in the first one only, so that columns add up.
    `cost` is empty where the endpoint has no prices. `files` is `name sha256:digest`, one after the other.
    """

    series: str
    episode: str
    locale: str
    minutes: float | None
    cost: float | None
    currency: str
    estimated: str
    machine_lines: int | None = None
    memory_lines: int | None = None
    human_lines: int | None = None
    reviewers: str = ""
    decided_at: str = ""
    delivered_at: str = ""
    files: str = ""


COLUMNS = tuple(field.name for field in fields(Row))


def day(text: str) -> date | None:
    """The first day that counts, None for an empty text; InputError where it is none."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{text!r} is no day", next_step="write it as in --from 2026-01-31") from None


def rows(jobs: Sequence[Job], since: date | None = None) -> list[Row]:
    """The books of `jobs`, episodes of one series; `since` leaves out what was paid and delivered before that day.

    An episode and locale stands there where somebody paid for it or received it since, or, without `since`, where it
    was translated.
    """
    folder = jobs[0].workspace.folder.parent / DELIVERIES
    sent = [record for record in records.read(folder) if since is None or _day(record.at) >= since]
    delivered: dict[tuple[str, str], dict[str, File]] = {}
    for file in (file for record in sent for file in record.files):
        for tag in {file.locale, *(qc.locale for qc in file.qc)}:
            delivered.setdefault((file.episode, tag), {})[file.name] = file
    return [row for job in jobs for row in _episode(job, delivered, since)]


def csv(found: Iterable[Row], *, excel: bool = False) -> bytes:
    return to_csv(COLUMNS, (astuple(row) for row in found), excel=excel)


def _episode(job: Job, delivered: dict[tuple[str, str], dict[str, File]], since: date | None) -> list[Row]:
    with at(stage="books", episode_id=job.episode.id):
        paid: dict[str, dict[str, Usage]] = {}
        for tag, usage in _costs(job, since):
            spent = paid.setdefault(tag, {})
            spent[usage.currency] = spent.get(usage.currency, Usage()) + usage
        tags = dict.fromkeys((*job.options.locales, *paid))
        return [row for tag in tags for row in _locale(job, tag, paid, delivered.get((job.episode.id, tag)), since)]


def _locale(
    job: Job, tag: str, paid: dict[str, dict[str, Usage]], files: dict[str, File] | None, since: date | None
) -> list[Row]:
    track = job.workspace.read(TargetTrack, target_file(tag))
    if track is None or (since is not None and not files and tag not in paid):
        return []
    facts = job.workspace.state.facts
    human = sum(line.human for line in track.lines)
    memory = sum(line.by == MEMORY and not line.human for line in track.lines)
    decisions = list(_decisions(job, tag))
    newest = sorted((files or {}).values(), key=lambda file: file.name)
    first, *more = list(paid.get(tag, {}).values()) or [Usage()]
    whole = Row(
        job.series.id,
        job.episode.id,
        tag,
        round(facts.duration_ms / 60_000, _DIGITS) if facts else 0,
        *_money(first),
        len(track.lines) - human - memory,
        memory,
        human,
        " + ".join(dict.fromkeys(decision.reviewer for decision in decisions)),
        max((decision.at for decision in decisions), default=""),
        max((file.delivered_at for file in newest), default=""),
        " ".join(f"{file.name} sha256:{file.sha256}" for file in newest),
    )
    return [whole, *(Row(job.series.id, job.episode.id, tag, None, *_money(usage)) for usage in more)]


def _money(usage: Usage) -> tuple[float | None, str, str]:
    cost = None if usage.cost is None else round(usage.cost, 6)
    return cost, usage.currency, "estimated" if usage.estimated else ""


def _decisions(job: Job, tag: str) -> Iterable[Decision]:
    """What people approved; a gate that passed by itself has no reviewer."""
    scoped: tuple[tuple[GateName, str | None], ...] = (("transcript", None), ("translation", tag), ("final", tag))
    for gate, scope in scoped:
        decision = job.workspace.read(Decision, decision_file(gate, scope))
        if decision and decision.verdict == "approved" and decision.limit is None:
            yield decision


def _costs(job: Job, since: date | None) -> Iterable[tuple[str, Usage]]:
    for run in runs.all_of(job.workspace):
        began = time.strptime(run.id.partition("-")[0], "%Y%m%dT%H%M%SZ")
        if since is None or date(*began[:3]) >= since:
            yield from ((tag, usage) for unit in run.units for tag, usage in unit.costs.items())


def _day(at_: str) -> date:
    return datetime.fromisoformat(at_).astimezone(UTC).date()
