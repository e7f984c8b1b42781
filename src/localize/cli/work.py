"""Commands that do work: run, check, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import (
    ALL_MODES,
    DEFAULT_TRANSCRIBER,
    Json,
    Only,
    PathArgument,
    To,
    Workspace,
    jobs_of,
    tell,
)
from localize.errors import EXIT_FINDINGS, exit_code

if TYPE_CHECKING:
    from localize.console import Bars
    from localize.pipeline import Done, EpisodeResult, Unit
    from localize.steps import Job


def run(
    path: PathArgument,
    to: To = "",
    mode: Annotated[str, typer.Option("--mode", help="Any of burn, mux, sidecar; comma-separated.")] = ALL_MODES,
    workspace: Workspace = None,
    transcriber: Annotated[str, typer.Option("--transcriber", help="faster-whisper or whisper.")] = DEFAULT_TRANSCRIBER,
    episode: Only = "",
    allow_landscape: Annotated[bool, typer.Option("--allow-landscape", help="Take episodes not vertical.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Hash files again instead of trusting their time.")] = False,
    as_json: Json = False,
) -> None:
    """Localise episodes as far as their inputs, engines and gates allow."""
    from localize import console, pipeline
    from localize.status import summary, wave

    series, jobs = jobs_of(
        path,
        to=to,
        workspace=workspace,
        episode=episode,
        mode=mode,
        transcriber=transcriber,
        allow_landscape=allow_landscape,
        verify=verify,
    )
    results: list[EpisodeResult] = []
    with console.Bars(quiet=as_json) as bars:

        def execute(units: Sequence[Unit], run_one: Callable[[Unit], Done]) -> Sequence[Done]:
            started = time.monotonic()
            finished = pipeline.in_threads(units, lambda unit: _watched(unit, run_one, bars))
            for line in wave(finished, time.monotonic() - started):
                bars.tell(line)
            return finished

        for job in jobs:
            results.append(pipeline.advance(job, execute, lambda unit, share: bars(unit.name, share)))
            tell(results[-1])
            if summary(results[-1]) == "unchanged":
                bars.tell(f"{job.episode.id}: nothing to do, everything is up to date")
    _starter_notice(results)
    code = exit_code(result.exit_code for result in results)
    if as_json:
        episodes = [_plain(job, result) for job, result in zip(jobs, results, strict=True)]
        console.record({"series": series.id, "exit_code": code, "episodes": episodes})
    else:
        for job, result in zip(jobs, results, strict=True):
            console.data(f"{job.episode.id}\t{summary(result)}\t{job.workspace.path('report.html')}")
    raise typer.Exit(code)


def check(
    path: PathArgument, to: To = "", workspace: Workspace = None, episode: Only = "", as_json: Json = False
) -> None:
    """Check the tracks of a workspace again and print what was found; exit 3 on findings at error severity."""
    from localize import console, pipeline

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    codes: list[int] = []
    rows: list[dict[str, object]] = []
    for job in jobs:
        result = pipeline.recheck(job)
        tell(result)
        codes.append(result.exit_code)
        rows += [
            {
                "episode": job.episode.id,
                "locale": tag,
                "severity": finding.severity,
                "rule": finding.rule,
                "cue": finding.cue_id or "-",
                "message": finding.message,
                "measured": finding.measured,
                "limit": finding.limit,
            }
            for tag, finding in result.findings
        ]
    if as_json:
        console.record({"findings": rows})
    else:
        for row in rows:
            console.data("\t".join(str(value) for value in list(row.values())[:6]))
    raise typer.Exit(exit_code(codes))


def report(path: PathArgument, to: To = "", workspace: Workspace = None, episode: Only = "") -> None:
    """Write the report of every episode anew and print where it lies."""
    from localize import console, pipeline

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    codes: list[int] = []
    for job in jobs:
        result = pipeline.rereport(job)
        tell(result)
        codes.append(result.exit_code)
        console.data(str(job.workspace.path("report.html")))
    # Findings are the report's content here, not the command's failure.
    raise typer.Exit(exit_code(code for code in codes if code != EXIT_FINDINGS))


def _watched(unit: Unit, run_one: Callable[[Unit], Done], bars: Bars) -> Done:
    """Run a unit while its bar shows."""
    bars(unit.name, 0)
    try:
        return run_one(unit)
    finally:
        bars.finished(unit.name)


def _starter_notice(results: list[EpisodeResult]) -> None:
    """Say it where it cannot be missed: starter packages show the pipeline, they do not translate a series."""
    from localize import console

    tags = sorted({tag for result in results for tag, finding in result.findings if finding.rule == "starter"})
    if tags:
        console.talk(
            f"note: starter packages wrote the lines of {', '.join(tags)}: a demonstration, not a translation "
            "to publish; for real work: localize models install"
        )


def _plain(job: Job, result: EpisodeResult) -> dict[str, object]:
    from localize.status import summary

    return {
        "id": job.episode.id,
        "state": summary(result),
        "delivered": list(result.delivered),
        "errors": [str(error) for error in result.errors],
        "waiting": [str(error) for error in result.waiting],
        "findings": len(result.findings),
        "report": str(job.workspace.path("report.html")),
    }
