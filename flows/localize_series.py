"""Flow: every episode of a series, one bad episode never stopping the others.

`python -m flows.localize_series samples/dragon-king/series.toml`
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

# Before Prefect is imported, which reads its settings once. Its line per task run would bury our line per unit of work.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
# A temporary server is cut off in the middle of its bookkeeping when the run ends, and prints a traceback for that.
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")

import typer
from prefect import flow
from prefect.client.schemas.objects import State

from flows import spread
from flows.board import Board
from flows.localize_episode import localize_episode
from flows.parameters import (
    Budget,
    Episodes,
    Landscape,
    Manifest,
    Modes,
    Source,
    Spread,
    To,
    Transcriber,
    Workspace,
    jobs_of,
    label,
)
from flows.states import code_of, worst
from flows.streams import outlive_worker
from localize.cli.common import ALL_MODES, DEFAULT_TRANSCRIBER, split
from localize.console import data, talk
from localize.errors import LocalizeError
from localize.job import MODES
from localize.state.status import starter_note


@flow(name="localize-series", flow_run_name="{path}", validate_parameters=True)
def localize_series(
    path: Manifest,
    to: To = (),
    mode: Modes = MODES,
    workspace: Workspace = "",
    transcriber: Transcriber = "faster-whisper",
    episodes: Episodes = (),
    allow_landscape: Landscape = False,
    budget: Budget = "",
    source: Source = "",
    over_workers: Spread = False,
) -> State[None]:
    """Advance the episodes of a manifest (all, or those in `episodes`); ends as its worst episode did."""
    states: dict[str, State[Any]] = {}
    jobs = jobs_of(path, to, mode, workspace, transcriber, episodes, allow_landscape, budget, source)
    label(jobs[0], whole=True)
    outlive_worker()
    if over_workers:
        return spread.out(jobs, spread.Asked(to, mode, transcriber, allow_landscape, budget, source))
    board = Board(jobs_of(path, to, mode, workspace, transcriber, allow_landscape=allow_landscape), of=len(jobs))
    for done, job in enumerate(jobs, 1):
        one = job.episode.id
        states[one] = localize_episode(
            path, one, to, mode, workspace, transcriber, allow_landscape, budget, source, return_state=True
        )
        talk(f"{one}: {states[one].name}: {states[one].message}")
        board.update(done)
    return worst(states)


def main(
    path: Annotated[Path, typer.Argument(help="A series.toml, or one media file.", show_default=False)],
    to: Annotated[str, typer.Option(help="Target locales, comma-separated.")] = "",
    mode: Annotated[str, typer.Option(help="Any of burn, mux, sidecar; comma-separated.")] = ALL_MODES,
    workspace: Annotated[Path | None, typer.Option()] = None,
    transcriber: Annotated[str, typer.Option()] = DEFAULT_TRANSCRIBER,
    episode: Annotated[str, typer.Option(help="Episodes, comma-separated.")] = "",
    allow_landscape: Annotated[bool, typer.Option()] = False,
    budget: Annotated[str, typer.Option(help="The most that paid engines may cost, such as 5USD.")] = "",
    source: Annotated[str, typer.Option(help="Where the text comes from: ocr, speech, file or auto.")] = "",
) -> None:
    """Localise a series as a Prefect flow run; stdout: where the report of each of its episodes lies."""
    targets, modes, episodes = list(split(to)), list(split(mode)), list(split(episode))
    place = str(workspace) if workspace else ""
    try:
        # Once before Prefect starts, which takes many seconds: a mistyped name is one line at once.
        jobs = jobs_of(str(path), targets, modes, place, transcriber, episodes, allow_landscape, budget, source)
    except LocalizeError as error:
        talk(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    state = localize_series(
        str(path), targets, modes, place, transcriber, episodes, allow_landscape, budget, source, return_state=True
    )
    for report in (job.workspace.path("report.html") for job in jobs):
        if report.exists():
            data(f"{report.parent.name}\t{report}")
    if note := starter_note(jobs):
        talk(note)
    raise typer.Exit(code_of(state))


if __name__ == "__main__":
    typer.run(main)
