"""Files for their owner only: the users, and the key of their sessions."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localize import lease
from localize.disk import disk_errors
from localize.errors import InputError

MODE = 0o600


def read(path: Path) -> bytes:
    """The content of a file that nobody but its owner may open; InputError where others may."""
    with disk_errors(path, "read"), path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name == "posix" and mode & 0o077:
            raise InputError(
                f"{path} holds secrets and others may open it (mode {mode:04o})",
                next_step=f"chmod 600 {shlex.quote(str(path))}",
            )
        return file.read()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder`, made for its owner only where it is missing."""
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lease.guard(folder):
            yield
