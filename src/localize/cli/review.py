"""Commands of a reviewer: approve or reject what waits at a gate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Only, PathArgument, To, Workspace, jobs_of

if TYPE_CHECKING:
    from localize.decisions import Verdict

app = typer.Typer(no_args_is_help=True, help="Decide at a gate: approve or reject what waits there.")


class Gate(StrEnum):
    transcript = "transcript"
    translation = "translation"
    final = "final"


GateArgument = Annotated[Gate, typer.Argument(help="Where the work waits.", show_default=False)]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who decides; stored as self-declared.")]


@app.command()
def approve(
    path: PathArgument,
    gate: GateArgument,
    reviewer: Reviewer,
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
    comment: Annotated[str, typer.Option("--comment", help="What a colleague should know.")] = "",
) -> None:
    """Let what waits at a gate go on; run the series again afterwards."""
    _decide(path, gate, "approved", reviewer, to, episode, workspace, comment)


@app.command()
def reject(
    path: PathArgument,
    gate: GateArgument,
    reviewer: Reviewer,
    comment: Annotated[str, typer.Option("--comment", help="What has to change.")],
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
) -> None:
    """Hold what waits at a gate, with the reason."""
    _decide(path, gate, "rejected", reviewer, to, episode, workspace, comment)


def _decide(
    path: Path,
    gate: Gate,
    verdict: Verdict,
    reviewer: str,
    to: str,
    episode: str,
    workspace: Path | None,
    comment: str,
) -> None:
    from localize import console, pipeline

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    for job in jobs:
        for tag in (None,) if gate is Gate.transcript else job.options.locales:
            pipeline.decide(job, gate.value, tag, verdict, reviewer, comment)
            console.talk(f"{gate.value} {job.episode.id}{f' [{tag}]' if tag else ''}: {verdict} by {reviewer}")
    console.talk(f"next: localize run {path}")
