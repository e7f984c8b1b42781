"""The workbook that goes out: one for each locale, a sheet for each episode, a row for each cue.

One workbook and not one for each episode, since a reviewer works through a series: find and replace, filters and a
second pair of eyes reach all of it, and 80 files would be opened 80 times.

A hidden sheet says which line each row was and which version of it went out. It holds as well the characters that a
reader does not count, since what the cells measure has to move as the target is edited: the formulas take these out of
the length and are what `cues.graphemes` counts, but for emoji.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from localize.cues import graphemes
from localize.errors import InputError
from localize.exchange.handout import Handout, Line, digest
from localize.glossary.sheets import put_text
from localize.locales import Locale, locale

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ABOUT = "localize"
"""The name of the hidden sheet."""
SCHEMA = 1
SERIES, LOCALE, DIGEST = "series", "locale", "digest"
GIVEN = ("sheet", "episode", "cue", "version")
"""The columns of its table, below the three facts."""

ID, SOURCE_TEXT, TARGET, COMMENT = "id", "source", "target", "comment"
# Name, width in characters; the widths make a page of 16:10.
_COLUMNS = (
    (ID, 8), ("start", 11), ("end", 11), ("on screen, s", 8), (SOURCE_TEXT, 28), (TARGET, 44), ("characters", 11),
    ("a second", 11), ("findings", 36), ("open comments", 24), (COMMENT, 28),
)  # fmt: skip
_AT = {name: number for number, (name, _) in enumerate(_COLUMNS, 1)}
_LETTERS = dict(zip(_AT, "ABCDEFGHIJK", strict=True))
_MARKS = "G"
"""The column of the hidden sheet with what a reader does not count."""
_TITLE_CHARS = 31
_DAY_MS = 86_400_000

_UNSEEN = "\n\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"
# As Vietnamese is typed on some systems, a letter and its tone apart.
_TONES = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
_JOINING = {"Thai": ("ก", "\u0e00", "\u0e7f"), "Deva": ("क", "\u0900", "\u097f"), "Arab": ("ب", "\u0610", "\u06ff")}
_VIRAMA = "\u094d"

_RED, _AMBER, _GREY, _HEAD, _LINE = "FFC7CE", "FFEB9C", "F2F2F2", "D9E1F2", "BFBFBF"
_FONT = "Calibri"
_LINE_PT, _TALLEST_PT = 15, 400


def export(handouts: Sequence[Handout]) -> bytes:
    """A workbook of `handouts`, all of one series and locale, in their order."""
    from openpyxl import Workbook

    if not handouts:
        raise InputError("no episode has anything to review", next_step="run the series first")
    book = Workbook()
    book.remove(book.worksheets[0])
    profile = locale(handouts[0].locale)
    titles = _titles(handouts)
    marks = list(_uncounted(profile))
    for handout, title in zip(handouts, titles, strict=True):
        _fill(book.create_sheet(title), handout, profile, len(marks))
    _describe(book.create_sheet(ABOUT), handouts, titles, marks)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _titles(handouts: Sequence[Handout]) -> list[str]:
    """A name for each sheet: its episode, as much of it as fits and is told apart without regard to case."""
    used = {ABOUT.casefold()}
    titles = []
    for handout in handouts:
        title, number = handout.episode[:_TITLE_CHARS], 2
        while title.casefold() in used:
            end = f"~{number}"
            title, number = handout.episode[: _TITLE_CHARS - len(end)] + end, number + 1
        used.add(title.casefold())
        titles.append(title)
    return titles


def _uncounted(profile: Locale) -> Iterator[str]:
    """What is no character to a reader of the locale by itself."""
    yield from _UNSEEN + _TONES
    if joining := _JOINING.get(profile.script):
        base, first, last = joining
        block = map(chr, range(ord(first), ord(last) + 1))
        yield from (char for char in block if char not in _UNSEEN and len(graphemes(base + char)) == 1)
    if profile.script == "Deva":
        # It joins the letter after it as well: that one is taken out once more.
        yield _VIRAMA


def _fill(sheet: Worksheet, handout: Handout, profile: Locale, marks: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

    right_to_left = profile.direction == "rtl"
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.freeze_panes = "B2"
    for name, number in _AT.items():
        cell = sheet.cell(1, number)
        put_text(cell, name if name != "a second" else f"a second, at most {handout.cps}")
        cell.font, cell.fill = Font(_FONT, bold=True), PatternFill("solid", fgColor=_HEAD)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[_LETTERS[name]].width = dict(_COLUMNS)[name]
    sheet.row_dimensions[1].height = 2 * _LINE_PT
    side = Side("thin", color=_LINE)
    # A filled cell hides the grid.
    grid = Border(side, side, side, side)
    top = Alignment(vertical="top")
    wrapped = Alignment("left", "top", wrap_text=True, indent=1)
    side_of_target, order = ("right", 2) if right_to_left else ("left", 1)
    target = Alignment(side_of_target, "top", wrap_text=True, indent=1, readingOrder=order)
    free, grey = Protection(locked=False), PatternFill("solid", fgColor=_GREY)
    colours = {"error": PatternFill("solid", fgColor=_RED), "warning": PatternFill("solid", fgColor=_AMBER)}
    for number, line in enumerate(handout.lines, 2):
        for name, value in _cells(line, number, marks).items():
            cell = sheet.cell(number, _AT[name])
            if isinstance(value, str) and name not in {"characters", "a second"}:
                put_text(cell, value)
            else:
                cell.value = value
            cell.alignment, cell.border = top, grid
            if name in {TARGET, COMMENT}:
                cell.protection = free
            else:
                cell.fill = grey
            if name in {SOURCE_TEXT, "findings", "open comments", COMMENT}:
                cell.alignment = wrapped
        sheet.cell(number, _AT[TARGET]).alignment = target
        for name in ("start", "end"):
            sheet.cell(number, _AT[name]).number_format = "[mm]:ss.000"
        if (lines := max(_lines(sheet.cell(number, at).value, at) for at in _AT.values())) > 1:
            # Programs fit a row that is edited, and not all of them one that is loaded.
            sheet.row_dimensions[number].height = min(lines * _LINE_PT, _TALLEST_PT)
        if line.severity in colours:
            sheet.cell(number, _AT["findings"]).fill = colours[line.severity]
    _guard(sheet, len(handout.lines) + 1, handout.cps)


def _lines(value: object, column: int) -> int:
    """On how many lines a cell is shown; as near as can be told without its font."""
    if not isinstance(value, str) or column in {_AT["characters"], _AT["a second"]}:
        return 1
    room = _COLUMNS[column - 1][1] - 3
    return sum(max(-(-sum(map(_width, graphemes(part))) // room), 1) for part in value.split("\n"))


def _width(char: str) -> int:
    return 2 if east_asian_width(char[0]) in "WF" else 1


def _cells(line: Line, row: int, marks: int) -> dict[str, Any]:
    text, length, seconds = (f"${_LETTERS[name]}{row}" for name in (TARGET, "characters", "on screen, s"))
    uncounted = f"{ABOUT}!${_MARKS}$1:${_MARKS}${marks}"
    return {
        ID: line.cue_id,
        "start": line.start_ms / _DAY_MS,
        "end": line.end_ms / _DAY_MS,
        "on screen, s": round(line.shown_ms / 1000, 2),
        SOURCE_TEXT: line.source,
        TARGET: line.target,
        "characters": f'=LEN({text})-SUMPRODUCT(LEN({text})-LEN(SUBSTITUTE({text},{uncounted},"")))',
        "a second": f"=ROUND({length}/{seconds},1)",
        "findings": "\n".join(line.findings),
        "open comments": "\n".join(line.comments),
        COMMENT: "",
    }


def _guard(sheet: Worksheet, last: int, cps: int) -> None:
    """Colour over the limit, filters, and a lock against slips: it has no password."""
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import PatternFill
    from openpyxl.styles.differential import DifferentialStyle
    from openpyxl.worksheet.properties import PageSetupProperties

    speed = _LETTERS["a second"]
    red = DifferentialStyle(fill=PatternFill("solid", bgColor=_RED))
    if last > 1:
        rule = Rule(type="expression", formula=[f"${speed}2>{cps}"], dxf=red)
        sheet.conditional_formatting.add(f"{_LETTERS['characters']}2:{speed}{last}", rule)
    # On paper the whole width of a row, and the names of the columns on each page.
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{_LETTERS[COMMENT]}{last}"
    guard = sheet.protection
    guard.sheet = True
    # What a reviewer may do in spite of it: False stands for not forbidden.
    guard.formatColumns = guard.formatRows = guard.formatCells = guard.autoFilter = guard.sort = False


def _describe(sheet: Worksheet, handouts: Sequence[Handout], titles: Sequence[str], marks: Sequence[str]) -> None:
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    rows = [(h.episode, line.cue_id, line.version) for h in handouts for line in h.lines]
    facts = ((SERIES, handouts[0].series), (LOCALE, handouts[0].locale), (DIGEST, digest(rows)))
    table = ((ABOUT, str(SCHEMA)), *facts, GIVEN)
    by_episode = dict(zip((handout.episode for handout in handouts), titles, strict=True))
    for number, cells in enumerate((*table, *((by_episode[row[0]], *row) for row in rows)), 1):
        for column, text in enumerate(cells, 1):
            put_text(sheet.cell(number, column), text)
    for number, mark in enumerate(marks, 1):
        put_text(sheet[f"{_MARKS}{number}"], mark)
