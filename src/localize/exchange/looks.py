"""How the cells of a workbook look and which of them may be edited: named styles, which all rows share.

Setting fonts and borders cell by cell takes openpyxl five times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localize.locales import Locale

if TYPE_CHECKING:
    from openpyxl import Workbook

HEAD, LOCKED, TIME, NUMBER, WRAPPED, TARGET, COMMENT = (
    f"localize {name}" for name in ("head", "locked", "time", "number", "wrapped", "target", "comment")
)
WORST = {"error": "localize error", "warning": "localize warning"}
"""The style of the findings of a line, by the severity of the worst."""
RED = "FFC7CE"

_AMBER, _GREY, _BLUE, _LINE = "FFEB9C", "F2F2F2", "D9E1F2", "BFBFBF"
_FONT = "Calibri"
_TEXT, _CLOCK = "@", "[mm]:ss.000"


def register(book: Workbook, profile: Locale) -> None:
    """Make the styles known to `book`, whose targets are in the locale of `profile`."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

    side = Side("thin", color=_LINE)
    # A filled cell hides the grid.
    grid = Border(side, side, side, side)
    top = Alignment(vertical="top")
    wrapped = Alignment("left", "top", wrap_text=True, indent=1)
    towards, order = ("right", 2) if profile.direction == "rtl" else ("left", 1)
    target = Alignment(towards, "top", wrap_text=True, indent=1, readingOrder=order)
    for name, alignment, colour, number_format in (
        (HEAD, Alignment(vertical="top", wrap_text=True), _BLUE, _TEXT),
        (LOCKED, top, _GREY, _TEXT),
        (TIME, top, _GREY, _CLOCK),
        (NUMBER, top, _GREY, "General"),
        (WRAPPED, wrapped, _GREY, _TEXT),
        (WORST["error"], wrapped, RED, _TEXT),
        (WORST["warning"], wrapped, _AMBER, _TEXT),
        (TARGET, target, "", _TEXT),
        (COMMENT, wrapped, "", _TEXT),
    ):
        style = NamedStyle(name, Font(_FONT, bold=name == HEAD), border=grid, alignment=alignment)
        style.number_format = number_format
        style.protection = Protection(locked=bool(colour))
        if colour:
            style.fill = PatternFill("solid", fgColor=colour)
        book.add_named_style(style)
