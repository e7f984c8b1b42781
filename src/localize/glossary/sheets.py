"""Sheets: rows of cells out of CSV and XLSX as people send them, and everything that is wrong with them.

CSV may be UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030 (Excel in China); commas, semicolons or
tabs separate. Rows are numbered as the program shows them that the file was made with: in XLSX the row of the sheet, in
CSV the line on which the row begins, so that after a cell that holds line breaks the numbers run on as in an editor.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from localize.errors import GlossaryError

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t"
# Anything after an equals sign is a formula; after the other signs what calls, refers or reckons: "-san" is a term.
_FORMULA = regex.compile(
    r"""\s*(?:=\s*[^\s=]|[+\-@]\s*\(*\s*(?:[A-Za-z_][\w.]*\(|\$?[A-Z]{1,3}\$?\d+\b|[\d.]+\s*[+\-*/^&<>=]|\w+!\$?[A-Z]|.*\|\s*'.*!))"""
)
# What a person cannot see or did not write: controls, lost and private characters, marks that turn text around.
_UNWANTED = regex.compile(r"[\p{Cc}\p{Co}\p{Cs}\p{Cn}\uFEFF\uFFFD\u202A-\u202E\u2066-\u2069--[\t\n]]", regex.V1)
# Workbooks write characters so; a text that looks like it has its underscore written so.
_ESCAPED = regex.compile(r"_x(?=[0-9A-Fa-f]{4}_)")
_ERROR = regex.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!)")
_PRIVATE = regex.compile(r"[\p{Co}\p{Cn}]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to mend in a file before any of it is used; `term` is the source of the row."""

    file: str
    row: int
    message: str
    next_step: str
    term: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {f'{self.term}: ' if self.term else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header, its cells by column name and stripped of space around them; absent ones are empty."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with the names of its columns, in order and in lower case; rows with a problem are left out of `rows`."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    header_row: int = 1


class Broken(Exception):
    """A file of which no row can be told, or a cell of which no text."""

    def __init__(self, row: int, message: str, next_step: str) -> None:
        super().__init__(message)
        self.row, self.message, self.next_step = row, message, next_step


def refuse(problems: Sequence[Problem]) -> None:
    """Raise GlossaryError with the first of `problems` and how many more there are; nothing where there are none."""
    if problems:
        first, more = problems[0], len(problems) - 1
        rest = f" (and {more} more problem{'s' if more > 1 else ''} in this file)" if more else ""
        raise GlossaryError(f"{first}{rest}", next_step=first.next_step)


def flaws(column: str, cell: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a cell whatever its column means, and what to do."""
    if _FORMULA.match(cell):
        yield f"{column} is a formula: {cell[:40]}", "put its value there as text"
    if _ERROR.fullmatch(cell):
        yield f"{column} is an error of the spreadsheet: {cell}", "type the cell again"
    if found := _UNWANTED.search(cell):
        yield f"{column} holds a control or lost character, U+{ord(found[0]):04X}", "type the cell again"


def read(path: Path) -> Sheet:
    """The sheet of `path`; what is wrong inside it is in `problems`. GlossaryError where there is no such file."""
    file = str(path)
    if path.suffix.lower() not in SUFFIXES:
        raise GlossaryError(
            f"{file} is neither {', '.join(SUFFIXES[:-1])} nor {SUFFIXES[-1]}",
            next_step="save it as 'CSV UTF-8' or as an Excel workbook (.xlsx)",
        )
    try:
        rows = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
        return _sheet(file, [(number, cells) for number, cells in rows if any(cells)])
    except Broken as broken:
        return Sheet(file, problems=(Problem(file, broken.row, broken.message, broken.next_step),))
    except OSError as error:
        raise GlossaryError(
            f"{file} cannot be read: {error.strerror or error}", next_step="check the name and its permissions"
        ) from error


def _sheet(file: str, rows: list[tuple[int, list[str]]]) -> Sheet:
    if not rows:
        raise Broken(1, "the file is empty", "write the names of the columns into row 1: source,target")
    (header, names), *body = rows
    columns = tuple(name.casefold() for name in _trimmed(names))
    if "source" not in columns:
        if body and "source" in [cell.casefold() for cell in body[0][1]]:
            raise Broken(
                header, f"a title stands above the names of the columns, which are in row {body[0][0]}",
                f"delete what stands above row {body[0][0]}",
            )  # fmt: skip
        there = ", ".join(repr(name[:20]) for name in columns[:3])
        raise Broken(header, f"no column is named 'source', only {there}", "name the columns in row 1: source,target")
    if "" in columns:
        raise Broken(
            header, f"column {columns.index('') + 1} has no name", "name it, or take merged cells of row 1 apart"
        )
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise Broken(header, f"two columns are named {twice[0]!r}", "leave one of them")
    good: list[Row] = []
    problems: list[Problem] = []
    for number, cells in body:
        row = Row(number, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False)))
        if wrong := _wrong_cells(_trimmed(cells), columns):
            problems += [Problem(file, number, *what, term=" ".join(row.cells["source"].split())) for what in wrong]
        else:
            good.append(row)
    return Sheet(file, columns, tuple(good), tuple(problems), header)


def _wrong_cells(cells: Sequence[str], columns: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with a row, and what to do, whatever the columns mean."""
    if len(cells) > len(columns):
        return [
            (
                f"the row has {len(cells)} cells under {len(columns)} columns",
                "put quotation marks around cells that hold the separator, or clear what stands beside the table",
            )
        ]
    return [flaw for column, cell in zip(columns, cells, strict=False) for flaw in flaws(column, cell)]


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    """Without the empty cells at the end, which spreadsheets leave."""
    return cells[: max((i for i, cell in enumerate(cells, 1) if cell), default=0)]


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(path.read_bytes()).replace("\r\n", "\n")
    if (lone := text.find("\r")) >= 0:
        raise Broken(
            text.count("\n", 0, lone) + 1, "a carriage return stands alone, without a line feed",
            "save the file as 'CSV UTF-8' or with line ends of Windows or Unix",
        )  # fmt: skip
    first = text.lstrip("\n").partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True
    )  # fmt: skip
    begins = 1
    try:
        for cells in reader:
            yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Broken(begins, f"the row cannot be read: {error}", "close the quotation mark that is open") from None


def _decoded(data: bytes) -> str:
    encodings = [encoding for bom, encoding in _BOMS if data.startswith(bom)] or ["utf-8", "gb18030"]
    failed_at: list[int] = []
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            failed_at.append(error.start)
            continue
        # GB18030 makes something of nearly any bytes; Big5 and Shift JIS read as it give private characters.
        if encoding != "gb18030" or not _PRIVATE.search(text):
            return text
    raise Broken(
        data.count(b"\n", 0, failed_at[0]) + 1, f"the text is not {' or '.join(encodings)}", "save it as 'CSV UTF-8'"
    )


def _xlsx(path: Path) -> list[tuple[int, list[str]]]:
    # Loaded when first used: most tables are CSV.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    used: dict[str, list[tuple[int, list[str]]]] = {}
    try:
        # It warns of styles and validations that it leaves out; only the text matters here.
        with warnings.catch_warnings(action="ignore"), closing(load_workbook(path, read_only=True)) as book:
            for sheet in book.worksheets:
                # Some programs write a wrong size.
                sheet.reset_dimensions()
                rows = ((n, [cell_text(n, cell) for cell in row]) for n, row in enumerate(sheet.iter_rows(), 1))
                if held := [(n, cells) for n, cells in rows if any(cells)]:
                    used[sheet.title] = held
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
    ) as error:
        raise Broken(1, f"the workbook cannot be read: {error}", "save it again as .xlsx") from None
    if len(used) > 1:
        raise Broken(1, f"several sheets hold cells: {', '.join(used)}", "keep one sheet in the workbook")
    return next(iter(used.values()), [])


def put_text(cell: Any, text: str) -> None:
    """Write `text` as text, whatever sign it starts with, and so that it stays text after a person edits it."""
    cell.value = _ESCAPED.sub("_x005F_x", text)
    cell.data_type, cell.number_format = "s", "@"


def cell_text(row: int, cell: Any) -> str:
    """What a cell holds: numbers as a person typed them, a formula with its sign in front; Broken for a date."""
    from openpyxl.utils.escape import unescape

    kind, value = cell.data_type, cell.value
    if value is None:
        return ""
    if kind == "f":
        # An array formula is an object that holds its text; one that repeats another's holds none.
        return f"={str(getattr(value, 'text', value)).lstrip('=') or '...'}"
    if kind == "d":
        raise Broken(row, f"a cell became a date: {value}", "format the column as text and type the cell again")
    if kind == "n":
        return f"{value:.15g}"
    return unescape(str(value)).replace("\r\n", "\n").strip()
