"""The workbook that came back, from Excel, LibreOffice or whatever a reviewer has; formulas are never evaluated."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from localize.errors import InputError
from localize.exchange import package
from localize.exchange.handout import Key, digest
from localize.exchange.returned import Problem, Returned, Row, twice
from localize.exchange.workbook import ABOUT, COMMENT, DIGEST, GIVEN, ID, LOCALE, SCHEMA, SERIES, SOURCE_TEXT, TARGET
from localize.glossary.sheets import Broken, cell_text

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS, MOST_COLUMNS = 50_000, 64
"""Of a sheet."""
_HEADER_ROWS = 10
_NEEDED = (ID, SOURCE_TEXT, TARGET)
_AGAIN = "export the locale again and copy the edited targets into the new workbook"


def read(data: bytes) -> Returned:
    """What a workbook of ours holds now. InputError where it is none, or lacks what tells its rows."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    merged = package.judged(data)
    try:
        # It warns of styles and validations that it leaves out; only the text matters here.
        with (
            warnings.catch_warnings(action="ignore"),
            closing(load_workbook(io.BytesIO(data), read_only=True, keep_links=False)) as book,
        ):
            return _read(book, merged)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise InputError(f"the workbook cannot be read: {error}", next_step="save it again as .xlsx") from error


def _read(book: Workbook, merged: Mapping[str, str]) -> Returned:
    about = next((sheet for sheet in book.worksheets if sheet.title == ABOUT), None)
    if about is None:
        raise InputError(f"the workbook has lost its hidden sheet {ABOUT!r}", next_step=_AGAIN)
    facts, titles, given = _about(about)
    rows: list[Row] = []
    problems: list[Problem] = []
    for sheet in book.worksheets:
        if sheet.title == ABOUT:
            continue
        if sheet.title not in titles:
            if any(True for _ in _cells(sheet)):
                known = ", ".join(titles)
                raise InputError(
                    f"the sheet {sheet.title!r} is none of this workbook's",
                    next_step=f"rename it as it was ({known[:80]}), or delete it",
                )
            continue
        if found := merged.get(str(getattr(sheet, "_worksheet_path", "")).lstrip("/")):
            raise InputError(
                f"cells {found} of sheet {sheet.title!r} are merged",
                next_step="take them apart (Merge & Center again), then import the file again",
            )
        _collect(sheet, titles[sheet.title], given, rows, problems)
    problems += twice(rows)
    return Returned(facts[SERIES], facts[LOCALE], given, tuple(rows), tuple(problems))


def _about(sheet: Any) -> tuple[Mapping[str, str], Mapping[str, str], Mapping[Key, str]]:
    """The facts of the hidden sheet, the episode of each sheet, and the version of each line that went out."""
    facts: dict[str, str] = {}
    titles: dict[str, str] = {}
    given: dict[Key, str] = {}
    for _, cells in _cells(sheet):
        values = [str(cell.value) if cell.value is not None else "" for cell in cells[: len(GIVEN)]]
        if len(given) or tuple(facts) == (ABOUT, SERIES, LOCALE, DIGEST):
            if tuple(values) != GIVEN and values[0]:
                title, episode, cue_id, version = (*values, "", "", "")[:4]
                titles[title] = episode
                given[episode, cue_id] = version
        elif values[0]:
            facts[values[0]] = values[1]
    if facts.get(ABOUT, "") != str(SCHEMA) and facts.get(ABOUT, "").isdecimal():
        raise InputError(
            "the workbook is of another version of localize", next_step="import it with that one, or export again"
        )
    if facts.get(DIGEST) != digest([(*key, version) for key, version in given.items()]):
        raise InputError(f"the hidden sheet {ABOUT!r} of the workbook was changed", next_step=_AGAIN)
    return facts, titles, given


def _collect(sheet: Any, episode: str, given: Mapping[Key, str], rows: list[Row], problems: list[Problem]) -> None:
    at: dict[str, int] = {}
    for number, cells in _cells(sheet):
        place = f"{sheet.title}, row {number}"
        if not at:
            names = [str(cell.value or "").strip().casefold() for cell in cells]
            if ID in names or TARGET in names:
                at = {name: column for column, name in enumerate(names) if name}
                _refuse_deleted(at, sheet.title)
            elif number >= _HEADER_ROWS:
                break
            continue
        cue_id, *texts = (_cell(cells, at.get(name)) for name in (*_NEEDED, COMMENT))
        try:
            id_ = cell_text(number, cue_id) if cue_id else ""
            source, target, comment = (cell_text(number, cell) if cell else "" for cell in texts)
        except Broken as broken:
            problems.append(Problem(place, broken.message, broken.next_step, episode))
            continue
        known = id_ if (episode, id_) in given else ""
        if formula := next((cell for cell in (cue_id, texts[1], texts[2]) if cell and cell.data_type == "f"), None):
            what = f"{formula.column_letter}{number} is a formula: {cell_text(number, formula)[:40]}"
            problems.append(Problem(place, what, "put its value there as text", episode, known))
        elif id_ or target or comment:
            rows.append(Row(place, episode, known, target, source, comment))
    if not at:
        _refuse_deleted({}, sheet.title)


def _cell(cells: Any, at: int | None) -> Any:
    """A cell that holds something, else None."""
    cell = cells[at] if at is not None and at < len(cells) else None
    return cell if cell is not None and cell.value is not None else None


def _refuse_deleted(at: Mapping[str, int], title: str) -> None:
    if gone := [name for name in _NEEDED if name not in at]:
        raise InputError(
            f"sheet {title!r} has no column {gone[0]!r} any more",
            next_step="undo the deletion or name the column again in the first row; else export again and copy over",
        )


def _cells(sheet: Any) -> Iterator[tuple[int, Any]]:
    """Rows that hold something, with their numbers; InputError where a sheet goes on for ever."""
    sheet.reset_dimensions()  # some programs write a wrong size
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            # A style dragged over a whole row or column makes cells of nothing.
            if all(cell.value is None for cell in (cells if number > MOST_ROWS else cells[MOST_COLUMNS:])):
                if number > MOST_ROWS:
                    return
            else:
                raise InputError(
                    f"sheet {sheet.title!r} has cells beyond row {MOST_ROWS} or column {MOST_COLUMNS}",
                    next_step="delete what stands beside and below the table",
                )
        if any(cell.value is not None for cell in cells):
            yield number, cells
