"""What a reviewer, or a script of ours, is told when something cannot be done."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from localize.desk.pages import page, words
from localize.errors import InputError, LeaseHeld, LocalizeError, ReviewError

_KNOWN = {401, 403, 404, 405, 413, 422, 429, 500}
_REASONS = {"origin", "token", "role"}


async def refused(request: Request, error: Exception) -> Response:
    """An HTTP status: the sign-in page where that mends it, else its words."""
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and _reads_pages(request) and request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/login?next={quote(request.url.path + query, safe='')}", 303)
    reason = f".{error.detail}" if error.status_code == 403 and error.detail in _REASONS else ""
    key = f"error.{error.status_code if error.status_code in _KNOWN else 500}{reason}"
    return _told(request, error.status_code, words(request)(key), headers=dict(error.headers or {}))


async def invalid(request: Request, error: Exception) -> Response:
    """A request without a value that it needs, or with a wrong one."""
    return _told(request, 422, words(request)("error.422"))


async def failed(request: Request, error: Exception) -> Response:
    """An error of the product, in its own words, with what to do next."""
    assert isinstance(error, LocalizeError)
    return _told(request, _status(error), " ".join(error.message.split()), next_step=error.next_step or "")


async def bug(request: Request, error: Exception) -> Response:
    return _told(request, 500, words(request)("error.500"))


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
