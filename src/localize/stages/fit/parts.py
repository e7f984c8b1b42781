"""Parts: what each person says in one event, so that no line holds the words of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

DASH = regex.compile(r"[-–—‐](?!-)")
_TURN = regex.compile(rf"\n(?={DASH.pattern})")


@dataclass(frozen=True, slots=True)
class Part:
    """What one person says in an event; `keep` stays on one line each."""

    text: str
    speaker: str = ""
    keep: tuple[str, ...] = ()


def by_dashes(text: str) -> list[str]:
    """`text` cut before each dash that begins a line, where the first one begins with a dash too: two speakers."""
    turns = _TURN.split(text)
    return turns if len(turns) > 1 and DASH.match(text) else [text]


def joined(parts: Sequence[Part]) -> str:
    return "\n".join(part.text for part in parts)
