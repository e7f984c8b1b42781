"""Two series, one without and one with Prefect, episode by episode: `python -m tests.bench.orchestration_flow FOLDER`.

The last line of stdout is JSON: the seconds of each episode on both sides, and those of a flow run with nothing to do.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

from localize import pipeline, settings
from localize.errors import EngineRejected
from localize.series import load
from tests.bench.harness import timed


def main(folder: Path) -> None:
    from flows.localize_episode import localize_episode
    from flows.parameters import engines

    os.environ[settings.MEMORY] = str(folder / "memory.sqlite")

    def bare(one: str) -> None:
        series = load(folder / "bare" / "series.toml")
        (job,) = pipeline.jobs(series, folder / "bare" / "workspace", pipeline.options(series), engines(), [one])
        if (result := pipeline.advance(job)).errors:
            raise EngineRejected(str(result.errors[0]))

    def flow(one: str) -> None:
        state = localize_episode(str(folder / "flow" / "series.toml"), one, return_state=True)
        if not state.is_completed():
            raise EngineRejected(f"the flow run ended {state.name}: {state.message}")

    warm, *ids = (episode.id for episode in load(folder / "bare" / "series.toml").episode)
    bare(warm)
    flow(warm)
    again_s = timed(partial(flow, warm))()
    bare_s, flow_s = [], []
    for one in ids:
        bare_s.append(timed(partial(bare, one))())
        flow_s.append(timed(partial(flow, one))())
        print(f"{one}: bare {bare_s[-1]:.1f} s, as a flow run {flow_s[-1]:.1f} s", file=sys.stderr, flush=True)
    print(json.dumps({"again_s": again_s, "bare_s": bare_s, "flow_s": flow_s}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
