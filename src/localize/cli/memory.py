"""Commands about the translation memory: what it holds for a line, all of it as TMX, the index anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from localize.cli.common import Json, PathArgument, To, Workspace, split
from localize.errors import EXIT_DONE, EXIT_FINDINGS

app = typer.Typer(no_args_is_help=True, help="Approved lines, found again: what resembles a line, TMX, the index.")


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="A source line.", show_default=False)],
    path: PathArgument,
    to: To = "",
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Approved translations of TEXT and of lines like it, the most alike first; exit 3 where there is none."""
    from localize import console, pipeline, series, settings
    from localize.memory import Asked, Memory

    manifest = series.load(path)
    scope = None if manifest.memory == "studio" else manifest.id
    rows: list[dict[str, object]] = []
    with Memory.open() as memory:
        memory.refresh(settings.workspace_root(manifest.root, workspace), manifest.id)
        for tag in pipeline.options(manifest, to=split(to)).locales:
            (exact,) = memory.exact([Asked(text)], tag, series=scope)
            if exact:
                where = f"{exact.series} {exact.episode} {exact.cue_id}"
                rows.append({"locale": tag, "score": 100, "source": text, "target": exact.target, "where": where})
            rows += [
                {"locale": tag, "score": like.score, "source": like.source, "target": like.target, "where": ""}
                for like in memory.fuzzy(text, tag, series=scope)
            ]
    if as_json:
        console.record({"matches": rows})
    for row in () if as_json else rows:
        console.data("\t".join(str(value) for value in row.values() if value != ""))
    raise typer.Exit(EXIT_DONE if rows else EXIT_FINDINGS)


@app.command()
def export(
    path: PathArgument,
    out: Annotated[Path, typer.Option("--out", help="The TMX file to write.", show_default=False)],
    workspace: Workspace = None,
) -> None:
    """Write every approved line of a series as TMX 1.4, for other tools."""
    from localize import console, series, settings
    from localize.disk import write_atomic
    from localize.glossary import interchange
    from localize.memory import Memory

    manifest = series.load(path)
    with Memory.open() as memory:
        memory.refresh(settings.workspace_root(manifest.root, workspace), manifest.id)
        units = [(unit.source, unit.targets) for unit in memory.units(manifest.id)]
    write_atomic(out, interchange.tmx(units))
    console.talk(f"{out}: {len(units)} approved lines of {manifest.id}")


@app.command()
def rebuild() -> None:
    """Make the index anew from the workspaces it was ever made from; nothing is lost by it."""
    from localize import console
    from localize.memory import Memory

    with Memory.open() as memory:
        memory.rebuild()
        count = sum(1 for _ in memory.units())
    console.talk(f"the memory holds {count} approved lines")
