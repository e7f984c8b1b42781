"""Commands of a reviewer: approve or reject what waits at a gate."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Only, PathArgument, To, Workspace, jobs_of
from localize.errors import EXIT_DONE, EXIT_INPUT, InputError, LocalizeError, at, exit_code

if TYPE_CHECKING:
    from localize.decisions import Verdict
    from localize.job import Job
    from localize.overview import GateState

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
    from localize import console
    from localize.gates import run_command

    if not (reviewer := reviewer.strip()):
        raise InputError("a decision needs the name of who decides", next_step="give --reviewer NAME")
    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    codes = [code for job in jobs for code in _decide_episode(job, gate, verdict, reviewer, comment)]
    if EXIT_DONE in codes and verdict == "approved":
        console.talk(f"next: {run_command(jobs[0].series, jobs[0].workspace, jobs[0].options.locales)}")
    if EXIT_DONE in codes and not to and not episode:
        # Nobody asked by name for what is not there yet.
        codes = [code for code in codes if code != EXIT_INPUT]
    raise typer.Exit(exit_code(codes))


def _decide_episode(job: Job, gate: Gate, verdict: Verdict, reviewer: str, comment: str) -> Iterator[int]:
    """Decide about what was reached and name what was not; an exit code for each, EXIT_INPUT for the latter."""
    from localize import console, pipeline
    from localize.status import view

    with at(stage=gate.value, episode_id=job.episode.id):
        seen = view(job)
    stands: dict[str | None, GateState] = {state.profile.tag: state.gate(gate.value) for state in seen.states}
    for tag, stand in {None: seen.transcript}.items() if gate is Gate.transcript else stands.items():
        scope = f"{job.episode.id}{f' [{tag}]' if tag else ''}"
        if not stand.reached:
            console.talk(f"{scope}: nothing to review yet; next: {seen.run_command}")
            yield EXIT_INPUT
            continue
        try:
            with at(stage=gate.value, episode_id=job.episode.id, locale=tag):
                pipeline.decide(job, gate.value, tag, verdict, reviewer, comment)
        except LocalizeError as error:
            console.failure(error)
            yield error.exit_code
        else:
            console.talk(f"{gate.value} {scope}: {verdict} by {reviewer}")
            yield EXIT_DONE
