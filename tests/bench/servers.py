"""Prefect servers of the bench's own, one for each kind of database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from flows.limits import POOL
from localize.errors import EngineUnavailable

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
POSTGRES = "BENCH_POSTGRES"
"""Names an empty database: `postgresql+asyncpg://...`."""
START_S = 180.0


def databases(folder: Path) -> dict[str, str]:
    """Connection URLs by kind; that of PostgreSQL only where one was given."""
    kinds = {SQLITE: f"sqlite+aiosqlite:///{folder / 'prefect.db'}"}
    return kinds | ({POSTGRESQL: os.environ[POSTGRES]} if os.environ.get(POSTGRES) else {})


@contextmanager
def serving(url: str, log: Path, folder: Path) -> Iterator[dict[str, str]]:
    """A server on the database `url` while the body runs; yields the environment of its clients."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {"PREFECT_HOME": str(folder / "home"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=environment | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}, stdout=out,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait(process, api)
        yield environment | {"PREFECT_API_URL": api}
    finally:
        process.terminate()
        process.wait()


def shared(environment: Mapping[str, str]) -> None:
    """Set up a server that several workers share, as flows/team.md says."""
    run("prefect", "--no-prompt", "work-pool", "create", POOL, "--type", "process", "--overwrite", env=environment)
    run("prefect", "--no-prompt", "deploy", "--all", env=environment)
    run("flows.limits", env=environment)


def run(module: str, *arguments: str, env: Mapping[str, str]) -> None:
    """`python -m MODULE ARGUMENTS` to its end; CalledProcessError where it fails."""
    subprocess.run((sys.executable, "-m", module, *arguments), env=env, stdout=subprocess.DEVNULL, check=True)


def _wait(process: subprocess.Popen[bytes], api: str) -> None:
    give_up_s = time.monotonic() + START_S
    while time.monotonic() < give_up_s and process.poll() is None:
        try:
            if httpx.get(f"{api}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise EngineUnavailable("the Prefect server of the bench did not start")
