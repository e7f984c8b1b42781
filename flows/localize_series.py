"""Flow: every episode of a series, one bad episode never stopping the others.

`python -m flows.localize_series samples/dragon-king/series.toml`
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

# Before Prefect is imported, which reads its settings once. Its line per task run would bury our line per unit of work.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

import typer
from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.localize_episode import AWAITING_REVIEW, WITH_FINDINGS, localize_episode
from localize import settings
from localize.console import data, talk
from localize.errors import EXIT_BUG, EXIT_DONE, EXIT_FINDINGS, EXIT_REVIEW, LocalizeError, exit_code
from localize.series import load


def code_of(state: State[Any]) -> int:
    """The exit code that an episode's flow run stands for."""
    if state.is_failed() or state.is_crashed():
        error = state.result(raise_on_failure=False)
        return error.exit_code if isinstance(error, LocalizeError) else EXIT_BUG
    return {AWAITING_REVIEW: EXIT_REVIEW, WITH_FINDINGS: EXIT_FINDINGS}.get(state.name or "", EXIT_DONE)


@flow(name="localize-series", flow_run_name="{path}", validate_parameters=True)
def localize_series(
    path: str,
    to: list[str] | None = None,
    mode: list[str] | None = None,
    workspace: str | None = None,
    transcriber: str = "faster-whisper",
    episodes: list[str] | None = None,
    allow_landscape: bool = False,
) -> State[None]:
    """Advance every episode of the manifest at `path`; ends as its worst episode did."""
    series = load(Path(path))
    states: dict[str, State[Any]] = {}
    for episode in series.episode:
        if episodes and episode.id not in episodes:
            continue
        states[episode.id] = localize_episode(
            path, episode.id, to, mode, workspace, transcriber, allow_landscape, return_state=True
        )
        talk(f"{episode.id}: {states[episode.id].name}: {states[episode.id].message}")
    code = exit_code(code_of(state) for state in states.values())
    for state in states.values():
        if code == code_of(state) and (state.is_failed() or state.is_crashed()):
            state.result()  # raises: the batch failed as this episode did
    names = {EXIT_REVIEW: AWAITING_REVIEW, EXIT_FINDINGS: WITH_FINDINGS}
    message = "\n".join(f"{episode_id}: {state.message}" for episode_id, state in states.items())
    return Completed(name=names.get(code), message=message)


def main(
    path: Annotated[Path, typer.Argument(help="A series.toml, or one media file.", show_default=False)],
    to: Annotated[str, typer.Option(help="Target locales, comma-separated.")] = "",
    mode: Annotated[str, typer.Option(help="Any of burn, mux, sidecar; comma-separated.")] = "",
    workspace: Annotated[Path | None, typer.Option()] = None,
    transcriber: Annotated[str, typer.Option()] = "faster-whisper",
    episode: Annotated[str, typer.Option(help="Episodes, comma-separated.")] = "",
    allow_landscape: Annotated[bool, typer.Option()] = False,
) -> None:
    """Localise a series as a Prefect flow run; stdout: one report per episode."""
    try:
        series = load(path)
    except LocalizeError as error:
        talk(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    folder = settings.workspace_root(series.root, workspace) / series.id
    state = localize_series(
        str(path), _list(to), _list(mode), str(workspace) if workspace else None, transcriber, _list(episode),
        allow_landscape, return_state=True,
    )  # fmt: skip
    if state.is_failed():
        talk(f"error: {state.message}")
    for one in series.episode:
        data(f"{one.id}\t{folder / one.id / 'report.html'}")
    raise typer.Exit(code_of(state))


def _list(text: str) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] or None


if __name__ == "__main__":
    typer.run(main)
