"""Chinese text: which script it is in, its marks, and one spelling for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

import regex

_HAN = regex.compile(r"\p{Han}")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_CLAUSE = regex.compile(r"[^，、；：。！？!?…]*[，、；：。！？!?…]*[”’」』）》】]*")

FULL_WIDTH = {",": "，", "!": "！", "?": "？", ":": "：", ";": "；", ".": "。", "(": "（", ")": "）"}
"""Half-width marks, and what they are beside Chinese characters."""

SENTENCE_ENDS = "。！？!?…"
CLAUSE_ENDS = "，、；：" + SENTENCE_ENDS
CLOSERS = "”’」』）》】\"')"

Region = Literal["tw", "hk"]
PHRASES: Mapping[Region, str] = {"tw": "s2twp", "hk": "s2hkp"}
"""OpenCC's conversions that know a region's words besides its characters."""

Simplify = Callable[[str], str]


def has_han(text: str) -> bool:
    return _HAN.search(text) is not None


def is_spoken(text: str) -> bool:
    """Whether there is anything in `text` to say: a letter or a number."""
    return _SPOKEN.search(text) is not None


def ends_sentence(text: str) -> bool:
    return text.rstrip(CLOSERS).endswith(tuple(SENTENCE_ENDS))


def ends_clause(text: str) -> bool:
    return text.rstrip(CLOSERS).endswith(tuple(CLAUSE_ENDS))


def clauses(text: str) -> list[str]:
    """`text` cut after every mark that ends a clause; closing quotes stay with their mark."""
    return [clause for clause in _CLAUSE.findall(text) if clause]


def simplified(text: str) -> str:
    """`text` in Simplified characters; recognisers flip between the scripts from run to run."""
    return str(_converter("t2s").convert(text))


def traditional(text: str, region: Region = "tw") -> str:
    """`text` in Traditional characters, with the wording of `region` (软件 is 軟體 in Taiwan, 軟件 in Hong Kong)."""
    return str(_converter(PHRASES[region]).convert(text))


def respelled(text: str, simplify: Simplify = simplified) -> str:
    """`text` in Simplified characters, with full-width marks beside Chinese and no spaces between its characters."""
    return "".join(char for char, _ in respelled_with_origin(text, simplify)).strip()


def respelled_with_origin(text: str, simplify: Simplify = simplified) -> list[tuple[str, int]]:
    """As `respelled`, every character with the index in `text` it comes from."""
    plain = simplify(text)
    if len(plain) != len(text):  # some conversions of phrases change the length; those of characters do not
        plain = "".join(simplify(char)[:1] or char for char in text)
    result: list[tuple[str, int]] = []
    for i, char in enumerate(plain):
        before = result[-1][0] if result else ""
        after = plain[i + 1 :].lstrip(" .")[:1]
        if char.isspace():
            # A space has a meaning between two Latin words only.
            if before.isascii() and before.strip() and after.isascii() and after:
                result.append((" ", i))
        elif char == "." and ".." in plain[max(0, i - 1) : i + 2] and not _latin(before, after):
            if plain[i - 1 : i] != ".":  # the first dot of several stands for them all
                result += [("…", i), ("…", i)]
        elif char in FULL_WIDTH and not _latin(before, after):
            result.append((FULL_WIDTH[char], i))
        else:
            result.append((char, i))
    return result


def _latin(before: str, after: str) -> bool:
    """Whether a mark stands in Latin text: what is before it decides, where nothing is, what comes after."""
    return (before or after).isascii()


@cache
def _converter(name: str) -> Any:
    # Loaded when first used: its dictionaries take a fifth of a second, and most commands need none.
    import opencc

    return opencc.OpenCC(name)
