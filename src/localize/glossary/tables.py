"""Glossary tables: CSV and XLSX files of one locale, or of several with a column for each.

Nothing of a file is used before all of it was found good. `scan` gives what is in it and every problem, `read` raises
on the first and says how many there are. Entries carry the file and the row as `glossary.sheets` counts them.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import regex

from localize.disk import write_atomic
from localize.errors import GlossaryError
from localize.glossary import sheets
from localize.glossary.scripts import foreign
from localize.glossary.sheets import Problem, Row, Sheet
from localize.glossary.terms import COLUMNS, GENDERS, PARTS_OF_SPEECH, STATUSES, Entry, Gender, Status
from localize.locales import LOCALES
from localize.locales import locale as profile_of

_LISTS = ("variants", "near", "not_near", "not_in")
_CHOICES: Mapping[str, Sequence[str]] = {"status": STATUSES, "pos": PARTS_OF_SPEECH, "gender": GENDERS}
_PLACEHOLDER = regex.compile(r"(?<![\p{L}\p{N}])XQ\d+(?!\d)", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds for one locale. `entries` are the good rows: to be used only where `problems` is empty.

    `unsaid` are the columns that the file lacks: in these the entries have what is usual, which nobody wrote.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    unsaid: frozenset[str] = frozenset()


def read(path: Path, *, locale: str, scope: str) -> tuple[Entry, ...]:
    """The entries of the table `path` (.csv or .xlsx), in the order of its rows.

    Columns are found by name: `source` and `target` have to be there, the others of `COLUMNS` may be. Raises
    GlossaryError (`file:row: term: what is wrong`, and how many more problems the file has), and LocaleError.
    """
    table = scan(path, locale=locale, scope=scope)
    sheets.refuse(table.problems)
    return table.entries


def scan(path: Path, *, locale: str, scope: str) -> Table:
    """As `read`, but every problem is in the result; GlossaryError only where the file is not there."""
    return table_of(sheets.read(path), locale=locale, scope=scope)


def scan_all(path: Path, *, scope: str) -> dict[str, Table]:
    """The tables of a sheet that has a column for each locale instead of `target`; empty for other sheets.

    A cell without text is a target that is missing, not a mistake; the other columns count for all locales.
    """
    sheet = sheets.read(path)
    names = {tag.casefold(): tag for tag in LOCALES}
    return {
        names[column]: table_of(sheet, locale=names[column], scope=scope, column=column)
        for column in sheet.columns
        if column in names and "target" not in sheet.columns
    }


def table_of(sheet: Sheet, *, locale: str, scope: str, column: str = "target") -> Table:
    """The rows of `sheet` for `locale`, whose targets stand in `column`."""
    problems = [*sheet.problems, *_column_problems(sheet, column)]
    if len(problems) > len(sheet.problems) or not sheet.columns:
        return Table(problems=tuple(problems))
    entries: list[Entry] = []
    for row in sheet.rows:
        if column != "target" and not row.cells[column]:
            continue
        entry = _entry(row, column, locale, scope, sheet.file)
        if flaws := list(wrong(entry)):
            problems += [Problem(sheet.file, row.number, *what, term=entry.source) for what in flaws]
        else:
            entries.append(entry)
    if column != "target" and entries and all(entry.target.isdecimal() for entry in entries):
        # `id` is Indonesian, and what many sheets call the number of a row.
        step = "delete the column, or name it otherwise: numbers are no targets"
        problems.append(Problem(sheet.file, sheet.header_row, f"column {column!r} holds only numbers", step))
    problems += _rivals(entries)
    unsaid = frozenset(COLUMNS) - {"source", "target", *sheet.columns}
    return Table(tuple(entries), tuple(sorted(problems, key=lambda problem: problem.row)), unsaid)


def encoded(entries: Sequence[Entry], suffix: str = ".csv", *, excel: bool = False) -> bytes:
    """The table of `entries`, of one locale: CSV, or a workbook where `suffix` is `.xlsx`.

    `excel` puts a byte order mark in front of a CSV, without which Excel takes it for the system's old encoding.
    Raises GlossaryError for a cell that `read` would refuse.
    """
    return encoded_rows(COLUMNS, [_cells(entry) for entry in entries], suffix, excel=excel)


def encoded_rows(
    columns: Sequence[str], rows: Sequence[Mapping[str, str]], suffix: str = ".csv", *, excel: bool = False
) -> bytes:
    """As `encoded`, for any columns; those that a row lacks are empty."""
    for row in rows:
        for name in columns:
            for what, step in sheets.flaws(name, row.get(name, "")):
                raise GlossaryError(f"{row.get('source', '')}: {what}", next_step=step)
    cells = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    if suffix == ".xlsx":
        return _workbook(cells)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue().encode("utf-8-sig" if excel else "utf-8")


def write(path: Path, entries: Sequence[Entry], *, excel: bool = False) -> None:
    """Write `encoded(entries)` as `path`, whole or not at all; WorkspaceError where the disk refuses."""
    write_atomic(path, encoded(entries, path.suffix.lower(), excel=excel))


def wrong(entry: Entry) -> Iterator[tuple[str, str]]:
    """What is wrong with an entry by itself, and what to do."""
    for column, text in (("source", entry.source), ("target", entry.target), ("variants", " ".join(entry.variants))):
        if not text and column != "variants":
            yield f"the {column} is empty", "fill it in, or delete the row"
        if placeholder := _PLACEHOLDER.search(text):
            yield f"{column} holds the placeholder {placeholder[0]}", "write the term itself"
    for column, choices in _CHOICES.items():
        if (value := getattr(entry, column)) not in choices:
            named = ", ".join(choice for choice in choices if choice)
            yield f"{column} {value!r} is unknown", f"choose among {named}"
    if entry.status == "forbidden":
        return
    profile = profile_of(entry.locale)
    for form in (entry.target, *entry.variants):
        if char := foreign(form, profile):
            yield f"{form!r} is not {profile.name}: it holds {char!r}", "check that the target is in the right column"


def _column_problems(sheet: Sheet, column: str) -> Iterator[Problem]:
    if not sheet.columns:
        return
    known: Collection[str] = {*COLUMNS, *(tag.casefold() for tag in LOCALES if column != "target")}
    if column not in sheet.columns:
        yield Problem(sheet.file, sheet.header_row, f"no column is named {column!r}", "name the columns: source,target")
    for name in sheet.columns:
        if name not in known:
            yield Problem(
                sheet.file, sheet.header_row, f"unknown column {name!r}",
                f"delete it, or name it one of {', '.join(COLUMNS)}",
            )  # fmt: skip


def _entry(row: Row, column: str, locale: str, scope: str, file: str) -> Entry:
    cells = {name: unicodedata.normalize("NFC", cell) for name, cell in row.cells.items()}
    variants, near, not_near, not_in = (
        tuple(dict.fromkeys(filter(None, map(_line, cells.get(name, "").split("|"))))) for name in _LISTS
    )
    status, pos, gender = (cells.get(name, "").casefold() for name in _CHOICES)
    return Entry(
        _line(cells["source"]), _line(cells[column]),
        # `wrong` tells which of these are none.
        cast(Status, status or "preferred"), pos, cast(Gender, gender),
        variants, near, not_near, not_in, cells.get("note", ""), locale, scope, file, row.number,
    )  # fmt: skip


def _line(text: str) -> str:
    """Cells are wrapped by hand now and then; a term is one line."""
    return " ".join(text.split())


def _rivals(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Preferred targets of one meaning that differ from the first of them."""
    first: dict[object, Entry] = {}
    for entry in entries:
        if entry.status != "preferred":
            continue
        before = first.setdefault(entry.sense, entry)
        if before.target != entry.target:
            yield Problem(
                entry.file, entry.row, f"{entry.target!r} and {before.target!r} (row {before.row}) are both preferred",
                "make one of them admitted, or tell them apart with near and not_near", entry.source,
            )  # fmt: skip


def _cells(entry: Entry) -> dict[str, str]:
    for name in _LISTS:
        if bad := next((value for value in getattr(entry, name) if "|" in value), None):
            raise GlossaryError(f"{entry.source}: {name} holds a |: {bad}", next_step="write it without")
    values = ((name, getattr(entry, name)) for name in COLUMNS)
    return {name: "|".join(value) if isinstance(value, tuple) else value for name, value in values}


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title, sheet.freeze_panes = "glossary", "A2"
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            sheets.put_text(sheet.cell(number, column), text)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
