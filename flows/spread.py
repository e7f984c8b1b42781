"""Spread: the episodes of a series over all workers of a pool, a flow run each.

Nobody waits for them: a run that did would take the place of one that works, and with a single worker for ever. What
becomes of them stands in the table of the series, which each of them writes when it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Failed

from flows.patience import patient
from localize import triggers
from localize.errors import InputError
from localize.job import Job

SPREAD = "HandedOut"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters that the runs of all episodes share."""

    to: Sequence[str]
    mode: Sequence[str]
    transcriber: str
    allow_landscape: bool
    budget: str
    source: str = ""


@patient
def out(jobs: Sequence[Job], asked: Asked) -> State[None]:
    """Start a run of `localize-episode` for each of `jobs`; the same ones where this run itself is tried again."""
    if asked.budget:
        why = InputError("a budget is kept within one process", next_step="give no budget, or one run to all episodes")
        return Failed(message=str(why), data=why)
    films = sum(job.episode.has_film for job in jobs)
    shared, run_id = asdict(asked), runtime.flow_run.get_id()
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(triggers.EPISODE)
        except ObjectNotFound:
            missing = InputError("there is no deployment of episodes", next_step="prefect deploy --all")
            return Failed(message=str(missing), data=missing)
        for job in jobs:
            client.create_flow_run_from_deployment(
                deployment.id,
                parameters={**shared, **triggers.where(job)},
                name=f"{job.series.id} {job.episode.id}",
                tags=triggers.tags(job),
                idempotency_key=f"{run_id} {job.episode.id}",
            )
    return Completed(name=SPREAD, message=f"{films} episodes were given to the workers of the pool")
