"""Flow: what is translated, laid out and rendered again."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows import gates
from flows.board import Board
from flows.localize_episode import RUNNER, tell
from flows.parameters import Episodes, Manifest, Modes, To, Workspace, jobs_of, label
from flows.states import ended, worst
from flows.streams import outlive_worker
from flows.tasks import as_tasks
from localize import pipeline
from localize.job import MODES


@flow(name="rerender", flow_run_name="rerender {path}", task_runner=RUNNER, validate_parameters=True)
def rerender(
    path: Manifest, to: To = (), mode: Modes = MODES, workspace: Workspace = "", episodes: Episodes = ()
) -> State[None]:
    """Lay out, burn and mux what is translated, after a change of style, platform or font; no line is made anew."""
    states = {}
    jobs = jobs_of(path, to, mode, workspace, episodes=episodes)
    label(jobs[0], whole=True)
    outlive_worker()
    board = Board(jobs_of(path, to, mode, workspace), of=len(jobs))
    for done, job in enumerate(jobs, 1):
        result = pipeline.rerender(job, execute=as_tasks)
        tell(job, result)
        gates.ask(job)
        states[job.episode.id] = ended(job.episode.id, result)
        board.update(done)
    return worst(states)
