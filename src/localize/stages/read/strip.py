"""A strip: one picture of a band, the lines that are found in it, and what they look like.

Looks are the strokes of a strip at half its size, blank but for the boxes of its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localize.picture.sight import Reader, Reading
from localize.stages.read.lines import EM_OF_BOX, Box, around, rows, turned, union
from localize.stages.read.pixels import likeness
from localize.stages.read.spaces import with_spaces
from localize.text.chinese import has_han, is_spoken

if TYPE_CHECKING:
    from numpy import ndarray

EM_PX = 40
"""Height of the letters in a watched strip: what the recogniser takes, with room above and below, is 48."""
HALF = 2
"""Looks are compared on every other pixel."""
_FIND_EM = 22
"""Height of the letters for finding lines."""
_LEAST, _SURE = 0.5, 0.8
_OFF_AXIS = 0.12
_CELL = 0.75
_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Found:
    readings: list[Reading]
    boxes: list[Box]


def found_in(picture: ndarray, reader: Reader, standing: Sequence[Box], centred: bool) -> Found | None:
    """The lines of the band in `picture`, read; None where there is no text."""
    height, width = picture.shape[:2]
    longest = round(max(height, width) * _FIND_EM / EM_PX)
    boxes = []
    for corners in reader.find(picture, longest):
        box = around(corners)
        if not turned(corners) and _may_be_dialogue(box, standing):
            boxes.append(box)
    found = []
    for row in rows(boxes):
        place = evened(union(on_axis(row, width / 2)), width / 2) if centred else union(row)
        if centred and abs(place.centre[0] / width - 0.5) > _OFF_AXIS:
            continue
        reading = reader.read(picture, place.corners)
        if is_spoken(reading.text) and reading.confidence >= _LEAST:
            found.append((with_spaces(reading, crop(picture, place)), place))
    if any(has_han(reading.text) for reading, _ in found):
        # Foliage and lace beside the letters are read as one or two of the Latin ones.
        found = [(r, p) for r, p in found if has_han(r.text) or (len(r.text) > 2 and r.confidence > _SURE)]
    return Found([reading for reading, _ in found], [place for _, place in found]) if found else None


def _may_be_dialogue(box: Box, standing: Sequence[Box]) -> bool:
    em = box.height * EM_OF_BOX
    return 0.4 * EM_PX < em < 1.7 * EM_PX and all(box.shared(other) < 0.5 for other in standing)


def on_axis(row: Sequence[Box], axis: float) -> list[Box]:
    """`row` without such narrow boxes at its ends as only push it off the axis: something bright beside the letters."""
    kept = list(row)
    for end in (0, -1):
        rest = kept[1:] if end == 0 else kept[:-1]
        narrow = kept[end].width < 1.5 * EM_PX
        if rest and narrow and abs(union(rest).centre[0] - axis) + EM_PX / 2 < abs(union(kept).centre[0] - axis):
            kept = rest
    return kept


def evened(row: Box, axis: float) -> Box:
    """`row` as far on one side of its axis as on the other: a detector overlooks a 一 at the end of a line."""
    missing = 2 * abs(row.centre[0] - axis)
    if not 0.6 * EM_PX < missing < 2.2 * EM_PX:
        return row
    return Box(min(row.left, 2 * axis - row.right), row.top, max(row.right, 2 * axis - row.left), row.bottom)


def inside(looks: ndarray, boxes: Sequence[Box]) -> ndarray:
    """`looks` inside `boxes` only, without what is the same all along a row: letters differ there, while the edges of
    an opaque box look alike under every text."""
    import numpy as np

    masked = np.zeros_like(looks)
    for box in boxes:
        part = part_of(box)
        masked[part] = looks[part] - looks[part].mean(axis=1, keepdims=True)
    return masked


def shared(before: ndarray, here: ndarray) -> ndarray:
    """Looks of a text as two pictures of it agree on them: what has moved between them is behind its letters."""
    import numpy as np

    both: ndarray = np.where(before * here > 0, (before + here) / 2, np.where(before == 0, here, 0))
    return both


def part_of(box: Box) -> tuple[slice, slice]:
    """`box` of a strip as a part of its looks."""
    rows_ = slice(max(int(box.top) // HALF, 0), int(box.bottom) // HALF)
    return rows_, slice(max(int(box.left) // HALF, 0), int(box.right) // HALF)


def amount_of(here: ndarray, looks: ndarray) -> float:
    """How much of `looks` there is in `here`: 1 where it stands in full, 0.5 where it has half faded."""
    energy = float((looks * looks).sum())
    return float((here * looks).sum()) / energy if energy > 1.0 else 0.0


def unchanged(here: ndarray, looks: ndarray) -> bool:
    """Whether a picture looks as it did, in shape and in strength: letters that fade in have their shape at once."""
    return likeness(here, looks) > _SAME and _SAME < amount_of(here, looks) < 1 / _SAME


def cells_differ(here: ndarray, looks: ndarray, boxes: Sequence[Box]) -> bool:
    """Whether a part as wide as half a letter has changed while the rest stands; all letters of a line fade as one.

    Half a letter: 他 and 她 share the other. What stands keeps four fifths of itself over any ground.
    """
    import numpy as np

    for box in boxes:
        part = part_of(box)
        starts = np.arange(0, max(looks[part].shape[1], 1), EM_PX // HALF // 2)
        energies = np.add.reduceat((looks[part] ** 2).sum(axis=0), starts)
        shares = np.add.reduceat((here[part] * looks[part]).sum(axis=0), starts)
        letters = energies > 0.3 * energies.mean()
        amounts = shares[letters] / np.maximum(energies[letters], 1.0)
        if len(amounts) and amounts.min() < _CELL * min(1.0, float(amounts.max())):
            return True
    return False


def crop(picture: ndarray, box: Box) -> ndarray:
    return picture[max(int(box.top), 0) : int(box.bottom), max(int(box.left), 0) : int(box.right)]
