"""Runs: how long the work took, and its price. Times of day live in `runs/<id>.json` only, for runs that did something.

A record is written as its run goes: after every wave, and after every request that has to be paid for. Whatever kills
the process, what was paid for is on the disk.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from localize.disk import write_atomic
from localize.errors import WorkspaceError
from localize.findings import Finding
from localize.rules import DAMAGED, finding
from localize.spending import Usage
from localize.workspace import EpisodeWorkspace, to_json


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
    """Timings and costs of one run; `id` begins with the UTC time of its first entry, `20250131T120000Z`.

    `damaged` names the files that were not as they had been written, and were made anew.
    """

    id: str
    units: tuple[RunUnit, ...]
    damaged: tuple[str, ...] = ()
    schema: int = 1

    def findings(self, tags: Sequence[str], source: str) -> list[tuple[str, Finding]]:
        """What the run found broken, with its locale among `tags`, else `source`."""
        return [
            (
                next((tag for tag in tags if PurePath(name).name.startswith(f"{tag}.")), source),
                finding(DAMAGED, f"{name} was not as it had been written, and was made anew"),
            )
            for name in self.damaged
        ]


class Recorder:
    """Writes the record of one run of an episode; the file begins with the first thing that was made or paid for."""

    def __init__(self, ws: EpisodeWorkspace) -> None:
        self._ws = ws
        self._id = ""
        self._undamaged = len(ws.damaged)
        self._units: list[RunUnit] = []
        self._paid: dict[tuple[str, tuple[str, ...], str], dict[str, Usage]] = {}
        self._lock = threading.Lock()

    @property
    def record(self) -> RunRecord:
        """The run so far. What was paid for by a unit that has not ended, or in a second currency, stands there as a
        unit without a result.
        """
        with self._lock:
            return self._now()

    def paid(self, step: str, locales: tuple[str, ...], tag: str, usage: Usage) -> None:
        """The unit `step` of `locales` used that for `tag`."""
        with self._lock:
            costs = self._paid.setdefault((step, locales, usage.currency), {})
            costs[tag] = costs.get(tag, Usage()) + usage
            self._try_to_write()

    def ended(self, units: Sequence[RunUnit]) -> None:
        """Note the units of a wave."""
        with self._lock:
            self._units += units
            self._try_to_write()

    def close(self) -> None:
        """Write what there is to write; WorkspaceError where that cannot be done."""
        with self._lock:
            self._write()

    def _try_to_write(self) -> None:
        # Where the disk takes nothing now, it may later; a run does not end for want of its record.
        with suppress(WorkspaceError):
            self._write()

    def _now(self) -> RunRecord:
        units = list(self._units)
        for (step, locales, _currency), costs in self._paid.items():
            free = (
                n for n, unit in enumerate(units) if (unit.step, unit.locales) == (step, locales) and not unit.costs
            )
            if (n := next(free, None)) is None:
                units.append(RunUnit(step, locales, 0.0, (), (), dict(costs)))
            else:
                units[n] = replace(units[n], costs=dict(costs))
        found = self._ws.damaged[self._undamaged :]
        # A track that differs was edited by a person, and is not damaged.
        damaged = tuple(name for name in found if not name.startswith(("targets/", "source.json")))
        return RunRecord(self._id, tuple(units), damaged)

    def _write(self) -> None:
        if not self._paid and not any(unit.done for unit in self._units):
            return
        self._id = self._id or self._new_id()
        write_atomic(self._ws.path(_file(self._id)), to_json(self._now()))

    def _new_id(self) -> str:
        first = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}"
        ids = (first, *(f"{first}-{number}" for number in range(2, 100)))
        return next(id_ for id_ in ids if not self._ws.exists(_file(id_)))


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
    ids = sorted(path.stem for path in ws.path("runs").glob("[!.]*.json"))
    return [_file(id_) for id_ in ids]


def _file(run_id: str) -> str:
    return f"runs/{run_id}.json"
