"""Flow: one episode, as far as its inputs, engines and gates allow.

The flow holds no work of its own and waits for nobody: it ends in a state named `AwaitingReview` where a person has to
decide, and a later run goes on from the files. Such a state's type is COMPLETED, so alerts must match on its name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from prefect import flow, runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.tasks import as_tasks
from localize import pipeline, settings, spending
from localize.engines.registry import Engines
from localize.errors import EXIT_FINDINGS, EXIT_ORDER
from localize.job import MODES, Job
from localize.series import load
from localize.stages import report
from localize.steps import outdated

# As many tasks at a time as there are cores: they drive encoder processes or release the interpreter.
RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=pipeline.WORKERS))

AWAITING_REVIEW = "AwaitingReview"
WITH_FINDINGS = "CompletedWithFindings"


@cache
def engines() -> Engines:
    """One set for the process, so that models load once for a whole series."""
    return Engines()


@cache
def engines_within(budget: str, _root_run: str | None) -> Engines:
    """The same with endpoints that may cost `budget` together, in all episodes of one run of a series."""
    return engines().within(spending.budget(budget))


def jobs_of(
    path: str,
    to: list[str] | None,
    mode: list[str] | None,
    workspace: str | None,
    transcriber: str,
    episodes: list[str] | None,
    allow_landscape: bool,
    budget: str = "",
    source: str = "",
) -> list[Job]:
    """A job per episode from a flow's parameters, all of them checked: InputError before any work begins."""
    series = load(Path(path))
    modes = MODES if mode is None else mode
    options = pipeline.options(
        series, to=to or (), modes=modes, transcriber=transcriber, allow_landscape=allow_landscape,
        source=source or None,
    )  # fmt: skip
    root = settings.workspace_root(series.root, Path(workspace) if workspace else None)
    paid = engines_within(budget, runtime.flow_run.get_root_flow_run_id())
    return pipeline.jobs(series, root, options, paid, episodes or ())


@flow(
    name="localize-episode",
    flow_run_name="{episode}",
    task_runner=RUNNER,
    validate_parameters=True,
)
def localize_episode(
    path: str,
    episode: str,
    to: list[str] | None = None,
    mode: list[str] | None = None,
    workspace: str | None = None,
    transcriber: str = "faster-whisper",
    allow_landscape: bool = False,
    budget: str = "",
    source: str = "",
) -> State[None]:
    """Advance episode `episode` of the manifest (or media file) at `path`."""
    (job,) = jobs_of(path, to, mode, workspace, transcriber, [episode], allow_landscape, budget, source)
    series = job.series
    result = pipeline.advance(job, execute=as_tasks)
    create_markdown_artifact(
        key=re.sub(r"[^a-z0-9-]+", "-", f"{series.id}-{episode}".lower()),
        markdown=report.markdown(series, job.episode, job.workspace, job.options.locales, stale=outdated(job)),
        description=f"{series.title} {episode}: state per locale, findings, and what to type next",
    )
    if result.errors:
        # Returned, not raised: the state's message is then ours alone, and the worst error still stands for the run.
        worst = min(result.errors, key=lambda error: EXIT_ORDER.index(error.exit_code))
        return Failed(message="\n".join(str(error) for error in (*result.errors, *result.waiting)), data=worst)
    if result.waiting:
        return Completed(name=AWAITING_REVIEW, message="\n".join(str(waiting) for waiting in result.waiting))
    if result.exit_code == EXIT_FINDINGS:
        return Completed(name=WITH_FINDINGS, message=f"{episode}: findings at error severity, see the report")
    return Completed(message=f"{episode}: {'done' if result.worked else 'nothing to do, everything is up to date'}")
