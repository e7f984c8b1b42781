"""Serve: a Prefect server, a worker and the review desk on this machine, in one command.

    python -m flows.serve [FOLDER OF SERIES]

Everything listens on 127.0.0.1. What they say goes, line by line and under its speaker's name, to the terminal and to
one file; Ctrl-C or SIGTERM ends all of them, and where one ends by itself the others are ended as well, with its name.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import platformdirs
import typer

from flows import processes
from flows.limits import POOL
from localize import settings
from localize.console import data, talk
from localize.desk.users import Users
from localize.errors import EXIT_DONE, EXIT_ENGINE, EngineUnavailable, LocalizeError
from localize.pipeline import WORKERS

ROOT = Path(__file__).parents[1]
NICE = 10
START_S = 120.0
"""A server makes its database when it first starts."""
ASK_S = 2
"""How often a worker asks for work; by itself it would every 10 s, and rest that long between two episodes."""
END_S = 15.0
"""What is asked to end says so to the server and leaves whole files; what takes longer is killed."""
LAST_S = 5.0
"""For what has nothing left to do; a worker would sleep on until it asks for work again."""


class Together:
    """Processes that live and end together; each in a group of its own, so that Ctrl-C reaches only us."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("a", encoding="utf-8", buffering=1)
        self._environment = environment
        self._write = threading.Lock()
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._readers: list[threading.Thread] = []

    def start(self, name: str, arguments: Sequence[str], *, quiet: bool = False) -> subprocess.Popen[str]:
        """Start `arguments` as `name`, and keep it until the end; `quiet` ones speak to the log only."""
        process = subprocess.Popen(
            arguments, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
        reader = threading.Thread(target=self._read, args=(name, process, quiet), name=f"log of {name}", daemon=True)
        reader.start()
        self._readers.append(reader)
        self._running[name] = process
        return process

    def once(self, name: str, arguments: Sequence[str]) -> None:
        """Run `arguments` to their end; EngineUnavailable where they fail."""
        process = self.start(name, arguments, quiet=True)
        while process.poll() is None:
            self.check(but=name)
            time.sleep(0.1)
        del self._running[name]
        if process.returncode:
            raise EngineUnavailable(f"{name} ended with {process.returncode}", next_step=f"read {self._log.name}")

    def check(self, but: str = "") -> None:
        """EngineUnavailable where one of them has ended."""
        for name, process in self._running.items():
            if name != but and process.poll() is not None:
                raise EngineUnavailable(
                    f"the {name} ended by itself with {process.returncode}", next_step=f"read {self._log.name}"
                )

    def end(self) -> None:
        """Ask all of them to end, the last one started first, with what they started; kill what does not."""
        for name, process in reversed(self._running.items()):
            if process.poll() is None:
                talk(f"serve | stopping the {name}")
                # A worker's flow runs are groups of their own: left alone, it waits for them for as long as they take.
                self._end(name, process)
        for reader in self._readers:
            reader.join(1)
        self._log.close()

    def _end(self, name: str, process: subprocess.Popen[str]) -> None:
        processes.tell((process.pid, *processes.below(process.pid)), signal.SIGTERM)
        give_up_s = time.monotonic() + END_S
        while processes.below(process.pid) and time.monotonic() < give_up_s:
            time.sleep(0.2)
        try:
            process.wait(LAST_S)
        except subprocess.TimeoutExpired:
            if left := processes.below(process.pid):
                talk(f"serve | {len(left)} processes of the {name} do not stop: killing them")
            processes.tell((process.pid, *processes.below(process.pid)), signal.SIGKILL)
            process.wait()

    def _read(self, name: str, process: subprocess.Popen[str], quiet: bool) -> None:
        assert process.stdout
        with process.stdout as lines:
            for line in lines:
                if line.strip():
                    self._tell(f"{name} | {line.rstrip()}", quiet)

    def _tell(self, text: str, quiet: bool) -> None:
        with self._write:
            if not quiet:
                talk(text)
            if not self._log.closed:
                self._log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")


def _healthy(together: Together, url: str) -> None:
    """Wait until the server answers."""
    give_up_s = time.monotonic() + START_S
    while time.monotonic() < give_up_s:
        together.check()
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise EngineUnavailable(f"the server did not start within {START_S:g} s", next_step="run the same command again")


def _free(port: int) -> None:
    """Refuse a port where somebody else answers already: it would be taken for our own server."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
    except httpx.ConnectError:
        return
    except httpx.HTTPError:
        pass
    raise EngineUnavailable(f"port {port} of 127.0.0.1 is taken", next_step="stop what listens there, or give --port")


def main(
    shows: Annotated[list[Path] | None, typer.Argument(help="What the desk shows: folders of series.")] = None,
    port: Annotated[int, typer.Option(help="Of the Prefect server and its UI.")] = 4200,
    desk_port: Annotated[int, typer.Option(help="Of the review desk.")] = 8700,
    limit: Annotated[int, typer.Option(help="Flow runs at a time.", min=1)] = max(1, WORKERS // 2),
    state: Annotated[Path | None, typer.Option(help="Folder of the log; else in the user's state folder.")] = None,
) -> None:
    """Run everything until Ctrl-C; stdout: where to look."""
    log = (state or platformdirs.user_state_path("localize")).absolute() / "serve.log"
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": str(ASK_S),
        "LOCALIZE_DESK_URL": os.environ.get("LOCALIZE_DESK_URL") or f"http://127.0.0.1:{desk_port}",
        "PYTHONUNBUFFERED": "1",
    }
    prefect = (sys.executable, "-m", "prefect", "--no-prompt")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _free(port)
    except LocalizeError as error:
        talk(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    together = Together(log, environment)
    code = EXIT_DONE
    try:
        together.start("server", (*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port)))
        _healthy(together, api)
        together.once("pool", (*prefect, "work-pool", "create", POOL, "--type", "process", "--overwrite"))
        together.once("deploy", (*prefect, "deploy", "--all"))
        # Queues always; limits only where there is something to share: slots are slow on SQLite.
        together.once("limits", (sys.executable, "-m", "flows.limits", *(() if limit > 1 else ("--queues-only",))))
        together.once("automations", (sys.executable, "-m", "flows.automations"))
        # The desk and whatever else a person does here come first.
        worker = (*prefect, "worker", "start", "--pool", POOL, "--limit", str(limit))
        together.start("worker", ("nice", "-n", str(NICE), *worker))
        if desk := bool(Users(settings.users_file()).all()):
            command = (sys.executable, "-m", "localize", "desk", *map(str, shows or [Path()]))
            together.start("desk", (*command, "--port", str(desk_port)))
        else:
            talk("serve | no desk, since nobody can sign in: localize desk users add NAME --role lead")
        data(f"Prefect\thttp://127.0.0.1:{port}")
        if desk:
            data(f"desk\thttp://127.0.0.1:{desk_port}")
        data(f"log\t{log}")
        sys.stdout.flush()
        while True:
            together.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    except LocalizeError as error:
        talk(f"error: {error}")
        code = EXIT_ENGINE
    finally:
        # A second Ctrl-C must not leave half of them behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        together.end()
    raise typer.Exit(code)


if __name__ == "__main__":
    typer.run(main)
