"""Commands of a review away from the desk: files out and back in, the audit log, what the work will take."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Json, Only, PathArgument, To, Workspace, counted, jobs_of, split
from localize.errors import EXIT_DONE, EXIT_INPUT, EXIT_REVIEW, InputError, LocalizeError

if TYPE_CHECKING:
    from localize.exchange.compare import Comparison
    from localize.exchange.handout import Handout
    from localize.exchange.returned import Returned
    from localize.job import Job


class Format(StrEnum):
    xlsx = "xlsx"
    srt = "srt"
    ass = "ass"
    xliff = "xliff"


class AuditFormat(StrEnum):
    csv = "csv"
    json = "json"


def export(
    path: PathArgument,
    to: To = "",
    episode: Only = "",
    format_: Annotated[
        Format, typer.Option("--format", help="One XLSX or XLIFF for each locale, one SRT or ASS for each episode.")
    ] = Format.xlsx,
    out: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path(),
    workspace: Workspace = None,
) -> None:
    """Write the lines of a series for reviewers who work elsewhere; `localize review import` takes them back."""
    from localize import console
    from localize.disk import write_atomic
    from localize.exchange import handout

    series, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    failed: list[LocalizeError] = []
    written = 0
    for tag in jobs[0].options.locales:
        handouts: list[tuple[Job, Handout]] = []
        for job in jobs:
            try:
                handouts.append((job, handout.of(job, tag)))
            except InputError as error:
                failed.append(error)
        for name, data in _files(series.id, tag, handouts, format_):
            write_atomic(out / name, data)
            console.data(str(out / name))
            written += 1
    for absent in failed if to or not written else ():
        console.failure(absent)
    if written:
        where = ("--workspace", str(workspace)) if workspace else ()
        command = shlex.join(("localize", "review", "import", "FILE", str(path), *where, "--reviewer", "NAME"))
        console.talk(f"next: edit, then {command}")
    raise typer.Exit(EXIT_INPUT if failed and (to or not written) else EXIT_DONE)


def _files(series: str, tag: str, handouts: list[tuple[Job, Handout]], format_: Format) -> list[tuple[str, bytes]]:
    """The names and contents of what goes out in one locale."""
    from localize.exchange import subtitle, workbook, xliff

    if not handouts:
        return []
    only = [one for _, one in handouts]
    name = f"{series}.{only[0].episode}.{tag}" if len(only) == 1 else f"{series}.{tag}"
    if format_ is Format.xlsx:
        return [(f"{name}.xlsx", workbook.export(only))]
    if format_ is Format.xliff:
        return [(f"{name}.xlf", xliff.export(only))]
    return [(subtitle.name(one, format_.value), subtitle.export(job, one, format_.value)) for job, one in handouts]


def import_(
    file: Annotated[Path, typer.Argument(help="A .xlsx, .srt, .ass or .xlf that was exported.", show_default=False)],
    path: PathArgument,
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who edited it; stored as self-declared.")],
    to: Annotated[str, typer.Option("--to", help="The locale, where the file does not say it.")] = "",
    episode: Only = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    merge: Annotated[
        bool,
        typer.Option("--merge", help="Take in what neither clashes nor is refused; keep clashing texts in the log."),
    ] = False,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the translation of its episodes too.")] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Take an exported file back in; nothing is written where a line has changed since, unless merged."""
    from localize import console
    from localize.exchange import merge as merging
    from localize.exchange.compare import compare
    from localize.gates import run_command
    from localize.review.log import Who

    if not (reviewer := reviewer.strip()):
        raise InputError("an edit needs the name of who made it", next_step="give --reviewer NAME")
    if len(split(to)) > 1:
        raise InputError("a file is in one locale", next_step="give one with --to, or leave it out")
    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    returned = _read(file, jobs, to)
    tag = to or returned.locale
    _, jobs = jobs_of(path, to=tag, workspace=workspace, episode=episode)
    found = compare(jobs, tag, returned)
    clashed = len(found.clashes)
    report: dict[str, object] = {"file": str(file), "dry_run": dry_run, **_plain(found)}
    if not as_json:
        _say(found)
    try:
        merging.refuse(found, merge=merge)
        if not dry_run:
            done = merging.apply(jobs, found, Who(reviewer), merge=merge, text=f"from {file.name}")
            clashed = max(clashed, len(done.clashed))
            report |= {"written": [list(key) for key in done.changed], "comments": done.comments}
    except LocalizeError as error:
        if as_json:
            console.record(report | {"error": str(error)})
        raise
    if approve and not dry_run and not clashed and not found.refused:
        report["approved"] = [_approve(job, tag, reviewer, file) for job in jobs if job.episode.id in found.episodes]
    if as_json:
        console.record(report)
    elif not dry_run:
        comments = "1 comment" if done.comments == 1 else f"{done.comments} comments"
        console.talk(f"{tag}: {counted(done.changed, 'line')} written, {comments}")
        if approve and (clashed or found.refused):
            console.talk("not approved: rows of the file were left out")
        console.talk(f"next: {run_command(jobs[0].series, jobs[0].workspace, (tag,))}")
    raise typer.Exit(EXIT_REVIEW if clashed else EXIT_INPUT if found.refused else EXIT_DONE)


