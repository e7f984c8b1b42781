"""Leases: one writer per episode and locale, on one machine or on many that share a volume.

A lease is a small file with owner, token and a heartbeat (its modification time). Commit means: under the guard, the
own token still stands in the file, then rename. A process that was stopped for longer than `STALE_S` may find its lease
taken; its token is then stale and its commit fails instead of overwriting newer work.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from localize.errors import WorkspaceError

HEARTBEAT_S = 10.0
STALE_S = 90.0


class Lease:
    """The right to write one scope (`source`, or a locale) of one episode; use `hold` to get one."""

    def __init__(self, path: Path, owner: str) -> None:
        self.path = path
        self.owner = owner
        self.token = secrets.token_hex(8)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {path.name}", daemon=True)

    def acquire(self) -> None:
        """Take the lease; WorkspaceError names who holds it while its heartbeat is fresh."""
        with guard(self.path.parent):
            held = _read(self.path)
            if held and not _abandoned(self.path, held):
                raise WorkspaceError(
                    f"{self.path.stem} is being written by {held['owner']}",
                    next_step="wait for it to end, then run the same command again",
                )
            self.path.write_text(json.dumps(self._content()), encoding="utf-8")
        self._thread.start()

    def check(self) -> None:
        """Raise WorkspaceError unless the lease is still ours; call with the guard held, right before a rename."""
        if (_read(self.path) or {}).get("token") != self.token:
            raise WorkspaceError(
                f"the lease on {self.path.stem} was taken over while this process stood still; nothing was written",
                next_step="run the same command again",
            )

    def release(self) -> None:
        self._stop.set()
        with guard(self.path.parent):
            if (_read(self.path) or {}).get("token") == self.token:
                self.path.unlink(missing_ok=True)

    def _content(self) -> dict[str, str | int]:
        return {"owner": self.owner, "token": self.token, "host": socket.gethostname(), "pid": os.getpid()}

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            with guard(self.path.parent):
                if (_read(self.path) or {}).get("token") != self.token:
                    return
                os.utime(self.path)


@contextmanager
def hold(folder: Path, scopes: tuple[str, ...]) -> Iterator[tuple[Lease, ...]]:
    """Hold the leases of `scopes` in `folder`: all of them, or none and a WorkspaceError."""
    folder.mkdir(parents=True, exist_ok=True)
    owner = f"process {os.getpid()} on {socket.gethostname()}"
    leases: list[Lease] = []
    try:
        for scope in sorted(scopes):
            lease = Lease(folder / f"{scope}.json", owner)
            lease.acquire()
            leases.append(lease)
        yield tuple(leases)
    finally:
        for lease in leases:
            lease.release()


def guard(folder: Path) -> FileLock:
    """The short lock around reading and replacing files of `folder`; never held while an engine works."""
    return FileLock(folder / "guard.lock", thread_local=False)


def _read(path: Path) -> dict[str, str] | None:
    try:
        content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return content


def _abandoned(path: Path, held: dict[str, str]) -> bool:
    if time.time() - path.stat().st_mtime > STALE_S:
        return True
    return held["host"] == socket.gethostname() and not _alive(int(held["pid"]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
