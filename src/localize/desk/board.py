"""The board: series by episodes by locales, who has what, and the approval of many at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse

from localize.decisions import Decision, GateName
from localize.desk import verdicts
from localize.desk.cells import STATES, Cell, Cells
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.pages import page, words
from localize.desk.presence import Here, presence
from localize.desk.registry import Desk
from localize.desk.users import User
from localize.errors import InputError, LocalizeError
from localize.job import Job
from localize.series import Series

router = APIRouter()
_MOST = 5000
"""Cells in one approval."""
_cells: WeakKeyDictionary[Desk, Cells] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Square:
    """A cell of the board, with who is in it now and what the user may do there. `key` names it in a form."""

    tag: str
    cell: Cell
    here: Sequence[Here]
    key: str
    selectable: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One episode and its squares."""

    job: Job
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A series and its episodes, those that the filters left."""

    series: Series
    locales: tuple[str, ...]
    lines: tuple[Line, ...]
    counts: Mapping[str, int]
    selectable: int

    @property
    def blocked(self) -> Mapping[str, str]:
        """A locale by the episodes whose transcript waits: what they were translated into can be approved after it."""
        return {
            line.job.episode.id: square.tag
            for line in self.lines
            for square in line.squares
            if square.cell.state == "blocked"
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """A square that was chosen for approval; `digest` is what would be approved, `error` why it cannot be."""

    key: str
    job: Job
    tag: str
    cell: Cell
    digest: str = ""
    error: str = ""


@router.get("/")
def board(
    request: Request, user: SignedIn, desk: TheDesk, series: str = "", locale: str = "", state: str = "",
    mine: bool = False, select: str = "",
) -> HTMLResponse:  # fmt: skip
    """All series, or one. `mine`: the locales that the user edits, and what they touched last."""
    people = presence(desk).everywhere()
    entries = [entry for entry in desk.entries() if not series or (entry.series and entry.series.id == series)]
    tables = [
        _table(desk, entry.series, user, people, locale, state, mine) for entry in entries if entry.series is not None
    ]
    tags = list(dict.fromkeys(tag for one in desk.all() for tag in one.locales))
    return page(
        request, "board.html", tables=tables, damaged=[entry for entry in entries if entry.error], tags=tags,
        all_series=desk.all(), given={"series": series, "locale": locale, "state": state, "mine": mine}, states=STATES,
        select=select == "waiting", age=_age, may_any=user.role != "viewer",
    )  # fmt: skip


@router.post("/approve")
def confirm(
    request: Request, user: SignedIn, desk: TheDesk, cell: Annotated[list[str] | None, Form()] = None
) -> HTMLResponse:
    """Everything that would be approved, for one confirmation."""
    chosen = [_chosen(request, desk, user, key) for key in _few(cell)]
    return page(request, "approve.html", chosen=chosen, done=None, begun=())


@router.post("/approve/confirmed")
def approve(
    request: Request, user: SignedIn, desk: TheDesk, cell: Annotated[list[str] | None, Form()] = None
) -> HTMLResponse:
    """Approve what was confirmed, each as it was when it was listed; what was edited since waits on."""
    done: list[Chosen] = []
    made: dict[Job, dict[str | None, Decision]] = {}
    for given in _few(cell):
        key, _, digest = given.rpartition("@")
        one = _chosen(request, desk, user, key)
        if not one.error:
            try:
                tag = None if one.cell.gate == "transcript" else one.tag
                decision = verdicts.decide(one.job, one.cell.gate, tag, "approved", user, digest)
                made.setdefault(one.job, {})[tag] = decision
            except LocalizeError as error:
                one = replace(one, error=error.message)
        done.append(one)
    begun = [said for job, verdicts_of in made.items() if (said := verdicts.go_on(job, verdicts_of))]
    return page(request, "approve.html", chosen=[], done=done, begun=begun)


def cells_of(desk: Desk, job: Job) -> Mapping[str, Cell]:
    """Where an episode stands in each of its locales."""
    return _cells.setdefault(desk, Cells()).of(job)


def _table(
    desk: Desk, series: Series, user: User, people: Mapping[tuple[str, str, str], list[Here]], locale: str, state: str,
    mine: bool,
) -> Table:  # fmt: skip
    tags = tuple(
        tag
        for tag in series.locales
        if locale in ("", tag) and (not mine or user.role != "reviewer" or user.may_edit(tag))
    )
    lines = []
    counts: Counter[str] = Counter()
    for job in desk.jobs(series.id).values():
        known = cells_of(desk, job)
        squares = []
        for tag in tags:
            cell = known[tag]
            counts[cell.state] += 1
            here = people.get((series.id, job.episode.id, tag), ())
            may = cell.waits and user.may_decide(cell.gate, tag)
            squares.append(Square(tag, cell, here, f"{series.id}/{job.episode.id}/{tag}/{cell.gate}", may))
        touched = not mine or user.role == "reviewer" or any(one.cell.editor == user.name for one in squares)
        if touched and (not state or any(_wanted(square, state) for square in squares)):
            lines.append(Line(job, tuple(squares)))
    selectable = sum(square.selectable for line in lines for square in line.squares)
    return Table(series, tags, tuple(lines), counts, selectable)


def _wanted(square: Square, state: str) -> bool:
    return state == square.cell.state or (state == "todo" and square.cell.waits)


def _few(cell: list[str] | None) -> list[str]:
    if not cell:
        raise InputError("nothing was chosen", next_step="tick what you want to approve")
    if len(cell) > _MOST:
        raise InputError(f"at most {_MOST} at once", next_step="filter by series or locale")
    return list(dict.fromkeys(cell))


def _chosen(request: Request, desk: Desk, user: User, key: str) -> Chosen:
    parts = key.split("/")
    if len(parts) != 4:
        raise InputError("what was chosen is not on this board", next_step="load the board again")
    series_id, episode_id, tag, gate = parts
    job = desk.job(series_id, episode_id)
    cell = cells_of(desk, job).get(tag)
    if cell is None:
        raise InputError(f"{series_id} has no locale {tag}", next_step="load the board again")
    if cell.gate != gate or not cell.waits:
        t = words(request)
        why = t("approve.blocked") if cell.state == "blocked" else t("approve.gone", gate=gate)
        return Chosen(key, job, tag, cell, error=why)
    at: GateName = cell.gate
    allow(user.may_decide(at, tag))
    try:
        return Chosen(key, job, tag, cell, verdicts.seen(job, at, None if at == "transcript" else tag))
    except LocalizeError as error:
        return Chosen(key, job, tag, cell, error=error.message)


def _age(since_ns: int) -> tuple[str, int]:
    """How long ago, as the key of a message and a number."""
    seconds = max(0, int(time.time() - since_ns / 1e9))
    for key, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return key, seconds // size
    return "now", 0
