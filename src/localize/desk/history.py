"""History: what people did to an episode or to a series, to look at, to take back, to take away as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.pages import page
from localize.desk.places import place
from localize.desk.refit import REFITS, laid_out
from localize.job import SOURCE
from localize.review import log, undo
from localize.review.diff import diff
from localize.review.log import Event, Who
from localize.workspace import to_json

router = APIRouter()
_SHOWN = 300


@router.get("/series/{series_id}/{episode_id}/{tag}/history")
def history(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, who: str = ""
) -> HTMLResponse:
    """Every change of the lines and of the source, the latest first."""
    at = place(desk, series_id, episode_id, tag)
    ws = at.job.workspace
    events = sorted([*log.read(ws, tag), *log.read(ws, SOURCE)], key=lambda event: event.id, reverse=True)
    people = sorted({event.who.name for event in events})
    shown = [event for event in events if who in ("", event.who.name)]
    may = {tag: user.may_edit(tag), SOURCE: user.may_edit(at.job.series.source_locale)}
    return page(
        request, "history.html", at=at, events=shown[:_SHOWN], count=len(shown), people=people, who=who, may=may,
        diff=diff, undone={event.of for event in events if event.what == "undo"},
    )  # fmt: skip


@router.post("/series/{series_id}/{episode_id}/{tag}/history")
def take_back(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str,
    event: Annotated[str, Form(max_length=100)],
) -> Response:  # fmt: skip
    """Take back one change; what changed since then stays, and the page says so."""
    at = place(desk, series_id, episode_id, tag)
    scopes = ((scope, one) for scope in (tag, SOURCE) for one in log.read(at.job.workspace, scope))
    scope, found = next(((scope, one) for scope, one in scopes if one.id == event), (tag, None))
    if found is None:
        raise HTTPException(404)
    allow(user.may_edit(at.job.series.source_locale if scope == SOURCE else tag))
    undo.take_back(at.job, scope, found, Who(user.name, signed_in=True))
    REFITS.soon(at.job, laid_out(at.job) if scope == SOURCE else [tag])
    return RedirectResponse(f"{at.path}/history", 303)


@router.get("/series/{series_id}/audit.jsonl")
def audit(user: SignedIn, desk: TheDesk, series_id: str) -> Response:
    """The audit log of a series: one event a line, in the order of episodes and time."""

    def lines() -> Iterator[bytes]:
        for job in desk.jobs(series_id).values():
            for event in log.all_of(job.workspace):
                yield _line(job.episode.id, event)

    desk.series(series_id)
    name = f'attachment; filename="{series_id}.audit.jsonl"'
    return StreamingResponse(lines(), media_type="application/jsonl", headers={"content-disposition": name})


def _line(episode: str, event: Event) -> bytes:
    plain = {"episode": episode} | json.loads(to_json(event))
    return (json.dumps(plain, ensure_ascii=False) + "\n").encode()
