"""Placeholders: `XQ1` to `XQ9` stand for terms while a model that knows none of them translates the line.

Of the forms tried, this one alone went through every model in one piece, and the starter packages were trained with it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import regex

from localize.glossary.terms import Span

MOST = 9
"""In one line; terms beyond that are left in the text and only checked."""

_BEGINS = r"(?:(?<![\p{Latin}\p{N}])|(?<=XQ\p{Nd}))"
_PLACEHOLDER = regex.compile(rf"{_BEGINS}XQ(\p{{Nd}}+)(?!\p{{N}})")
_BENT = regex.compile(r"(?i)(?<![\p{Latin}\p{N}])[xｘ][ ._-]?[qｑ][ ._-]?(\p{Nd})(?!\p{N})")
_LEFTOVER = regex.compile(r"(?i)x[\s._-]?q[\s._-]{0,2}\p{N}|(?<!\p{Latin})xq(?!\p{Latin})")
_GROWS_LEFT, _GROWS_RIGHT = regex.compile(r"[\p{Latin}\p{N}]$"), regex.compile(r"^\p{N}")


def protect(text: str, spans: Sequence[Span], first: int = 1) -> str:
    """`text` with `XQ<first>` in the place of the first of `spans` and so on; after `XQ9` comes `XQ1`.

    A space keeps it apart from letters and digits that would grow into it: 战神3号 is `XQ1 3号`.
    """
    for number, span in reversed(list(zip(numbers(len(spans), first), spans, strict=False))):
        before, after = text[: span.start], text[span.end :]
        left, right = " " if _GROWS_LEFT.search(before) else "", " " if _GROWS_RIGHT.search(after) else ""
        text = f"{before}{left}{name(number)}{right}{after}"
    return text


def numbers(count: int, first: int = 1) -> list[int]:
    """Those of so many placeholders that begin at `first`."""
    return [(first - 1 + n) % MOST + 1 for n in range(min(count, MOST))]


def name(number: int) -> str:
    return f"XQ{number}"


def can_protect(text: str) -> bool:
    """Whether `text` has nothing in it already that would be taken for a placeholder."""
    return not has_leftover(text)


def has_leftover(text: str) -> bool:
    """Whether anything that was or may have been a placeholder stands in `text`, in whatever shape a model left it."""
    return _LEFTOVER.search(unicodedata.normalize("NFKC", text)) is not None


def intact(text: str, count: int) -> bool:
    """Whether exactly `XQ1` to `XQ<count>` stand in `text`, each once, and no damaged one beside them."""
    found = Counter(number for number, _, _ in positions(text))
    return found == Counter(range(1, count + 1)) and not has_leftover(_PLACEHOLDER.sub(" ", text))


def mended(text: str) -> str:
    """`text` with the placeholders that a model only spelled its own way (xq1, X Q1, XQ-1, ＸＱ１) as they were."""
    return _BENT.sub(lambda match: name(int(match[1])), text)


def replaced(text: str, by: Mapping[int, str]) -> str:
    """`text` with placeholder `n` replaced by `by[n]`; those that `by` does not name stay."""
    return _PLACEHOLDER.sub(lambda match: by.get(int(match[1]), match[0]), text)


def positions(text: str) -> list[tuple[int, int, int]]:
    """Number, start and end of every placeholder, in order."""
    return [(int(match[1]), match.start(), match.end()) for match in _PLACEHOLDER.finditer(text)]
