"""Writes that fail: a day of the episode in three parts, each on a disk that is full or broken from its n-th change on.

A part ends with errors that say what to do, or as if nothing had been; done again on a sound disk it has to come to
what an undisturbed day made of it. Runs with `tests/shim/full_disk.c` preloaded, see `preloaded`.
"""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.episode import CLIP, DAY, Act, Episode, litter, outcome
from tests.chaos.life import Child, Life

SHIM = Path(__file__).parents[1] / "shim" / "full_disk.c"
PARTS: Mapping[str, tuple[Act | None, ...]] = {"text": DAY[:1], "review": DAY[1:5], "films": DAY[5:6]}
FAULTS = {"full": (errno.ENOSPC, True), "broken": (errno.EIO, False)}
"""The errno, and whether the changes after the first one fail as well."""
_FOLDER, _PAGE = "FAULTY_DISK", "FAULTY_DISK_PAGE"


@dataclass(slots=True)
class Row:
    """What came of failing changes in one part."""

    changes: int = 0
    tried: int = 0
    stopped: int = 0
    """Ended with errors, each naming what to do next."""
    unharmed: int = 0
    """Went on as if nothing had been: what failed was of no consequence."""
    wrong: int = 0


@dataclass(slots=True)
class Table:
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.notes and not any(row.wrong for row in self.rows.values())

    def markdown(self) -> str:
        lines = [
            "| disk | part | changes | tried | clear error, whole after another run | no consequence | wrong |",
            "|---" * 7 + "|",
        ]
        for (fault, part), row in self.rows.items():
            counted = f"{row.changes} | {row.tried} | {row.stopped} | {row.unharmed} | {row.wrong}"
            lines.append(f"| {fault} | {part} | {counted} |")
        return "\n".join(lines)


def preloaded(folder: Path) -> dict[str, str]:
    """The environment of a process whose disk can fail below `folder / "trial"`; builds the shim there."""
    shim, page = folder / "shim.so", folder / "page"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, SHIM, "-ldl"], check=True)
    page.write_bytes(bytes(32))
    return {"LD_PRELOAD": str(shim), _FOLDER: str(folder.resolve() / "trial"), _PAGE: str(page)}


def ready() -> bool:
    """Whether this process is `preloaded`."""
    return _PAGE in os.environ


def measure(*, stride: int, say: Callable[[str], None]) -> Table:
    """Let every `stride`-th change fail, in each part and each way; for a process that is `preloaded`."""
    table, trial = Table(), Path(os.environ[_FOLDER])
    media = trial.with_name(CLIP)
    with _disk(Path(os.environ[_PAGE])) as disk:
        before = trial.with_name("before")
        Episode(before, media)
        for part, acts in PARTS.items():
            modes = ("burn", "mux", "sidecar") if part == "films" else ("sidecar",)
            _fresh_copy(before, trial)
            disk.sound()
            episode = Episode(trial, media, modes)
            for act in acts:
                _do(episode, [act])
            changes, wanted = disk.changes, outcome(episode.home)
            after = trial.with_name(f"after-{part}")
            shutil.copytree(trial, after)
            for fault, (number, lasting) in FAULTS.items():
                row = table.rows[fault, part] = Row(changes)
                for change in range(1, changes + 1, stride):
                    _fresh_copy(before, trial)
                    disk.fail(change, number, lasting)
                    wrong = _try(episode, acts, disk, wanted, row)
                    table.notes += [f"{fault}, {part}, change {change}: {what}" for what in wrong]
                    row.wrong += bool(wrong)
                say(f"{fault} disk, {part}: {row.tried} of {changes} changes failed, {row.wrong} wrong")
            before = after
    return table


def _try(episode: Episode, acts: Sequence[Act | None], disk: _Disk, wanted: Mapping[str, str], row: Row) -> list[str]:
    """Do `acts` on a disk that fails, then on a sound one; returns what was wrong."""
    row.tried += 1
    errors = _do(episode, acts)
    wrong = [f"does not say what to do: {error}" for error in errors if "; next: " not in error]
    row.stopped += bool(errors)
    row.unharmed += not errors
    disk.sound()
    wrong += [f"left {name}" for name in litter(episode.home)]
    wrong += [f"run again: {error}" for error in _do(episode, acts)]
    made = outcome(episode.home)
    wrong += [f"{name} is not as usual" for name in sorted({*wanted, *made}) if wanted.get(name) != made.get(name)]
    return wrong


def _do(episode: Episode, acts: Sequence[Act | None]) -> list[str]:
    """What went wrong; the first act that does ends it."""
    for act in acts:
        try:
            life: Life = Child(episode, act.do if act else None, name=act.name if act else "").wait()
        except AssertionError as bug:
            return [f"a bug: {bug}"]
        if life.errors:
            return life.errors
    return []


class _Disk:
    """The page that the shim of all processes looks at."""

    def __init__(self, page: mmap.mmap) -> None:
        self._page = page

    @property
    def changes(self) -> int:
        """So many were made since the last `sound` or `fail`."""
        counted: int = struct.unpack_from("q", self._page)[0]
        return counted

    def sound(self) -> None:
        self._set(0, 0, 0)

    def fail(self, change: int, number: int, lasting: bool) -> None:
        self._set(change, number, int(lasting))

    def _set(self, first: int, number: int, lasting: int) -> None:
        struct.pack_into("4q", self._page, 0, 0, first, number, lasting)


@contextmanager
def _disk(page: Path) -> Iterator[_Disk]:
    with page.open("r+b") as file, mmap.mmap(file.fileno(), 32) as mapped:
        yield _Disk(mapped)


def _fresh_copy(folder: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
