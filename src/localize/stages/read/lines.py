"""Lines of text in one picture: boxes into rows, rows into texts, in the order they are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees

from localize.picture.sight import Corners

# A box reaches beyond its letters, by how much a detector was told to: their em to the height of the box.
EM_OF_BOX = 0.78
# Degrees. A hand-held camera is never turned that far, and a recogniser reads less.
_TURNED = 12.0


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in its pixels or in shares of it, as the context says."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def scaled(self, across: float, down: float) -> Box:
        return Box(self.left * across, self.top * down, self.right * across, self.bottom * down)

    def shared(self, other: Box) -> float:
        """The part of the smaller of both that lies in the other, 0 to 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        least = min(self.area, other.area)
        return max(width, 0.0) * max(height, 0.0) / least if least > 0 else 0.0

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        both = max(width, 0.0) * max(height, 0.0)
        either = self.area + other.area - both
        return both / either if either > 0 else 0.0

    @property
    def corners(self) -> Corners:
        return (self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around `boxes`, of which there is one at least."""
    every = list(boxes)
    return Box(
        min(box.left for box in every), min(box.top for box in every),
        max(box.right for box in every), max(box.bottom for box in every),
    )  # fmt: skip


def around(corners: Corners) -> Box:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(across), min(down), max(across), max(down))


def turned(corners: Corners) -> bool:
    """Whether a line neither lies level nor is too short to tell; a column of letters is turned."""
    (ax, ay), (bx, by), _, (dx, dy) = corners
    length, height = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, ((dx - ax) ** 2 + (dy - ay) ** 2) ** 0.5
    if height > 1.5 * length:
        return True
    return length > 1.5 * height and abs(degrees(atan2(by - ay, bx - ax))) > _TURNED


def rows(boxes: Iterable[Box]) -> list[list[Box]]:
    """Boxes that stand in one row, from left to right, row by row from the top."""
    found: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.centre[1]):
        row = found[-1] if found else []
        if row and abs(union(row).centre[1] - box.centre[1]) < 0.5 * min(union(row).height, box.height):
            row.append(box)
        else:
            found.append([box])
    return [sorted(row, key=lambda box: box.left) for row in found]


def stacked(boxes: Sequence[Box]) -> list[list[int]]:
    """Numbers of boxes that stand below one another as the lines of one text do, each group from the top.

    Lines of one text are close, share a left edge or an axis, and one is at most twice as high as the other.
    """
    groups: list[list[int]] = []
    for number in sorted(range(len(boxes)), key=lambda n: boxes[n].top):
        box = boxes[number]
        for group in groups:
            above = boxes[group[-1]]
            near = box.top - above.bottom < 0.8 * min(above.height, box.height)
            below = box.centre[1] > above.bottom - 0.3 * above.height
            alike = max(above.height, box.height) < 2.2 * min(above.height, box.height)
            slack = max(above.height, box.height)
            in_line = abs(box.left - above.left) < slack or abs(box.centre[0] - above.centre[0]) < slack
            if near and below and alike and in_line:
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def gaps(row: Sequence[Box]) -> list[float]:
    """The distances between the boxes of a row."""
    return [right.left - left.right for left, right in pairwise(row)]
