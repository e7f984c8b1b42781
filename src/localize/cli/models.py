"""Commands about models: list, install, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Json
from localize.errors import EXIT_DONE, EXIT_ENGINE

if TYPE_CHECKING:
    from localize.models import Installed, ModelRow

app = typer.Typer(no_args_is_help=True, help="Models: what is installed, from where, and whether it is intact.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every known model, where it comes from, its licence, and whether it is installed."""
    from localize.models import Store

    _show(Store().listing(), as_json)


@app.command()
def install(
    names: Annotated[list[str] | None, typer.Argument(help="Models by name; else all that can be reached.")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Only what the demo and the tests need.")] = False,
) -> None:
    """Install models; what is there and whole is kept."""
    from localize import console
    from localize.models import DEFAULT_SPEECH, Store

    store = Store()
    wanted = names or None
    if starter:
        wanted = [*(names or []), DEFAULT_SPEECH, *(row.name for row in store.listing() if row.starter)]
    reused: list[str] = []

    def done(installed: Installed) -> None:
        row = installed.row
        bars.finished(row.name)
        if installed.reused:
            reused.append(row.name)
        elif installed.skipped:
            bars.tell(f"{row.name}: skipped, {installed.skipped}")
        else:
            bars.tell(f"{row.name}: installed from {row.source}, {_megabytes(row.size_bytes)}")

    with console.Bars() as bars:
        store.install(wanted, told=bars, done=done)
    if reused:
        console.talk(f"{len(reused)} models are there already: {', '.join(reused)}")


@app.command()
def verify(as_json: Json = False) -> None:
    """Hash every installed file again; exit 5 where one is damaged."""
    from localize.models import Store

    rows = Store().verify()
    _show(rows, as_json)
    raise typer.Exit(EXIT_ENGINE if any(row.state == "damaged" for row in rows) else EXIT_DONE)


def _show(rows: list[ModelRow], as_json: bool) -> None:
    from localize import console

    if as_json:
        console.rows(rows)
        return
    for row in rows:
        hash_, state = row.sha256[:12] or "-", f"{row.state} ({row.detail})" if row.detail else row.state
        console.data("\t".join((row.name, row.kind, state, _megabytes(row.size_bytes), hash_, row.licence, row.source)))


def _megabytes(size_bytes: int) -> str:
    """As a person reads it; `-` where the size is not known before the first install."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes else "-"
