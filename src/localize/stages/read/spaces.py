"""Spaces: the room between two characters, where a recogniser lost what separates two clauses."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from localize.picture.sight import Reading
from localize.stages.read.pixels import light, strokes
from localize.text.chinese import CLAUSE_ENDS, CLOSERS

if TYPE_CHECKING:
    from numpy import ndarray

# Of an em. Side bearings of two characters make a tenth together; the space of Chinese faces is a fifth and more.
_ROOM, _MORE = 0.26, 0.13
_INK = 30.0
_SPECK = 0.04


def with_spaces(reading: Reading, line: ndarray) -> Reading:
    """`reading` of the close crop `line` with a space wherever the room between two characters is as wide as one.

    Columns without ink tell it. On a restless ground there are none, and the reading stays as it is.
    """
    height, width = line.shape[:2]
    places = [round(centre * width) for centre in reading.centres]
    if len(places) < 3 or height < 4:
        return reading
    empty = ~_inked(line)
    rooms = [_longest(empty[left:right]) for left, right in pairwise(places)]
    em = median(right - left for left, right in pairwise(places))
    wide = max(_ROOM * em, median(rooms) + _MORE * em)
    text, confidences, centres = reading.text[:1], [reading.confidences[0]], [reading.centres[0]]
    for number, room in enumerate(rooms, 1):
        before, char = reading.text[number - 1], reading.text[number]
        marks = CLAUSE_ENDS + CLOSERS + ",.:;"
        if room > wide and not (before.isspace() or char.isspace() or before in marks or char in marks):
            text += " "
            confidences.append(min(reading.confidences[number - 1 : number + 1]))
            centres.append(reading.centres[number - 1])
        text += char
        confidences.append(reading.confidences[number])
        centres.append(reading.centres[number])
    return Reading(text, tuple(confidences), tuple(centres))


def _inked(line: ndarray) -> ndarray:
    """Which columns have letters in them: the brighter of stroke and outline, or the darker where nothing is bright."""
    out = strokes(light(line), max(3, line.shape[0] // 3))
    bright, dark = out > _INK, out < -_INK
    ink = bright if 2 * bright.sum() >= dark.sum() else dark
    columns: ndarray = ink.sum(axis=0) > _SPECK * line.shape[0]
    return columns


def _longest(empty: ndarray) -> int:
    """The longest run of True."""
    longest = run = 0
    for one in empty.tolist():
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest
