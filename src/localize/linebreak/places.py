"""Places: where a text may break in a locale, and what each of them costs.

Words come from spaces (Korean too: never inside a word) or from BudouX phrases; no break falls inside a grapheme
cluster. An index `at` is that of the first character of the next line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

import budoux
import regex
import rjieba
from icu4py.breakers import WordBreaker

from localize.locales import Breaker, Locale
from localize.text.chinese import simplified

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
EDGE = " \n\u3000"
HYPHENS = "-‐"

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

_UNSPACED = regex.compile(r"[\p{Thai}\p{Han}\p{Hiragana}\p{Katakana}ー]{2}")

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
# Characters at either side that a break is judged by.
_SEEN = 32


class Break(NamedTuple):
    """A place where a line may end, and what it costs to end it there (below 0: welcome)."""

    at: int
    cost: float


@lru_cache(maxsize=1024)
def normalise(text: str) -> str:
    """`text` with every run of breaking spaces as one space, or one newline where its author broke the line."""
    return _SPACE.sub(lambda run: "\n" if "\n" in run[0] else " ", text).strip(EDGE)


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
        candidates &= boundaries(text)
    fair = [at for at in sorted(candidates) if allowed(text, at, spaced=spaced)]
    counts = _DIGIT.search(text) is not None
    return tuple([Break(at, _cost(text, at, breaker, counts=counts)) for at in fair])


@lru_cache(maxsize=1024)
def words(text: str, profile: Locale) -> frozenset[int]:
    """Where a word of ICU's dictionary ends and a line may: fair in a line that somebody else broke."""
    ends = accumulate(map(len, WordBreaker(text, profile.tag)))
    inside = (at for at in ends if _UNSPACED.match(text, at - 1))
    return frozenset(at for at in inside if allowed(text, at, spaced=False))


@cache
def _parser(breaker: Breaker) -> budoux.Parser:
    return _PARSERS[breaker]()


def _phrase_starts(text: str, breaker: Breaker) -> set[int]:
    starts = set(accumulate(map(len, _parser(breaker).parse(text))))
    if breaker in _CHINESE and len(simple := simplified(text)) == len(text):
        # BudouX takes 只不過 for 只 and 不過: of its phrases those count that a dictionary has as words too.
        starts &= set(accumulate(map(len, rjieba.cut(simple))))
    if breaker == "budoux-th":
        # And กุญแจ, a key, for กุญ and แจ.
        starts &= set(accumulate(map(len, WordBreaker(text, "th"))))
    return starts - {len(text)}


def _inside(text: str, keep: Sequence[str]) -> set[int]:
    """The places within one of `keep`, in whatever case it stands there."""
    words = [regex.escape(normalise(word)) for word in keep if len(word) > 1]
    if not words:
        return set()
    found = regex.finditer("|".join(words), text, regex.IGNORECASE, overlapped=True)
    return {at for match in found for at in range(match.start() + 1, match.end())}


def boundaries(text: str) -> set[int]:
    return {cluster.start() for cluster in _CLUSTER.finditer(text)} - {0}


def allowed(text: str, at: int, *, spaced: bool) -> bool:
    if spaced and text[at - 1] == " " and text[at].isalnum() and text[at - 2].isalnum():
        return True
    before, after = text[max(0, at - _SEEN) : at].rstrip(EDGE), text[at : at + 1]
    if not before or not after or after[0] in EDGE:
        return False
    bound = {before[-1]} if _NOT_LAST.match(before[-1]) else set()
    bound |= {after[0]} if _NOT_FIRST.match(after[0]) else set()
    if bound - (_EITHER_END if spaced and text[at - 1] in EDGE else frozenset()):
        return False
    # Unspaced: a Latin name, a number or a doubled mark ("——") stays whole.
    return text[at - 1] in f"{EDGE}-‐" or not (_WORD_CHARACTERS.match(text, at - 1) or text[at - 1] == text[at])


def _cost(text: str, at: int, breaker: Breaker, *, counts: bool) -> float:
    """`counts`: whether the text has digits."""
    before = text[max(0, at - _SEEN) : at].rstrip(EDGE)
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
    if text[at - 1] in HYPHENS:
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
    return _INSIDE_SPACED_PHRASE if breaker == "budoux-th" and text[at - 1] not in EDGE else 0.0
