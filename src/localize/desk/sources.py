"""Changes of the source: text and times of a cue, splits, merges. Every locale sees them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from localize.desk.answers import Body, Name, Text, rows_of, who_is
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.places import Place, place
from localize.desk.refit import REFITS, laid_out
from localize.desk.registry import Desk
from localize.desk.users import User
from localize.review import source
from localize.review.log import Event
from localize.review.source import CueEdit

router = APIRouter(prefix="/series/{series_id}/{episode_id}/{tag}")


class SourceLine(Body):
    id: Name
    text: Text
    start: int
    end: int
    version: Name


class Cut(Body):
    id: Name
    version: Name
    at: Annotated[int, Field(ge=0, le=8000)]
    at_ms: int | None = None


class Joined(Body):
    cues: Annotated[list[tuple[Name, Name]], Field(min_length=2, max_length=10)]


@router.post("/source")
def mend(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: SourceLine
) -> Any:
    """Another text or other times for a cue of the source; every locale sees it."""
    at = _place(desk, user, series_id, episode_id, tag)
    edit = CueEdit(body.id, body.text, body.start, body.end, body.version)
    return _mended(request, at, user, source.edit(at.job, [edit], who_is(user)))


@router.post("/split")
def split(request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Cut) -> Any:
    at = _place(desk, user, series_id, episode_id, tag)
    made = source.split(at.job, body.id, body.version, who_is(user), at_char=body.at, at_ms=body.at_ms)
    return _mended(request, at, user, made)


@router.post("/merge")
def merge(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Joined
) -> Any:
    at = _place(desk, user, series_id, episode_id, tag)
    return _mended(request, at, user, source.merge(at.job, body.cues, who_is(user)))


def _place(desk: Desk, user: User, series_id: str, episode_id: str, tag: str) -> Place:
    at = place(desk, series_id, episode_id, tag)
    allow(user.may_edit(at.job.series.source_locale))
    return at


def _mended(request: Request, at: Place, user: User, event: Event | None) -> Any:
    """Every locale has the source, so all of them are laid out anew."""
    if event:
        REFITS.soon(at.job, laid_out(at.job))
    gone = bool(event and {cue.id for cue in event.cues_before} != {cue.id for cue in event.cues_after})
    ids = [cue.id for cue in event.cues_after] if event else []
    return rows_of(request, at, user, ids) | {"reload": gone, "first": ids[0] if ids else ""}
