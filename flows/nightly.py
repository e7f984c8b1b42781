"""Flow: the night of `localize nightly`, inbox, lock and parked failures included, where ops can watch it."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import board, gates
from flows.localize_episode import RUNNER, tell
from flows.parameters import Folder, Modes, Workspace, engines
from flows.states import AWAITING_REVIEW, WITH_FINDINGS
from flows.streams import outlive_worker
from flows.tasks import as_tasks
from localize import nightly as cron
from localize import pipeline, settings
from localize.console import talk
from localize.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_REVIEW
from localize.job import MODES, Job
from localize.nightly import SeriesNight
from localize.pipeline import EpisodeResult

_NAMES = {EXIT_DONE: None, EXIT_REVIEW: AWAITING_REVIEW, EXIT_FINDINGS: WITH_FINDINGS}
"""How a night ends whose worst episode ended so; any other end is a failure."""


@flow(name="nightly", flow_run_name="nightly {folder}", task_runner=RUNNER, validate_parameters=True)
def nightly(folder: Folder, mode: Modes = MODES, workspace: Workspace = "") -> State[None]:
    """Advance every series of a folder to its next gate; what is done already costs seconds."""
    outlive_worker()
    root = Path(workspace) if workspace else None
    nights = cron.night([Path(folder)], workspace=root, modes=mode, engines=engines(), tell=talk, advance=_advance)
    for one in nights:
        _show(one, root)
    message = "\n".join(cron.summary(nights))
    code = cron.code(nights)
    return Completed(name=_NAMES[code], message=message) if code in _NAMES else Failed(message=message)


def _advance(job: Job) -> EpisodeResult:
    result = pipeline.advance(job, execute=as_tasks)
    tell(job, result)
    gates.ask(job)
    return result


def _show(one: SeriesNight, workspace: Path | None) -> None:
    """The table of a series that the night worked on."""
    if one.series and one.states:
        root = settings.workspace_root(one.series.root, workspace)
        board.tell(pipeline.jobs(one.series, root, pipeline.options(one.series), engines()))
