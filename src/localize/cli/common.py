"""Options that several commands share, and the way from them to jobs."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize import settings

if TYPE_CHECKING:
    from localize.errors import InputError
    from localize.job import Job
    from localize.pipeline import EpisodeResult
    from localize.series import Series

PathArgument = Annotated[Path, typer.Argument(help="A series.toml, or one media file.", show_default=False)]
To = Annotated[str, typer.Option("--to", help="Target locales, comma-separated; else those of the manifest.")]
Only = Annotated[str, typer.Option("--episode", help="Episodes, comma-separated; else all.")]
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


def tell(result: EpisodeResult) -> None:
    """Everything that went wrong or waits, one line each, for the person who watches."""
    from localize import console

    for error in result.errors:
        console.failure(error)
    for waiting in result.waiting:
        console.talk(f"waiting: {waiting}")
