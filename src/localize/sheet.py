"""CSV that other programs read: no cell of it is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# As OWASP lists them: a spreadsheet reckons whatever begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], *, excel: bool = False) -> bytes:
    """`excel` puts the byte order mark in front without which Excel takes UTF-8 for another encoding."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig" if excel else "utf-8")


def _cell(value: object) -> object:
    """An apostrophe in front makes text of what would be a formula; numbers are none."""
    if isinstance(value, str):
        # A lone carriage return would end the row for many readers.
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
