"""Commands about terms: check, find, stats and impact; import, export and suggest are in `glossary_files`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli import glossary_files
from localize.cli.common import Json, Only, PathArgument, To, Workspace, counted, each_episode, jobs_of, not_begun
from localize.errors import EXIT_DONE, EXIT_FINDINGS

if TYPE_CHECKING:
    from localize.series import Series

app = typer.Typer(no_args_is_help=True, help="Terms: what they are called, where tables disagree, what is missing.")

app.command("import")(glossary_files.import_)
for command in (glossary_files.export, glossary_files.suggest):
    app.command()(command)

MaybePath = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", help="A series.toml; else the tables that ship.", show_default=False)
]


@app.command()
def check(path: MaybePath = None, as_json: Json = False) -> None:
    """Find what contradicts itself, is missing, or is in the wrong script; exit 3 on findings at error severity."""
    from localize import console
    from localize.glossary import collection

    found = collection.check(_series(path))
    if as_json:
        console.rows(found)
    for one in () if as_json else found:
        console.data("\t".join((one.where, one.severity, one.rule, one.locale or "-", one.term or "-", one.message)))
    counts = Counter(one.severity for one in found)
    console.talk(", ".join(f"{counts[severity]} {severity}" for severity in ("error", "warning", "info")))
    raise typer.Exit(EXIT_FINDINGS if counts["error"] else EXIT_DONE)


@app.command()
def find(
    term: Annotated[str, typer.Argument(help="Part of a source or a target.", show_default=False)],
    path: MaybePath = None,
    as_json: Json = False,
) -> None:
    """Every row whose source or target holds TERM, and which row wins where several speak of one meaning."""
    from localize import console
    from localize.glossary import collection
    from localize.glossary.audit import overruled
    from localize.glossary.terms import folded

    stacks = collection.stacks(_series(path))
    lost = {loser: winner for stack in stacks for loser, winner in overruled(stack).items()}
    wanted = folded(term)
    rows = [
        {
            "where": entry.where, "scope": entry.scope, "locale": entry.locale, "status": entry.status,
            "source": entry.source, "target": entry.target,
            "state": f"overruled by {lost[entry].where}" if entry in lost else "holds",
        }
        for entry in dict.fromkeys(entry for stack in stacks for entry in stack)
        if wanted and any(wanted in folded(text) for text in (entry.source, entry.target, *entry.variants))
    ]  # fmt: skip
    _show(rows, "rows", as_json)
    if not rows:
        console.talk(f"no table has {term!r}")


@app.command()
def stats(path: MaybePath = None, as_json: Json = False) -> None:
    """Terms of every scope in every locale, and how many of the scope's terms lack a target there."""
    from localize.glossary import collection
    from localize.locales import LOCALES

    series = _series(path)
    terms: dict[str, dict[str, set[str]]] = {}
    rows: Counter[tuple[str, str]] = Counter()
    for entry in collection.entries(series):
        rows[entry.scope, entry.locale] += 1
        sources = terms.setdefault(entry.scope, {}).setdefault(entry.locale, set())
        if entry.status == "preferred":
            sources.add(entry.source)
    found = [
        {
            "scope": scope, "locale": tag, "terms": len(by_locale.get(tag, ())), "rows": rows[scope, tag],
            "missing": len(set().union(*by_locale.values()) - by_locale.get(tag, set())),
        }
        for scope, by_locale in terms.items()
        for tag in (series.locales if series else LOCALES)
    ]  # fmt: skip
    _show(found, "scopes", as_json)


@app.command()
def impact(
    term: Annotated[str, typer.Argument(help="A source term, in a glossary or not yet.", show_default=False)],
    path: PathArgument,
    to: To = "",
    workspace: Workspace = None,
    episode: Only = "",
    as_json: Json = False,
) -> None:
    """Every line that TERM stands in, and what the next run will do to it; changes nothing."""
    from localize import console
    from localize.impact import impact as touched

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    begun = (job for job in jobs if not not_begun(job))
    rows, code = each_episode(begun, lambda job: touched(job, term, job.options.locales))
    if as_json:
        console.rows(rows)
    for row in () if as_json else rows:
        console.data("\t".join((row.episode, row.locale, row.cue_id, row.fate, row.by, row.source, row.text)))
    fates = Counter(row.fate for row in rows)
    cues = counted({(row.episode, row.cue_id) for row in rows}, "cue")
    episodes = counted({row.episode for row in rows}, "episode")
    made = [row for row in rows if row.fate in {"redo", "missing"}]
    console.talk(
        f"{term} stands in {cues} of {episodes}; in {counted(jobs[0].options.locales, 'locale')} "
        f"the next run makes {counted(made, 'line')} anew and keeps {fates['kept']} of people"
    )
    if unserved := list(dict.fromkeys(row.locale for row in rows if row.fate == "unserved")):
        console.talk(f"no translator of the series writes {', '.join(unserved)}")
    raise typer.Exit(code)


def _series(path: Path | None) -> Series | None:
    from localize import series

    return series.load(path) if path else None


def _show(rows: Sequence[Mapping[str, object]], name: str, as_json: bool) -> None:
    from localize import console

    if as_json:
        console.record({name: rows})
        return
    for row in rows:
        console.data("\t".join(str(value) for value in row.values()))
