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
    (ID, 8), ("start", 11), ("end", 11), ("on screen, s", 8), (SOURCE_TEXT, 32), (TARGET, 44), ("characters", 8),
    ("a second", 9), ("findings", 40), ("open comments", 26), (COMMENT, 30),
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

_RED, _AMBER, _GREY, _HEAD = "FFC7CE", "FFEB9C", "F2F2F2", "D9E1F2"


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
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    right_to_left = profile.direction == "rtl"
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.freeze_panes = "B2"
    for name, number in _AT.items():
        cell = sheet.cell(1, number)
        put_text(cell, name if name != "a second" else f"a second, at most {handout.cps}")
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_HEAD)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[_LETTERS[name]].width = dict(_COLUMNS)[name]
    top = Alignment(vertical="top")
    wrapped = Alignment(wrap_text=True, vertical="top")
    target = Alignment(wrap_text=True, vertical="top", readingOrder=2 if right_to_left else 1)
    free, grey = Protection(locked=False), PatternFill("solid", fgColor=_GREY)
    colours = {"error": PatternFill("solid", fgColor=_RED), "warning": PatternFill("solid", fgColor=_AMBER)}
    for number, line in enumerate(handout.lines, 2):
        for name, value in _cells(line, number, marks).items():
            cell = sheet.cell(number, _AT[name])
            if isinstance(value, str) and name not in {"characters", "a second"}:
                put_text(cell, value)
            else:
                cell.value = value
            cell.alignment = top
            if name in {TARGET, COMMENT}:
                cell.protection = free
            else:
                cell.fill = grey
            if name in {SOURCE_TEXT, "findings", "open comments", COMMENT}:
                cell.alignment = wrapped
        sheet.cell(number, _AT[TARGET]).alignment = target
        for name in ("start", "end"):
            sheet.cell(number, _AT[name]).number_format = "[mm]:ss.000"
        if line.severity in colours:
            sheet.cell(number, _AT["findings"]).fill = colours[line.severity]
    _guard(sheet, len(handout.lines) + 1, handout.cps)


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

    speed = _LETTERS["a second"]
    red = DifferentialStyle(fill=PatternFill("solid", bgColor=_RED))
    if last > 1:
        rule = Rule(type="expression", formula=[f"${speed}2>{cps}"], dxf=red)
        sheet.conditional_formatting.add(f"{_LETTERS['characters']}2:{speed}{last}", rule)
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
