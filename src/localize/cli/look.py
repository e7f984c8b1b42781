"""Commands that only look: status, doctor."""

from __future__ import annotations

import typer

from localize.cli.common import Json, Only, PathArgument, To, Workspace, jobs_of
from localize.errors import EXIT_ENGINE


_SHOWN = 6


def status(
    path: PathArgument, to: To = "", workspace: Workspace = None, episode: Only = "", as_json: Json = False
) -> None:
    """Where every episode and locale stands, and what waits for whom."""
    from localize import console
    from localize.status import status as rows_of

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    rows = [row for job in jobs for row in rows_of(job)]
    if as_json:
        console.rows(rows)
        return
    for row in rows:
        made = "+".join(name for name, there in (("burn", row.burned), ("sidecar", row.sidecar)) if there) or "-"
        if row.out_of_date:
            made += f" (out of date: {', '.join(row.out_of_date)})"
        if row.redo:
            made += f" (the next run makes {len(row.redo)} lines anew: {_few(row.redo)})"
        findings = f"{row.errors} errors, {row.warnings} warnings"
        waits = "; ".join(part for part in (row.waits_for, f"next: {row.next_step}" if row.next_step else "") if part)
        columns = (row.episode, row.locale, row.written_by or "-", findings, made, waits)
        console.data("\t".join(column for column in columns if column))


def doctor(as_json: Json = False) -> None:
    """Check this machine: ffmpeg, shaping, fonts, models, disk, Prefect; one line each, with the mend."""
    from localize import console
    from localize.doctor import examine

    checks = examine()
    if as_json:
        console.rows(checks)
    else:
        for found in checks:
            mend = "" if found.ok else f"; mend: {found.mend}"
            console.data(f"{'ok  ' if found.ok else 'FAIL'} {found.name}: {found.detail}{mend}")
    raise typer.Exit(0 if all(found.ok for found in checks) else EXIT_ENGINE)


def _few(cue_ids: tuple[str, ...]) -> str:
    """As many as fit a terminal's line; `--json` has all."""
    return ", ".join(cue_ids[:_SHOWN]) + (", ..." if len(cue_ids) > _SHOWN else "")
