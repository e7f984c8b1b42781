"""Scale: a series of 100 episodes in 17 locales whose engines do nothing, so that what is left is ours and Prefect's.

Limits: running it again when it is finished takes less than 10 s; the memory of the process after the last episode is
at most 1.10 times that after the tenth; Prefect adds at most 60 ms to a task, on SQLite and, where `BENCH_POSTGRES`
names an empty database (`postgresql+asyncpg://...`), on PostgreSQL with the limits of `flows/limits.toml`, with no
"database is locked" in the server's log.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from localize import pipeline, settings
from localize.errors import EngineRejected, EngineUnavailable
from localize.job import Job
from tests import servers
from tests.bench import synthetic
from tests.bench.harness import Figure, Part, Say, timed

EPISODES, QUICK_EPISODES = 100, 4
TENTH = 10
ROUNDS = 3
AGAIN = "running it again when it is finished"
UNDER_S, MORE_MEMORY, TASK_MS = 10.0, 1.10, 60.0


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Once from nothing, then again; then the same from nothing as flow runs, on a server of each kind."""
    count = QUICK_EPISODES if quick else EPISODES
    with tempfile.TemporaryDirectory() as place, synthetic.nothing_heavy():
        folder = Path(place)
        os.environ[settings.MEMORY] = str(folder / "memory.sqlite")
        jobs = synthetic.jobs(synthetic.write(folder / "bare", count))
        resident: list[float] = []
        run = timed(lambda: _advance(jobs, resident, say))
        first_s = run()
        again = timed(lambda: _advance(synthetic.jobs(folder / "bare" / "series.toml"), [], say))
        again_s = [again() for _ in range(min(repeats, ROUNDS))]
        figures = [
            Figure("first run, wall", first_s, "s"),
            Figure(AGAIN, statistics.median(again_s), "s", min(again_s), max(again_s), at_most=UNDER_S),
            Figure("memory after the last episode, of the tenth's", _growth(resident), "x", at_most=MORE_MEMORY),
        ]
        for kind, url in servers.databases(folder).items():
            figures += _on_prefect(kind, url, folder, count, say)
    about = (
        f"{count} episodes of {synthetic.SECONDS} s and {synthetic.LINES} cues in {len(synthetic.ALL)} locales, "
        "burned, muxed and with sidecars by engines that answer at once; everything else is real: tracks, layouts, "
        "checks, records, reports. Runs again: new jobs in the same process.",
        "Prefect: the same as a flow run of the series in a process of its own against a server of its own. Added to a "
        "task: the difference to the run without Prefect, of the same episodes in that process, over the task runs.",
    )
    return Part("Scale", about, tuple(figures))


def _advance(jobs: Sequence[Job], resident: list[float], say: Say) -> None:
    for job in jobs:
        result = pipeline.advance(job)
        if result.errors:
            raise EngineRejected(str(result.errors[0]))
        resident.append(_resident_mb())
    say(f"{len(jobs)} episodes, {resident[-1] if resident else 0:.0f} MB")


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _growth(resident: Sequence[float]) -> float:
    return resident[-1] / resident[min(TENTH, len(resident)) - 1]


def _on_prefect(kind: str, url: str, folder: Path, count: int, say: Say) -> list[Figure]:
    """Run the flow in a process of its own, against a server of its own."""
    with servers.serving(url, folder / kind) as server:
        if kind != servers.SQLITE:  # what several workers share; one flow run at a time on SQLite has no limits
            servers.shared(server.environment)
        command = [sys.executable, "-m", "tests.bench.scale_flow", str(folder / kind), str(count)]
        done = subprocess.run(command, env=server.environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise EngineUnavailable(f"the flow on {kind} ended with {done.returncode}")
    told = json.loads(done.stdout.splitlines()[-1])
    locked = server.log.read_text(errors="replace").count("database is locked")
    added_ms = 1000 * (told["prefect_s"] - told["bare_s"]) / told["tasks"]
    say(f"{kind}: {told['tasks']} tasks, {told['prefect_s']:.1f} s against {told['bare_s']:.1f} s")
    return [
        Figure(f"{kind}: added to a task", added_ms, "ms", at_most=TASK_MS, note=f"{told['tasks']} task runs"),
        Figure(f'{kind}: "database is locked" in the server\'s log', locked, at_most=0),
    ]
