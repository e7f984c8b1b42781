"""The audit log: who did what to which lines, before and after; one file per event under `log/<scope>/`.

A file per event, because many machines may write at once to a shared volume and none of them may lose a line of it. An
event is written right before what it tells of is committed: after a crash the log may name a change that was never made
and that nobody was told of, and never lacks one that was.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from localize.cues import Cue, TargetLine
from localize.disk import disk_errors, write_atomic
from localize.workspace import EpisodeWorkspace, from_json, to_json

What = Literal[
    "edit", "replace", "approve", "undo", "split", "merge", "retime", "import", "decide", "comment", "resolve", "clash",
    "learn",
]  # fmt: skip
_REMEMBERED = 2_000
"""Folders whose events are kept in memory, for pages that show all of a series."""


@dataclass(frozen=True, slots=True)
class Who:
    """A person; `signed_in` is whether the desk knows that it is them, or they only typed a name."""

    name: str
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a person did. `id` sorts by time; `scope` is a locale, or `source`.

    A change of target lines has them in `lines_*`, one of the source in `cues_*`, whole, so that it can be taken back.
    `text` is a comment or the reason, `to` the colleague it is for, `of` the event that it takes back or answers.
    """

    id: str
    at: str
    who: Who
    what: What
    scope: str
    cue_ids: tuple[str, ...] = ()
    lines_before: tuple[TargetLine, ...] = ()
    lines_after: tuple[TargetLine, ...] = ()
    cues_before: tuple[Cue, ...] = ()
    cues_after: tuple[Cue, ...] = ()
    text: str = ""
    to: str = ""
    of: str = ""
    schema: int = 1


def stamp() -> tuple[str, str]:
    """A new id and the time it was made at, ISO 8601 in UTC."""
    now_ns = time.time_ns()
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_ns // 10**9))
    fraction = f"{now_ns % 10**9 // 1000:06}"
    return f"{at.replace('-', '').replace(':', '')}.{fraction}Z-{secrets.token_hex(3)}", f"{at}.{fraction[:3]}Z"


def append(ws: EpisodeWorkspace, event: Event) -> Path:
    """Write `event`; WorkspaceError where the disk does not take it."""
    path = ws.path(f"log/{event.scope}/{event.id}.json")
    write_atomic(path, to_json(event))
    return path


def read(ws: EpisodeWorkspace, scope: str) -> list[Event]:
    """All events of `scope`, the oldest first; WorkspaceError names a damaged file."""
    folder = ws.path(f"log/{scope}")
    with disk_errors(folder, "read"):
        names = sorted(name for name in _listed(folder) if name.endswith(".json") and name[0] != ".")
    # Thousands of events are read at every save: names cost a twentieth of what paths do.
    known = _known_in(str(folder))
    return [known.get(name) or known.setdefault(name, from_json(Event, folder / name)) for name in names]


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, not paths
    except FileNotFoundError:
        return []


def all_of(ws: EpisodeWorkspace) -> list[Event]:
    """Every event of the episode, the oldest first."""
    folder = ws.path("log")
    with disk_errors(folder, "read"):
        scopes = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return sorted((event for scope in scopes for event in read(ws, scope)), key=lambda event: event.id)


def of_cue(events: Iterable[Event], cue_id: str) -> Iterator[Event]:
    """What happened to one cue, in the order of `events`."""
    return (event for event in events if cue_id in event.cue_ids)


@lru_cache(_REMEMBERED)
def _known_in(folder: str) -> dict[str, Event]:
    """The events that were read from `folder`, by name: they are never written twice, so they stay as they were."""
    return {}
