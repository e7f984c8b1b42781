"""The board of a series: an artifact with a table of episode x locale, and one with how far the run is.

Ops see at one glance what is done, waits and failed. Writing one takes 50 ms and reading a large series seconds, so
both are written at most every few seconds, and at the end.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.exceptions import ObjectNotFound

from flows.parameters import slug
from flows.patience import patient
from localize import estimate, settings
from localize.job import Job
from localize.state.standing import Cell, Standing, age_s, counted, standing

EVERY_S = 10.0
_SHOWN = 30
"""Failures that are named beneath the table; the episodes' own artifacts have the rest."""


class Board:
    """What a run of episodes shows while it goes on: of all episodes of the series, in `jobs`, it takes on `of`."""

    def __init__(self, jobs: Sequence[Job], *, of: int) -> None:
        self._jobs = jobs
        self._of = of
        self._key = slug(jobs[0].series.id)
        self._progress: UUID | None = None
        self._written_s = float("-inf")

    def update(self, done: int) -> None:
        """`done` episodes of the run are through."""
        if done < self._of and time.monotonic() - self._written_s < EVERY_S:
            return
        self._tell_progress(100 * done / self._of)
        tell(self._jobs)
        self._written_s = time.monotonic()

    @patient
    def _tell_progress(self, percent: float) -> None:
        words = f"{self._jobs[0].series.title}: episodes of this run that are through"
        if self._progress is None:
            made = create_progress_artifact(percent, key=f"{self._key}-progress", description=words)
            self._progress = cast("UUID", made)
            return
        with suppress(ObjectNotFound):  # ops may delete what they have seen
            update_progress_artifact(self._progress, percent)


@patient
def tell(jobs: Sequence[Job]) -> None:
    """Write the table of the series of `jobs`, which are all of its episodes."""
    series = jobs[0].series
    create_markdown_artifact(
        key=slug(series.id, "board"),
        markdown=markdown(jobs, [standing(job) for job in jobs]),
        description=f"{series.title}: where every episode stands in every locale",
    )


def markdown(jobs: Sequence[Job], standings: Sequence[Standing]) -> str:
    """The table, what the words in it count, and what failed."""
    series, tags = jobs[0].series, jobs[0].options.locales
    totals = ", ".join(f"{count} {state}" for state, count in counted(standings).items() if count)
    head = f"| episode | {' | '.join(tags)} |\n|---|{'---|' * len(tags)}"
    rows = [
        f"| [{one.episode}]({settings.desk_page(series.id, one.episode)}) | {' | '.join(map(_words, one.cells))} |"
        for one in standings
    ]
    failed = [f"- **{one.episode}** {_md(line)}" for one in standings for line in one.failed]
    more = [f"- and {len(failed) - _SHOWN} more: `localize failures {series.manifest}`"] if len(failed) > _SHOWN else []
    reports = f"Reports: `{jobs[0].workspace.folder.parent}/<episode>/report.html`"
    parts = [f"# {_md(series.title)}", totals, "\n".join((head, *rows))]
    if failed:
        parts.append("## Failed\n\n" + "\n".join((*failed[:_SHOWN], *more)))
    legend = "E and W count findings of error and warning severity; `localize status` shows the same line by line."
    return "\n\n".join((*parts, f"{legend} {reports}")) + "\n"


def _words(cell: Cell) -> str:
    """`delivered`, `waiting translation 3 h · 2E 5W`."""
    waits = f" {cell.gate} {short(age_s(cell.since))}" if cell.gate else ""
    found = "".join(f" {count}{letter}" for count, letter in ((cell.errors, "E"), (cell.warnings, "W")) if count)
    return f"{cell.state}{waits}{f' ·{found}' if found else ''}"


def short(seconds: float) -> str:
    """`under a minute`, `5 min`, `3 h`, `2 d`: an age, rounded down."""
    for size_s, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size_s:
            return f"{int(seconds // size_s)} {unit}"
    return estimate.spoken(0)


def _md(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
