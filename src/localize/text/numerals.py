"""Numerals: the numbers of a Chinese line against those of its translation.

Numbers are compared by their significant digits, without separators and zeros at the end: 30万, 300,000, ٣٠٠٬٠٠٠ and
30万元 all are `3`. Only numbers in digits are looked for in a translation, and nothing is said where the source counts
in what others do not count in (半年 is 6 months, 三更 is midnight): a false alarm costs a reviewer more than it saves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

import regex

_DIGITS: Mapping[str, int] = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2, "俩": 2, "仨": 3,
}  # fmt: skip
_UNITS: Mapping[str, int] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS: Mapping[str, int] = {"亿": 10**8, "万": 10**4}

_NUMERAL = rf"[{''.join([*_DIGITS, *_UNITS, *_MYRIADS])}\p{{Nd}}]"
# Nobody says a longer one; it would be a wall of 万.
_CHINESE = regex.compile(rf"(?<!{_NUMERAL}){_NUMERAL}{{1,30}}(?!{_NUMERAL})")
# 十七八 is 17 or 18.
_EITHER = regex.compile(r"([一二三四五六七八九])([一二三四五六七八九])")
_WRITTEN = regex.compile(
    r"\p{Nd}{1,3}(?:[ \u00a0\u202f]\p{Nd}{3})+(?!\p{Nd})"  # 1 000 000
    r"|\p{Nd}+(?:[.,٫٬'’]\p{Nd}+)*"
)
_RUN = regex.compile(r"\p{Nd}+")
# What is counted differently elsewhere: halves and folds, the old hours and measures, weeks, times of day.
_RECKONED = regex.compile(
    rf"[半刻双倍翻]|时辰|世纪|星期|礼拜|季度|年代|正午|中午|零点|子时|(?<!百)分之|{_NUMERAL}[点更周打折成代里斤亩尺寸丈]"
)
# Emergency calls have another number in every market.
_CALLS = frozenset({"110", "119", "120"})
SPELLED_OUT = 12
"""Numbers up to this one are written in letters beside others in digits."""


def value(numeral: str) -> int:
    """The number that a Chinese numeral, or one with digits among its characters (3万5千), stands for."""
    for char, unit in _MYRIADS.items():
        head, at, tail = numeral.rpartition(char)
        if at:
            return (value(head) or 1) * unit + value(tail)
    total = digit = 0
    for char in numeral:
        if unit := _UNITS.get(char, 0):
            total, digit = total + (digit or 1) * unit, 0
        else:
            digit = 10 * digit + _digit(char)
    return total + digit


def in_chinese(digits: str) -> str:
    """`digits` as they are said in Chinese: 30 is 三十; one by one where they are no number below a hundred million."""
    names = "零一二三四五六七八九"
    if len(digits) > len("99999999") or (len(digits) > 1 and digits.startswith("0")):
        return "".join(names[int(digit)] for digit in digits)
    number = int(digits)
    if number >= 10_000:
        low = number % 10_000
        return (
            f"{in_chinese(str(number // 10_000))}万"
            + ("零" if 0 < low < 1000 else "")
            + (in_chinese(str(low)) if low else "")
        )
    said = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += names[digit] + name
        elif said and number and not said.endswith("零"):
            said += "零"
    return said.replace("一十", "十", 1) if said.startswith("一十") else said or "零"


def invented(source: str, target: str) -> tuple[str, ...]:
    """The numbers in digits that `target` has and nothing in `source` explains, as they are written."""
    if _RECKONED.search(source) or _CALLS & set(_RUN.findall(source)):
        return ()
    explained = set(_said(source))

    def said(number: str) -> bool:
        return significant(number) in explained

    written: list[str] = _WRITTEN.findall(target)
    return tuple(number for number in written if not said(number) and not all(map(said, _RUN.findall(number))))


def lost(source: str, target: str) -> tuple[str, ...]:
    """The numbers in digits of `source` that `target`, which has others in digits, lacks.

    Round numbers may be spelled out (a million), and small ones; a month has a name.
    """
    there = {significant(run) for number in _WRITTEN.findall(target) for run in (number, *_RUN.findall(number))}
    if not there or _RECKONED.search(source) or _CALLS & set(_RUN.findall(source)):
        return ()
    asked = [match[0] for match in _WRITTEN.finditer(source) if not source.startswith("月", match.end())]
    return tuple(number for number in asked if not _may_be_spelled(number) and significant(number) not in there)


def significant(number: str) -> str:
    """The digits of `number`, in ASCII, without zeros at either end; `0` for zero."""
    return "".join(str(unicodedata.digit(char)) for char in number if char.isdecimal()).strip("0") or "0"


def _said(source: str) -> Iterator[str]:
    """Significant digits of all that the numerals of `source` may mean."""
    yield from map(significant, _WRITTEN.findall(source))
    for numeral in _CHINESE.findall(source):
        yield from (significant(str(value(one))) for one in _meanings(numeral))
        digits = "".join(str(_digit(char)) for char in numeral if char not in _UNITS and char not in _MYRIADS)
        yield significant(digits)
        # 三五天 is 3 to 5 days, 三百五 is 350; digits of 1703 mean nothing by themselves.
        yield from () if _RUN.search(numeral) else (significant(digit) for digit in digits)


def _meanings(numeral: str) -> Iterator[str]:
    yield numeral
    for match in _EITHER.finditer(numeral):
        for digit in match.groups():
            yield f"{numeral[: match.start()]}{digit}{numeral[match.end() :]}"


def _digit(char: str) -> int:
    return _DIGITS[char] if char in _DIGITS else unicodedata.digit(char)


def _may_be_spelled(number: str) -> bool:
    digits = "".join(str(unicodedata.digit(char)) for char in number if char.isdecimal()).lstrip("0")
    small = len(digits) <= 2 and int(digits or 0) <= SPELLED_OUT
    return small or (len(digits) > 2 and len(significant(number)) == 1)
