"""Flow: one episode, as far as its inputs, engines and gates allow.

The flow holds no work of its own and waits for nobody: it ends in a state named `AwaitingReview` where a person has to
decide, and a later run goes on from the files.
"""

from __future__ import annotations

from typing import Any, cast

from prefect import flow, tags
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import gates
from flows.parameters import (
    Budget,
    EpisodeId,
    Landscape,
    Manifest,
    Modes,
    To,
    Transcriber,
    Workspace,
    jobs_of,
    label,
    slug,
)
from flows.states import ended
from flows.tasks import as_tasks
from localize import pipeline, settings, triggers
from localize.job import MODES, Job
from localize.pipeline import EpisodeResult
from localize.stages import report
from localize.steps import outdated

# As many tasks at a time as there are cores: they drive encoder processes or release the interpreter.
RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=pipeline.WORKERS))


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
) -> State[None]:
    """Advance one episode of a manifest, or a media file, to the next gate where a person has to decide."""
    (job,) = jobs_of(path, to, mode, workspace, transcriber, [episode], allow_landscape, budget)
    label(job)
    with tags(*triggers.tags(job)):
        result = pipeline.advance(job, execute=as_tasks)
    tell(job, result)
    gates.ask(job)
    return ended(episode, result)


def tell(job: Job, result: EpisodeResult) -> None:
    """Artifacts: where the episode stands, and the way to the desk where it waits."""
    series, episode = job.series, job.episode.id
    text = report.markdown(series, job.episode, job.workspace, job.options.locales, stale=outdated(job))
    if result.waiting:
        page = settings.desk_page(series.id, episode)
        text += f"\n[Review it in the desk]({page})\n"
        create_link_artifact(page, f"{episode} in the desk", key=slug(series.id, episode, "desk"))
    create_markdown_artifact(
        key=slug(series.id, episode),
        markdown=text,
        description=f"{series.title} {episode}: state per locale, findings, and what to type next",
    )
