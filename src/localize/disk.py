"""The disk under a workspace: whole writes, what changed meanwhile, scratch folders, and errors in one line."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from localize import lease
from localize.errors import WorkspaceError

_DISK = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}
_SCRATCH, _PART = ".scratch-", ".part"
_NOBODY = 2**31 - 1
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
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
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
    with ExitStack() as stack:
        with disk_errors(parent):
            made = tempfile.TemporaryDirectory(
                prefix=f"{_SCRATCH}{os.getpid()}-", dir=parent, ignore_cleanup_errors=True
            )
        folder = Path(stack.enter_context(made))
        # The clock of the volume, which other machines share: it has just set the time of our own folder.
        for path in abandoned(parent.glob(f"{_SCRATCH}*"), folder.stat().st_mtime):
            remove(path)
        yield folder


def left_over(parent: Path) -> list[Path]:
    """Scratch folders and half-written files below `parent` whose process is gone."""
    found = [*parent.glob(f"{_SCRATCH}*"), *parent.rglob(f".*{_PART}")]
    with tempfile.TemporaryFile(dir=parent) as clock:
        return abandoned(found, os.fstat(clock.fileno()).st_mtime)


def abandoned(paths: Iterable[Path], now_s: float) -> list[Path]:
    """Those of `paths` that name a process which is gone; `now_s` is the time by the clock of their volume.

    Without a process here they may still be another machine's: only that and a long silence together tell.
    """
    return [path for path in paths if not lease.alive(_pid(path)) and now_s - _written_s(path) > _IDLE_S]


def remove(path: Path) -> None:
    """Delete a file, or a folder with all that is in it; that it is gone already is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def size_bytes(path: Path) -> int:
    """Of a file, or of all that is in a folder."""
    inside = path.rglob("*") if path.is_dir() else (path,)
    return sum(found[0] for one in inside if one.is_file() and (found := stamp(one)))


def _pid(path: Path) -> int:
    """The process that a scratch folder or a half-written file names; that of nobody where it names none."""
    name = path.name
    pid = name.removesuffix(_PART).rpartition(".")[2] if name.endswith(_PART) else name.removeprefix(_SCRATCH)
    pid = pid.split("-")[0]
    return int(pid) if pid.isdecimal() else _NOBODY


def _written_s(path: Path) -> float:
    """When anything was last written there."""
    inside = path.glob("*") if path.is_dir() else ()
    written_ns = [found[1] for one in (path, *inside) if (found := stamp(one))]
    return max(written_ns, default=0) / 1e9
