"""The workspace: the truth of what has been done. Every artefact is a file a person can open.

Writes are atomic (temporary name, fsync, rename) and recorded in `episode.json` with the fingerprint of what went in. A
normal run trusts size and modification time against the record; `verify` hashes again.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from localize import lease
from localize.episode import Artefact, EpisodeState, MediaFacts
from localize.errors import WorkspaceError
from localize.fingerprint import file_digest

T = TypeVar("T")

_DISK = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing `path` into a WorkspaceError."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK:
            raise WorkspaceError(f"{_DISK[error.errno]}: {path}", next_step="free space, then run again") from error
        if error.errno in _DENIED or isinstance(error, NotADirectoryError):
            raise WorkspaceError(
                f"{path} cannot be written: {error.strerror}", next_step="choose another place with --workspace DIR"
            ) from error
        raise


def write_atomic(path: Path, data: bytes, *, before_rename: Callable[[], None] = lambda: None) -> None:
    """Write `data` to `path` whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            before_rename()
            part.replace(path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Building one takes longer than reading a file with it."""
    return _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))


def to_json(value: object) -> bytes:
    """Readable, stable JSON of a dataclass."""
    plain = _adapter(type(value)).dump_python(value, mode="json")
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def from_json(kind: type[T], path: Path) -> T:
    """The dataclass `kind` from `path`; WorkspaceError says what is wrong with a damaged or hand-edited file."""
    try:
        value: T = _adapter(kind).validate_json(path.read_bytes())
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise WorkspaceError(
            f"{path} is damaged at {where or 'its start'}: {detail['msg']}",
            next_step=f"mend the file, or delete it to have it made again: {path}",
        ) from None
    return value


def target_file(tag: str) -> str:
    return f"targets/{tag}.json"


def layout_file(tag: str) -> str:
    return f"layout/{tag}.json"


def findings_file(tag: str) -> str:
    return f"findings/{tag}.json"


def subtitle_file(tag: str, kind: str) -> str:
    return f"subtitles/{tag}.{kind}"


def render_file(tag: str) -> str:
    return f"renders/{tag}.mp4"


class EpisodeWorkspace:
    """The files of one episode, under `<root>/<series>/<episode>/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks = folder / "locks"

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def state(self) -> EpisodeState:
        path = self.path("episode.json")
        return from_json(EpisodeState, path) if path.exists() else EpisodeState()

    def read(self, kind: type[T], name: str) -> T | None:
        """The artefact `name` as `kind`, None where it was not made yet."""
        path = self.path(name)
        return from_json(kind, path) if path.exists() else None

    def need(self, kind: type[T], name: str) -> T:
        """As `read`, but its absence is an error: an earlier step has to make it."""
        value = self.read(kind, name)
        if value is None:
            raise WorkspaceError(f"{self.path(name)} is missing", next_step="run the same command again")
        return value

    def fresh(self, name: str, fingerprint: str, *, verify: bool = False) -> bool:
        """Whether `name` was made from exactly `fingerprint` and still is as it was committed."""
        record = self.state.artefacts.get(name)
        return bool(record and record.fingerprint == fingerprint and self._unchanged(name, record, verify))

    def edited(self, name: str, *, verify: bool = False) -> bool:
        """Whether a person changed `name` since it was committed."""
        record = self.state.artefacts.get(name)
        return bool(record and self.path(name).exists() and not self._unchanged(name, record, verify))

    def digest(self, name: str) -> str:
        """SHA-256 of `name` as it is now; empty where it is missing."""
        record, path = self.state.artefacts.get(name), self.path(name)
        if record and self._unchanged(name, record, verify=False):
            return record.digest
        return file_digest(path) if path.exists() else ""

    def _unchanged(self, name: str, record: Artefact, verify: bool) -> bool:
        try:
            stat = self.path(name).stat()
        except FileNotFoundError:
            return False
        if not verify and (stat.st_size, stat.st_mtime_ns) == (record.size_bytes, record.mtime_ns):
            return True
        # Touched or copied files keep their content: only another digest is a change.
        return stat.st_size == record.size_bytes and file_digest(self.path(name)) == record.digest

    @contextmanager
    def writing(self, *scopes: str) -> Iterator[Writer]:
        """Hold the leases of `scopes` (locales, or the source locale) and hand out the only way to commit."""
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with lease.hold(self._locks, scopes) as leases:
                yield Writer(self, leases)


class Writer:
    """Commits artefacts while its leases hold."""

    def __init__(self, workspace: EpisodeWorkspace, leases: Sequence[lease.Lease]) -> None:
        self._workspace = workspace
        self._leases = leases

    def commit(self, name: str, value: object, fingerprint: str) -> None:
        """Write `value` (a dataclass, text or bytes) as `name`."""
        path = self._workspace.path(name)
        data = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else to_json(value)
        with self._guard():
            write_atomic(path, data, before_rename=self._check)
            self._record(name, fingerprint)

    def adopt(self, name: str, made: Path, fingerprint: str) -> None:
        """Move a finished file `made` (on the same volume) into place as `name`."""
        path = self._workspace.path(name)
        with self._guard(), disk_errors(path):
            self._check()
            path.parent.mkdir(parents=True, exist_ok=True)
            made.replace(path)
            sync_folder(path.parent)
            self._record(name, fingerprint)

    def accept_edit(self, name: str, fingerprint: str) -> None:
        """Record a file that a person changed as it is now."""
        with self._guard():
            self._record(name, fingerprint)

    def facts(self, facts: MediaFacts) -> None:
        with self._guard():
            self._save(replace(self._workspace.state, facts=facts))

    def _guard(self) -> Any:
        return lease.guard(self._workspace.path("locks"))

    def _check(self) -> None:
        for held in self._leases:
            held.check()

    def _record(self, name: str, fingerprint: str) -> None:
        path = self._workspace.path(name)
        stat = path.stat()
        artefact = Artefact(fingerprint, file_digest(path), stat.st_size, stat.st_mtime_ns)
        state = self._workspace.state
        self._save(replace(state, artefacts=state.artefacts | {name: artefact}))

    def _save(self, state: EpisodeState) -> None:
        write_atomic(self._workspace.path("episode.json"), to_json(state))
