"""Whether a target is written in a script of its locale."""

from __future__ import annotations

from functools import cache

import regex

from localize.locales import Locale
from localize.text.chinese import traditional
from localize.text.scripts import foreign_han

_OWN = {
    "Latn": r"\p{Latin}",
    "Cyrl": r"\p{Cyrillic}",
    "Arab": r"\p{Arabic}",
    "Deva": r"\p{Devanagari}",
    "Thai": r"\p{Thai}",
    "Kore": r"\p{Hangul}",
    "Jpan": r"\p{Han}\p{Hiragana}\p{Katakana}",
    "Hans": r"\p{Han}\p{Bopomofo}",
    "Hant": r"\p{Han}\p{Bopomofo}",
}
# Written there where Taiwan writes 著.
_HONG_KONG = "着"


def foreign(text: str, locale: Locale) -> str:
    """The first character of `text` that `locale` does not write, else an empty string.

    Latin letters pass everywhere (CEO, VIP). Japanese and Traditional Chinese write no simplified-only characters:
    those that their everyday sets lack and that have another shape in Taiwan.
    """
    if found := _foreign(locale.script).search(text):
        return found[0]
    return next(
        (char for char in foreign_han(text, locale) if traditional(char) != char and char not in _HONG_KONG), ""
    )


def has_own(text: str, locale: Locale) -> bool:
    """Whether `text` holds any character of the script of `locale`."""
    return _own(locale.script).search(text) is not None


@cache
def _foreign(script: str) -> regex.Pattern[str]:
    # Han counts even where it is no letter (〇).
    written = rf"\p{{Latin}}\p{{Common}}\p{{Inherited}}{_OWN[script]}"
    return regex.compile(rf"[[\p{{L}}\p{{M}}\p{{Han}}]--[{written}]]", regex.V1)


@cache
def _own(script: str) -> regex.Pattern[str]:
    return regex.compile(f"[{_OWN[script]}]")
