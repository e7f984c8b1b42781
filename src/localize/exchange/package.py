"""The package of a workbook: a zip from anywhere, judged whole before anything reads it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise

import regex

from localize.errors import InputError
from localize.exchange.returned import refuse_hostile, refuse_large

MOST_ENTRIES = 2000
"""A sheet for each episode is two or three of them."""
MOST_UNPACKED = 96 << 20
"""A series of 40,000 lines unpacks to 50 MB."""
MOST_RATIO, RATIO_FROM_BYTES = 200, 1 << 20
"""Our own sheets shrink about thirtyfold."""
MOST_AT_ONCE = 4 << 20
"""Of what is read as one tree, where an element may be four bytes: a row of a sheet, and each part but the largest."""

_CHUNK = 1 << 20
_ROW = regex.compile(rb"<(?:\w+:)?row\b")
_SHEETS = "xl/worksheets/"
_READ_BY_PIECES = ("xl/sharedStrings", "xl/media/")
_MERGED = regex.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]+\d+:[A-Z]+\d+)")
_STEP = "give the workbook that was exported, saved as .xlsx"


def judged(data: bytes) -> Mapping[str, str]:
    """The first merged range of each part of a workbook that has one, by the name of the part.

    InputError where `data` is no workbook, unpacks to far more than one holds, or declares entities.
    """
    refuse_large(data)
    merged: dict[str, str] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _judge(infos)
            for info in infos:
                part = _unpacked(archive, info, left)
                left -= len(part)
                refuse_hostile(part, f"{info.filename!r} in the workbook")
                _refuse_heavy(info.filename, part)
                if info.filename.startswith(_SHEETS) and (found := _MERGED.search(part)):
                    merged[info.filename] = found[1].decode()
    # RuntimeError: an encrypted entry. NotImplementedError: a compression nobody knows.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError) as error:
        raise InputError(f"the file is no whole workbook: {error}", next_step=_STEP) from error
    if "[Content_Types].xml" not in {info.filename for info in infos}:
        raise InputError("the file is a zip archive and no workbook", next_step=_STEP)
    return merged


def _judge(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_ENTRIES:
        raise _refused(f"it has {len(infos)} entries, {MOST_ENTRIES} are allowed")
    if len({info.filename for info in infos}) != len(infos):
        raise _refused("it has an entry twice")
    if (total := sum(info.file_size for info in infos)) > MOST_UNPACKED:
        raise _refused(f"it unpacks to {total >> 20} MB, {MOST_UNPACKED >> 20} are allowed")
    for info in infos:
        if info.file_size > RATIO_FROM_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise _refused(f"{info.filename!r} unpacks to more than {MOST_RATIO} times its size")


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    """What an entry holds; the size its header promises is a limit, not a hope."""
    part = bytearray()
    with archive.open(info) as file:
        while chunk := file.read(_CHUNK):
            part += chunk
            if len(part) > min(info.file_size, left):
                raise _refused(f"{info.filename!r} is longer than its header says")
    return bytes(part)


def _refuse_heavy(name: str, part: bytes) -> None:
    """What is no row is small, and so is each row."""
    rows = [match.start() for match in _ROW.finditer(part)] if name.startswith(_SHEETS) else []
    ends = [0, *rows, len(part)]
    if not name.startswith(_READ_BY_PIECES) and max(b - a for a, b in pairwise(ends)) > MOST_AT_ONCE:
        raise _refused(f"{name!r} holds {'a row' if rows else 'parts'} of more than {MOST_AT_ONCE >> 20} MB")


def _refused(why: str) -> InputError:
    return InputError(f"the workbook was refused: {why}", next_step=_STEP)
