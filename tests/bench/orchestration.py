"""Orchestration: what Prefect adds to real work, on a server with SQLite.

Limits: flow runs of whole episodes take at most 1.03 times what the same episodes take without Prefect, and there are
at least 10 minutes of them. Start-up is reported apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from localize.errors import EngineUnavailable
from localize.series import load
from tests import servers
from tests.bench import long_series
from tests.bench.demo import SERIES
from tests.bench.harness import Figure, Part, Say, ratio

OVERHEAD = 1.03
LEAST_S = 600
EPISODES, CLIPS = 5, 3


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Each episode without and then with Prefect, once: `repeats` is in the number of episodes."""
    episodes, clips = (1, 1) if quick else (EPISODES, CLIPS)
    locales = load(SERIES).locales[: 2 if quick else None]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("bare", "flow"):
            long_series.write(folder / name, [1, *[clips] * episodes], locales, name=name)
        url = servers.databases(folder)[servers.SQLITE]
        with servers.serving(url, folder) as server:
            command = [sys.executable, "-m", "tests.bench.orchestration_flow", str(folder)]
            done = subprocess.run(command, env=server.environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise EngineUnavailable(f"the flow ended with {done.returncode}")
    told = json.loads(done.stdout.splitlines()[-1])
    say(f"bare {told['bare_s']}, as flow runs {told['flow_s']}")
    about = (
        f"{episodes} episodes of {clips} sample episodes each in {len(locales)} locales: looked at, read, heard, "
        "translated, covered, burned and muxed. Each is done without Prefect and then as a flow run, in one process "
        "whose models were loaded by an episode before them, the server in another; the ratio is the median of the "
        "pairs.",
    )
    return Part(
        "Orchestration",
        about,
        (
            Figure("a flow run of an episode that is finished", told["again_s"], "s"),
            Figure("work as flow runs", sum(told["flow_s"]), "s", at_least=None if quick else LEAST_S),
            ratio("flow runs against none", told["flow_s"], told["bare_s"], at_most=OVERHEAD),
        ),
    )
