"""The disk under a workspace: whole writes, what changed meanwhile, scratch folders, and errors in one line."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localize import lease
from localize.errors import WorkspaceError

_DISK = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}
_SCRATCH = ".scratch-"
_IDLE_S = 3600
"""An encoder writes all the time: a scratch folder where nothing was written for so long has nobody left."""

Stamp = tuple[int, int]
"""Size in bytes and modification time in ns."""


@contextmanager
def disk_errors(path: Path, doing: str = "written") -> Iterator[None]:
    """Turn whatever the operating system says about `path`, which is being written or read, into a WorkspaceError."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK:
            raise WorkspaceError(f"{_DISK[error.errno]}: {path}", next_step="free space, then run again") from error
        raise WorkspaceError(
            f"{path} cannot be {doing}: {error.strerror or error}",
            next_step="check its permissions, or choose another place with --workspace DIR",
        ) from error


def write_atomic(
    path: Path, data: bytes, *, before_rename: Callable[[], None] = lambda: None, mode: int = 0o666
) -> os.stat_result:
    """Write `data` to `path` whole or not at all; returns its size and time as written. The umask narrows `mode`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(part, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # Before the rename: from then on it is anybody's to change.
            written = part.stat()
            before_rename()
            part.replace(path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)
    return written


def sync(path: Path) -> None:
    """Make a file's content, or the renames inside a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(path: Path) -> Stamp | None:
    """None where there is no such file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns


def stamps(folder: Path) -> dict[str, Stamp]:
    """Stamps of what is in `folder` and in the folders there, by path relative to it; artefacts lie no deeper."""
    here = [path for path in folder.iterdir() if not path.name.startswith(".")]
    below = [path for inner in here if inner.is_dir() for path in inner.iterdir()]
    return {path.relative_to(folder).as_posix(): found for path in (*here, *below) if (found := stamp(path))}


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A private folder in `parent`, gone afterwards; removes on the way what killed processes left of theirs there."""
    _sweep(parent)
    with ExitStack() as stack:
        with disk_errors(parent):
            made = tempfile.TemporaryDirectory(
                prefix=f"{_SCRATCH}{os.getpid()}-", dir=parent, ignore_cleanup_errors=True
            )
        yield Path(stack.enter_context(made))


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{_SCRATCH}*"):
        pid = folder.name.removeprefix(_SCRATCH).split("-")[0]
        # Without a process here it may still be another machine's: only that and a long silence together tell.
        if not (pid.isdecimal() and lease.alive(int(pid))) and _idle_s(folder) > _IDLE_S:
            shutil.rmtree(folder, ignore_errors=True)


def _idle_s(folder: Path) -> float:
    """Seconds since anything was last written in `folder`."""
    written_ns = [found[1] for path in (folder, *folder.glob("*")) if (found := stamp(path))]
    return time.time() - max(written_ns, default=0) / 1e9
