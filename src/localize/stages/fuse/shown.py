"""What a text of the picture says, and how sure its reader was."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from localize.findings import Finding
from localize.picture.hardsub import Shown
from localize.rules import finding
from localize.sourcing import one_line, respelled_lines
from localize.text.chinese import Simplify, is_spoken, simplified

UNSURE = 0.8
"""A character read with less confidence is worth a look, unless speech has the same one."""

_SPACE = regex.compile(r"(?<=\p{Han})[ \u3000]+(?=\p{Han})")


def text_of(one: Shown, simplify: Simplify = simplified) -> str:
    """What a text of the picture says, in one line; subtitlers put a space where others put a comma.

    Letters that all stand apart are set so for their looks.
    """
    apart = all(len(part) == 1 for part in one.text.split())
    return one_line(respelled_lines(one.text if apart else _SPACE.sub("，", one.text), simplify))


def confidence_of(one: Shown) -> float | None:
    return round(sum(one.confidences) / len(one.confidences), 4) if one.confidences else None


def doubts(one: Shown, borne_out: Iterable[int] = ()) -> Finding | None:
    """What of a text was read with little confidence, and nothing else bears out."""
    sure = set(borne_out)
    doubted = [
        (confidence, char)
        for at, (char, confidence) in enumerate(zip(one.text, one.confidences, strict=False))
        if confidence < UNSURE and at not in sure and is_spoken(char)
    ]
    if not doubted:
        return None
    chars = "".join(char for _, char in doubted)
    others = f"; other frames have {', '.join(map(repr, one.others))}" if one.others else ""
    message = f"{text_of(one)!r} was read with doubts about {chars!r}{others}"
    return finding("unsure-reading", message, measured=round(min(doubted)[0], 2), limit=UNSURE)
