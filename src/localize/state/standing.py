"""Standing: where each locale of an episode stands in one word, what it waits for and since when.

The table of a series in Prefect and the desk's metrics are made of it. It reads what `status` and `review list` read.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from localize import disk, failures
from localize.errors import LocalizeError
from localize.fingerprint import fingerprint
from localize.job import Job
from localize.state.locale_state import LocaleState
from localize.state.overview import Overview
from localize.state.status import view
from localize.state.waiting import Wait, waiting

State = Literal["not begun", "under way", "waiting", "sent back", "failed", "delivered"]
STATES: tuple[State, ...] = ("not begun", "under way", "waiting", "sent back", "failed", "delivered")


@dataclass(frozen=True, slots=True)
class Cell:
    """One locale of one episode; `since` is ISO 8601 in UTC, and like `gate` empty where nothing waits."""

    locale: str
    state: State
    errors: int = 0
    warnings: int = 0
    gate: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One episode: its locales in the order of the run, and what failed when it was last tried, a line each."""

    episode: str
    cells: tuple[Cell, ...]
    failed: tuple[str, ...] = ()


_known: WeakKeyDictionary[Job, tuple[str, Standing]] = WeakKeyDictionary()


def standing(job: Job) -> Standing:
    """How the episode stands now; it is looked at again only where a file of it, or of its manifest, has changed.

    A damaged file is no error here but a failure of its episode.
    """
    try:
        folder = job.workspace.folder
        stamps = disk.stamps(folder) if folder.is_dir() else {}
        made_of = fingerprint(stamps, disk.stamp(job.series.manifest))
        known = _known.get(job)
        if known is None or known[0] != made_of:
            known = _known[job] = made_of, _looked(job)
        return known[1]
    except (LocalizeError, OSError) as error:
        return Standing(job.episode.id, tuple(Cell(tag, "failed") for tag in job.options.locales), (str(error),))


def _looked(job: Job) -> Standing:
    seen, failed = view(job), failures.read(job)
    problems = failed.failures if failed else ()
    lost = {problem.locale for problem in problems}
    waits = {wait.locale: wait for wait in waiting(job)} if seen.waiting else {}
    cells = (_cell(seen, state, waits.get(state.profile.tag) or waits.get(None), lost) for state in seen.states)
    words = (f"{one.stage}{f' [{one.locale}]' if one.locale else ''}: {one.message}" for one in problems)
    return Standing(job.episode.id, tuple(cells), tuple(words))


def _cell(seen: Overview, state: LocaleState, wait: Wait | None, lost: set[str]) -> Cell:
    tag, counts = state.profile.tag, state.severities
    found = counts.get("error", 0), counts.get("warning", 0)
    if lost & {"", tag}:
        return Cell(tag, "failed", *found)
    if wait:
        return Cell(tag, "waiting" if wait.whom == "reviewer" else "sent back", *found, wait.gate, wait.since)
    stale = any(file.stale for file in (*state.files, *seen.shared))
    done = state.gate("final").reached and not stale
    return Cell(tag, "delivered" if done else "under way" if state.lines else "not begun", *found)


def age_s(since: str) -> float:
    """Seconds since `since`; never negative, whatever the clocks of two machines say."""
    return max(0.0, time.time() - calendar.timegm(time.strptime(since, "%Y-%m-%dT%H:%M:%SZ")))


def counted(standings: Sequence[Standing]) -> dict[State, int]:
    """Locales of episodes by state, all states named."""
    cells = [cell.state for one in standings for cell in one.cells]
    return {state: cells.count(state) for state in STATES}
