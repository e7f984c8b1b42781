"""Runs: how long the work took. Times of day live in `runs/<id>.json` only, for runs that did something."""

from __future__ import annotations

from dataclasses import dataclass, field

from localize.spending import Usage
from localize.workspace import EpisodeWorkspace


@dataclass(frozen=True, slots=True)
class RunUnit:
    """One unit of a run: the scopes (`source`, or locales) it made anew, and those it could not."""

    step: str
    locales: tuple[str, ...]
    seconds: float
    done: tuple[str, ...]
    failed: tuple[str, ...]
    costs: dict[str, Usage] = field(default_factory=dict)
    """What was paid for, per locale."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Timings and costs of one run; `id` is the UTC time at which it ended, `20250131T120000Z`."""

    id: str
    units: tuple[RunUnit, ...]
    schema: int = 1


def latest(ws: EpisodeWorkspace) -> RunRecord | None:
    """The last run that did work, None before the first; names sort by time."""
    names = _names(ws)
    return ws.need(RunRecord, names[-1]) if names else None


def all_of(ws: EpisodeWorkspace) -> list[RunRecord]:
    """Every run that did work, the oldest first."""
    return [ws.need(RunRecord, name) for name in _names(ws)]


def costs(ws: EpisodeWorkspace) -> list[tuple[str, Usage]]:
    """What every run of the episode has paid for together: locale and usage, one entry per locale and currency."""
    total: dict[tuple[str, str], Usage] = {}
    for run in all_of(ws):
        for unit in run.units:
            for tag, usage in unit.costs.items():
                key = tag, usage.currency
                total[key] = total.get(key, Usage()) + usage
    return [(tag, usage) for (tag, _), usage in total.items()]


def _names(ws: EpisodeWorkspace) -> list[str]:
    return sorted(f"runs/{path.name}" for path in ws.path("runs").glob("[!.]*.json"))
