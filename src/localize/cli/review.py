"""Commands of a reviewer: what waits, and approve or reject it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Json, Only, PathArgument, To, Workspace, jobs_of
from localize.errors import EXIT_DONE, EXIT_INPUT, InputError, LocalizeError, at, exit_code

if TYPE_CHECKING:
    from localize.decisions import CueComment, Decision, Verdict
    from localize.job import Job
    from localize.state.overview import GateState
    from localize.state.waiting import Wait

app = typer.Typer(no_args_is_help=True, help="Decide at a gate: see what waits, approve or reject it.")


class Gate(StrEnum):
    transcript = "transcript"
    translation = "translation"
    final = "final"


GateArgument = Annotated[Gate, typer.Argument(help="Where the work waits.", show_default=False)]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who decides; stored as self-declared.")]
Cues = Annotated[
    list[str] | None, typer.Option("--cue", help='About one cue: --cue c0003="too stiff". May be given repeatedly.')
]


@app.command("list")
def list_(
    path: PathArgument, to: To = "", episode: Only = "", workspace: Workspace = None, as_json: Json = False
) -> None:
    """What waits at which gate, for whom, for how long, and what to type."""
    from localize import console
    from localize.state.waiting import waiting

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    waits = [wait for job in jobs for wait in waiting(job)]
    if as_json:
        console.rows(waits)
        return
    for rows in _alike(waits):
        one, tags = rows[0], ",".join(row.locale for row in rows if row.locale) or "-"
        step = one.next_step if len(rows) == 1 else _step(jobs, rows)
        age = _age(min(row.since for row in rows))
        console.data("\t".join((one.episode, one.gate, tags, one.whom, age, one.why, step)))


def _alike(waits: Iterable[Wait]) -> Iterable[list[Wait]]:
    """Together what stands at one gate of an episode for one reason."""
    groups: dict[tuple[str, str, str], list[Wait]] = {}
    for wait in waits:
        groups.setdefault((wait.episode, wait.gate, wait.why), []).append(wait)
    return groups.values()


def _step(jobs: Iterable[Job], rows: Sequence[Wait]) -> str:
    """What to type for all of `rows`, which wait at one gate."""
    from localize.gates import review_command, run_command

    job, tags = next(job for job in jobs if job.episode.id == rows[0].episode), [str(row.locale) for row in rows]
    if rows[0].whom == "editor":
        return run_command(job.series, job.workspace, tags)
    return review_command(job.series, job.episode, rows[0].gate, tags, job.workspace)


def _age(since: str) -> str:
    """How long ago `since`, an ISO 8601 time, was: `5 min`, `3 h`, `2 d`."""
    from datetime import UTC, datetime

    minutes = max(0, int((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


@app.command()
def approve(
    path: PathArgument,
    gate: GateArgument,
    reviewer: Reviewer,
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
    comment: Annotated[str, typer.Option("--comment", help="What a colleague should know.")] = "",
    cue: Cues = None,
) -> None:
    """Let what waits at a gate go on: by itself where a Prefect server runs, else with the command that is printed."""
    _decide(path, gate, "approved", reviewer, to, episode, workspace, comment, cue)


@app.command()
def reject(
    path: PathArgument,
    gate: GateArgument,
    reviewer: Reviewer,
    comment: Annotated[str, typer.Option("--comment", help="What has to change.")] = "",
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
    cue: Cues = None,
) -> None:
    """Hold what waits at a gate, with the reason, for all of it or cue by cue."""
    if not comment.strip() and not cue:
        raise InputError("a rejection needs its reason", next_step='give --comment TEXT, or --cue c0003="too stiff"')
    _decide(path, gate, "rejected", reviewer, to, episode, workspace, comment, cue)


def _decide(
    path: Path,
    gate: Gate,
    verdict: Verdict,
    reviewer: str,
    to: str,
    episode: str,
    workspace: Path | None,
    comment: str,
    cue: list[str] | None,
) -> None:
    from localize import console, triggers
    from localize.gates import run_command

    if not (reviewer := reviewer.strip()):
        raise InputError("a decision needs the name of who decides", next_step="give --reviewer NAME")
    cues = [_comment(given) for given in cue or ()]
    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    if gate is Gate.final:  # titles have none; whoever names nothing else is told
        jobs = [job for job in jobs if job.episode.has_film] or jobs
    codes: list[int] = []
    steps: dict[str, None] = {}
    for job in jobs:
        made = _decide_episode(job, gate, verdict, reviewer, comment, cues, codes)
        if gone_on := triggers.go_on(job, made):
            steps[gone_on.words if gone_on.run_id else f"warning: {gone_on.words}"] = None
        elif made and verdict == "approved":
            steps[f"next: {run_command(job.series, job.workspace, job.options.locales)}"] = None
    for step in steps:
        console.talk(step)
    if EXIT_DONE in codes and not to and not episode:
        # Nobody asked by name for what is not there yet.
        codes = [code for code in codes if code != EXIT_INPUT]
    raise typer.Exit(exit_code(codes))


def _comment(given: str) -> CueComment:
    from localize.decisions import CueComment

    cue_id, _, text = (part.strip() for part in given.partition("="))
    if not cue_id or not text:
        raise InputError(f"--cue {given!r} says nothing about a cue", next_step='write it as --cue c0003="too stiff"')
    return CueComment(cue_id, text)


def _decide_episode(
    job: Job,
    gate: Gate,
    verdict: Verdict,
    reviewer: str,
    comment: str,
    cues: Sequence[CueComment],
    codes: list[int],
) -> dict[str | None, Decision]:
    """Decide about what was reached and name what was not; an exit code for each, EXIT_INPUT for the latter."""
    from localize import console, deciding
    from localize.state.status import view

    with at(stage=gate.value, episode_id=job.episode.id):
        seen = view(job)
    stands: dict[str | None, GateState] = {state.profile.tag: state.gate(gate.value) for state in seen.states}
    made: dict[str | None, Decision] = {}
    for tag, stand in {None: seen.transcript}.items() if gate is Gate.transcript else stands.items():
        scope = f"{job.episode.id}{f' [{tag}]' if tag else ''}"
        if not stand.reached:
            console.talk(f"{scope}: nothing to review yet; next: {seen.run_command}")
            codes.append(EXIT_INPUT)
            continue
        try:
            made[tag] = deciding.decide(job, gate.value, tag, verdict, reviewer, comment, cues=cues)
        except LocalizeError as error:
            console.failure(error)
            codes.append(error.exit_code)
        else:
            console.talk(f"{gate.value} {scope}: {verdict} by {reviewer}")
            codes.append(EXIT_DONE)
    return made
