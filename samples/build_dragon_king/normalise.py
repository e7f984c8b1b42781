"""What a character error is counted on: simplified characters, Chinese numerals, one pronoun, no punctuation."""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

DIGITS = "零一二三四五六七八九"


def normalise(text: str) -> str:
    """`text` with all that is not an error of hearing made equal."""
    text = re.sub(r"\d+", lambda m: chinese_number(int(m[0])) if len(m[0]) < 5 else m[0], _simplified().convert(text))
    return re.sub(r"[\W_]", "", re.sub("[她它]", "他", text))


def chinese_number(value: int) -> str:
    """`value` below ten thousand the way it is read: 50 is 五十, 100 is 一百."""
    if value < 10:
        return DIGITS[value]
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return out.removeprefix("一") if out.startswith("一十") else out


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")
