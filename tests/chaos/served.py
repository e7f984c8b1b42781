"""A Prefect server with SQLite and a worker, and the runs of episodes that are started there; each may be killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from flows import processes
from flows.limits import POOL
from localize import triggers
from localize.job import Job
from tests import servers
from tests.chaos.life import until

VICTIMS = ("run", "worker", "worker and run", "server")
"""A worker that is killed leaves its run alive; a machine that vanishes takes both along."""
PATIENCE_S, LOOK_S = 240, 0.25
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A server and a worker that keep what they keep in `folder`, while the body runs."""
    made = Served(folder)
    try:
        made.start()
        yield made
    finally:
        made.end()


class Served:
    """A server and a worker, either of which may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._server = servers.Server(servers.databases(folder)[servers.SQLITE], folder)
        self._worker: subprocess.Popen[bytes] | None = None
        self._log = folder / "worker.log"
        self._client = httpx.Client(base_url=self._server.environment["PREFECT_API_URL"], timeout=60)

    def start(self) -> None:
        self._server.start()
        servers.shared(self._server.environment, "--queues-only")
        self._start_worker()

    def end(self) -> None:
        if self._worker:
            processes.tell((self._worker.pid, *processes.below(self._worker.pid)), signal.SIGKILL)
            self._worker.wait()
        self._server.end()

    def begin(self, job: Job) -> str:
        """Start a run of the episode, as a decision does; its id."""
        deployment = self._ask(f"/deployments/name/{triggers.EPISODE}")["id"]
        made = self._ask(f"/deployments/{deployment}/create_flow_run", {"parameters": triggers.where(job)})
        return str(made["id"])

    def begun(self, run: str) -> bool:
        """Whether a worker has taken the run."""
        return self._state(run) != "SCHEDULED"

    def kill(self, run: str, victim: str, moment: Callable[[], bool], delay_s: float) -> str:
        """Kill `victim` so long after `moment`; `gone` where the run ended with it and nobody notices soon, `alive`
        where it did not, and nothing where there was nobody to kill.
        """
        until(moment, "the moment of the kill", PATIENCE_S)
        time.sleep(delay_s)
        assert self._worker
        own = processes.below(self._worker.pid)
        if self._state(run) in ENDED or (victim.endswith("run") and not own):
            return ""
        if victim == "server":
            self._server.kill()
            return "alive"
        # A worker first: it would tell the server what became of its run.
        pids = {"run": own, "worker": [self._worker.pid], "worker and run": [self._worker.pid, *own]}[victim]
        processes.tell(pids, signal.SIGKILL)
        return "gone" if victim == "worker and run" or not own else "alive"

    def mend(self, run: str, job: Job, victim: str, killed: str) -> bool:
        """Start again what was killed, and wait until the episode is through; whether it took another run."""
        if killed and victim == "server":
            self._server.start()
        elif killed and victim != "run":
            assert self._worker
            self._worker.wait()
            self._start_worker()
        if killed == "gone":  # which the automations find out in minutes
            self._end(self.begin(job), job)
            return True
        return self.through(run, job)

    def through(self, run: str, job: Job) -> bool:
        """Wait until the run is through, and begin another where it was lost, once; whether one was begun."""
        if lost := self._end(run, job) == "CRASHED":
            self._end(self.begin(job), job)
        return lost

    def _end(self, run: str, job: Job) -> str:
        """How the run ended."""
        until(lambda: self._state(run) in ENDED, f"the end of {job.episode.id}", PATIENCE_S, LOOK_S)
        return self._state(run)

    def _start_worker(self) -> None:
        environment = {**self._server.environment, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        command = (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--limit", "1", "--name", "one")
        with self._log.open("a") as out:
            self._worker = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)

    def _state(self, run: str) -> str:
        return str(self._ask(f"/flow_runs/{run}")["state_type"])

    def _ask(self, path: str, posted: Mapping[str, Any] | None = None) -> Any:
        give_up_s = time.monotonic() + PATIENCE_S
        while True:
            answer = self._client.get(path) if posted is None else self._client.post(path, json=posted)
            # With SQLite the server refuses a request while another one writes, and wants to be asked again.
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > give_up_s:
                return answer.raise_for_status().json()
            time.sleep(LOOK_S)
