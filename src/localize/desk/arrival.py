"""Arrival: links from Prefect and from messages name an episode and no locale; the desk picks the one."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from localize.desk.board import cells_of
from localize.desk.guards import SignedIn, TheDesk

router = APIRouter()


@router.get("/series/{series_id}/{episode_id}")
def arrive(user: SignedIn, desk: TheDesk, series_id: str, episode_id: str) -> RedirectResponse:
    """On to a locale that waits and that the user edits, else to one that waits, else to one of theirs, else to any."""
    job = desk.job(series_id, episode_id)
    cells = cells_of(desk, job)
    tag = max(job.locales, key=lambda tag: (cells[tag].waits, user.may_edit(tag)))
    return RedirectResponse(f"/series/{quote(series_id, safe='')}/{quote(episode_id, safe='')}/{tag}", 303)
