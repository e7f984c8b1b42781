"""Runs: how long the work took. Times of day live in `runs/<id>.json` only, for runs that did something."""

from __future__ import annotations

from dataclasses import dataclass

from localize.workspace import EpisodeWorkspace


@dataclass(frozen=True, slots=True)
class RunUnit:
    """One unit of a run: the scopes (`source`, or locales) it made anew, and those it could not."""

    step: str
    locales: tuple[str, ...]
    seconds: float
    done: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Timings of one run; `id` is the UTC time at which it ended, `20250131T120000Z`."""

    id: str
    units: tuple[RunUnit, ...]
    schema: int = 1


def latest(ws: EpisodeWorkspace) -> RunRecord | None:
    """The last run that did work, None before the first; names sort by time."""
    names = sorted(path.name for path in ws.path("runs").glob("[!.]*.json"))
    return ws.need(RunRecord, f"runs/{names[-1]}") if names else None