def _read(file: Path, jobs: list[Job], to: str) -> Returned:
    from localize.exchange import reading, returned

    try:
        with file.open("rb") as stream:
            data = stream.read(returned.MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}", next_step="check its name") from error
    return reading.read(data, file.name, jobs, to)


def _approve(job: Job, tag: str, reviewer: str, file: Path) -> str:
    """The one place where an import decides; where a Prefect server runs, the episode goes on by itself."""
    from localize import console, pipeline, triggers

    decision = pipeline.decide(job, "translation", tag, "approved", reviewer, f"with {file.name}")
    if gone_on := triggers.go_on(job, {tag: decision}):
        console.talk(gone_on.words)
    return job.episode.id


def _say(found: Comparison) -> None:
    from localize import console

    for change in found.edited:
        console.data(f"edited\t{change.episode}\t{change.cue_id}\t{change.before}\t{change.after}")
    for change in found.clashes:
        who = f" by {change.who}" if change.who else ""
        console.data(f"clash\t{change.episode}\t{change.cue_id}\t{change.before}\t{change.after}")
        console.talk(
            f"{change.place}: {change.cue_id} was changed{who}: {change.before!r} stands, {change.after!r} came"
        )
    for problem in found.added:
        console.talk(f"added: {problem}")
    for problem in found.problems:
        console.talk(str(problem))
    for what, keys in (
        ("not in the file, kept as they are", found.missing),
        ("without a text in the file, kept as they are", found.emptied),
        ("moved, which changes nothing", found.reordered),
    ):
        if keys:
            console.talk(f"{what}: {', '.join(f'{episode} {cue_id}' for episode, cue_id in keys)}")


def _plain(found: Comparison) -> dict[str, object]:
    return asdict(found)


def audit(
    path: PathArgument,
    format_: Annotated[AuditFormat, typer.Option("--format", help="What to print.")] = AuditFormat.csv,
    episode: Only = "",
    since: Annotated[str, typer.Option("--since", help="Not what was done before this date, in UTC.")] = "",
    workspace: Workspace = None,
) -> None:
    """Print who changed what: one row for each line of each event, the oldest first."""
    from localize import console
    from localize.exchange import audit as auditing

    _, jobs = jobs_of(path, workspace=workspace, episode=episode)
    found = auditing.entries(jobs, since)
    if format_ is AuditFormat.json:
        console.rows(found)
    else:
        console.data(auditing.as_csv(found).removesuffix("\n"))


def plan(
    path: PathArgument,
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Estimate how many minutes the waiting translations take to review, for each locale."""
    from localize import console
    from localize.review import planning

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    found = planning.plan(jobs, jobs[0].options.locales)
    if as_json:
        console.rows(found)
        return
    for one in found:
        kinds = ", ".join(f"{count} {kind}" for kind, count in one.lines.items() if count)
        used = sorted({one.basis[kind] for kind, count in one.lines.items() if count})
        basis = f"{', '.join(used) or 'assumed'}, {one.events} events"
        episodes = f"{one.episodes} episode{'s' if one.episodes != 1 else ''}"
        console.data(f"{one.locale}\t{one.minutes:.0f} min\t{episodes}\t{kinds or 'nothing new'}\t{basis}")
    if not found:
        console.talk("no translation waits for review")
