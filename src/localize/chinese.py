"""Chinese text: which script it is in, and its punctuation."""

from __future__ import annotations

from functools import cache
from typing import Any

import regex

_HAN = regex.compile(r"\p{Han}")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")

FULL_WIDTH = {",": "，", "!": "！", "?": "？", ":": "：", ";": "；", ".": "。", "(": "（", ")": "）"}
"""Half-width marks and what they are between Chinese characters."""

SENTENCE_ENDS = frozenset("。！？!?…")
CLAUSE_ENDS = frozenset("，、；：,;:") | SENTENCE_ENDS
CLOSERS = frozenset("”’」』）》】)\"'")
OPENERS = frozenset("“‘「『（《【(")


def has_han(text: str) -> bool:
    return _HAN.search(text) is not None


def is_spoken(text: str) -> bool:
    """Whether there is anything in `text` to say: a letter or a number."""
    return _SPOKEN.search(text) is not None


def simplified(text: str) -> str:
    """`text` in Simplified characters; recognisers flip between the scripts from run to run."""
    return str(_converter("t2s").convert(text))


def taiwanese(text: str) -> str:
    """`text` in Traditional characters, with Taiwanese wording (软件 becomes 軟體)."""
    return str(_converter("s2twp").convert(text))


@cache
def _converter(name: str) -> Any:
    # Loaded when first used: its dictionaries take a fifth of a second, and most commands need none.
    import opencc

    return opencc.OpenCC(name)
