"""What holds for every request and every response, errors included: headers, limits of size, the access log."""

from __future__ import annotations

import json
import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localize.desk.sessions import Sessions
from localize.exchange.returned import MOST_BYTES

UPLOAD_BYTES = MOST_BYTES + 100_000
"""Of a form with a file: a little more than that may have, so that a page can say what is wrong with one too large."""
BODY_BYTES = 2_000_000
"""Of any other request."""
STRANGER_BYTES = 16_000
"""Of a request by nobody who signed in: a sign-in form."""

ACCESS = logging.getLogger("localize.desk.access")

# Scripts and styles are files of ours. blob: is for cues and waveforms that a page makes for its own video.
_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "media-src 'self' blob:", "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # What a page says is for whoever is signed in; what may be kept says so itself.
    "cache-control": "no-store",
}


class Outermost:
    """Wraps the whole application, its error pages too; reads the session into `request.state.session`."""

    def __init__(self, app: ASGIApp, sessions: Sessions, *, behind_proxy: bool) -> None:
        self._app = app
        self._sessions = sessions
        self._headers = dict(HEADERS)
        if behind_proxy:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        session = self._sessions.read(HTTPConnection(scope))
        scope.setdefault("state", {})["session"] = session
        began_s = time.monotonic()
        sent = {"status": 500, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            else:
                sent["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            limit = _limit(scope) if session and session.name else STRANGER_BYTES
            if _announced(scope) > limit:
                await _too_large(limit)(scope, receive, watched)
            else:
                await self._app(scope, _counted(receive, limit), watched)
        finally:
            _log(scope, sent, time.monotonic() - began_s)


def _limit(scope: Scope) -> int:
    form = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
    return UPLOAD_BYTES if form else BODY_BYTES


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    """As `receive`, but 413 once more than `limit` bytes came: a body need not say its length."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return counting


def _too_large(limit: int) -> JSONResponse:
    # The rest is not read: the connection ends here.
    return JSONResponse(
        {"error": f"a request may have {limit} bytes here", "limit": limit}, 413, headers={"connection": "close"}
    )


def _log(scope: Scope, sent: dict[str, int], seconds: float) -> None:
    """One JSON object a request. No query, no header and no body: search texts and passwords stand there."""
    client = scope.get("client")
    line = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": client[0] if client else "",
        "user": scope["state"].get("user", ""),
        "method": scope["method"],
        "path": scope["path"],
        **sent,
        "ms": round(1000 * seconds),
    }
    ACCESS.info(json.dumps(line, ensure_ascii=False))
