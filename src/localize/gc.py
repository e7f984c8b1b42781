"""Garbage: what is on the disk and nobody needs any more. Never what a person made, and never a finished file.

Two kinds go. What processes left that were killed: scratch folders, half-written files, leases that nobody renews. And
what the episode's own records name and no step asks for any more: drafts of lines that stand in their track by now, the
filled-in picture of a cover that is made otherwise today. A file that no record names may be somebody's, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localize import disk, lease
from localize.cues import TargetTrack
from localize.disk import disk_errors
from localize.errors import LeaseHeld, at
from localize.job import Job
from localize.steps import filled
from localize.workspace import FILLED, drafts_file, target_file

Kind = Literal["scratch", "half-written", "lease", "drafts", "cover"]


@dataclass(frozen=True, slots=True)
class Garbage:
    """A file or a folder that can go; `name` is relative to the episode's folder, `scope` whose lease guards it."""

    episode: str
    kind: Kind
    name: str
    size_bytes: int
    scope: str = ""


def find(job: Job) -> list[Garbage]:
    """What can go of the episode of `job`; nothing is removed. WorkspaceError where it cannot be read."""
    ws = job.workspace
    if not ws.folder.is_dir():
        return []
    with at(stage="gc", episode_id=job.episode.id), disk_errors(ws.folder, "read"):
        return [*_left(job), *_superseded(job)]


def collect(job: Job) -> list[Garbage]:
    """Remove what `find` finds, and return it; what another process works on at this moment stays."""
    gone = []
    for garbage in find(job):
        path = job.workspace.path(garbage.name)
        with at(stage="gc", episode_id=job.episode.id), disk_errors(path, "removed"):
            if not garbage.scope:
                disk.remove(path)
            elif not _forgotten(job, garbage):
                continue
        gone.append(garbage)
    return gone


def _left(job: Job) -> Iterator[Garbage]:
    folder = job.workspace.folder
    for path in disk.left_over(folder):
        kind: Kind = "scratch" if path.is_dir() else "half-written"
        yield _garbage(job, kind, path)
    for path in lease.abandoned(folder / "locks"):
        yield _garbage(job, "lease", path)


def _superseded(job: Job) -> Iterator[Garbage]:
    ws = job.workspace
    recorded = ws.state.artefacts
    for tag in job.locales:
        name = drafts_file(tag)
        if name in recorded and ws.exists(name) and _in_track(job, tag):
            yield _garbage(job, "drafts", ws.path(name), tag)
    if FILLED in recorded and ws.exists(FILLED) and ws.state.facts and filled(job) is None:
        yield _garbage(job, "cover", ws.path(FILLED), "cover")


def _in_track(job: Job, tag: str) -> bool:
    """Whether every line of the drafts stands in the track, whoever wrote it there."""
    drafts = job.workspace.need(TargetTrack, drafts_file(tag))
    track = job.workspace.read(TargetTrack, target_file(tag))
    return track is not None and {line.id for line in drafts.lines} <= {line.id for line in track.lines}


def _forgotten(job: Job, garbage: Garbage) -> bool:
    """Whether a file and its record were removed: not while somebody writes there, or where a person changed it."""
    try:
        with job.workspace.writing(garbage.scope, patience_s=0) as writer:
            if job.workspace.edited(garbage.name):
                return False
            writer.remove(garbage.name)
    except LeaseHeld:
        return False
    return True


def _garbage(job: Job, kind: Kind, path: Path, scope: str = "") -> Garbage:
    name = path.relative_to(job.workspace.folder).as_posix()
    return Garbage(job.episode.id, kind, name, disk.size_bytes(path), scope)
