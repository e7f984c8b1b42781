"""Prefect servers of our own, for figures and for chaos."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from flows import processes
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


class Server:
    """A server on the database `url`, at a free port; `environment` is that of its clients. It may be started again."""

    def __init__(self, url: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "server.log"
        own = os.environ | {"PREFECT_HOME": str(folder / "home"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        self.environment = own | {"PREFECT_API_URL": f"http://127.0.0.1:{self._port}/api"}
        own.pop("PREFECT_API_URL", None)
        self._own = own | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; EngineUnavailable where it does not."""
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
        with self.log.open("a") as out:
            self._process = subprocess.Popen(command, env=self._own, stdout=out, stderr=subprocess.STDOUT)
        give_up_s = time.monotonic() + START_S
        while time.monotonic() < give_up_s and self._process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.environment['PREFECT_API_URL']}/health", timeout=2).is_success:
                    return
            time.sleep(0.5)
        raise EngineUnavailable("the Prefect server did not start", next_step=f"read {self.log}")

    def end(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()

    def kill(self) -> None:
        """As a power cut would, with the database where that is SQLite."""
        assert self._process
        processes.tell((self._process.pid, *processes.below(self._process.pid)), signal.SIGKILL)
        self._process.wait()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[Server]:
    """A server on the database `url` while the body runs."""
    server = Server(url, folder)
    try:
        server.start()
        yield server
    finally:
        server.end()


def shared(environment: Mapping[str, str], *limits: str) -> None:
    """Set up a server that several workers share, as flows/team.md says; `limits` are options of `flows.limits`."""
    run("prefect", "--no-prompt", "work-pool", "create", POOL, "--type", "process", "--overwrite", env=environment)
    run("prefect", "--no-prompt", "deploy", "--all", env=environment)
    run("flows.limits", *limits, env=environment)


def run(module: str, *arguments: str, env: Mapping[str, str]) -> None:
    """`python -m MODULE ARGUMENTS` to its end; CalledProcessError where it fails."""
    subprocess.run((sys.executable, "-m", module, *arguments), env=env, stdout=subprocess.DEVNULL, check=True)
