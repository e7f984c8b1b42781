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
    not_begun,
    tell,
)
from localize.errors import EXIT_FINDINGS, LocalizeError, exit_code

if TYPE_CHECKING:
    from localize.console import Bars
    from localize.job import Job
    from localize.pipeline import Done, EpisodeResult, Execute, OnProgress, Unit


def run(
    path: PathArgument,
    to: To = "",
    mode: Annotated[str, typer.Option("--mode", help="Any of burn, mux, sidecar; comma-separated.")] = ALL_MODES,
    workspace: Workspace = None,
    transcriber: Annotated[str, typer.Option("--transcriber", help="faster-whisper or whisper.")] = DEFAULT_TRANSCRIBER,
    source: Annotated[
        str, typer.Option("--source", help="Where the text comes from: ocr, speech, file or auto; else the manifest's.")
    ] = "",
    episode: Only = "",
    allow_landscape: Annotated[bool, typer.Option("--allow-landscape", help="Take episodes not vertical.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Hash files again instead of trusting their time.")] = False,
    budget: Annotated[str, typer.Option("--budget", help="The most that paid engines may cost, such as 5USD.")] = "",
    as_json: Json = False,
) -> None:
    """Localise episodes as far as their inputs, engines and gates allow."""
    from localize import console, pipeline
    from localize.state.status import starter_note, summary, wave

    series, jobs = jobs_of(
        path,
        to=to,
        workspace=workspace,
        episode=episode,
        mode=mode,
        transcriber=transcriber,
        source=source,
        allow_landscape=allow_landscape,
        verify=verify,
        budget=budget,
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
            results.append(_advance(job, execute, lambda unit, share: bars(unit.name, share)))
            tell(results[-1])
            if summary(results[-1]) == "unchanged":
                bars.tell(f"{job.episode.id}: nothing to do, everything is up to date")
    if note := starter_note(jobs):
        console.talk(note)
    code = exit_code(result.exit_code for result in results)
    if as_json:
        episodes = [_plain(job, result) for job, result in zip(jobs, results, strict=True)]
        console.record({"series": series.id, "exit_code": code, "episodes": episodes})
    else:
        for job, result in zip(jobs, results, strict=True):
            console.data(f"{job.episode.id}\t{summary(result)}\t{_report_of(job) or '-'}")
    raise typer.Exit(code)


def _rules(asked: bool) -> None:
    """Every rule of `check`: id, severity and meaning."""
    if not asked:
        return
    from localize import console
    from localize.rules import RULES

    for rule in RULES:
        console.data(f"{rule.id}\t{rule.severity}\t{rule.meaning}")
    raise typer.Exit()


Rules = Annotated[
    bool, typer.Option("--rules", callback=_rules, is_eager=True, help="Print every rule with its meaning, and exit.")
]


def check(
    path: PathArgument,
    to: To = "",
    workspace: Workspace = None,
    episode: Only = "",
    as_json: Json = False,
    rules: Rules = False,
) -> None:
    """Check the tracks of a workspace again and print what was found; exit 3 on findings at error severity."""
    from localize import console, pipeline

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    codes: list[int] = []
    rows: list[dict[str, object]] = []
    for job in jobs:
        if absent := not_begun(job):
            console.failure(absent)
            codes.append(absent.exit_code)
            continue
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
                "term": finding.term,
                "attempts": list(finding.attempts),
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
        if absent := not_begun(job):
            console.failure(absent)
            codes.append(absent.exit_code)
            continue
        result = pipeline.rereport(job)
        tell(result)
        codes.append(result.exit_code)
        if where := _report_of(job):
            console.data(where)
    # Findings are the report's content here, not the command's failure.
    raise typer.Exit(exit_code(code for code in codes if code != EXIT_FINDINGS))


def _watched(unit: Unit, run_one: Callable[[Unit], Done], bars: Bars) -> Done:
    """Run a unit while its bar shows."""
    bars(unit.name, 0)
    try:
        return run_one(unit)
    finally:
        bars.finished(unit.name)


def _advance(job: Job, execute: Execute, progress: OnProgress) -> EpisodeResult:
    """Advance one episode; a bug in it is shown and does not stop the others."""
    from localize import console, pipeline

    try:
        return pipeline.advance(job, execute, progress)
    except Exception as bug:  # noqa: BLE001 - the other episodes of a night's run are worth more than a quick end
        console.traceback(bug)
        kept = LocalizeError(
            f"a bug in localize: {type(bug).__name__}: {bug}",
            episode_id=job.episode.id,
            next_step="report it with the lines above; what was finished is kept",
        )
        return pipeline.EpisodeResult(job.episode.id, errors=[kept])


def _report_of(job: Job) -> str | None:
    """Where the report of an episode lies, if it has one."""
    path = job.workspace.path("report.html")
    return str(path) if path.exists() else None


def _plain(job: Job, result: EpisodeResult) -> dict[str, object]:
    from localize.state.status import summary

    return {
        "id": job.episode.id,
        "state": summary(result),
        "delivered": list(result.delivered),
        "errors": [str(error) for error in result.errors],
        "waiting": [str(error) for error in result.waiting],
        "findings": len(result.findings),
        "report": _report_of(job),
    }
