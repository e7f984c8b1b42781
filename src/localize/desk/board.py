"""The board: every series of the desk."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from localize.desk.guards import TheDesk
from localize.desk.pages import page

router = APIRouter()


@router.get("/")
def board(request: Request, desk: TheDesk) -> HTMLResponse:
    return page(request, "board.html", entries=desk.entries())
