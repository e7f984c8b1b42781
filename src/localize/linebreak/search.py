"""Search: which of the breaks make the best lines, over the whole text at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from localize.linebreak.places import EDGE, HYPHENS, Break, allowed, boundaries, normalise, opportunities, words
from localize.locales import Locale
from localize.reading import Shape

Measure = Callable[[str], float]
"""Width of one line; in pixels, in em, whatever `max_width` is in."""

# In the unit of the costs of places.
_AUTHORED_BREAK_LOST = 1.0
_HARD, _HARD_AGAINST_KINSOKU = 3.0, 6.0
# How much narrower than even the first of several lines is wanted: a block that is heavier below reads more easily.
_LEAN: Mapping[Shape, float] = {"bottom-heavy": 0.06, "balanced": 0.0}
# A last line of one word that is narrower than this share of an even line looks forgotten.
_WIDOW_BELOW, _WIDOW = 0.4, 0.4


def balance(
    text: str,
    profile: Locale,
    max_width: float,
    max_lines: int,
    measure: Measure,
    *,
    hard: bool = False,
    hyphens: bool = True,
    keep: Sequence[str] = (),
    shape: Shape = "bottom-heavy",
) -> list[str] | None:
    """The best lines for `text`: as few as fit, evenly filled, broken where the sense breaks; None where none fit.

    A line break that an author put into `text` is kept where it can be; names and terms in `keep` stay on one line,
    and so do words with hyphens of their own where `hyphens` is false.
    `hard` also breaks inside words that are wider than a line by themselves, between grapheme clusters: a last resort
    that `hard_breaks` tells of.
    """
    text = normalise(text)
    if not text:
        return []
    if max_lines < 1:
        return None
    whole = measure(text.replace("\n", " "))
    if "\n" not in text and whole <= max_width:
        return [text]
    if whole - (max_lines - 1) * measure(" ") > max_lines * max_width:
        return None
    if hard:
        breaks = opportunities(text, profile, keep)
        breaks = sorted([*breaks, *_inside_wide_words(text, breaks, max_width, measure)], key=lambda b: b.at)
        pieces = _Pieces(text, breaks, measure)
    else:
        pieces = _pieces(text, profile, tuple(keep), hyphens, measure)
    search = _Search(pieces, max_width, _LEAN[shape])
    wanted = min(max_lines, 1 + text.count("\n"))
    counts = (*range(wanted, max_lines + 1), *range(wanted - 1, 0, -1))
    ways = (search.lines(count) for count in counts if count > 1 or whole <= max_width)
    return next((lines for lines in ways if lines), None)


def hard_breaks(text: str, lines: list[str], profile: Locale) -> int:
    """How many breaks between `lines`, which are `text` broken, fall inside a word.

    Without spaces between words a break is fair where a dictionary has a word end, or where a phrase ends in the text
    or in some of its lines: a cue that is shown as two is broken as two.
    """
    text = normalise(text)
    fair = _fair(text, profile)
    count, at = 0, 0
    for number, line in enumerate(lines[:-1], 1):
        at += len(line)
        while at < len(text) and text[at] in EDGE:
            at += 1
        count += at not in fair and (profile.spaced or not _ends_phrase(lines, number, profile))
    return count


def _fair(text: str, profile: Locale) -> set[int]:
    phrases = {b.at for b in opportunities(text, profile)}
    return phrases if profile.spaced else phrases | words(text, profile)


def _ends_phrase(lines: list[str], number: int, profile: Locale) -> bool:
    """Whether the first `number` lines end with a phrase, in the text of any lines around that break."""
    spans = ((start, stop) for start in range(number) for stop in range(number + 1, len(lines) + 1))
    return any(len("".join(lines[start:number])) in _fair("".join(lines[start:stop]), profile) for start, stop in spans)


class _Pieces:
    """A text cut wherever it may break. Positions index `starts`, the last one is the end."""

    def __init__(self, text: str, breaks: Sequence[Break], measure: Measure) -> None:
        self._text = text
        self.measure = measure
        self.starts = [0, *(b.at for b in breaks), len(text)]
        self.costs = [0.0, *(b.cost for b in breaks), 0.0]
        pieces = [text[start:stop] for start, stop in pairwise(self.starts)]
        words = [piece.rstrip(EDGE) for piece in pieces]
        space = measure(" ")
        self._spaces = [space * (len(piece) - len(word)) for piece, word in zip(pieces, words, strict=True)]
        self._ends = [0.0, *accumulate(measure(word) + gap for word, gap in zip(words, self._spaces, strict=True))]
        self.authored = "\n" in text

    def width(self, start: int, stop: int) -> float:
        """Added up from the widths of words; shaped as one the line may come out otherwise."""
        return self._ends[stop] - self._ends[start] - self._spaces[stop - 1]

    def exact_width(self, start: int, stop: int) -> float:
        return self.measure(self.line(start, stop))

    def line(self, start: int, stop: int) -> str:
        return self._text[self.starts[start] : self.starts[stop]].strip(EDGE).replace("\n", " ")

    def joined(self, start: int, stop: int) -> int:
        """How many line breaks of the author a line takes back."""
        return self._text[self.starts[start] : self.starts[stop]].strip("\n").count("\n")


@lru_cache(maxsize=64)
def _pieces(text: str, profile: Locale, keep: tuple[str, ...], hyphens: bool, measure: Measure) -> _Pieces:
    """A line is tried at several sizes, its words keep their widths in em."""
    breaks = opportunities(text, profile, keep)
    return _Pieces(text, [b for b in breaks if hyphens or text[b.at - 1] not in HYPHENS], measure)


class _Search:
    """The cheapest way to cut a text into exactly so many lines."""

    def __init__(self, pieces: _Pieces, max_width: float, lean: float) -> None:
        self._pieces = pieces
        self._max_width = max_width
        self._lean = lean
        self._exact = False
        self._end = len(pieces.starts) - 1
        self._whole = pieces.width(0, self._end)

    def lines(self, count: int) -> list[str] | None:
        """Widths are added up from those of words, and those of the lines that come out are measured."""
        lines = self._cheapest(count)
        if lines is None or self._exact or all(self._pieces.measure(line) <= self._max_width for line in lines):
            return lines
        self._exact = True
        return self._cheapest(count)

    def _cheapest(self, count: int) -> list[str] | None:
        end, max_width, costs, authored = self._end, self._max_width, self._pieces.costs, self._pieces.authored
        width_of = self._pieces.exact_width if self._exact else self._pieces.width
        best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for number in range(count):
            lean = self._lean * (2 * number / (count - 1) - 1) if count > 1 else 0.0
            ideal = self._whole / count * (1 + lean) or 1.0
            last = number == count - 1
            reached: dict[int, tuple[float, int]] = {}
            for start, (so_far, _) in best[-1].items():
                for stop in (end,) if last else range(start + 1, end):
                    width = width_of(start, stop)
                    if width > max_width:
                        break
                    cost = so_far + (width / ideal - 1) ** 2 + costs[stop]
                    if authored:
                        cost += _AUTHORED_BREAK_LOST * self._pieces.joined(start, stop)
                    if last and number > 0 and start == stop - 1 and width < _WIDOW_BELOW * ideal:
                        cost += _WIDOW
                    if stop not in reached or cost < reached[stop][0]:
                        reached[stop] = (cost, start)
            best.append(reached)
        if end not in best[count]:
            return None
        cuts = [end]
        for number in range(count, 0, -1):
            cuts.append(best[number][cuts[-1]][1])
        cuts.reverse()
        return [self._pieces.line(start, stop) for start, stop in pairwise(cuts)]


def _inside_wide_words(text: str, breaks: list[Break], max_width: float, measure: Measure) -> list[Break]:
    """The grapheme boundaries inside every word that no line can hold."""
    wide = [
        (start, stop)
        for start, stop in pairwise([0, *(b.at for b in breaks), len(text)])
        if measure(text[start:stop].strip(EDGE)) > max_width
    ]
    return [
        Break(at, _HARD if allowed(text, at, spaced=False) else _HARD_AGAINST_KINSOKU)
        for at in boundaries(text)
        if text[at] not in EDGE and any(start < at < stop for start, stop in wide)
    ]
