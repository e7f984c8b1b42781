"""Placeholders: `XQ1` to `XQ9` stand for terms while a model that knows none of them translates the line.

Of the forms tried, this one alone went through every model in one piece, and the starter packages were trained with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import regex

from localize.glossary.terms import Span

MOST = 9
"""In one line; terms beyond that are left in the text and only checked."""

_PLACEHOLDER = regex.compile(r"(?<![\p{Latin}\p{N}])XQ(\p{N}+)(?!\p{N})")
_LEFTOVER = regex.compile(r"(?i)x\s?q[\s_\-]?\p{N}|(?<!\p{L})xq(?!\p{L})")


def protect(text: str, spans: Sequence[Span]) -> str:
    """`text` with `XQ1` in the place of the first of `spans`, `XQ2` of the second and so on."""
    for number, span in reversed(list(enumerate(spans[:MOST], 1))):
        text = f"{text[: span.start]}{name(number)}{text[span.end :]}"
    return text


def name(number: int) -> str:
    return f"XQ{number}"


def can_protect(text: str) -> bool:
    """Whether `text` has nothing in it already that would be taken for a placeholder."""
    return not has_leftover(text)


def has_leftover(text: str) -> bool:
    """Whether anything that was or may have been a placeholder stands in `text`, in whatever shape a model left it."""
    return _LEFTOVER.search(text) is not None


def intact(text: str, count: int) -> bool:
    """Whether exactly `XQ1` to `XQ<count>` stand in `text`, each once, and no damaged one beside them."""
    found = Counter(int(number) for number in _PLACEHOLDER.findall(text))
    rest = _PLACEHOLDER.sub(" ", text)
    return found == Counter(range(1, count + 1)) and not has_leftover(rest)


def replaced(text: str, by: Mapping[int, str]) -> str:
    """`text` with placeholder `n` replaced by `by[n]`; those that `by` does not name stay."""
    return _PLACEHOLDER.sub(lambda match: by.get(int(match[1]), match[0]), text)


def positions(text: str) -> list[tuple[int, int, int]]:
    """Number, start and end of every placeholder, in order."""
    return [(int(match[1]), match.start(), match.end()) for match in _PLACEHOLDER.finditer(text)]
