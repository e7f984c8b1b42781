"""What a reviewer, or a script of ours, is told when something cannot be done."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from localize.desk.guards import visitor
from localize.desk.pages import page, words
from localize.errors import InputError, LeaseHeld, LocalizeError, ReviewError

KNOWN = frozenset({400, 401, 404, 405, 413, 422, 429, 500})
REFUSALS = ("role", "origin", "token")
"""Why a request is answered 403; `guards` says which."""
_LOG = logging.getLogger("localize.desk")


async def refused(request: Request, error: Exception) -> Response:
    """An HTTP status: the sign-in page where that mends it, else its words."""
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and _reads_pages(request) and request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/login?next={quote(request.url.path + query, safe='')}", 303)
    with suppress(LocalizeError):
        await visitor(request)  # an address that leads nowhere passed no guard, and its page has a top bar too
    return _told(request, error.status_code, words(request)(_key(error)), headers=dict(error.headers or {}))


async def invalid(request: Request, error: Exception) -> Response:
    """A request without a value that it needs, or with a wrong one."""
    return _told(request, 422, words(request)("error.422"))


async def failed(request: Request, error: Exception) -> Response:
    """An error of the product, in its own words, with what to do next; a stranger learns nothing of this machine."""
    assert isinstance(error, LocalizeError)
    status = _status(error)
    if getattr(request.state, "who", None) is None:
        _LOG.error("%s", error)
        return _told(request, 503, words(request)("error.503"))
    if status >= 500:
        _LOG.error("%s %s: %s", request.method, request.url.path, error)
    return _told(request, status, " ".join(error.message.split()), next_step=error.next_step or "")


async def bug(request: Request, error: Exception) -> Response:
    return _told(request, 500, words(request)("error.500"))


def _key(error: HTTPException) -> str:
    status = error.status_code
    if status == 403:
        return f"error.403.{error.detail if error.detail in REFUSALS else REFUSALS[0]}"
    return f"error.{status if status in KNOWN else 400 if status < 500 else 500}"


def _status(error: LocalizeError) -> int:
    if isinstance(error, ReviewError | LeaseHeld):
        return 409
    return 422 if isinstance(error, InputError) else 500


def _told(
    request: Request, status: int, message: str, *, next_step: str = "", headers: dict[str, str] | None = None
) -> Response:
    if _reads_pages(request):
        response: Response = page(
            request, "error.html", status=status, message=message, next_step=next_step, code=status
        )
    else:
        content: dict[str, Any] = {"error": message} | ({"next": next_step} if next_step else {})
        response = JSONResponse(content, status)
    response.headers.update(headers or {})
    return response


def _reads_pages(request: Request) -> bool:
    """Browsers ask for HTML when they open an address, scripts and players do not."""
    return "text/html" in request.headers.get("accept", "")
