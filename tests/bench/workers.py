"""Workers: a series that two workers share through a server with PostgreSQL, against two processes that share it.

Limit: at least 0.85 times the rate. Needs an empty database, named by `BENCH_POSTGRES`; nothing is measured without.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from flows.limits import POOL
from flows.serve import ASK_S
from localize.errors import EXIT_DONE, EXIT_FINDINGS, EngineUnavailable
from localize.series import load
from localize.triggers import EPISODE
from tests import servers
from tests.bench import long_series
from tests.bench.demo import SERIES
from tests.bench.harness import Figure, Part, Say

RATE = 0.85
EPISODES, CLIPS, LOCALES = 4, 3, 8
SERIES_DEPLOYMENT = "localize-series/localize-series"
POLL_S = 0.5
GIVE_UP_S = 3600
_ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Once each, processes first."""
    episodes, clips, count = (2, 1, 2) if quick else (EPISODES, CLIPS, LOCALES)
    locales = load(SERIES).locales[:count]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = servers.databases(folder).get(servers.POSTGRESQL)
        if url is None:
            return Part("Workers", (f"Not measured: {servers.POSTGRES} names no database.",), ())
        manifest = long_series.write(folder, [clips] * episodes, locales, name="shared")
        bare_s = _processes(manifest, folder / "bare")
        say(f"two processes: {bare_s:.1f} s")
        with servers.serving(url, folder) as server:
            servers.shared(server.environment)
            with _workers(server.environment) as ask:
                workers_s = _run(manifest, folder / "flow", ask)
        say(f"two workers: {workers_s:.1f} s")
    about = (
        f"{episodes} episodes of {clips} sample episodes each in {count} locales, an empty workspace each. Processes "
        "and models start within the time; the two workers wait for work when it begins.",
    )
    rate = Figure("rate of two workers, of two processes'", bare_s / workers_s, "x", at_least=RATE)
    return Part("Workers", about, (Figure("two processes", bare_s, "s"), Figure("two workers", workers_s, "s"), rate))


def _processes(manifest: Path, workspace: Path) -> float:
    """Seconds until two runs are through, each with every second episode."""
    ids = [episode.id for episode in load(manifest).episode]
    command = (sys.executable, "-m", "localize", "run", str(manifest), "--workspace", str(workspace), "--episode")
    started_s = time.monotonic()
    running = [subprocess.Popen((*command, ",".join(ids[at::2])), stdout=subprocess.DEVNULL) for at in range(2)]
    if not {process.wait() for process in running} <= {EXIT_DONE, EXIT_FINDINGS}:
        raise EngineUnavailable("a process did not get through its episodes")
    return time.monotonic() - started_s


Ask = Callable[[str, Mapping[str, Any] | None], Any]
"""Asks the server: a path, and what is posted there; None gets it."""


@contextmanager
def _workers(environment: Mapping[str, str]) -> Iterator[Ask]:
    """Two workers of the pool, both online."""
    command = (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--limit", "1", "--name")
    environment = {**environment, "PREFECT_WORKER_QUERY_SECONDS": str(ASK_S)}
    with httpx.Client(base_url=environment["PREFECT_API_URL"]) as client:

        def ask(path: str, posted: Mapping[str, Any] | None) -> Any:
            answer = client.get(path) if posted is None else client.post(path, json=posted)
            return answer.raise_for_status().json()

        running = [
            subprocess.Popen((*command, name), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            for name in ("one", "two")
        ]
        try:
            _until(lambda: len(ask(f"/work_pools/{POOL}/workers/filter", {})) == len(running), "workers")
            yield ask
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _run(manifest: Path, workspace: Path, ask: Ask) -> float:
    """Seconds from asking for the series until its last episode is through."""
    series, episode = (ask(f"/deployments/name/{name}", None)["id"] for name in (SERIES_DEPLOYMENT, EPISODE))
    started_s = time.monotonic()
    parameters = {"path": str(manifest), "workspace": str(workspace), "over_workers": True}
    ask(f"/deployments/{series}/create_flow_run", {"parameters": parameters})

    def states() -> list[str]:
        runs = ask("/flow_runs/filter", {"deployments": {"id": {"any_": [episode]}}})
        return [run["state_type"] for run in runs]

    _until(lambda: len([one for one in states() if one in _ENDED]) == len(load(manifest).episode), "episodes")
    took_s = time.monotonic() - started_s
    if {*states()} != {"COMPLETED"}:
        raise EngineUnavailable(f"the episodes ended {', '.join(states())}")
    return took_s


def _until(true: Callable[[], bool], what: str) -> None:
    give_up_s = time.monotonic() + GIVE_UP_S
    while not true():
        if time.monotonic() > give_up_s:
            raise EngineUnavailable(f"waited too long for the {what}")
        time.sleep(POLL_S)
