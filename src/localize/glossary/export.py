"""What leaves the tables: whole ones of a locale, sheets with a column for each locale, TBX and TMX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from localize.glossary import interchange, tables
from localize.glossary.suggest import Suggestion
from localize.glossary.terms import Entry
from localize.locales import LOCALES

Format = Literal["csv", "xlsx", "tbx", "tmx"]


def exported(entries: Sequence[Entry], locales: Sequence[str], format_: Format, *, excel: bool = False) -> bytes:
    """`entries`, none of which another overrules, as a file.

    CSV and XLSX of one locale are tables with every row. For several, as in TMX, each meaning is one row or unit with
    the preferred targets.
    """
    if format_ == "tbx":
        return interchange.tbx(entries)
    if format_ == "tmx":
        return interchange.tmx(
            (row["source"], {tag: row[tag] for tag in locales if tag in row}) for row in _wide(entries)
        )
    if len(locales) == 1:
        return tables.encoded(entries, f".{format_}", excel=excel)
    columns = ["source", "near", "not_near", *locales]
    return tables.encoded_rows(columns, _wide(entries), f".{format_}", excel=excel)


def to_fill_in(found: Iterable[Suggestion], locales: Sequence[str], suffix: str, *, excel: bool = False) -> bytes:
    """Suggestions as a sheet with a column for each locale; names stand in those that write them in pinyin."""
    # Vietnamese is in Latin script too and reads Chinese names its own way.
    pinyin = [tag for tag in locales if LOCALES[tag].script == "Latn" and tag != "vi"]
    rows = [
        {"source": one.term, "pos": "name" if one.kind == "name" else "", "note": one.example}
        | dict.fromkeys(pinyin, one.romanised)
        for one in found
    ]
    return tables.encoded_rows(["source", "pos", "near", "not_near", *locales, "note"], rows, suffix, excel=excel)


def _wide(entries: Iterable[Entry]) -> list[dict[str, str]]:
    """One row for each meaning, with the preferred target of every locale."""
    rows: dict[object, dict[str, str]] = {}
    for entry in entries:
        if entry.status == "preferred":
            near, not_near = "|".join(entry.near), "|".join(entry.not_near)
            row = rows.setdefault(entry.sense, {"source": entry.source, "near": near, "not_near": not_near})
            row[entry.locale] = entry.target
    return list(rows.values())
