"""The memory's file: SQLite on the local disk of one machine, an index of what workspaces hold.

Several processes use it at once: writers take short turns, readers never wait. Since all truth is in the workspaces, a
file that is damaged, or was written by another version, is put aside as `*.old` and a new one begun.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from localize.errors import LeaseHeld, WorkspaceError

_APPLICATION, _SCHEMA = 0x6C6F636D, 1
"""Four letters that tell our files from others ("locm"), and the version of what is in them."""
_PRAGMAS = ("application_id", "user_version")
_PATIENCE_S = 30
_CACHE = "PRAGMA cache_size = -65536"
"""64 MB at most, where the inner pages of a large index find room; SQLite takes 2 MB."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TAKEN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_TABLES = """
CREATE TABLE identity (id TEXT NOT NULL);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    series TEXT NOT NULL, episode TEXT NOT NULL, locale TEXT NOT NULL,
    stamp TEXT NOT NULL,
    UNIQUE (episode, locale, series)
);
-- What a text was translated as, how often and where last: thousands of approvals are one row. Ids only grow, so that
-- what was added since is what is above the highest id seen.
CREATE TABLE renderings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    locale TEXT NOT NULL, text TEXT NOT NULL, series TEXT NOT NULL, target TEXT NOT NULL,
    approvals INTEGER NOT NULL, latest TEXT NOT NULL
);
CREATE INDEX renderings_of_text ON renderings (locale, text, series, target, approvals, latest);
CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    rendering INTEGER NOT NULL, place TEXT NOT NULL, context INTEGER NOT NULL,
    file INTEGER NOT NULL, cue TEXT NOT NULL, source TEXT NOT NULL,
    UNIQUE (file, cue)
);
CREATE INDEX lines_of_rendering ON lines (rendering, place);
CREATE INDEX lines_of_context ON lines (context);
CREATE TRIGGER line_removed AFTER DELETE ON lines BEGIN
    UPDATE renderings SET approvals = approvals - 1,
        latest = ifnull((SELECT max(place) FROM lines WHERE rendering = OLD.rendering), '')
    WHERE id = OLD.rendering;
END;
"""


class Damaged(WorkspaceError):
    """The file cannot be used as it is; whoever asked begins a new one."""


class Index:
    """One connection to the file at `path`; where a file is begun, `fill` takes up what is known of workspaces."""

    def __init__(self, path: Path, fill: Callable[[Index], None]) -> None:
        self.path = path
        self._fill = fill
        self._opened: tuple[int, int] | None = None
        # Held while the file is made or replaced, and filled for the first time.
        self._lock = FileLock(f"{path}.lock")
        with _errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock:
                self._connect()

    def read(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """All rows of a query."""
        with _errors(self.path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several queries of one state, whatever others write meanwhile."""
        with _errors(self.path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; others wait for its end, so nothing slow belongs inside."""
        with _errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    @property
    def replaced(self) -> bool:
        """Whether the file at `path` is gone, or is another one than this connection has open."""
        return _inode(self.path) != self._opened

    def close(self) -> None:
        self._connection.close()

    def begin_anew(self) -> None:
        """Put the file aside and begin a new one; where another process already did, open that."""
        with _errors(self.path), self._lock:
            replaced = self.replaced
            self._connection.close()
            self._opened = None
            if not replaced:
                self._put_aside()
            self._connect()

    def _connect(self) -> None:
        if self.path.exists():
            with suppress(Damaged):
                return self._open()
            self._put_aside()
        self._remove_journals()
        self._connection = self._begin()
        self._opened = _inode(self.path)
        self._fill(self)
        # Last, so that a file whose filling was cut short is not taken for a whole one.
        self._connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        return None

    def _open(self) -> None:
        opened, connection = _inode(self.path), _connected(self.path)
        try:
            with _errors(self.path):
                found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS]
                # After a power cut the last changes may be missing, which a refresh mends; never half of one.
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(_CACHE)
            if found != [_APPLICATION, _SCHEMA]:
                raise Damaged(f"{self.path} is of another version")
        except BaseException:
            connection.close()
            raise
        self._connection, self._opened = connection, opened

    def _begin(self) -> sqlite3.Connection:
        connection = _connected(self.path)
        # Readers never wait for a writer.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_CACHE)
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION}; COMMIT")
        connection.execute("INSERT INTO identity VALUES (?)", (uuid.uuid4().hex,))
        return connection

    def _put_aside(self) -> None:
        """Not deleted: LOCALIZE_MEMORY may name a file that was never ours."""
        if self.path.exists():
            self.path.replace(f"{self.path}.old")
        self._remove_journals()

    def _remove_journals(self) -> None:
        """SQLite would take a journal that was left over for one of the new file."""
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def _connected(path: Path) -> sqlite3.Connection:
    # Threads take turns under the lock of `Memory`.
    return sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """What SQLite and the disk say, in this product's errors; Damaged where only a new file helps."""
    try:
        yield
    except OSError as error:
        raise _unusable(path, error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise  # a mistake of ours
        # Text that is no UTF-8 comes without a code: something else was written there.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _DAMAGED:
            raise Damaged(
                f"the translation memory {path} is damaged: {error}", next_step=f"delete {path}, then run again"
            ) from error
        if code in _TAKEN:
            raise LeaseHeld(
                f"another process has kept {path} for {_PATIENCE_S} s", next_step="run the same command again"
            ) from error
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> WorkspaceError:
    return WorkspaceError(
        f"the translation memory {path} cannot be used: {error}",
        next_step="check the disk and the file's permissions, or name another file in LOCALIZE_MEMORY",
    )
