"""Serving a desk from one process: uvicorn, until it is told to stop."""

from __future__ import annotations

import json
import logging
import shlex
import socket
import sys
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn

from localize import console
from localize import settings as environment
from localize.desk.app import Settings, create_app
from localize.desk.users import Users
from localize.errors import InputError

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_STOP_WITHIN_S = 5
"""Requests under way may end; a video that is being watched may not hold the desk."""


def serve(roots: Sequence[Path], settings: Settings, *, host: str, port: int, open_browser: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C. InputError where nobody could sign in, or the address is taken."""
    if not Users(settings.users).all():
        given = "" if settings.users == environment.users_file() else f" --users {shlex.quote(str(settings.users))}"
        raise InputError(
            "nobody can sign in to the desk yet", next_step=f"localize desk users add NAME --role lead{given}"
        )
    app = create_app(roots, settings=settings)
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    _log()
    console.talk(f"desk: {address}")
    if host not in _LOCAL and not settings.behind_proxy:
        console.talk("note: passwords travel unencrypted; put a reverse proxy with TLS in front, with --behind-proxy")
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", access_log=False, log_level="warning", server_header=False,
        proxy_headers=settings.behind_proxy, timeout_graceful_shutdown=_STOP_WITHIN_S,
    )  # fmt: skip
    if open_browser:
        webbrowser.open(address)
    # uvicorn ends what is under way, then raises the signal again.
    with suppress(KeyboardInterrupt), listening:
        uvicorn.Server(config).run(sockets=[listening])
    console.talk("desk: stopped")


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything else starts; port 0 takes any free one."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.create_server((host, port), family=family, backlog=2048)
        # asyncio turns Nagle's algorithm off only where a socket names its protocol; else every answer waits 40 ms.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{host}:{port} cannot be listened on: {reason}", next_step="choose another --port, or --host"
        ) from error


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        told = {"time": at, "level": record.levelname.lower(), "message": super().format(record)}
        return json.dumps(told, ensure_ascii=False)


def _log() -> None:
    """One line a request on stderr, as talk goes, and what went wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if environment.json_log() else logging.Formatter("%(message)s"))
    desk = logging.getLogger("localize.desk")
    desk.addHandler(handler)
    desk.setLevel(logging.INFO)
    desk.propagate = False
