"""Lessons: a correction that is to hold from now on, shown with all it changes before it is learnt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from localize.desk.answers import clashing, rows_of, who_is
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.pages import fragments
from localize.desk.places import Place, place
from localize.desk.refit import REFITS, laid_out
from localize.desk.users import User
from localize.errors import InputError
from localize.review import edits, learn
from localize.review.edits import Edit
from localize.review.learn import Lesson

router = APIRouter(prefix="/series/{series_id}/{episode_id}/{tag}/learn")


class Given(BaseModel):
    """What is to be learnt from the line of `cue`: a term, or the line as it stands (`version`)."""

    model_config = ConfigDict(extra="forbid")

    as_: Annotated[Literal["term", "line"], Field(alias="as")]
    cue: Annotated[str, Field(max_length=80)]
    text: Annotated[str, Field(max_length=8000)] = ""
    version: Annotated[str, Field(max_length=80)] = ""
    source: Annotated[str, Field(max_length=200)] = ""
    target: Annotated[str, Field(max_length=200)] = ""
    only: bool = False
    also: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=2000)] = []


@router.post("/preview")
def before(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Given
) -> Any:
    """Which lines the lesson touches, and what the next run does to each; nothing is written."""
    at = _place(desk, user, series_id, episode_id, tag, body)
    jobs = list(desk.jobs(series_id).values())
    fragment = fragments(request)
    if body.as_ == "term":
        lesson = _lesson(at, body)
        merge, lines = learn.proposed(at.job, lesson), list(learn.touched(jobs, lesson))
        return {"html": fragment("learn_term.html", at=at, lesson=lesson, merge=merge, lines=lines)}
    echoes = list(learn.echoes(jobs, tag, episode_id, body.cue, body.text))
    return {"html": fragment("learn_line.html", at=at, text=body.text, echoes=echoes)}


@router.post("")
def after(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Given
) -> Any:
    """Learn it: a row of the series' table, or an approved line, put into the chosen places as well."""
    at = _place(desk, user, series_id, episode_id, tag, body)
    who = who_is(user)
    if body.as_ == "term":
        made = learn.learn(at.job, _lesson(at, body), who, body.cue)
        for job in desk.jobs(series_id).values():
            REFITS.soon(job, [tag] if tag in laid_out(job) else [])
        return rows_of(request, at, user, []) | {"table": str(made.path.name), "clashes": []}
    saved = edits.approve(at.job, tag, {body.cue: body.version}, who)
    known = desk.jobs(series_id)
    by_episode: dict[str, list[Edit]] = {}
    for key in body.also:
        episode, _, rest = key.partition("/")
        cue_id, _, version = rest.partition("/")
        if episode not in known or not version:
            raise InputError("a line that was chosen is not known", next_step="look again at what would change")
        by_episode.setdefault(episode, []).append(Edit(cue_id, body.text, version))
    for episode, made_edits in by_episode.items():
        edits.save(known[episode], tag, made_edits, who, what="learn")
        REFITS.soon(known[episode], [tag])
    return rows_of(request, at, user, [body.cue]) | {"clashes": clashing(saved)}


def _place(desk: Any, user: User, series_id: str, episode_id: str, tag: str, body: Given) -> Place:
    at = place(desk, series_id, episode_id, tag)
    allow(user.may_manage() if body.as_ == "term" else user.may_edit(tag))
    return at


def _lesson(at: Place, body: Given) -> Lesson:
    return Lesson(body.source, body.target, at.tag, at.job.episode.id if body.only else "")
