"""Commands that hand work over: deliver, and the books about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localize.cli.common import Json, Only, PathArgument, To, Workspace, counted, jobs_of, split
from localize.errors import InputError, exit_code

if TYPE_CHECKING:
    from localize.delivery import Sent

Folder = Annotated[
    str,
    typer.Option("--to-folder", help="A folder, or a URL that fsspec has a driver for: s3://..., sftp://...",
                 show_default=False),
]  # fmt: skip


def deliver(
    path: PathArgument,
    to_folder: Folder,
    to: To = "",
    platform: Annotated[str, typer.Option("--platform", help="Whose names to give; else the manifest's.")] = "",
    template: Annotated[
        str, typer.Option("--template", help="Names of files, such as {series}/{locale}/{episode:03}.{ext}.")
    ] = "",
    files: Annotated[str, typer.Option("--files", help="Any of burn, sidecar, mux; comma-separated.")] = "",
    episode: Only = "",
    workspace: Workspace = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove there what is no longer wanted.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read back also what an earlier delivery verified far away.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Deliver what passed its final gate, and nothing else: files, checksums, a manifest, localised titles."""
    from localize import console, delivery, settings

    series, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    made = delivery.shipment(jobs, platform=platform, template=template, files=split(files) or delivery.FILES)
    root = settings.workspace_root(series.root, workspace)
    talk = (lambda _line: None) if as_json else console.talk
    target = delivery.open_target(to_folder)
    sent = delivery.deliver(made, target, root, prune=prune, verify=verify, dry_run=dry_run, told=talk)
    for held in sent.held:
        console.failure(held.error) if held.error.exit_code != 4 else console.talk(f"waiting: {held.error}")
    if as_json:
        console.record(_plain(sent))
    else:
        for one in sent.kept:
            console.talk(f"left there: {one.name}: {one.why}")
        would = "would be " if dry_run else ""
        console.talk(
            f"{counted(sent.written, 'file')} {would}written, {len(sent.replaced)} replaced, "
            f"{len(sent.unchanged)} unchanged, {len(sent.removed)} removed, {len(sent.held)} held"
        )
        for file in sent.manifest.files:
            console.data(f"{file.name}\t{file.bytes}\t{file.sha256}")
    codes = [held.error.exit_code for held in sent.held]
    if not sent.manifest.files and not codes:
        raise InputError("there is nothing to deliver", next_step=f"localize run {path}")
    raise typer.Exit(exit_code(codes))


def books(
    path: PathArgument,
    since: Annotated[str, typer.Option("--from", help="The first day that counts, as 2026-01-31; else all.")] = "",
    to: To = "",
    episode: Only = "",
    workspace: Workspace = None,
    out: Annotated[Path | None, typer.Option("--out", help="A CSV file that Excel opens; else stdout.")] = None,
) -> None:
    """Print a CSV for the books: minutes, costs, lines, reviewers and deliveries per episode and locale."""
    from localize import console
    from localize.delivery import books as made
    from localize.disk import write_atomic

    first = made.day(since)
    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    rows = made.rows(jobs, first)
    if out is None:
        console.data(made.csv(rows).decode().rstrip("\n"))
    else:
        write_atomic(out, made.csv(rows, excel=True))
        console.talk(f"{counted(rows, 'row')}: {out}")


def _plain(sent: Sent) -> dict[str, object]:
    from pydantic import TypeAdapter

    from localize.delivery import Manifest

    return {
        "written": list(sent.written),
        "replaced": list(sent.replaced),
        "unchanged": list(sent.unchanged),
        "removed": list(sent.removed),
        "held": [
            {"episode": held.episode, "locale": held.locale, "kind": held.kind, "reason": str(held.error)}
            for held in sent.held
        ],
        "manifest": TypeAdapter(Manifest).dump_python(sent.manifest, mode="json"),
    }
