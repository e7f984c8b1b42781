"""Commands that move terms: import, export, suggest."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Json, PathArgument, To, Workspace, counted, split
from localize.errors import GlossaryError, InputError

if TYPE_CHECKING:
    from localize.series import Series

Excel = Annotated[bool, typer.Option("--excel", help="Start a CSV with the mark that Excel knows UTF-8 by.")]


class Scope(StrEnum):
    common = "common"
    genre = "genre"
    series = "series"
    episode = "episode"


class Into(StrEnum):
    series = "series"
    episode = "episode"


class Format(StrEnum):
    csv = "csv"
    xlsx = "xlsx"
    tbx = "tbx"
    tmx = "tmx"


def import_(
    file: Annotated[Path, typer.Argument(help="A .csv, .xlsx, .tbx or .tmx.", show_default=False)],
    path: PathArgument,
    to: To = "",
    episode: Annotated[
        str, typer.Option("--episode", help="The episode whose terms these are; else the series'.")
    ] = "",
    scope: Annotated[Into | None, typer.Option("--scope", help="Whose terms these are.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let new rows take the place of those they differ from.")
    ] = False,
) -> None:
    """Take terms into the tables of a series: all of a file, or nothing where any of it is wrong or in the way."""
    from localize import console
    from localize.glossary import merge, tables
    from localize.series import load

    series = load(path)
    _known_episode(series, episode, needed=scope is Into.episode)
    if episode and scope is Into.series:
        raise InputError(f"terms of {episode} are not the series'", next_step="leave --scope or --episode out")
    name = "episode" if episode else "series"
    found = merge.incoming(file, split(to), name)
    if problems := merge.problems(found.values()):
        for problem in problems:
            console.talk(f"{problem}; next: {problem.next_step}")
        raise GlossaryError(
            f"{counted(problems, 'problem')} in {file}; nothing was imported",
            next_step="mend what is listed above, then import again",
        )
    filled = {tag: table for tag, table in found.items() if table.entries}
    if not filled:
        raise GlossaryError(f"{file}: no row has a target", next_step="fill them in, then import again")
    merges = []
    for tag, table in filled.items():
        target = merge.table_for(series, tag, episode)
        there = tables.read(target, locale=tag, scope=name) if target.exists() else ()
        merges.append(merge.merged(target, there, table, merge.holding(series, tag, episode, without=target)))
    if (conflicts := [one for merged in merges for one in merged.conflicts]) and not replace:
        for conflict in conflicts:
            console.talk(str(conflict))
        raise GlossaryError(
            f"{counted(conflicts, 'row')} of {file} would replace others; nothing was imported",
            next_step="give --replace, or delete these rows of the file",
        )
    merge.write(merged for merged in merges if merged.added or merged.changed)
    for merged in merges:
        console.data(f"{merged.path}\t{merged.added} added\t{merged.changed} changed\t{merged.same} as before")
    if left := merge.without_target(file, found.values()):
        console.talk(f"without a target in {file} and left out: {counted(left, 'term')}, {', '.join(left[:5])}")
    console.talk(f"next: {_command('check', series)}, then localize run {shlex.quote(str(series.manifest))}")


def export(
    path: PathArgument,
    to: Annotated[str, typer.Option("--to", help="Locales, comma-separated, or all of the series.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    format_: Annotated[Format | None, typer.Option("--format", help="Else what the name of the file ends in.")] = None,
    scope: Annotated[Scope | None, typer.Option("--scope", help="Else all, the narrower winning.")] = None,
    episode: Annotated[str, typer.Option("--episode", help="With the terms of this episode.")] = "",
    excel: Excel = False,
) -> None:
    """Write the terms of a series for a spreadsheet, or for another tool.

    CSV and XLSX of one locale are whole tables; of several they have a column for each with what is preferred.
    """
    from localize import console
    from localize.disk import write_atomic
    from localize.glossary import stack
    from localize.glossary.audit import in_force
    from localize.glossary.export import exported
    from localize.locales import locale
    from localize.series import load

    series = load(path)
    _known_episode(series, episode, needed=scope is Scope.episode)
    tags = series.locales if to == "all" else split(to)
    for tag in tags:
        locale(tag)
    kind = format_ or next((one for one in Format if out.suffix.lower() == f".{one}"), None)
    if kind is None or not tags:
        missing = "--format csv, xlsx, tbx or tmx" if tags else "--to LOCALE or --to all"
        raise InputError(f"{out}: what to write is not said", next_step=f"give {missing}")
    stacked = stack.load(series, episode or None).entries
    wanted = series.genre if scope is Scope.genre else scope
    entries = in_force([one for one in stacked if one.locale in tags and (scope is None or one.scope == wanted)])
    if not entries:
        raise GlossaryError(f"{series.id} has no such terms in {', '.join(tags)}", next_step=_command("stats", series))
    write_atomic(out, exported(entries, tags, kind.value, excel=excel))
    if kind is Format.tmx or (kind is not Format.tbx and len(tags) > 1):
        left = sum(one.status != "preferred" for one in entries)
        console.talk(f"{left} admitted and forbidden rows are left out: --format tbx, or --to one locale, has them")
    console.data(str(out))


def suggest(
    path: PathArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
    workspace: Workspace = None,
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .xlsx to fill in and import.")] = None,
    excel: Excel = False,
    as_json: Json = False,
) -> None:
    """Names and recurring terms of a series that no table and no character has yet, all of them from its lines."""
    from localize import console, settings
    from localize.cues import SourceTrack
    from localize.disk import write_atomic
    from localize.glossary import collection
    from localize.glossary.export import to_fill_in
    from localize.glossary.suggest import suggest as suggestions
    from localize.series import load
    from localize.workspace import EpisodeWorkspace

    series = load(path)
    root = settings.workspace_root(series.root, workspace) / series.id
    read = ((one.id, EpisodeWorkspace(root / one.id).read(SourceTrack, "source.json")) for one in series.episode)
    tracks = [(episode, track.cues) for episode, track in read if track]
    if not tracks:
        command = shlex.join(["localize", "run", str(series.manifest)])
        raise InputError(f"no episode of {series.id} was transcribed yet, looked in {root}", next_step=command)
    known = {entry.source for entry in collection.entries(series)} | set(series.names)
    found = suggestions(tracks, known, limit=limit)
    if not found:
        console.talk(f"nothing recurs in {counted(tracks, 'episode')} that is not in a table yet")
    elif out:
        write_atomic(out, to_fill_in(found, series.locales, out.suffix.lower(), excel=excel))
        console.talk(f"next: fill in {out}, then {_command('import', series, out)}")
    if as_json:
        console.rows(found)
        return
    for one in found:
        where = f"{','.join(one.episodes)}\t{one.cue_id}: {one.example}"
        console.data(f"{one.term}\t{one.kind}\t{one.count}\t{one.romanised or '-'}\t{where}")


def _known_episode(series: Series, episode: str, *, needed: bool) -> None:
    """Raise InputError where `episode` is none of the series, or needed and not named."""
    ids = [one.id for one in series.episode]
    if episode and episode not in ids:
        raise InputError(f"{series.id} has no episode {episode!r}", next_step=f"choose among {', '.join(ids)}")
    if needed and not episode:
        raise InputError("terms of an episode need its id", next_step=f"give --episode {ids[0]}")


def _command(name: str, series: Series, *first: Path) -> str:
    return shlex.join(["localize", "glossary", name, *map(str, first), str(series.manifest)])
