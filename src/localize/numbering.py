"""Numbers of episodes: the one in a file's name or an id, the order that a person counts in, ranges like `1-20`."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from localize.errors import InputError
from localize.text.numerals import value

_HAN = "零〇一二两三四五六七八九十百千"
# The first of these that a name has. A bare number comes last, for names are full of others: 1080p, x264, 2024.
_PATTERNS = tuple(
    regex.compile(pattern, regex.IGNORECASE)
    for pattern in (
        rf"第\s*([{_HAN}\d]+)\s*[集话話回期]",
        r"(?:^|[^\p{L}])(?:ep|episode|e)[\s._-]*(\d{1,4})(?!\d)",
        r"(\d{1,4})\s*集",
        r"^(\d{1,4})(?!\d)",
        r"(?<![\p{L}\d])(\d{1,4})$",
        r"(\d{1,4})(?!.*\d)",
    )
)
_TECHNICAL = regex.compile(r"(?i)\b(?:\d{3,4}[pi]|[xh]\.?26[45]|\d{2,3}fps|4k|\d{3,4}x\d{3,4})\b")
_RANGE = regex.compile(r"(\d+)(?:-(\d+))?")


def number(name: str) -> int | None:
    """The number of an episode in a file's stem or an id: 12 of `第十二集`, `EP12`, `12`, `潮_1080p_012`."""
    bare = _TECHNICAL.sub(" ", name.replace("_", " ")).strip()
    for pattern in _PATTERNS:
        if match := pattern.search(bare):
            return value(match[1])
    return None


def natural(name: str) -> str:
    """A key that sorts as a person counts: ep9 before ep10."""
    return regex.sub(r"\d+", lambda digits: digits[0].zfill(9), name)


def chosen(ids: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """The episodes among `ids` that `wanted` names, by id, by number or by a range of numbers; all where it is empty.

    InputError on a name, or a range, that fits none.
    """
    if not wanted:
        return tuple(ids)
    found: set[str] = set()
    for word in wanted:
        match = _RANGE.fullmatch(word)
        fitting = {word} & {*ids}
        if not fitting and match:
            first, last = int(match[1]), int(match[2] or match[1])
            fitting = {id_ for id_ in ids if (n := number(id_)) is not None and first <= n <= last}
        if not fitting:
            raise InputError(f"there is no episode {word!r}", next_step=f"choose among {_listed(ids)}")
        found |= fitting
    return tuple(id_ for id_ in ids if id_ in found)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= 10 else f"{ids[0]} to {ids[-1]}, or a range like 1-20"
