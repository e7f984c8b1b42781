"""Diff: what changed between two texts of a line, in words, or in characters where words have no spaces."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import regex

_PART = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*|[\p{L}\p{M}\p{N}]+|\s+|\X"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text that both have, or only the one before (`gone`), or only the one after (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


def diff(before: str, after: str) -> list[Part]:
    """The parts of both texts in order: without `new` ones they are `before`, without `gone` ones `after`."""
    old, new = _PART.findall(before), _PART.findall(after)
    parts: list[Part] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(Part("same", "".join(old[i:j])))
            continue
        parts += [Part("gone", "".join(old[i:j]))] if i < j else []
        parts += [Part("new", "".join(new[k:m]))] if k < m else []
    return parts
