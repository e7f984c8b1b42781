"""The same series without and with Prefect, in one process: `python -m tests.bench.scale_flow FOLDER EPISODES`.

The last line of stdout is JSON: seconds of both, and how many task runs there were.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from localize import pipeline, settings
from tests.bench import synthetic


def main(folder: Path, count: int) -> None:
    from flows import parameters
    from flows.localize_series import localize_series

    made = synthetic.engines()
    parameters.engines_within = lambda _budget, _root_run: made  # type: ignore[assignment,misc]
    os.environ[settings.MEMORY] = str(folder / "memory.sqlite")
    ran = 0
    with synthetic.nothing_heavy():
        bare = synthetic.jobs(synthetic.write(folder / "bare", count, name="bare"))
        pipeline.advance(bare[0])  # fonts and glossaries are read once
        started_s = time.perf_counter()
        for job in bare[1:]:
            ran += len(pipeline.advance(job).finished)
        bare_s = time.perf_counter() - started_s
        manifest = synthetic.write(folder / "flow", count, name="flow")
        localize_series(str(manifest), episodes=[job.episode.id for job in bare[:1]], return_state=True)
        rest = [job.episode.id for job in bare[1:]]
        started_s = time.perf_counter()
        state = localize_series(str(manifest), episodes=rest, return_state=True)
        prefect_s = time.perf_counter() - started_s
    if not state.is_completed():
        raise SystemExit(f"the flow run ended {state.name}: {state.message}")
    print(json.dumps({"bare_s": bare_s, "prefect_s": prefect_s, "tasks": ran}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
