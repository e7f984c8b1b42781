"""The application: which routers there are, what stands before them, and what every error looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from localize import __version__
from localize.desk import (
    api,
    arrival,
    board,
    deciding,
    episode,
    errors,
    files,
    history,
    lessons,
    media,
    metrics,
    pages,
    search,
    sources,
)
from localize.desk.guards import csrf_checked, signed_in
from localize.desk.http import Outermost
from localize.desk.registry import Desk, checked
from localize.desk.sessions import Sessions
from localize.desk.throttle import SignInLimits
from localize.desk.users import Users
from localize.errors import LocalizeError

ROUTERS: tuple[APIRouter, ...] = (
    board.router, episode.router, api.router, sources.router, deciding.router, lessons.router, history.router,
    files.router, search.router, media.router, pages.router,
    arrival.router,
)  # fmt: skip
"""For signed-in people; what changes something needs the token of its session. The last one takes what looks
like an episode and is nothing else."""
PUBLIC = ("/healthz", "/login", "/language", "/messages.json", "/metrics", "/static")
"""All that a stranger can reach; `metrics` looks itself who asks."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a desk is run."""

    users: Path
    """The file of `localize desk users`; the key that signs sessions stands beside it."""
    workspace: Path | None = None
    """Else that of each series, as for every command."""
    behind_proxy: bool = False
    """A reverse proxy speaks TLS for it: cookies are for TLS only, and its X-Forwarded headers are believed."""


class _App(FastAPI):
    """FastAPI puts its middleware inside its handler of bugs; ours has to see that answer as well."""

    behind_proxy = False

    def build_middleware_stack(self) -> ASGIApp:
        return Outermost(super().build_middleware_stack(), self.state.sessions, behind_proxy=self.behind_proxy)


class _Static(StaticFiles):
    """Kept by browsers, and asked about again each time: a newer desk shows its own scripts."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def create_app(root: Path | Sequence[Path], *, settings: Settings) -> FastAPI:
    """The desk of the manifests under `root`. InputError where a path is missing or the users cannot be read."""
    app = _App(
        title="localize desk", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
        # A redirect would be made of the Host header, which anybody may choose.
        redirect_slashes=False,
    )  # fmt: skip
    app.behind_proxy = settings.behind_proxy
    users = Users(settings.users)
    users.all()
    app.state.desk = Desk(checked([root] if isinstance(root, Path) else root), settings.workspace)
    app.state.users = users
    app.state.sessions = Sessions(users, secure=settings.behind_proxy)
    app.state.limits = SignInLimits()
    app.include_router(pages.public, dependencies=[Depends(csrf_checked)])
    app.include_router(metrics.router)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(signed_in), Depends(csrf_checked)])
    app.mount("/static", _Static(directory=pages.HERE / "static"), name="static")
    for kind, handler in (
        (HTTPException, errors.refused),
        (RequestValidationError, errors.invalid),
        (LocalizeError, errors.failed),
        (Exception, errors.bug),
    ):
        app.add_exception_handler(kind, handler)
    return app
