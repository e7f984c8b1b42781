"""Patience: what a flow does while its server is away, or its server's database is.

Prefect's own client tries again only where it has reached the server before, and each of ours is a new one. The work
lies in files, so a run that waits and goes on loses nothing, and one that gave up would be red for no fault of its own.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import httpx
import typer
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError

from localize.console import talk
from localize.errors import EXIT_ENGINE

PAUSES_S = (2.0, 5.0, 10.0, 20.0, 30.0, 30.0, 60.0, 60.0, 60.0)
"""Five minutes in all: a server that restarts is back in one, and a database that is upgraded soon after."""

P = ParamSpec("P")
T = TypeVar("T")


def away(error: BaseException) -> bool:
    """Whether it says that the server could not be reached, or could not reach its database."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error
    # Prefect raises the last one for a slot that it could not ask for.
    return isinstance(error, httpx.TransportError | ConcurrencySlotAcquisitionError)


def patient(ask: Callable[P, T]) -> Callable[P, T]:
    """`ask`, called again after each pause for as long as the server is away; in the end its error is let through.

    For what may be said twice: everything after the first time has to come to the same.
    """

    @functools.wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        for pause_s in PAUSES_S:
            try:
                return ask(*args, **kwargs)
            except Exception as error:
                if not away(error):
                    raise
                talk(f"the Prefect server does not answer ({type(error).__name__}): asked again in {pause_s:g} s")
                time.sleep(pause_s)
        return ask(*args, **kwargs)

    return asked


@contextmanager
def in_words() -> Iterator[None]:
    """For commands: one line and exit code 5 where the server does not answer or lets nobody in."""
    try:
        yield
    except httpx.HTTPError as error:
        response = error.response if isinstance(error, httpx.HTTPStatusError) else None
        if response is not None and response.status_code in (401, 403):
            why = "refused: set PREFECT_API_AUTH_STRING"
        elif response is not None:
            why = f"answered {response.status_code}: see its log"
        else:
            why = f"did not answer ({type(error).__name__}): set PREFECT_API_URL, or start it"
        talk(f"error: the Prefect server {why}")
        raise typer.Exit(EXIT_ENGINE) from None
