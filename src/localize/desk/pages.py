"""Pages: how every one is made, and those around signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import jinja2
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from localize import __version__
from localize.desk import i18n
from localize.desk.guards import TOKEN_FIELD, Visitor, session_of, sessions_of
from localize.desk.i18n import LANGUAGES, Messages
from localize.desk.passwords import MAX_CHARS
from localize.desk.throttle import SignInLimits
from localize.desk.users import Users
from localize.locales import locale

HERE = Path(__file__).parent
_YEAR_S = 365 * 24 * 3600

public = APIRouter()
router = APIRouter()

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"version": __version__, "languages": LANGUAGES, "token_field": TOKEN_FIELD, "locale": locale}


def words(request: Request) -> Messages:
    """The messages in the language of whoever asks."""
    return i18n.messages(i18n.language_of(request))


def page(request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """The page `template` with `context`, and with what `base.html` needs.

    Templates have `t` (messages), `user` (None on public pages), `csrf` (the token of the session) and `here`.
    """
    sessions = sessions_of(request)
    session = session_of(request)
    fresh = session or sessions.visitor()
    response = HTMLResponse(_renderer(request, fresh.token)(template, context), status)
    if session is None:
        sessions.write(response, fresh)
    return response


def fragments(request: Request) -> Callable[..., str]:
    """Renders parts of a page for scripts to put in; their templates have what those of pages have."""
    session = session_of(request)
    rendered = _renderer(request, session.token if session else "")

    def fragment(template: str, **context: object) -> str:
        return rendered(template, context)

    return fragment


def _renderer(request: Request, token: str) -> Callable[[str, Mapping[str, object]], str]:
    t = words(request)
    query = f"?{request.url.query}" if request.url.query else ""
    # Where the language switch leads back to.
    here = request.url.path + query if request.method == "GET" else "/"
    known = {"t": t, "language": t.language, "user": getattr(request.state, "who", None), "csrf": token, "here": here}
    return lambda template, context: _TEMPLATES.get_template(template).render({**context, **known})


def local(path: str) -> str:
    """`path` where it stays on this desk, else the board: a link to the sign-in page shall lead nowhere else."""
    unsafe = path.startswith("//") or "\\" in path or not path.isprintable()
    return "/" if unsafe or not path.startswith("/") else path


@public.get("/healthz")
async def healthz() -> PlainTextResponse:
    """For a proxy or a supervisor; says nothing else."""
    return PlainTextResponse("ok\n")


@public.get("/messages.json")
async def messages(request: Request) -> JSONResponse:
    """The words for scripts, in the language of the page."""
    t = words(request)
    return JSONResponse(
        {"language": t.language, "messages": dict(t.table)}, headers={"vary": "accept-language, cookie"}
    )


@public.post("/language")
async def language(language: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """Remember the language of the pages, signed in or not."""
    response = RedirectResponse(local(next), 303)
    if language in LANGUAGES:
        response.set_cookie(i18n.COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="lax")
    return response


@public.get("/login")
async def login_page(request: Request, user: Visitor, next: str = "/") -> Response:
    if user:
        return RedirectResponse(local(next), 303)
    return _login(request, next)


@public.post("/login")
def login(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in; not `async`, since a hash takes a tenth of a second."""
    users: Users = request.app.state.users
    limits: SignInLimits = request.app.state.limits
    address = request.client.host if request.client else ""
    if wait_s := limits.wait_s(name, address):
        minutes = max(1, round(wait_s / 60))
        refused = _login(request, next, name=name, status=429, message=words(request)("login.wait", n=minutes))
        refused.headers["retry-after"] = str(max(1, round(wait_s)))
        return refused
    account = users.authenticate(name, password)
    if account is None:
        return _login(request, next, name=name, status=401, message=words(request)("login.wrong"))
    limits.right(name, address)
    sessions = sessions_of(request)
    response = RedirectResponse(local(next), 303)
    sessions.write(response, sessions.begin(account))
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    sessions = sessions_of(request)
    if session := session_of(request):
        sessions.end(session)
    response = RedirectResponse("/login", 303)
    sessions.write(response, sessions.visitor())
    return response


def _login(request: Request, next: str, *, name: str = "", status: int = 200, message: str = "") -> HTMLResponse:
    return page(request, "login.html", status=status, next=local(next), name=name, message=message, max_chars=MAX_CHARS)
