"""What the scripts of an episode's page ask for and send: JSON, every change by way of `localize.review`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import Field
from starlette.requests import Request

from localize.desk import drawing, revisions, rows
from localize.desk.answers import Body, Name, Text, clashing, rows_of, who_is
from localize.desk.episode import told
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.places import Place, place
from localize.desk.presence import presence
from localize.desk.refit import REFITS, laid_out
from localize.desk.users import User
from localize.errors import InputError
from localize.job import SOURCE
from localize.locales import locale
from localize.review import comments, edits, log, undo
from localize.review.edits import Edit, Saved
from localize.review.log import Event
from localize.review.preview import preview as previewed
from localize.subtitles import sidecar

router = APIRouter(prefix="/series/{series_id}/{episode_id}/{tag}")

_LINES = 5000


class Line(Body):
    id: Name
    text: Text
    version: Name


class Lines(Body):
    edits: Annotated[list[Line], Field(max_length=_LINES)]
    approve: bool = False


class Versions(Body):
    versions: Annotated[dict[Name, Name], Field(max_length=_LINES)]
    approved: bool = True


class Wanted(Body):
    texts: Annotated[dict[Name, Text], Field(max_length=50, default_factory=dict)]
    times: Annotated[dict[Name, tuple[int, int]], Field(max_length=50, default_factory=dict)]


class Said(Body):
    id: Name
    text: Text
    to: Name = ""


class Which(Body):
    id: Name


@router.post("/lines")
def save(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Lines
) -> Any:
    """Save texts; what somebody else changed meanwhile comes back as a clash, with both texts."""
    at = _editable(desk, user, series_id, episode_id, tag)
    made = [Edit(line.id, line.text, line.version) for line in body.edits]
    saved = edits.save(at.job, tag, made, who_is(user), approve=body.approve)
    return _saved(request, at, user, saved)


@router.post("/approve")
def approve(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Versions
) -> Any:
    """Let lines pass as they were seen, or take that back."""
    at = _editable(desk, user, series_id, episode_id, tag)
    saved = edits.approve(at.job, tag, body.versions, who_is(user), approved=body.approved)
    return _saved(request, at, user, saved)


@router.post("/undo")
def take_back(request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str) -> Any:
    """Take back the user's last change here, in the lines or in the source, whichever was later."""
    return _back(request, user, place(desk, series_id, episode_id, tag), again=False)


@router.post("/redo")
def do_again(request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str) -> Any:
    """Take back the user's last undo here."""
    return _back(request, user, place(desk, series_id, episode_id, tag), again=True)


@router.post("/take-back")
def take_event_back(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Which
) -> Any:
    """Take back one change of the history, whoever made it."""
    at = place(desk, series_id, episode_id, tag)
    scope, event = next(
        ((scope, e) for scope in (tag, SOURCE) for e in log.read(at.job.workspace, scope) if e.id == body.id),
        (tag, None),
    )
    if event is None or not (event.lines_after or event.cues_after):
        raise HTTPException(404)
    _allow(user, at, scope)
    return _saved(request, at, user, undo.take_back(at.job, scope, event, who_is(user)), scope)


@router.post("/preview")
def preview(user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Wanted) -> Any:
    """How unsaved texts and times would be drawn, by the layout of a run: events, and the same as WebVTT."""
    at = place(desk, series_id, episode_id, tag)
    if not at.job.episode.has_film:
        raise HTTPException(404)
    made = previewed(at.job, tag, body.texts, body.times)
    profile = at.job.series.style.profile(locale(tag))
    return {
        "events": drawing.events(made.layout),
        "replaces": made.cue_ids,
        "vtt": sidecar("vtt", made.layout, profile, at.job.facts.rate),
    }


@router.get("/state")
def state(
    request: Request,
    user: SignedIn,
    desk: TheDesk,
    series_id: str,
    episode_id: str,
    tag: str,
    rev: str = "",
    cue: str = "",
) -> Any:
    """What changed since revision `rev`, who is here, and whether findings are being made anew."""
    at = place(desk, series_id, episode_id, tag)
    here = presence(desk)
    here.note(at.key, user.name, cue[:80])
    people = [{"name": one.name, "cue": one.cue_id} for one in here.at(at.key) if one.name != user.name]
    answer: dict[str, Any] = {"here": people, "pending": REFITS.pending(at.job, tag), "revision": at.revision}
    if answer["revision"] != rev:
        answer |= _changes(request, at, user, rev, answer["revision"])
    return answer


@router.post("/leave", status_code=204)
def leave(user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str) -> None:
    """The page is being closed."""
    presence(desk).leave(place(desk, series_id, episode_id, tag).key, user.name)


@router.post("/comments")
def comment(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Said
) -> Any:
    at = _editable(desk, user, series_id, episode_id, tag)
    if body.id not in {cue.id for cue in at.job.source().cues}:
        raise InputError(f"there is no cue {body.id} any more", next_step="load the episode again")
    comments.add(at.job, tag, body.id, body.text, who_is(user), to=body.to)
    return rows_of(request, at, user, [body.id])


@router.post("/comments/resolve")
def resolve(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Which
) -> Any:
    at = _editable(desk, user, series_id, episode_id, tag)
    return rows_of(request, at, user, comments.resolve(at.job, tag, body.id, who_is(user)).cue_ids)


def _editable(desk: Any, user: User, series_id: str, episode_id: str, tag: str) -> Place:
    at = place(desk, series_id, episode_id, tag)
    allow(user.may_edit(tag))
    return at


def _allow(user: User, at: Place, scope: str) -> None:
    allow(user.may_edit(at.job.series.source_locale if scope == SOURCE else scope))


def _back(request: Request, user: User, at: Place, *, again: bool) -> Any:
    find = undo.last_undone if again else undo.last
    found: list[tuple[str, Event]] = []
    for scope in (at.tag, SOURCE):
        if event := find(log.read(at.job.workspace, scope), user.name):
            found.append((scope, event))
    if not found:
        what = "do again" if again else "undo"
        raise InputError(f"there is nothing of yours to {what} here", next_step="choose a change in the history")
    scope, event = max(found, key=lambda one: one[1].id)
    _allow(user, at, scope)
    return _saved(request, at, user, undo.take_back(at.job, scope, event, who_is(user)), scope)


def _saved(request: Request, at: Place, user: User, saved: Saved, scope: str = "") -> Any:
    if saved.event:
        REFITS.soon(at.job, laid_out(at.job) if scope == SOURCE else [at.tag])
    ids = [line.id for line in saved.lines]
    return rows_of(request, at, user, ids) | {
        "clashes": clashing(saved), "reload": scope == SOURCE, "first": (saved.event.cue_ids[0] if saved.event else ""),
    }  # fmt: skip


def _changes(request: Request, at: Place, user: User, old: str, new: str) -> dict[str, Any]:
    """The rows that differ from those of revision `old`; all of them where that was too long ago to know."""
    sheet = rows.sheet(at.job, at.tag)
    found = told(request, at, sheet.rows, user)
    keys = {row["id"]: row["key"] for row in found}
    before = revisions.shown(at.path, user.name, old)
    revisions.remember(at.path, user.name, new, keys)
    return {
        "rows": [row for row in found if before.get(row["id"]) != row["key"]],
        "ids": list(keys),
        "approved": sheet.approved,
        "events": drawing.events(sheet.layout) if sheet.layout else [],
    }
