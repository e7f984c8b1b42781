"""Flow: one episode, as far as its inputs, engines and gates allow.

The flow holds no work of its own and waits for nobody: it ends in a state named `AwaitingReview` where a person has to
decide, and a later run goes on from the files.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from prefect import flow, runtime
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Completed, Scheduled
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import board, events, gates
from flows.parameters import (
    Budget,
    EpisodeId,
    Landscape,
    Manifest,
    Modes,
    Source,
    To,
    Transcriber,
    Workspace,
    jobs_of,
    label,
    slug,
)
from flows.patience import patient
from flows.states import ended
from flows.streams import outlive_worker
from flows.tasks import as_tasks
from localize import pipeline, settings, triggers
from localize.errors import LeaseHeld
from localize.job import MODES, Job
from localize.pipeline import EpisodeResult
from localize.stages import report
from localize.steps import outdated

# As many tasks at a time as there are cores: they drive encoder processes or release the interpreter.
RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=pipeline.WORKERS))
ANOTHER_RUN = "AnotherRun"
PAUSE = timedelta(minutes=1)
"""Before a run that met another one is done again; whoever crashed has lost its leases by then, or soon after."""


@flow(
    name="localize-episode",
    flow_run_name="{episode}",
    task_runner=RUNNER,
    validate_parameters=True,
)
def localize_episode(
    path: Manifest,
    episode: EpisodeId,
    to: To = (),
    mode: Modes = MODES,
    workspace: Workspace = "",
    transcriber: Transcriber = "faster-whisper",
    allow_landscape: Landscape = False,
    budget: Budget = "",
    source: Source = "",
) -> State[None]:
    """Advance one episode of a manifest, or a media file, to the next gate where a person has to decide."""
    (job,) = jobs_of(path, to, mode, workspace, transcriber, [episode], allow_landscape, budget, source)
    label(job)
    outlive_worker()
    result = pipeline.advance(job, execute=as_tasks)
    tell(job, result)
    if not runtime.flow_run.get_parent_flow_run_id():  # else the run of the series does it, for all of them
        board.tell(jobs_of(path, to, mode, workspace, transcriber, allow_landscape=allow_landscape))
    gates.ask(job)
    if at := again_at(job, result):
        return Completed(name=ANOTHER_RUN, message=f"{episode}: another run works on it; goes on at {at:%H:%M:%S} UTC")
    return ended(episode, result)


@patient
def again_at(job: Job, result: EpisodeResult) -> datetime | None:
    """When the run is done again, where all it lacks is what another one still writes: two decisions in short order.

    None where something else went wrong, or where nobody would start it: a run without a deployment.
    """
    deployment, run_id = runtime.deployment.get_id(), runtime.flow_run.get_id()
    busy = result.errors and all(isinstance(error, LeaseHeld) for error in result.errors)
    if not busy or not deployment or not run_id:
        return None
    at = datetime.now(UTC) + PAUSE
    with get_client(sync_client=True) as client:
        client.create_flow_run_from_deployment(
            UUID(deployment),
            parameters=runtime.flow_run.get_parameters(),
            state=Scheduled(scheduled_time=at),
            name=f"{job.series.id} {job.episode.id}",
            tags=triggers.tags(job),
            idempotency_key=f"again {run_id}",
        )
    return at


@patient
def tell(job: Job, result: EpisodeResult) -> None:
    """Artifacts: where the episode stands, and the way to the desk where it waits; and then events."""
    series, episode = job.series, job.episode.id
    text = report.markdown(series, job.episode, job.workspace, job.options.locales, stale=outdated(job))
    if result.waiting:
        page = settings.desk_page(series.id, episode)
        text += f"\n[Review it in the desk]({page})\n"
        create_link_artifact(
            page,
            f"{episode} in the desk",
            key=slug(series.id, episode, "desk"),
            description=f"{series.title} {episode}: waits for a reviewer",
        )
    create_markdown_artifact(
        key=slug(series.id, episode),
        markdown=text,
        description=f"{series.title} {episode}: state per locale, findings, and what to type next",
    )
    events.tell(job, result)  # last: said once, also where the server was away before
