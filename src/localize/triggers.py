"""Triggers: the only door to Prefect from inside the package. A decision starts the next run, where there is a server.

The decision is a file and stands whatever becomes of this; a later run finds it. So nothing here raises or waits long.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from localize import settings
from localize.decisions import Decision
from localize.fingerprint import fingerprint
from localize.gates import run_command
from localize.job import Job

EPISODE = "localize-episode/localize-episode"
"""The deployment that takes one episode further."""
REVIEW = "review/review"
"""The deployment that shows ops a form."""
EVENT = "localize.episode"
"""Begins the name of every event about an episode, and of the resource it is about."""
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class GoneOn:
    """What became of it, `words` for the person who decided; `run_id` is None where no run could be started."""

    words: str
    run_id: str | None = None


def tags(job: Job) -> list[str]:
    """By which ops, and we, find the flow runs of an episode."""
    return [f"series:{job.series.id}", f"episode:{job.episode.id}"]


def resource(job: Job) -> dict[str, str]:
    """What events name as the thing they are about."""
    return {
        "prefect.resource.id": f"{EVENT}.{job.series.id}.{job.episode.id}",
        "prefect.resource.name": f"{job.series.id} {job.episode.id}",
        "localize.series": job.series.id,
        "localize.episode": job.episode.id,
    }


def where(job: Job) -> dict[str, str]:
    """The parameters of a flow run that say which episode, in which workspace; every worker finds it by them."""
    root = job.workspace.folder.parents[1]
    return {"path": str(job.series.manifest), "episode": job.episode.id, "workspace": str(root)}


def is_about(parameters: Mapping[str, Any], job: Job) -> bool:
    """Whether a flow run with the tags of `job` works in its workspace: another one may have the same series."""
    path, given = Path(str(parameters.get("path"))).absolute(), str(parameters.get("workspace") or "")
    root = settings.workspace_root(path.parent, Path(given) if given else None)
    return (path, root) == (job.series.manifest, job.workspace.folder.parents[1])


def go_on(job: Job, made: Mapping[str | None, Decision]) -> GoneOn | None:
    """Start the run that takes the episode of `job` on from `made`, decisions by locale (None: the transcript).

    Exactly one run for the same decisions, however often this is called. None where no Prefect server is configured
    or it does not know the deployment: then who decided runs the series.
    """
    if not made or not _configured():
        return None
    typed = run_command(job.series, job.workspace, job.options.locales)
    try:
        # A thread of its own, since who calls may have a loop running, with the settings of who calls.
        with ThreadPoolExecutor(1) as thread:
            work = asyncio.wait_for(_start(job, made), PATIENCE_S)
            return thread.submit(copy_context().run, asyncio.run, work).result()
    except TimeoutError:
        why = f"did not answer within {PATIENCE_S:g} s"
    except Exception as error:  # noqa: BLE001 - whatever a server does, the decision is made
        # The client of Prefect passes on what its library for HTTP raises.
        refused = getattr(getattr(error, "response", None), "status_code", None) in (401, 403)
        why = "refused: set PREFECT_API_AUTH_STRING" if refused else f"could not be asked ({_short(error)})"
    return GoneOn(f"the decision stands, but Prefect {why}; next: {typed}")


def _configured() -> bool:
    """Whether a server may be meant; importing Prefect, which knows for sure, takes seconds."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    files = (home / "profiles.toml", Path("prefect.toml"), Path(".env"))
    if not os.environ.get("PREFECT_API_URL") and not any("api" in _text(file).lower() for file in files):
        return False
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


async def _start(job: Job, made: Mapping[str | None, Decision]) -> GoneOn | None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    await _tell(job, made)
    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(EPISODE)
        except ObjectNotFound:
            return None
        decided = sorted((tag or "", decision) for tag, decision in made.items())
        run = await client.create_flow_run_from_deployment(
            deployment.id,
            parameters=await _parameters(client, job, made),
            tags=tags(job),
            name=f"{job.series.id} {job.episode.id}",
            idempotency_key=fingerprint("go on", str(job.workspace.folder), decided),
        )
    return GoneOn(f"goes on in Prefect as flow run {run.name!r}", str(run.id))


async def _tell(job: Job, made: Mapping[str | None, Decision]) -> None:
    """An event per decision, for automations."""
    from prefect.events import Event, Resource
    from prefect.events.clients import get_events_client

    async with get_events_client() as events:
        for tag, decision in made.items():
            payload = {
                "gate": decision.gate, "locale": tag or "", "reviewer": decision.reviewer, "comment": decision.comment,
            }  # fmt: skip
            name = f"{EVENT}.{decision.verdict}"
            await events.emit(Event(event=name, resource=Resource(resource(job)), payload=payload))


async def _parameters(client: Any, job: Job, made: Mapping[str | None, Decision]) -> dict[str, object]:
    """Those of the last run of the episode in this workspace, with the locales that were decided about."""
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterTags
    from prefect.client.schemas.sorting import FlowRunSort

    flow_name = EPISODE.partition("/")[0]
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow_name])),
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=tags(job))),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=20,
    )
    last: dict[str, Any] = next((run.parameters for run in runs if is_about(run.parameters, job)), {})
    to = cast("list[str]", last.get("to") or [])
    return last | where(job) | {"to": list(dict.fromkeys((*to, *filter(None, made)))) if to else []}


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".removesuffix(": ")
