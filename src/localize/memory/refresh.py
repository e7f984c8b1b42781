"""Bring the index up to what a workspace holds: files that changed are read anew, those that are gone leave it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from localize.errors import WorkspaceError
from localize.memory.harvest import Place, Said, approved, said, stamp_of, target_files
from localize.memory.index import Index
from localize.memory.units import Changed

_BATCH = 5000
"""Lines of a transaction: some tenths of a second for whoever waits."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a target file held when it bore `stamp`; a damaged file bears none and is read again next time."""

    place: Place
    stamp: str
    lines: list[tuple[Said, str]]
    error: WorkspaceError | None = None


def refresh(index: Index, root: Path, series: str) -> Changed:
    """Make what `index` knows of `series` what `root/series` holds; costs one stat a file where nothing changed."""
    rows = index.read("SELECT series, episode, locale, stamp FROM files WHERE series = ?", (series,))
    known = {Place(*row[:3]): row[3] for row in rows}
    try:
        found = target_files(root, series)
    except WorkspaceError as error:
        return Changed(unread=(error,))
    changed = Changed()
    for batch in _batches(_read(root, {place: stamp for place, stamp in found.items() if known.get(place) != stamp})):
        now = {file.place: stamp_of(root, file.place) for file in batch}
        with index.writing() as connection:
            for file in batch:
                held = _held(connection, file.place)
                # Who was quicker with a file that changed again meanwhile has it right already.
                if held.stamp != now[file.place]:
                    _replace(connection, file, held)
        errors = tuple(file.error for file in batch if file.error)
        changed += Changed(len(batch) - len(errors), sum(len(file.lines) for file in batch), unread=errors)
    if gone := [place for place in known.keys() - found.keys() if stamp_of(root, place) is None]:
        with index.writing() as connection:
            for place in gone:
                _remove(connection, place)
    return changed + Changed(gone=len(gone))


def _read(root: Path, stamps: dict[Place, str]) -> Iterator[_Read]:
    """The files of `stamps`, the source of an episode read once."""
    for (series, episode), places in groupby(stamps, key=lambda place: (place.series, place.episode)):
        source: list[Said] | WorkspaceError
        try:
            source = said(root, series, episode)
        except WorkspaceError as error:
            source = error
        for place in places:
            try:
                if isinstance(source, WorkspaceError):
                    raise source
                yield _Read(place, stamps[place], approved(root, place, source))
            except WorkspaceError as error:
                yield _Read(place, "", [], error)


def _batches(files: Iterable[_Read]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    lines = 0
    for file in files:
        batch.append(file)
        lines += len(file.lines)
        if lines >= _BATCH:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


class _Held(NamedTuple):
    """What the index has of a target file; both None where it does not know it."""

    file: int | None = None
    stamp: str | None = None


def _held(connection: sqlite3.Connection, place: Place) -> _Held:
    query = "SELECT id, stamp FROM files WHERE series = ? AND episode = ? AND locale = ?"
    row = connection.execute(query, (place.series, place.episode, place.locale)).fetchone()
    return _Held(*row) if row else _Held()


def _replace(connection: sqlite3.Connection, file: _Read, held: _Held) -> None:
    place, number = file.place, held.file
    before = _take_out(connection, held)
    if number is None:
        insert = "INSERT INTO files (series, episode, locale, stamp) VALUES (?, ?, ?, ?)"
        number = connection.execute(insert, (place.series, place.episode, place.locale, file.stamp)).lastrowid
    else:
        connection.execute("UPDATE files SET stamp = ? WHERE id = ?", (file.stamp, number))
    lines = []
    for line, target in file.lines:
        rendering = (place.locale, line.text, place.series, target)
        known = connection.execute(_APPROVED_AGAIN, (line.place, *rendering)).fetchone()
        id_ = known[0] if known else connection.execute(_APPROVED_FIRST, (line.place, *rendering)).lastrowid
        lines.append((id_, line.place, line.context, number, line.cue.id, line.cue.text))
    connection.executemany(
        "INSERT INTO lines (rendering, place, context, file, cue, source) VALUES (?, ?, ?, ?, ?, ?)", lines
    )
    _drop_unused(connection, before)


def _remove(connection: sqlite3.Connection, place: Place) -> None:
    held = _held(connection, place)
    _drop_unused(connection, _take_out(connection, held))
    connection.execute("DELETE FROM files WHERE id = ?", (held.file,))


def _take_out(connection: sqlite3.Connection, held: _Held) -> list[tuple[int]]:
    """Remove the lines of a file; returns the renderings they were of."""
    before = connection.execute("SELECT DISTINCT rendering FROM lines WHERE file = ?", (held.file,)).fetchall()
    connection.execute("DELETE FROM lines WHERE file = ?", (held.file,))
    return before


def _drop_unused(connection: sqlite3.Connection, renderings: list[tuple[int]]) -> None:
    connection.executemany("DELETE FROM renderings WHERE id = ? AND approvals = 0", renderings)


_APPROVED_AGAIN = (
    "UPDATE renderings SET approvals = approvals + 1, latest = max(latest, ?)"
    " WHERE locale = ? AND text = ? AND series = ? AND target = ? RETURNING id"
)
_APPROVED_FIRST = "INSERT INTO renderings (approvals, latest, locale, text, series, target) VALUES (1, ?, ?, ?, ?, ?)"
