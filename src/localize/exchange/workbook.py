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
from localize.exchange import looks
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
# Name, width in characters, style; the widths make a page of 16:10.
_COLUMNS = (
    (ID, 8, looks.LOCKED), ("start", 11, looks.TIME), ("end", 11, looks.TIME), ("on screen, s", 8, looks.NUMBER),
    (SOURCE_TEXT, 28, looks.WRAPPED), (TARGET, 44, looks.TARGET), ("characters", 11, looks.NUMBER),
    ("a second", 11, looks.NUMBER), ("findings", 36, looks.WRAPPED), ("open comments", 24, looks.WRAPPED),
    (COMMENT, 28, looks.COMMENT),
)  # fmt: skip
_AT = {name: number for number, (name, _, _) in enumerate(_COLUMNS, 1)}
_LETTERS = dict(zip(_AT, "ABCDEFGHIJK", strict=True))
_MEASURED = frozenset({"start", "end", "on screen, s", "characters", "a second"})
_MARKS = "G"
"""The column of the hidden sheet with what a reader does not count."""
_TITLE_CHARS = 31
_DAY_MS = 86_400_000

_UNSEEN = "\n\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"
# As Vietnamese is typed on some systems, a letter and its tone apart.
_TONES = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
_JOINING = {"Thai": ("ก", "\u0e00", "\u0e7f"), "Deva": ("क", "\u0900", "\u097f"), "Arab": ("ب", "\u0610", "\u06ff")}
_VIRAMA = "\u094d"

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
    looks.register(book, profile)
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
    sheet.sheet_view.rightToLeft = profile.direction == "rtl"
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = 2 * _LINE_PT
    for name, width, _ in _COLUMNS:
        cell = sheet.cell(1, _AT[name])
        put_text(cell, _speed(handout) if name == "a second" else name)
        cell.style = looks.HEAD
        sheet.column_dimensions[_LETTERS[name]].width = width
    for number, line in enumerate(handout.lines, 2):
        values = _cells(line, number, marks) | _untimed(handout, line)
        for name, _, style in _COLUMNS:
            cell, value = sheet.cell(number, _AT[name]), values[name]
            if style in {looks.NUMBER, looks.TIME}:
                cell.value = value
            else:
                put_text(cell, value)
            cell.style = looks.WORST.get(line.severity or "", style) if name == "findings" else style
        if (lines := max(_lines(str(values[name]), width) for name, width, _ in _COLUMNS if name not in _MEASURED)) > 1:
            # Programs fit a row that is edited, and not all of them one that is loaded.
            sheet.row_dimensions[number].height = min(lines * _LINE_PT, _TALLEST_PT)
    _guard(sheet, len(handout.lines) + 1, handout)


def _speed(handout: Handout) -> str:
    """What the column "a second" is called; titles have a length instead of a speed."""
    return "at most" if handout.limits else f"a second, at most {handout.cps}"


def _untimed(handout: Handout, line: Line) -> dict[str, Any]:
    """What stands in the place of times and speed for a title: the most that its platform takes."""
    most = handout.limits.get(line.cue_id)
    if most is None:
        return {}
    at_most = f"{most.most} {most.unit}" if most.unit == "bytes" else most.most
    return {"start": None, "end": None, "on screen, s": None, "a second": at_most}


def _lines(text: str, width: int) -> int:
    """On how many lines a cell is shown; as near as can be told without its font."""
    return sum(max(-(-sum(map(_width, graphemes(part))) // (width - 3)), 1) for part in text.split("\n"))


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


def _guard(sheet: Worksheet, last: int, handout: Handout) -> None:
    """Colour over the limit, filters, and a lock against slips: it has no password."""
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import PatternFill
    from openpyxl.styles.differential import DifferentialStyle
    from openpyxl.worksheet.properties import PageSetupProperties

    speed = _LETTERS["a second"]
    red = DifferentialStyle(fill=PatternFill("solid", bgColor=looks.RED))
    if last > 1:
        count = _LETTERS["characters"]
        too_long = f"AND(ISNUMBER(${speed}2),${count}2>${speed}2)" if handout.limits else f"${speed}2>{handout.cps}"
        rule = Rule(type="expression", formula=[too_long], dxf=red)
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
