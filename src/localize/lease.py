"""Leases: one writer per episode and locale, on one machine or on many that share a volume.

A lease is a small file with owner, token and a heartbeat (its modification time). Commit means: under the guard, the
own token still stands in the file, then rename. A process that was stopped for longer than `STALE_S` may find its lease
taken; its token is then stale and its commit fails instead of overwriting newer work.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from filelock import FileLock
from pydantic import Field, TypeAdapter, ValidationError

from localize.errors import LeaseHeld, WorkspaceError

HEARTBEAT_S = 10.0
STALE_S = 90.0
PATIENCE_S = 5.0
"""Most steps hold a locale for less than this: worth a wait before giving up."""
_POLL_S = 0.1
_GUARD_POLL_S = 0.005
_RELEASED = threading.Condition()
"""Told when this process gives a lease back, so that its other threads need not wait to look again."""
_GUARD = "guard.lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """What a lease's file says: who holds it."""

    owner: str
    token: str
    host: str
    namespace: str
    """Of process ids, where the system has them: two containers may share a host's name and know other processes."""
    pid: Annotated[int, Field(gt=0, lt=2**31)]


_HOLDER = TypeAdapter(Holder)


class Lease:
    """The right to write one scope (`source`, or a locale) of one episode; use `hold` to get one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        host, pid = socket.gethostname(), os.getpid()
        self.holder = Holder(f"process {pid} on {host}", secrets.token_hex(8), host, _namespace(), pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {path.name}", daemon=True)

    def rival(self) -> Holder | None:
        """Who holds the lease while its heartbeat is fresh; call with the guard held."""
        held = _read(self.path)
        return None if held is None or _abandoned(self.path, held) else held

    def take(self) -> None:
        """Make it ours; call with the guard held, where it has no rival."""
        self.path.write_bytes(_HOLDER.dump_json(self.holder))
        self._thread.start()

    def check(self) -> None:
        """Raise WorkspaceError unless the lease is still ours; call with the guard held, right before a rename."""
        if not self._ours():
            raise WorkspaceError(
                f"the lease on {self.path.stem} was taken over while this process stood still; nothing was written",
                next_step="run the same command again",
            )

    def release(self) -> None:
        """Give it back. Never fails: what was written stands, and a lease that nobody renews runs out by itself."""
        self._stop.set()
        with suppress(OSError), guard(self.path.parent):
            if self._ours():
                self.path.unlink(missing_ok=True)
        with _RELEASED:
            _RELEASED.notify_all()

    def _ours(self) -> bool:
        held = _read(self.path)
        return held is not None and held.token == self.holder.token

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            # A volume that is away for a moment is no reason to stop: the next beat may reach it.
            with suppress(OSError), guard(self.path.parent):
                if not self._ours():
                    return
                os.utime(self.path)


@contextmanager
def hold(folder: Path, scopes: Sequence[str], *, patience_s: float = PATIENCE_S) -> Iterator[tuple[Lease, ...]]:
    """Hold the leases of `scopes` in `folder`: all of them at once, or none.

    While another process holds any of them, waits for up to `patience_s`, holding nothing; then LeaseHeld names it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    leases = tuple(Lease(folder / f"{scope}.json") for scope in sorted(set(scopes)))
    try:
        _take_all(folder, leases, patience_s)
        yield leases
    finally:
        for lease in leases:
            lease.release()


def _held(scope: str, rival: Holder) -> LeaseHeld:
    return LeaseHeld(
        f"{scope} is being written by {rival.owner}",
        next_step="wait for it to end, then run the same command again",
    )


def _take_all(folder: Path, leases: Sequence[Lease], patience_s: float) -> None:
    give_up_s = time.monotonic() + patience_s
    while True:
        with guard(folder):
            rivals = {lease.path.stem: rival for lease in leases if (rival := lease.rival())}
            if not rivals:
                for lease in leases:
                    lease.take()
                return
        if time.monotonic() >= give_up_s:
            raise _held(*next(iter(rivals.items())))
        with _RELEASED:
            _RELEASED.wait(_POLL_S)


def abandoned(folder: Path) -> list[Path]:
    """Leases in `folder` that nobody renews, and files there that are none."""
    if not folder.is_dir():
        return []
    with guard(folder):
        found = sorted(folder.glob("*.json"))
        return [path for path in found if (held := _read(path)) is None or _abandoned(path, held)]


def guard(folder: Path) -> AbstractContextManager[object]:
    """Take the short lock around reading and replacing files of `folder`; never held while an engine works."""
    return FileLock(folder / _GUARD, thread_local=False).acquire(poll_interval=_GUARD_POLL_S)


def alive(pid: int) -> bool:
    """Whether process `pid` runs, as far as this machine and namespace can tell."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> Holder | None:
    """None where there is no lease, or only what a process left that died while it wrote one."""
    try:
        return _HOLDER.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _abandoned(path: Path, held: Holder) -> bool:
    """Whether nobody renews the lease any more; call with the guard held.

    The age is told by the clock of the volume, which sets the times of all its files: those of two machines that share
    it differ. A heartbeat from the future is left from before that clock was put right.
    """
    clock = path.with_name(_GUARD)
    os.utime(clock)
    if abs(clock.stat().st_mtime - path.stat().st_mtime) > STALE_S:
        return True
    here = (held.host, held.namespace) == (socket.gethostname(), _namespace())
    return here and not alive(held.pid)


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _after_fork() -> None:
    """A child has none of the threads that may have held it."""
    global _RELEASED
    _RELEASED = threading.Condition()


os.register_at_fork(after_in_child=_after_fork)
