"""Intake: a folder of episodes becomes a series; what is missing, double or no episode is said.

Files stay where they are. The manifest is text that a person edits, so that new episodes are added at its end and
nothing else of it is touched.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localize.disk import disk_errors, write_atomic
from localize.errors import InputError
from localize.fingerprint import file_digest
from localize.numbering import natural, number
from localize.series import MEDIA_SUFFIXES, beside, id_of, load

SETTLE_S = 60
"""Nothing was written to a file for so long: whoever copies it has ended, or stands still."""
READY = ".ready"
"""A file of this name beside `ep01.mp4` (`ep01.mp4.ready`) says that it is whole, however young it is."""
_UNFINISHED = frozenset({".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download"})
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Found:
    """One episode of a folder; paths are relative to it. `number` is None where the name has none."""

    id: str
    file: str
    subtitles: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What a folder holds: `gaps` are numbers that are missing between the others.

    `doubles` pairs a file that was left out with the one it doubles, `unfinished` are still being copied.
    """

    episodes: tuple[Found, ...] = ()
    gaps: tuple[int, ...] = ()
    doubles: tuple[tuple[str, str], ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What a person should know, a line each."""
        lines = [f"{left} was left out: it doubles {kept}" for left, kept in self.doubles]
        lines += [f"{name} is still being copied, and is left for the next time" for name in self.unfinished]
        if self.gaps:
            lines.append(f"there is no episode {_ranges(self.gaps)}")
        return lines


def look(folder: Path, *, root: Path | None = None, known: Iterable[Path] = ()) -> Intake:
    """The videos in `folder`, in the order of their numbers, but for those that are in the manifest already (`known`).

    Paths are relative to `root`, the folder itself where None. Raises WorkspaceError where it cannot be read.
    """
    root, there = root or folder, {path.absolute() for path in known}
    with disk_errors(folder, "read"):
        files = [
            path
            for path in sorted(folder.iterdir(), key=lambda path: natural(path.name))
            if path.suffix.lower() in MEDIA_SUFFIXES and not path.name.startswith(".") and path.is_file()
        ]
        new = [path for path in files if path.absolute() not in there]
        whole = [path for path in new if settled(path)]
        young = {*new} - {*whole}
        numbers = {n for path in files if (n := number(path.stem)) is not None}
        kept, doubles = _distinct(whole, [path for path in files if path.absolute() in there])
    width = max(2, *(len(str(n)) for n in numbers)) if numbers else 2
    episodes = [
        Found(
            id=id_of(path) if (n := number(path.stem)) is None else f"ep{n:0{width}}",
            file=path.relative_to(root).as_posix(),
            subtitles=_beside(path, root),
            number=n,
        )
        for path in kept
    ]
    episodes.sort(key=lambda one: (one.number is None, one.number or 0, natural(one.id)))
    gaps = tuple(sorted({*range(min(numbers), max(numbers))} - numbers)) if numbers else ()
    unfinished = [path.name for path in new if path in young]
    unfinished += [path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in _UNFINISHED]
    return Intake(tuple(episodes), gaps, doubles, tuple(unfinished))


def settled(path: Path, now: float | None = None) -> bool:
    """Whether nobody writes `path` any more.

    The time of the last change of the file itself counts, since copies often carry the time of their original; one from
    the future, of a machine whose clock is ahead, is taken for old.
    """
    if path.with_name(path.name + READY).exists():
        return True
    stat = path.stat()
    age_s = (time.time() if now is None else now) - max(stat.st_mtime, stat.st_ctime)
    return stat.st_size > 0 and (age_s >= SETTLE_S or age_s < -_DAY_S)


def new_manifest(found: Intake, *, id_: str, title: str, genre: str, locales: Sequence[str]) -> str:
    """A `series.toml` for what was found, with the defaults of a new series."""
    head = [
        "schema = 1",
        f"id = {_text(id_)}",
        f"title = {_text(title)}",
        f"genre = {_text(genre)}",
        f"locales = [{', '.join(map(_text, locales))}]",
    ]
    return "\n".join(head) + "\n" + "".join(map(_entry, found.episodes))


def create(folder: Path, found: Intake, *, id_: str, title: str, genre: str, locales: Sequence[str]) -> Path:
    """Write `series.toml` into `folder`; InputError where one is there, or nothing was found to put into it."""
    path = folder / "series.toml"
    if path.exists():
        raise InputError(f"{path} is there already", next_step=f"edit it, or: localize series add {path}")
    if not found.episodes:
        step = "copy the episodes there first"
        if found.unfinished:
            step = f"run it again in {SETTLE_S} s, or put ep01.mp4{READY} beside ep01.mp4 where the copy is whole"
        raise InputError(f"{folder} holds no video that could be taken", next_step=step)
    text = new_manifest(found, id_=id_, title=title, genre=genre, locales=locales)
    write_atomic(path, text.encode())
    try:
        load(path)
    except BaseException:
        path.unlink()
        raise
    return path


def add(manifest: Path, found: Intake) -> tuple[Found, ...]:
    """Add what was found at the end of `manifest`; InputError where an id stands there already."""
    series = load(manifest)
    taken = {episode.id for episode in series.episode}
    if clashing := [one for one in found.episodes if one.id in taken]:
        raise InputError(
            f"{clashing[0].file} would be {clashing[0].id}, which {manifest.name} has already",
            next_step=f"rename the file, or set file of {clashing[0].id} in {manifest} if it is another cut",
        )
    if found.episodes:
        with disk_errors(manifest):
            text = manifest.read_text(encoding="utf-8")
            write_atomic(manifest, (text.rstrip("\n") + "\n" + "".join(map(_entry, found.episodes))).encode())
        try:
            load(manifest)
        except BaseException:
            write_atomic(manifest, text.encode())
            raise
    return found.episodes


def _distinct(new: Sequence[Path], known: Sequence[Path]) -> tuple[list[Path], tuple[tuple[str, str], ...]]:
    """Files without those that have the number, or the very content, of one before them."""
    kept: list[Path] = []
    doubles = []
    by_number: dict[int, Path] = {}
    by_size: dict[int, list[Path]] = {}
    digest = cache(file_digest)  # a file is read only where another has its size, and once

    def take(path: Path) -> None:
        if (n := number(path.stem)) is not None:
            by_number.setdefault(n, path)
        by_size.setdefault(path.stat().st_size, []).append(path)

    for path in known:
        take(path)
    for path in new:
        same_size = by_size.get(path.stat().st_size, ())
        of = by_number.get(n) if (n := number(path.stem)) is not None else None
        of = of or next((other for other in same_size if digest(other) == digest(path)), None)
        if of is None:
            kept.append(path)
            take(path)
        else:
            doubles.append((path.name, of.name))
    return kept, tuple(doubles)


def _beside(path: Path, root: Path) -> str:
    name = beside(path).get("subtitles", "")
    return path.with_name(name).relative_to(root).as_posix() if name else ""


def _entry(one: Found) -> str:
    lines = ["", "[[episode]]", f"id = {_text(one.id)}", f"file = {_text(one.file)}"]
    return "\n".join([*lines, *([f"subtitles = {_text(one.subtitles)}"] if one.subtitles else []), ""])


def _text(value: str) -> str:
    """A TOML string; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)


def _ranges(numbers: Sequence[int]) -> str:
    """`3, 7-9`."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
