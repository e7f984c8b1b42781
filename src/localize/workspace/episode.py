"""One episode in the workspace: what is there and whether it is whole, and the one door for writing to it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from localize import disk, lease
from localize.disk import Stamp, disk_errors, write_atomic
from localize.episode import Artefact, EpisodeState, MediaFacts, PictureFacts
from localize.errors import WorkspaceError
from localize.fingerprint import file_digest
from localize.workspace.stored import parsed, to_json

T = TypeVar("T")


def _recorded(path: Path) -> EpisodeState:
    """The record as it is now. A run asks hundreds of times: reading is cheap and always right, parsing is not."""
    data, seen = path.read_bytes(), _seen(path)
    if seen[0][0] != data:
        seen[0] = data, parsed(EpisodeState, path, data)
    return seen[0][1]


@lru_cache(maxsize=16)
def _seen(_path: Path) -> list[tuple[bytes | None, EpisodeState]]:
    """What was read last, of the episodes that were asked for last; one pair, which is replaced as a whole."""
    return [(None, EpisodeState())]


@lru_cache(maxsize=1024)
def _joined(folder: Path, name: str) -> Path:
    """Putting a path together takes longer than looking whether its file is there."""
    return folder / name


class EpisodeWorkspace:
    """The files of one episode, under `<root>/<series>/<episode>/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks = folder / "locks"
        self._state_file = folder / "episode.json"
        self.damaged: list[str] = []
        """Files that were not as they had been written when a step made them anew from the same things."""

    def path(self, name: str) -> Path:
        return _joined(self.folder, name)

    def exists(self, name: str) -> bool:
        """Whether `name` is there; WorkspaceError where that cannot be told."""
        with disk_errors(self.path(name), "read"):
            return self.path(name).exists()

    @property
    def state(self) -> EpisodeState:
        """What is recorded now. The file is read each time, since anybody may write it, and parsed when it differs."""
        with disk_errors(self._state_file, "read"), suppress(FileNotFoundError, NotADirectoryError):
            return _recorded(self._state_file)
        return EpisodeState()

    def read(self, kind: type[T], name: str) -> T | None:
        """The artefact `name` as `kind`, None where it was not made yet."""
        path = self.path(name)
        with disk_errors(path, "read"), suppress(FileNotFoundError, NotADirectoryError):
            return parsed(kind, path, path.read_bytes())
        return None

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
        """Whether a person changed `name` since it was committed.

        A file that nobody recorded counts as theirs: where `episode.json` was lost, nothing tells their work from ours.
        """
        record = self.state.artefacts.get(name)
        return self.exists(name) and not (record and self._unchanged(name, record, verify))

    def digest(self, name: str) -> str:
        """SHA-256 of `name` as it is now; empty where it is missing."""
        record = self.state.artefacts.get(name)
        if record and self._unchanged(name, record, verify=False):
            return record.digest
        with disk_errors(self.path(name), "read"):
            return file_digest(self.path(name)) if self.exists(name) else ""

    def _unchanged(self, name: str, record: Artefact, verify: bool) -> bool:
        path = self.path(name)
        with disk_errors(path, "read"):
            stamp = disk.stamp(path)
            if not verify and stamp == (record.size_bytes, record.mtime_ns):
                return True
            # Touched or copied files keep their content: only another digest is a change.
            return stamp is not None and stamp[0] == record.size_bytes and file_digest(path) == record.digest

    @contextmanager
    def writing(self, *scopes: str, patience_s: float = lease.PATIENCE_S) -> Iterator[Writer]:
        """Hold the leases of `scopes` (locales, or `source`) and hand out the only way to commit.

        LeaseHeld where another process still writes one of them after `patience_s`; WorkspaceError where the folder
        cannot be written. Errors of the work done inside pass through as they are.
        """
        with ExitStack() as stack:
            with disk_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                leases = stack.enter_context(lease.hold(self._locks, scopes, patience_s=patience_s))
                writer = Writer(self, leases, disk.stamps(self.folder))
            yield writer

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder on the workspace's own volume, so that finished files move by a rename."""
        with disk.scratch(self.folder) as folder:
            yield folder


class Writer:
    """Commits artefacts while its leases hold and nobody else changed what they replace.

    `seen` holds the stamps of what was there when the writing began.
    """

    def __init__(self, workspace: EpisodeWorkspace, leases: Sequence[lease.Lease], seen: dict[str, Stamp]) -> None:
        self._workspace = workspace
        self._leases = leases
        self._seen = seen

    def commit(self, name: str, value: object, fingerprint: str) -> None:
        """Write `value` (a dataclass, text or bytes) as `name`."""
        path = self._workspace.path(name)
        data = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else to_json(value)
        with self._guard():
            self._note_damage(name, fingerprint)
            stat = write_atomic(path, data, before_rename=partial(self._check, name))
            self._record(name, fingerprint, hashlib.sha256(data).hexdigest(), stat)

    def adopt(self, name: str, made: Path, fingerprint: str) -> None:
        """Move a finished file `made` (on the same volume) into place as `name`."""
        path = self._workspace.path(name)
        with disk_errors(path):
            disk.sync(made)
            digest, stat = file_digest(made), made.stat()
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._guard(), disk_errors(path):
            self._check(name)
            self._note_damage(name, fingerprint)
            made.replace(path)
            disk.sync(path.parent)
            self._record(name, fingerprint, digest, stat)

    def remove(self, name: str) -> None:
        """Delete `name`, which nothing needs any more; that it is not there is no error."""
        path = self._workspace.path(name)
        with self._guard(), disk_errors(path):
            self._check(name)
            path.unlink(missing_ok=True)
            state = self._workspace.state
            self._save(replace(state, artefacts={n: a for n, a in state.artefacts.items() if n != name}))

    def facts(self, facts: MediaFacts) -> None:
        with self._guard():
            self._check()
            self._save(replace(self._workspace.state, facts=facts))

    def picture(self, picture: PictureFacts) -> None:
        with self._guard():
            self._check()
            self._save(replace(self._workspace.state, picture=picture))

    @contextmanager
    def _guard(self) -> Iterator[None]:
        folder = self._workspace.path("locks")
        with disk_errors(folder), lease.guard(folder):
            yield

    def _check(self, name: str | None = None) -> None:
        """Raise WorkspaceError unless our leases hold and `name` is as it was when the writing began, or gone."""
        for held in self._leases:
            held.check()
        if name is None:
            return
        now = disk.stamp(self._workspace.path(name))
        if now is not None and now != self._seen.get(name):
            raise WorkspaceError(
                f"{self._workspace.path(name)} was edited while this step worked; nothing of it was overwritten",
                next_step="run the same command again",
            )

    def _note_damage(self, name: str, fingerprint: str) -> None:
        """Note that `name`, which is about to be made anew, is not what was written the last time."""
        record, path = self._workspace.state.artefacts.get(name), self._workspace.path(name)
        if record and fingerprint and record.fingerprint == fingerprint and path.exists():
            with disk_errors(path, "read"):
                if file_digest(path) != record.digest:
                    self._workspace.damaged.append(name)

    def _record(self, name: str, fingerprint: str, digest: str, stat: os.stat_result) -> None:
        artefact = Artefact(fingerprint, digest, stat.st_size, stat.st_mtime_ns)
        state = self._workspace.state
        self._save(replace(state, artefacts=state.artefacts | {name: artefact}))
        self._seen[name] = stat.st_size, stat.st_mtime_ns

    def _save(self, state: EpisodeState) -> None:
        write_atomic(self._workspace.path("episode.json"), to_json(state))
