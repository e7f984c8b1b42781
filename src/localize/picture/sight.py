"""Looking at pictures: the frames of a film as arrays, and who finds and reads text in them.

`engines.frames` brings the first, `engines.ocr` is the second; `stages.read` knows them by these shapes only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from localize.engines.base import Progress

if TYPE_CHECKING:
    from numpy import ndarray

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Where a line of text stands, in pixels: top left, top right, bottom right, bottom left as it is read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture and when it comes on screen; each of `parts` is height x width x 3 bytes, blue first."""

    at_ms: int
    parts: tuple[ndarray, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One line as it was read once.

    `confidences` has a probability for each character of `text`, `centres` its place along the line, 0 to 1.
    """

    text: str
    confidences: tuple[float, ...]
    centres: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """The mean over the characters, 0 for nothing."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


class Reader(Protocol):
    """Finds lines of text in a picture and reads them."""

    @property
    def version(self) -> str: ...

    def find(self, picture: ndarray, longest_px: int) -> list[Corners]:
        """Lines in `picture`, looked for on a copy whose longer side has at most `longest_px`."""
        ...

    def read(self, picture: ndarray, at: Corners) -> Reading:
        """What the line `at` says."""
        ...


class Footage(Protocol):
    """The pictures of one film, upright and with square pixels; any of them may be asked for again."""

    def frames(self, width_px: int, apart_ms: int, progress: Progress | None = None) -> Iterator[Seen]:
        """Whole pictures `width_px` wide, at least `apart_ms` from one to the next."""
        ...

    def strips(
        self, parts: Sequence[tuple[float, float]], width_px: int, progress: Progress | None = None
    ) -> Iterator[Seen]:
        """Every picture, only the `parts` (top and bottom in shares of the height) of it, `width_px` wide."""
        ...
