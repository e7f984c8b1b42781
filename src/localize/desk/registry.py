"""What a desk shows: the series whose manifests lie under the paths it was started with, as they are now."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException

from localize import metadata, pipeline, settings
from localize import series as manifests
from localize.disk import Stamp, stamp
from localize.engines.registry import Engines
from localize.errors import InputError, LocalizeError, ManifestError
from localize.job import Job
from localize.series import Series

MANIFEST = "series.toml"
_DEPTH = 3
"""Folders below a given one in which manifests are looked for: studio/show/season."""
_LOOK_AGAIN_S = 2.0
_CLOSED = frozenset({"workspace", "node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One manifest: its series, or why it has none."""

    manifest: Path
    series: Series | None = None
    error: LocalizeError | None = None
    id: str = ""
    """Of the series, also while its manifest is damaged; empty where it never was whole."""


class Desk:
    """The series of a desk; `app.state.desk`. Safe for threads: a change is a new table."""

    def __init__(self, roots: Sequence[Path], workspace: Path | None = None) -> None:
        self._roots = tuple(root.absolute() for root in roots)
        self._workspace = workspace
        self._engines = Engines()
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[tuple[Stamp | None, ...], Entry]] = {}
        self._found: tuple[Path, ...] = ()
        self._looked_s = float("-inf")
        self._jobs: dict[str, tuple[Series, bool, dict[str, Job]]] = {}

    def entries(self) -> list[Entry]:
        """Every manifest in the order of the given paths; one that was edited since is read again."""
        with self._lock:
            if time.monotonic() - self._looked_s >= _LOOK_AGAIN_S:
                self._found = tuple(dict.fromkeys(path for root in self._roots for path in _manifests(root)))
                self._looked_s = time.monotonic()
            entries = [self._entry(path) for path in self._found]
        return list(_one_of_each(entries))

    def all(self) -> list[Series]:
        """The series that can be shown."""
        return [entry.series for entry in self.entries() if entry.series]

    def series(self, id_: str) -> Series:
        """The series with that id; 404 where the desk shows none, its own error while its manifest is damaged."""
        for entry in self.entries():
            if entry.id == id_ and entry.series:
                return entry.series
            if entry.id == id_ and entry.error:
                raise entry.error
        raise HTTPException(404)

    def jobs(self, series_id: str) -> dict[str, Job]:
        """The jobs of a series by episode, in manifest order, that of its titles last; each looks at all locales and
        builds no engine.
        """
        series = self.series(series_id)
        root = settings.workspace_root(series.root, self._workspace)
        titles = metadata.wanted(series, root / series.id)
        with self._lock:
            known = self._jobs.get(series_id)
            if known is None or known[0] is not series or known[1] != titles:
                made = pipeline.jobs(series, root, pipeline.options(series), self._engines)
                known = self._jobs[series_id] = (series, titles, {job.episode.id: job for job in made})
            return known[2]

    def job(self, series_id: str, episode_id: str) -> Job:
        """The job of one episode; 404 where the series has none of that id."""
        try:
            return self.jobs(series_id)[episode_id]
        except KeyError:
            raise HTTPException(404) from None

    def _entry(self, path: Path) -> Entry:
        stamps = tuple(_stamp(file) for file in (path, path.with_name("characters.toml")))
        known = self._read.get(path)
        if known is None or known[0] != stamps:
            known = self._read[path] = (stamps, _load(path, known[1].id if known else ""))
        return known[1]


def _load(path: Path, id_: str) -> Entry:
    """The series of `path`; `id_` is what it was called when it was last read."""
    try:
        series = manifests.load(path)
    except LocalizeError as error:
        return Entry(path, error=error, id=id_)
    return Entry(path, series=series, id=series.id)


def _one_of_each(entries: Sequence[Entry]) -> Iterator[Entry]:
    """A second manifest with the id of another one is an error: an address shall name one series."""
    seen: dict[str, Path] = {}
    for entry in entries:
        if entry.series and entry.series.id in seen:
            first = seen[entry.series.id]
            twice = ManifestError(f"{first} has the id {entry.series.id} too", next_step=f"edit {entry.manifest}")
            yield Entry(entry.manifest, error=twice)
            continue
        if entry.series:
            seen[entry.series.id] = entry.manifest
        yield entry


def _manifests(root: Path) -> Iterator[Path]:
    """`root` itself where it is a file, else every `series.toml` in it and in the folders below."""
    if not root.is_dir():
        yield root
        return
    for folder, below, files in os.walk(root):
        here = Path(folder)
        if MANIFEST in files:
            yield here / MANIFEST
        deep = len(here.relative_to(root).parts) >= _DEPTH
        below[:] = [] if deep else sorted(name for name in below if name not in _CLOSED and not name.startswith("."))


def _stamp(path: Path) -> Stamp | None:
    """None as well where the file cannot be looked at: reading it then says why."""
    try:
        return stamp(path)
    except OSError:
        return None


def checked(roots: Sequence[Path]) -> tuple[Path, ...]:
    """`roots` as they are; InputError where one is missing."""
    for root in roots:
        if not root.exists():
            raise InputError(f"{root} does not exist", next_step="give series.toml files, or folders of series")
    return tuple(roots)
