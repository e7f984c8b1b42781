"""A file that came back, whatever its format: its name says which module reads it, and nothing else of it is used."""

from __future__ import annotations

from collections.abc import Sequence

from localize.errors import InputError
from localize.exchange import subtitle, workbook_reader, xliff
from localize.exchange.returned import Returned
from localize.job import Job

SUFFIXES = (".xlsx", *subtitle.SUFFIXES, ".xlf", ".xliff")


def read(data: bytes, name: str, jobs: Sequence[Job], tag: str = "") -> Returned:
    """What stands in `data`, a file called `name`; subtitles are of one of `jobs`, and in `tag` where that is given.

    InputError where it is of no format that goes out, or cannot be read.
    """
    kind = name.lower()
    if kind.endswith(".xlsx"):
        return workbook_reader.read(data)
    if kind.endswith((".xlf", ".xliff")):
        return xliff.read(data)
    if kind.endswith(subtitle.SUFFIXES):
        return subtitle.read(data, name, jobs, tag)
    raise InputError(f"{name} is no .xlsx, .srt, .ass or .xlf", next_step="save it as what was exported")
