"""Similar lines: signatures of all texts of the index, kept in files beside it, and of those that came since."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from localize import disk
from localize.errors import WorkspaceError
from localize.memory.index import Index
from localize.memory.signatures import Signatures

_NEW_ROWS, _NEW_SHARE = 10_000, 0.05
"""The files are written anew when more rows than that, and than that share of theirs, came since."""
_PARTS = 8
"""So many changes of the index are searched one by one; then they are made one part."""
_STATE = "SELECT id, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'renderings'), 0) FROM identity"
_ROWS = "SELECT DISTINCT locale, series, text FROM renderings WHERE id > ? AND id <= ?"


class Fuzzy:
    """Searches the texts of `index`: those of rows up to `_kept` from files, later ones in memory.

    Texts that have left the index since are found as well: who asks looks each one up there anyway.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._folder = index.path.with_suffix(".signatures")
        self._identity = ""
        self._begin()

    def similar(self, text: str, locale: str, series: str | None, floor: int) -> Iterator[tuple[int, str]]:
        """Score and text of every text that has at least `floor` percent in common with `text`, best first."""
        self._follow()
        parts = [part for part in (self._files, *self._later) if part]
        found = {hit for part in parts for hit in part.similar(text, locale, series, floor)}
        yield from sorted(found, key=lambda hit: (-hit[0], hit[1]))

    def _begin(self) -> None:
        self._kept = self._seen = 0
        self._files: Signatures | None = None
        self._later: list[Signatures] = []

    def _follow(self) -> None:
        """Take in what was added to the index since last time."""
        ((identity, last),) = self._index.read(_STATE)
        if identity != self._identity:
            self._identity = identity
            self._begin()
        if self._outgrown(last):
            self._load()
            if self._outgrown(last):
                self._kept, self._files = last, Signatures.of(self._index.read(_ROWS, (0, last)))
                self._save(self._files)
            self._seen, self._later = self._kept, []
        if last <= self._seen:
            return
        if len(self._later) == _PARTS:
            self._seen, self._later = self._kept, []
        self._later.append(Signatures.of(self._index.read(_ROWS, (self._seen, last))))
        self._seen = last

    def _outgrown(self, last: int) -> bool:
        return last - self._kept > max(_NEW_ROWS, _NEW_SHARE * len(self._files or ()))

    def _load(self) -> None:
        """The newest files of this index, where there are any."""
        for kept in sorted((_upto(folder) for folder in self._folder.glob(f"{self._identity}-*")), reverse=True):
            # Gone, because another process has newer ones, or damaged.
            with suppress(OSError, ValueError):
                self._kept, self._files = kept, Signatures.load(self._folder / f"{self._identity}-{kept}")
                return

    def _save(self, signatures: Signatures) -> None:
        """Best effort: without files the next process has to make its own."""
        name = f"{self._identity}-{self._kept}"
        with suppress(OSError, WorkspaceError):
            self._folder.mkdir(exist_ok=True)
            with disk.scratch(self._folder) as scratch:
                made = scratch / name
                made.mkdir()
                signatures.save(made)
                # Of that name, if any, are damaged ones.
                shutil.rmtree(self._folder / name, ignore_errors=True)
                made.rename(self._folder / name)
            for other in self._folder.glob("[!.]*"):
                if other.name != name:
                    shutil.rmtree(other, ignore_errors=True)


def _upto(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])
