"""Options that several commands share, and the way from them to jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from localize import settings

if TYPE_CHECKING:
    from localize.errors import InputError
    from localize.job import Job
    from localize.pipeline import EpisodeResult
    from localize.series import Series

T = TypeVar("T")

PathArgument = Annotated[Path, typer.Argument(help="A series.toml, or one media file.", show_default=False)]
To = Annotated[
    str, typer.Option("--to", "--locales", help="Target locales, comma-separated; else those of the manifest.")
]
Only = Annotated[
    str,
    typer.Option(
        "--episode", "--episodes", "--only", help="Episodes: ids, numbers or ranges (1-20), comma-separated; else all."
    ),
]
Workspace = Annotated[
    Path | None, typer.Option("--workspace", help=f"Else ${settings.WORKSPACE}, else workspace/ beside the manifest.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

ALL_MODES = "burn,mux,sidecar"
DEFAULT_TRANSCRIBER = "faster-whisper"


def split(text: str) -> tuple[str, ...]:
    """`"en, th"` as `("en", "th")`; each once, in order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def counted(things: Sized, name: str) -> str:
    """How many there are and what they are called, `1 line` or `3 lines`."""
    return f"{len(things)} {name}{'s' if len(things) != 1 else ''}"


def jobs_of(
    path: Path,
    *,
    to: str = "",
    workspace: Path | None = None,
    episode: str = "",
    mode: str = ALL_MODES,
    transcriber: str = DEFAULT_TRANSCRIBER,
    source: str = "",
    allow_landscape: bool = False,
    verify: bool = False,
    budget: str = "",
) -> tuple[Series, list[Job]]:
    """The series of `path` and one job per asked-for episode."""
    from localize import pipeline, series, spending
    from localize.engines.registry import Engines

    manifest = series.load(path)
    options = pipeline.options(
        manifest,
        to=split(to),
        modes=split(mode),
        transcriber=transcriber,
        source=source or None,
        allow_landscape=allow_landscape,
        verify=verify,
    )
    root = settings.workspace_root(manifest.root, workspace)
    engines = Engines(budget=spending.budget(budget))
    return manifest, pipeline.jobs(manifest, root, options, engines, split(episode))


def not_begun(job: Job) -> InputError | None:
    """Why there is nothing to look at: the episode never ran in this workspace."""
    from localize.errors import InputError
    from localize.gates import run_command

    if job.workspace.path("episode.json").exists():
        return None
    step = run_command(job.series, job.workspace, job.options.locales)
    return InputError("nothing was made yet", episode_id=job.episode.id, next_step=step)


def each_episode(jobs: Iterable[Job], look: Callable[[Job], Iterable[T]]) -> tuple[list[T], int]:
    """What `look` sees in every episode, and the exit code: one that cannot be read is told, and the others go on."""
    from localize import console
    from localize.errors import LocalizeError, at, exit_code

    rows: list[T] = []
    failed: dict[str, int] = {}
    for job in jobs:
        try:
            with at(episode_id=job.episode.id):
                rows += look(job)
        except LocalizeError as error:
            # A table of the series is read for every episode, and damaged once.
            if error.message not in failed:
                console.failure(error)
            failed[error.message] = error.exit_code
    return rows, exit_code(failed.values())


def tell(result: EpisodeResult) -> None:
    """Everything that went wrong or waits, one line each, for the person who watches."""
    from localize import console
    from localize.rules import DAMAGED

    for error in result.errors:
        console.failure(error)
    for _, finding in result.findings:
        if finding.rule == DAMAGED:
            console.talk(f"note: {result.episode_id}: {finding.message}")
    for waiting in result.waiting:
        console.talk(f"waiting: {waiting}")
