"""ASS: what is read of a script, and the one way by which text from outside becomes part of one."""

from __future__ import annotations

import pysubs2
import regex

from localize.subtitles.text import WORD_JOINER, clean, plain
from localize.subtitles.timed import Entry, TimedText, Type

_TOKEN = regex.compile(r"\\(?P<brace>[{}])|\{(?P<tags>[^}]*)\}|\\(?P<space>[Nnh])|(?P<text>.)", regex.DOTALL)
_DRAWING = regex.compile(r"\\p(\d+)")
_SIZE = regex.compile(r"\\fs(\d+(?:\.\d+)?)")
_AT_THE_BOTTOM = (pysubs2.Alignment.BOTTOM_LEFT, pysubs2.Alignment.BOTTOM_CENTER, pysubs2.Alignment.BOTTOM_RIGHT)


def escape_ass(text: str) -> str:
    """`text` as the text of an ASS event: what looked like markup is drawn as it stands, newlines become `\\N`."""
    # libass has no escape for a backslash: a word joiner after it, drawn as nothing, keeps it from starting a tag.
    text = clean(text).replace("\\", "\\" + WORD_JOINER)
    return text.replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")


def from_ass(text: str) -> list[Entry]:
    script = pysubs2.SSAFile.from_string(text, "ssa" if regex.search(r"(?i)\[V4 Styles\]", text) else "ass")
    width, height = (_number(script.info.get(name, "")) for name in ("PlayResX", "PlayResY"))
    return [
        Entry(
            TimedText(event.start, event.end, plain(_ass_text(event.text)), event.name.strip()),
            event.text,
            _type(event, script, width, height) if width and height else None,
        )
        for event in script.events
        if not event.is_comment
    ]


def _type(event: pysubs2.SSAEvent, script: pysubs2.SSAFile, width: float, height: float) -> Type:
    """Of the event's largest Fontsize; `width` and `height` are the script's own frame in its pixels."""
    style = script.styles.get(event.style, pysubs2.SSAStyle.DEFAULT_STYLE)
    size = max([_number(size) for size in _SIZE.findall(event.text)] or [float(style.fontsize)])
    bottom = event.marginv or style.marginv if style.alignment in _AT_THE_BOTTOM else 0
    return Type(size / height, width / height, bottom / height)


def _number(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return 0.0


def _ass_text(raw: str) -> str:
    """The drawn text of an ASS event. pysubs2's own `plaintext` knows no escaped brace."""
    text, drawing = "", False
    for token in _TOKEN.finditer(raw):
        if token["tags"] is not None:
            if scales := _DRAWING.findall(token["tags"]):
                drawing = scales[-1] != "0"
        elif not drawing:
            text += token["brace"] or token["text"] or (" " if token["space"] == "h" else "\n")
    return text
