"""Commands for whole series: a manifest from a folder, a night of work, what failed, and trying that again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from localize.cli.common import (
    ALL_MODES,
    Json,
    Only,
    PathArgument,
    To,
    Workspace,
    counted,
    each_episode,
    jobs_of,
    split,
)
from localize.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Make a series of a folder of episodes, and add new ones.")
Folder = Annotated[Path, typer.Argument(help="A folder with the videos of a series.", show_default=False)]


@app.command()
def new(
    folder: Folder,
    genre: Annotated[str, typer.Option("--genre", help="Whose glossaries apply.", show_default=False)],
    to: Annotated[str, typer.Option("--to", help="Target locales, comma-separated; else all.")] = "",
    title: Annotated[str, typer.Option("--title", help="Else the name of the folder.")] = "",
    id_: Annotated[str, typer.Option("--id", help="Else made of the name of the folder.")] = "",
) -> None:
    """Write series.toml for the videos of a folder, in the order of their numbers."""
    from localize import console, intake
    from localize.locales import LOCALES
    from localize.series import id_of

    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", next_step="give the folder that holds the episodes")
    name = folder.absolute().name
    found = intake.look(folder)
    for note in found.notes:
        console.talk(f"note: {note}")
    made = intake.create(
        folder,
        found,
        id_=id_ or id_of(Path(f"{name}.mp4")),
        title=title or name,
        genre=genre,
        locales=split(to) or tuple(LOCALES),
    )
    console.talk(f"{len(found.episodes)} episodes; next: localize run {made}")
    console.data(str(made))


@app.command()
def add(
    path: PathArgument,
    folder: Annotated[Path | None, typer.Option("--from", help="Else inbox/ beside the manifest.")] = None,
) -> None:
    """Add the videos of a folder that the manifest does not have yet at its end."""
    from localize import console, intake
    from localize.nightly import INBOX
    from localize.series import load

    series = load(path)
    source = folder or series.root / INBOX
    if not source.absolute().is_relative_to(series.root):
        raise InputError(f"{source} is not below {series.root}", next_step="copy the episodes beside the manifest")
    if not source.is_dir():
        raise InputError(f"{source} is no folder", next_step="give the folder with --from DIR")
    known = [series.path_of(episode.file) for episode in series.episode]
    found = intake.look(source.absolute(), root=series.root, known=known)
    for note in found.notes:
        console.talk(f"note: {note}")
    for one in intake.add(path, found):
        console.data(f"{one.id}\t{one.file}")


def nightly(
    roots: Annotated[list[Path], typer.Argument(help="Manifests, or folders with series in them.", show_default=False)],
    workspace: Workspace = None,
    mode: Annotated[str, typer.Option("--mode", help="Any of burn, mux, sidecar; comma-separated.")] = ALL_MODES,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Advance every series to its next gate, for cron: asks nobody, may start twice, ends with a summary to mail."""
    from localize import console, nightly

    started = time.monotonic()
    nights = nightly.night(roots, workspace=workspace, modes=split(mode), dry_run=dry_run, tell=console.talk)
    took_s = None if dry_run else time.monotonic() - started
    for line in nightly.summary(nights, took_s=took_s):
        console.data(line)
    raise typer.Exit(nightly.code(nights))


def gc(
    path: PathArgument,
    workspace: Workspace = None,
    episode: Only = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove what nobody needs: left-overs of killed processes and what was replaced; never a person's work or a film.

    Left-overs are taken for such when their process is gone and nothing was written there for an hour.
    """
    from localize import console
    from localize.gc import collect, find

    _, jobs = jobs_of(path, workspace=workspace, episode=episode)
    rows, code = each_episode(jobs, find if dry_run else collect)
    if as_json:
        console.rows(rows)
    for row in () if as_json else rows:
        console.data(f"{row.episode}\t{row.kind}\t{row.size_bytes}\t{row.name}")
    would = "would be " if dry_run else ""
    console.talk(f"{sum(row.size_bytes for row in rows) / 1e6:.1f} MB {would}freed, {counted(rows, 'file')}")
    raise typer.Exit(code)


def failures(path: PathArgument, workspace: Workspace = None, episode: Only = "", as_json: Json = False) -> None:
    """List the episodes whose last run failed, why, and what to type; `localize retry` tries them again."""
    from localize import console
    from localize.failures import rows as rows_of

    _, jobs = jobs_of(path, workspace=workspace, episode=episode)
    rows, code = each_episode(jobs, rows_of)
    if as_json:
        console.rows(rows)
    for row in () if as_json else rows:
        waits = "parked" if row.parked else "next run"
        console.data("\t".join((row.episode, row.stage or "-", row.locale or "-", waits, row.message, row.next_step)))
    console.talk(f"{counted(rows, 'failure')} in {counted({row.episode for row in rows}, 'episode')}")
    raise typer.Exit(code)


def retry(
    path: PathArgument,
    to: To = "",
    mode: Annotated[str, typer.Option("--mode", help="Any of burn, mux, sidecar; comma-separated.")] = ALL_MODES,
    workspace: Workspace = None,
    episode: Only = "",
) -> None:
    """Try the episodes again whose last run failed, and no others."""
    from localize import console
    from localize.cli.work import run
    from localize.failures import read

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode, mode=mode)
    failed = [job.episode.id for job in jobs if read(job)]
    if not failed:
        console.talk("nothing failed; nothing to do")
        raise typer.Exit
    run(path, to=to, mode=mode, workspace=workspace, episode=",".join(failed))
