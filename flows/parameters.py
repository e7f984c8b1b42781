"""What flows are given: parameters with the descriptions and choices of the form in the UI, and jobs made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from pydantic import Field

from flows.patience import patient
from localize import pipeline, settings, spending, triggers
from localize.engines.registry import TRANSCRIBERS, Engines
from localize.job import MODES, Job
from localize.locales import LOCALES
from localize.series import SOURCES, load


def _said(description: str, **more: object) -> object:
    """What the form shows of a parameter. Prefect drops a `description` of its own here, so it goes in with the rest.

    Choices are for the form; a wrong name is refused by the pipeline, in words.
    """
    return Field(json_schema_extra={"description": description, **more})  # type: ignore[dict-item]


_LOCALE = Annotated[str, _said("A locale.", enum=list(LOCALES))]
_MODE = Annotated[str, _said("What is made.", enum=list(MODES))]

Manifest = Annotated[str, _said("A series.toml, or one media file: its full path on the workers.")]
EpisodeId = Annotated[str, _said("The id of an episode in the manifest, such as ep01; metadata for its titles.")]
Episodes = Annotated[Sequence[str], _said("Ids of episodes; none for all of the manifest.")]
To = Annotated[Sequence[_LOCALE], _said("Target locales; none for those of the manifest.")]
Modes = Annotated[
    Sequence[_MODE],
    _said("burn: a master per locale. mux: one file with selectable tracks. sidecar: subtitle files."),
]
Workspace = Annotated[str, _said("The folder of the work; empty for the one of the workers or beside the manifest.")]
Transcriber = Annotated[str, _said("The recogniser of speech.", enum=list(TRANSCRIBERS))]
Landscape = Annotated[bool, _said("Take episodes that are not vertical.")]
Budget = Annotated[str, _said("The most that paid engines may cost, such as 5USD; empty for no limit.")]
Source = Annotated[str, _said("Where the text comes from; empty for what the manifest says.", enum=["", *SOURCES])]
Spread = Annotated[bool, _said("Give every worker of the pool its share: a run per episode, which none waits for.")]
Folder = Annotated[str, _said("A folder: every series.toml in it and in the folders there.")]


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
    to: Sequence[str] = (),
    mode: Sequence[str] = MODES,
    workspace: str = "",
    transcriber: str = "faster-whisper",
    episodes: Sequence[str] = (),
    allow_landscape: bool = False,
    budget: str = "",
    source: str = "",
) -> list[Job]:
    """A job per episode from a flow's parameters, all of them checked: InputError before any work begins."""
    series = load(Path(path))
    options = pipeline.options(
        series, to=to, modes=mode, transcriber=transcriber, allow_landscape=allow_landscape, source=source or None
    )
    root = settings.workspace_root(series.root, Path(workspace) if workspace else None)
    paid = engines_within(budget, runtime.flow_run.get_root_flow_run_id())
    return pipeline.jobs(series, root, options, paid, episodes)


@patient
def label(job: Job, *, whole: bool = False) -> None:
    """Name and tag the flow run, however it was started, so that ops find it by series, episode and locale.

    `whole` for a run of all episodes of the series that `job` belongs to.
    """
    run_id, series = runtime.flow_run.get_id(), job.series.id
    if run_id is None:
        return
    name, tags = (series, [f"series:{series}"]) if whole else (f"{series} {job.episode.id}", triggers.tags(job))
    tags = sorted({*runtime.flow_run.get_tags(), *tags, *(f"locale:{tag}" for tag in job.options.locales)})
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(run_id), name=name, tags=tags)


def slug(*parts: str) -> str:
    """A key as artifacts want them: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9-]+", "-", "-".join(parts).lower())
