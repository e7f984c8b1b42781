"""Line breaks: where a text may break in a locale, and which of those breaks make the best lines.

Debian's libass is built without libunibreak: Japanese, Chinese and Thai would run off both sides of the frame. So every
break is ours. Words come from spaces (Korean too: never inside a word) or from BudouX phrases; no break falls inside a
grapheme cluster. An index `at` is that of the first character of the next line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import budoux
import regex
import rjieba

from localize.chinese import simplified
from localize.locales import Breaker, Locale
from localize.reading import Shape

Measure = Callable[[str], float]
"""Width of one line; in pixels, in em, whatever `max_width` is in."""

_PARSERS: Mapping[Breaker, Callable[[], budoux.Parser]] = {
    "budoux-ja": budoux.load_default_japanese_parser,
    "budoux-th": budoux.load_default_thai_parser,
    "budoux-zh-hant": budoux.load_default_traditional_chinese_parser,
    "budoux-zh-hans": budoux.load_default_simplified_chinese_parser,
}
_CHINESE = frozenset({"budoux-zh-hant", "budoux-zh-hans"})
_CLUSTER = regex.compile(r"\X")
# Breaking spaces only; no-break spaces hold French punctuation and numbers together. A full-width space is text.
_SPACE = regex.compile(r"[^\S\u00a0\u2007\u202f\u3000]{2,}|[^\S \n\u00a0\u2007\u202f\u3000]")
_EDGE = " \n\u3000"
_HYPHENS = "-‐"

# Kinsoku, after JIS X 4051 and the CLREQ and JLREQ notes of the W3C: what no line starts or ends with.
_NOT_FIRST = regex.compile(
    r"[\p{Pe}\p{Pf}!?,.:;%)\]}、。，．：；！？・･‥…—～〜ー々ゝゞヽヾ〻゠؟،؛।॥ๆฯะาำๅ\u00a0\u202f\u2060\u200d"
    r"ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ」』】〕〉》〗〙％‰℃°]"
)
_NOT_LAST = regex.compile(r"[\p{Ps}\p{Pi}¿¡$€£¥￥#＃「『【〔〈《〖〘เแโใไ\u00a0\u202f\u2060\u200d]")
# Between spaces these may stand at either end: "… and then", and German closes with the mark that opens in English.
_EITHER_END = frozenset("…‥—.“”‘’")
_AFTER_MARK = regex.compile(r"(?<=[、。，！？；：」』）】》…])")
# Never inside a cluster: no mark that joins what stands before it comes next.
_BETWEEN_WORDS = regex.compile(r"(?:[ \n\u3000]|[-‐](?<=\p{L}[-‐])(?=\p{L}))(?![\p{GCB=EX}\p{GCB=SM}\p{GCB=ZWJ}])")

_SENTENCE = regex.compile(r"[.!?…。！？؟।][\p{Pe}\p{Pf}\"']*$")
_CLAUSE = regex.compile(r"(?:[,;:—、，；：،؛][\p{Pe}\p{Pf}\"']*|[」』）】》])$")
_TITLE = regex.compile(r"\b(Mr|Mrs|Ms|Dr|Dra|Sr|Sra|St|Hr|Fr|M|Mme|Mlle|Sig)\.$")
_LITTLE = 4
_LITTLE_WORD = regex.compile(r"[¿¡\"“«(]?[\p{Latin}\p{Cyrillic}]['’\p{Latin}\p{Cyrillic}]{0,2}$")
_OPENS_QUOTE = frozenset('“„«"「『')
_ENDS_IN_NAME = regex.compile(r"\b\p{Lu}[\p{L}'’-]*$")
_DIGIT = regex.compile(r"\p{Nd}")
_ENDS_IN_DIGIT = regex.compile(r"\p{Nd}$")
# A number goes on in these words, and its unit behind them: 300 million yuan.
_ENDS_IN_SCALE = regex.compile(
    r"(?i)\p{Nd}[\s\u00a0\u202f](?:thousand|[mb]illion|mil|mill(?:ón|ones)|milh(?:ão|ões)|(?:million|milliard)s?|tausend"
    r"|(?:million|milliarde)(?:en|n)?|mila|mili(?:on|ard)[eio]|(?:тысяч|миллион|миллиард)\p{L}*|bin|milyon|milyar|juta|ribu"
    r"|miliar|milyong?|nghìn|triệu|tỷ|हज़ार|लाख|करोड़|ألف|مليون|مليار)$"
)
_UNIT = regex.compile(r"[\p{L}\p{Sc}%％‰°]")
_WORD_CHARACTERS = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Nd}'’_@&+.-]{2}")

# Costs are in squared relative deviation from the ideal width: 0.1 moves a break by about a fifth of a line. They were
# set by eye on sentences of every locale and are the same for all.
_AFTER_SENTENCE, _AFTER_CLAUSE = -0.50, -0.25
_AFTER_LITTLE_WORD, _AFTER_TITLE, _AFTER_NUMBER, _INSIDE_NAME, _AT_HYPHEN = 0.2, 0.60, 2.0, 0.15, 1.5
_INSIDE_SPACED_PHRASE = 0.10
# Speech goes on one line where it can: rather before it than behind its first word.
_BEFORE_QUOTE, _AFTER_FIRST_OF_QUOTE = -0.40, 0.30
_AUTHORED_BREAK_LOST = 1.0
# Characters at either side that a break is judged by.
_SEEN = 32
_HARD, _HARD_AGAINST_KINSOKU = 3.0, 6.0
# How much narrower than even the first of several lines is wanted: a block that is heavier below reads more easily.
_LEAN: Mapping[Shape, float] = {"bottom-heavy": 0.06, "balanced": 0.0}
# A last line of one word that is narrower than this share of an even line looks forgotten.
_WIDOW_BELOW, _WIDOW = 0.4, 0.4


class Break(NamedTuple):
    """A place where a line may end, and what it costs to end it there (below 0: welcome)."""

    at: int
    cost: float


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """`text` with every run of breaking spaces as one space, or one newline where its author broke the line."""
    return _SPACE.sub(lambda run: "\n" if "\n" in run[0] else " ", text).strip(_EDGE)


def opportunities(text: str, profile: Locale, keep: Sequence[str] = ()) -> list[Break]:
    """All places where a normalised text may break in this locale, in order; none inside one of `keep`."""
    breaks = _breaks(text, profile.breaker)
    inside = _inside(text, keep) if keep else ()
    return [b for b in breaks if b.at not in inside] if inside else list(breaks)


@lru_cache(maxsize=1024)
def _breaks(text: str, breaker: Breaker) -> tuple[Break, ...]:
    """A line is asked for at several sizes, its places to break stay the same."""
    candidates = {found.end() for found in _BETWEEN_WORDS.finditer(text)}
    spaced = breaker == "spaces"
    if not spaced:
        candidates |= _phrase_starts(text, breaker) | {found.start() for found in _AFTER_MARK.finditer(text)}
        candidates &= _boundaries(text)
    allowed = [at for at in sorted(candidates) if _allowed(text, at, spaced=spaced)]
    counts = _DIGIT.search(text) is not None
    return tuple([Break(at, _cost(text, at, breaker, counts=counts)) for at in allowed])


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
    """How many breaks between `lines`, which are `text` broken, fall inside a word."""
    text = normalise(text)
    allowed = {b.at for b in opportunities(text, profile)}
    count, at = 0, 0
    for line in lines[:-1]:
        at += len(line)
        while at < len(text) and text[at] in _EDGE:
            at += 1
        count += at not in allowed
    return count


class _Pieces:
    """A text cut wherever it may break. Positions index `starts`, the last one is the end."""

    def __init__(self, text: str, breaks: Sequence[Break], measure: Measure) -> None:
        self._text = text
        self.measure = measure
        self.starts = [0, *(b.at for b in breaks), len(text)]
        self.costs = [0.0, *(b.cost for b in breaks), 0.0]
        pieces = [text[start:stop] for start, stop in pairwise(self.starts)]
        words = [piece.rstrip(_EDGE) for piece in pieces]
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
        return self._text[self.starts[start] : self.starts[stop]].strip(_EDGE).replace("\n", " ")

    def joined(self, start: int, stop: int) -> int:
        """How many line breaks of the author a line takes back."""
        return self._text[self.starts[start] : self.starts[stop]].strip("\n").count("\n")


@lru_cache(maxsize=64)
def _pieces(text: str, profile: Locale, keep: tuple[str, ...], hyphens: bool, measure: Measure) -> _Pieces:
    """A line is tried at several sizes, its words keep their widths in em."""
    breaks = opportunities(text, profile, keep)
    return _Pieces(text, [b for b in breaks if hyphens or text[b.at - 1] not in _HYPHENS], measure)


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


@cache
def _parser(breaker: Breaker) -> budoux.Parser:
    return _PARSERS[breaker]()


def _phrase_starts(text: str, breaker: Breaker) -> set[int]:
    starts = set(accumulate(map(len, _parser(breaker).parse(text))))
    if breaker in _CHINESE and len(simple := simplified(text)) == len(text):
        # BudouX takes 只不過 for 只 and 不過: of its phrases those count that a dictionary has as words too.
        starts &= set(accumulate(map(len, rjieba.cut(simple))))
    return starts - {len(text)}


def _inside(text: str, keep: Sequence[str]) -> set[int]:
    """The places within one of `keep`, in whatever case it stands there."""
    words = [regex.escape(normalise(word)) for word in keep if len(word) > 1]
    if not words:
        return set()
    found = regex.finditer("|".join(words), text, regex.IGNORECASE, overlapped=True)
    return {at for match in found for at in range(match.start() + 1, match.end())}


def _boundaries(text: str) -> set[int]:
    return {cluster.start() for cluster in _CLUSTER.finditer(text)} - {0}


def _allowed(text: str, at: int, *, spaced: bool) -> bool:
    if spaced and text[at - 1] == " " and text[at].isalnum() and text[at - 2].isalnum():
        return True
    before, after = text[max(0, at - _SEEN) : at].rstrip(_EDGE), text[at : at + 1]
    if not before or not after or after[0] in _EDGE:
        return False
    bound = {before[-1]} if _NOT_LAST.match(before[-1]) else set()
    bound |= {after[0]} if _NOT_FIRST.match(after[0]) else set()
    if bound - (_EITHER_END if spaced and text[at - 1] in _EDGE else frozenset()):
        return False
    # Unspaced: a Latin name, a number or a doubled mark ("——") stays whole.
    return text[at - 1] in f"{_EDGE}-‐" or not (_WORD_CHARACTERS.match(text, at - 1) or text[at - 1] == text[at])


def _cost(text: str, at: int, breaker: Breaker, *, counts: bool) -> float:
    """`counts`: whether the text has digits."""
    before = text[max(0, at - _SEEN) : at].rstrip(_EDGE)
    # Japanese subtitles separate sentences by a full-width space.
    if text[at - 1] in "\n\u3000":
        return _AFTER_SENTENCE
    if not before[-1].isalpha():
        if _TITLE.search(before):
            return _AFTER_TITLE
        if _SENTENCE.search(before):
            return _AFTER_SENTENCE
        if _CLAUSE.search(before):
            return _BEFORE_QUOTE if text[at] in _OPENS_QUOTE else _AFTER_CLAUSE
        if _ENDS_IN_DIGIT.search(before) and _UNIT.match(text, at):
            return _AFTER_NUMBER
    if text[at - 1] in _HYPHENS:
        return _AT_HYPHEN
    if counts and _DIGIT.search(before) and _ENDS_IN_SCALE.search(before):
        return _AFTER_NUMBER
    last = before.rsplit(" ", 1)[-1]
    if last[0] in _OPENS_QUOTE and last[-1].isalpha():
        return _AFTER_FIRST_OF_QUOTE
    if text[at].isupper() and _ENDS_IN_NAME.search(last):
        return _INSIDE_NAME
    if breaker == "spaces":
        return _AFTER_LITTLE_WORD if len(last) <= _LITTLE and _LITTLE_WORD.match(last) else 0.0
    # Thai sets a space between phrases, Chinese and Japanese only around foreign words.
    return _INSIDE_SPACED_PHRASE if breaker == "budoux-th" and text[at - 1] not in _EDGE else 0.0


def _inside_wide_words(text: str, breaks: list[Break], max_width: float, measure: Measure) -> list[Break]:
    """The grapheme boundaries inside every word that no line can hold."""
    wide = [
        (start, stop)
        for start, stop in pairwise([0, *(b.at for b in breaks), len(text)])
        if measure(text[start:stop].strip(_EDGE)) > max_width
    ]
    return [
        Break(at, _HARD if _allowed(text, at, spaced=False) else _HARD_AGAINST_KINSOKU)
        for at in _boundaries(text)
        if text[at] not in _EDGE and any(start < at < stop for start, stop in wide)
    ]
