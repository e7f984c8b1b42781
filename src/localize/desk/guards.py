"""Guards: who sent a request, whether they may, and whether a page of ours sent it. FastAPI dependencies.

`app` puts `signed_in` and `csrf_checked` before every router that is not public, so that no page needs to. Who it is
stands in `user: SignedIn`, the series in `desk: TheDesk`; `allow(user.may_edit(tag))` is 403 unless they may.
"""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException
from starlette.requests import Request

from localize.desk.registry import Desk
from localize.desk.sessions import Session, Sessions
from localize.desk.users import User

TOKEN_HEADER = "X-CSRF-Token"
TOKEN_FIELD = "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def sessions_of(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def session_of(request: Request) -> Session | None:
    """The session the request came with, of a visitor too."""
    session: Session | None = request.state.session
    return session


async def visitor(request: Request) -> User | None:
    """Who is signed in; None on pages that anybody may open."""
    account = sessions_of(request).account(session_of(request))
    if account is None:
        return None
    request.state.user, request.state.who = account.name, account.user  # for the access log, for pages
    return account.user


async def signed_in(user: Annotated[User | None, Depends(visitor)]) -> User:
    """Who is signed in; 401 (a page: the way to the sign-in page) where nobody is."""
    if user is None or not user.may_see():
        raise HTTPException(401)
    return user


async def csrf_checked(request: Request) -> None:
    """403 unless a page of ours sent a request that changes something.

    The token stands in the header X-CSRF-Token, or in the field `csrf` of a form, and has to be that of the request's
    own session. What a browser tells of where the request comes from has to be this desk.
    """
    if request.method in _SAFE:
        return
    if not _from_here(request):
        raise HTTPException(403, "origin")
    session = session_of(request)
    sent = request.headers.get(TOKEN_HEADER) or await _field(request)
    if session is None or not secrets.compare_digest(sent.encode(), session.token.encode()):
        raise HTTPException(403, "token")


def allow(may: bool) -> None:
    """403 where the user's role does not cover it."""
    if not may:
        raise HTTPException(403, "role")


def _from_here(request: Request) -> bool:
    """Origin against Host; programs that are no browser send neither it nor Sec-Fetch-Site."""
    if (origin := request.headers.get("origin")) is not None:
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


async def _field(request: Request) -> str:
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return ""
    value = (await request.form()).get(TOKEN_FIELD)
    return value if isinstance(value, str) else ""


SignedIn = Annotated[User, Depends(signed_in)]
Visitor = Annotated[User | None, Depends(visitor)]
TheDesk = Annotated[Desk, Depends(desk_of)]
