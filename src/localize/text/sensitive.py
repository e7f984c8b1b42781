"""Sensitive words: what gets an episode cut, re-rated or banned in a market, with the reason.

`glossaries/sensitive/<locale>.csv` has the columns word, severity, reason. The lists are short on purpose: what they
name a person should look at, what they do not name is no promise.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from localize import disk, settings
from localize.errors import GlossaryError
from localize.findings import SEVERITIES, Severity
from localize.glossary.terms import places
from localize.locales import Locale

COLUMNS = ("word", "severity", "reason")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A word, or a few, that a market does not take lightly."""

    word: str
    severity: Severity
    reason: str


def load(tag: str) -> tuple[Sensitive, ...]:
    """The list of locale `tag`, empty where there is none; GlossaryError names file, line and what is wrong."""
    path = settings.glossaries_dir() / "sensitive" / f"{tag}.csv"
    with disk.disk_errors(path, "read"):
        return _read(path, stamp) if (stamp := disk.stamp(path)) else ()


def found(text: str, words: Sequence[Sensitive], profile: Locale) -> list[Sensitive]:
    """Those of `words` that stand in `text` as words of their own."""
    # Nearly every line has none: one look for all of them.
    if not places(text, tuple(word.word for word in words), profile.suffixes):
        return []
    return [word for word in words if places(text, (word.word,), profile.suffixes)]


@lru_cache(maxsize=64)
def _read(path: Path, _stamp: disk.Stamp) -> tuple[Sensitive, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GlossaryError(f"{path} cannot be read: {error}", next_step="save it as 'CSV UTF-8'") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise GlossaryError(f"{path}:1: the columns are not {','.join(COLUMNS)}", next_step=f"edit {path}")
    return tuple(_entry(path, number, row) for number, row in enumerate(rows[1:], 2) if any(row))


def _entry(path: Path, number: int, row: list[str]) -> Sensitive:
    cells = [cell.strip() for cell in row]
    if len(cells) != len(COLUMNS) or not all(cells):
        raise GlossaryError(f"{path}:{number}: a word, a severity and a reason belong here", next_step=f"edit {path}")
    word, severity, reason = cells
    if severity not in SEVERITIES:
        raise GlossaryError(
            f"{path}:{number}: {word}: severity {severity!r} is unknown",
            next_step=f"choose among {', '.join(SEVERITIES)}",
        )
    return Sensitive(word, severity, reason)
