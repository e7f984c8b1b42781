"""What became of a night, and the screen of it that cron mails."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localize import estimate
from localize.errors import ReviewError
from localize.series import METADATA, Series

_SHOWN = 5
"""So many failures of a series, and so many notes, are named in a summary that is to fit on a screen."""


@dataclass(slots=True)
class SeriesNight:
    """What became of one series in a night, or would: episodes by what happened to them."""

    manifest: Path
    series: Series | None = None
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    states: dict[str, list[str]] = field(default_factory=dict)
    """Ids of episodes by a word of `status.summary`, `parked`, or `work` where it is only planned."""
    problems: list[str] = field(default_factory=list)
    waiting: list[ReviewError] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    left: str = ""
    """How long what is left will take, in words."""

    @property
    def name(self) -> str:
        return self.series.id if self.series else self.manifest.parent.name

    def note(self, state: str, episode_id: str) -> None:
        self.states.setdefault(state, []).append(episode_id)


def summary(nights: Sequence[SeriesNight], *, took_s: float | None = None) -> list[str]:
    """What a mail shows: a line per series, what failed, what waits, and what to type next."""
    total = sum(id_ != METADATA for one in nights for ids in one.states.values() for id_ in ids)
    head = f"{len(nights)} series, {total} episodes on {socket.gethostname()}"
    lines = [head if took_s is None else f"{head}, {estimate.spoken(took_s)}"]
    for one in nights:
        counts = ", ".join(f"{len(ids)} {state}" for state, ids in one.states.items())
        lines.append(f"{one.name}: {counts or 'nothing'}{f', {one.left} of work left' if one.left else ''}")
        if one.added:
            lines.append(f"  new: {_few(one.added)}")
        lines += _some("note", one.notes, f"localize series add {one.manifest}")
        lines += _some("failed", one.problems, f"localize failures {one.manifest}")
        lines += _waits(one)
    return lines


def _some(word: str, of: Sequence[str], all_of_them: str) -> Iterator[str]:
    yield from (f"  {word}: {one}" for one in of[:_SHOWN])
    if (more := len(of) - _SHOWN) > 0:
        yield f"  and {more} more: {all_of_them}"


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= _SHOWN else f"{ids[0]} to {ids[-1]}, {len(ids)} episodes"


def _waits(one: SeriesNight) -> Iterator[str]:
    gates: dict[str, list[str]] = {}
    for error in one.waiting:
        gates.setdefault(error.stage or "", []).append(error.locale or error.episode_id or "")
    for gate, whom in gates.items():
        counted = ", ".join(f"{tag} {whom.count(tag)}" for tag in dict.fromkeys(whom))
        yield f"  waits at {gate}: {counted}; next: localize status {one.manifest}"
