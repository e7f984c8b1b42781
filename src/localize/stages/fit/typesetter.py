"""Type: the lines of a text at a size, as wide as a line may be, and how much of the frame they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from localize import linebreak, reading
from localize.cues import Event
from localize.drawing import fonts
from localize.drawing.styles import SMALL
from localize.locales import SOURCE, Locale
from localize.reading import Reading
from localize.stages.fit.parts import Part

SIZES = (1.0, 0.9, 0.8)
MOST_LINES = 12


@dataclass(frozen=True)
class Typesetter:
    """Breaks one text at a time: `line_px` is the width a line may have, `em_px` the size wanted.

    Width grows in step with the em, so a line is measured once, in em, for all sizes it is tried at.
    """

    profile: Locale
    row: Reading
    bold: bool
    em_px: int
    least_em_px: int
    line_px: float

    @property
    def sizes(self) -> list[int]:
        """The sizes that a text is tried at, the one wanted first."""
        return [max(round(self.em_px * share), min(self.em_px, self.least_em_px)) for share in SIZES]

    @cached_property
    def measure(self) -> linebreak.Measure:
        """Width of a line in em."""
        profile, bold = self.profile, self.bold
        return cache(lambda line: fonts.width_px(line, profile, 1, bold))

    def width_px(self, event: Event) -> float:
        em_px = event.em_px or self.em_px
        return em_px * max(self.measure(line) for line in event.text.split("\n"))

    def block_px(self, event: Event) -> float:
        """Height of the event's lines, the source's above them included."""
        em_px = event.em_px or self.em_px
        height = (1 + event.text.count("\n")) * fonts.size_px(self.profile.font, em_px, self.bold)
        if event.above:
            height += (1 + event.above.count("\n")) * fonts.size_px(SOURCE.font, SMALL * em_px, self.bold)
        return height

    def fits(self, text: str) -> bool:
        """Whether `text` can be one subtitle at the size wanted."""
        return self.lines([Part(text)], self.em_px, self.row.lines.value) is not None

    def lines(
        self, parts: Sequence[Part], em_px: int, most: int, *, hard: bool = False, hyphens: bool = True
    ) -> list[tuple[str, str]] | None:
        """Lines with who says them, `most` at most; each part begins on a line of its own."""
        made: list[tuple[str, str]] = []
        for number, part in enumerate(parts):
            room = most - len(made) - (len(parts) - number - 1)
            lines = self._broken(part.text, em_px, room, hard, hyphens, part.keep)
            if lines is None:
                return None
            made += [(line, part.speaker) for line in lines]
        return made

    def halves(self, part: Part) -> list[str] | None:
        """The text of `part` in two, cut where a line would break best."""
        # Two "lines" of at most seven tenths of the text are its halves.
        widest = 0.7 * self.measure(part.text.replace("\n", " "))
        texts = linebreak.balance(part.text, self.profile, widest, 2, self.measure, keep=part.keep, shape="balanced")
        return texts if texts and len(texts) == 2 else None

    def source(self, text: str, em_px: float) -> str:
        """Source text, broken to fit at `em_px`."""
        measure = _source_measure(self.bold)
        for most in (self.row.lines.value, MOST_LINES):
            if lines := linebreak.balance(text, SOURCE, self.line_px / em_px, most, measure, hard=True):
                return "\n".join(lines)
        return text

    @cached_property
    def _broken(self) -> Callable[[str, int, int, bool, bool, tuple[str, ...]], list[str] | None]:
        """The lines of a text at a size, in so many lines at most, by where words may be broken, and what is kept."""
        shape: reading.Shape = "balanced" if self.row.shape.value == "balanced" else "bottom-heavy"

        @cache
        def broken(
            text: str, em_px: int, most: int, hard: bool, hyphens: bool, keep: tuple[str, ...]
        ) -> list[str] | None:
            line_em = self.line_px / em_px
            return linebreak.balance(
                text, self.profile, line_em, most, self.measure, hard=hard, hyphens=hyphens, keep=keep, shape=shape
            )

        return broken


@cache
def _source_measure(bold: bool) -> Callable[[str], float]:
    return cache(lambda line: fonts.width_px(line, SOURCE, 1, bold))
