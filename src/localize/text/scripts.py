"""Writing systems: how much of a text is in the script of its locale, and which Han characters it does not write."""

from __future__ import annotations

import regex

from localize.locales import Locale

# Half of the letters: a line may hold a Latin name, and a short line may be one.
SCRIPT_SHARE, SCRIPT_LETTERS = 0.5, 8

_LETTER = regex.compile(r"\p{L}")
_HAN = regex.compile(r"\p{Han}")
_OWN = {
    "Latn": regex.compile(r"\p{Latin}"),
    "Cyrl": regex.compile(r"\p{Cyrillic}"),
    "Arab": regex.compile(r"\p{Arabic}"),
    "Deva": regex.compile(r"\p{Devanagari}"),
    "Thai": regex.compile(r"\p{Thai}"),
    "Kore": regex.compile(r"\p{Hangul}"),
    "Jpan": regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}ー]"),
    "Hans": _HAN,
    "Hant": _HAN,
}
# The character set that holds every everyday Han character of a script.
_HAN_SETS = {"Hant": "big5", "Jpan": "cp932"}


_ADDRESS = regex.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\p{ASCII}+\.(?:com|net|org|cn|tv|app)\S*")
"""Addresses are in Latin letters everywhere."""


def own_share(text: str, profile: Locale) -> float:
    """Share of the letters of `text` that the locale's script has, 0 to 1; 1 where too few letters stand to tell."""
    letters = _LETTER.findall(_ADDRESS.sub("", text))
    if len(letters) < SCRIPT_LETTERS:
        return 1.0
    return sum(_OWN[profile.script].match(letter) is not None for letter in letters) / len(letters)


def foreign_han(text: str, profile: Locale) -> str:
    """Characters that GB 2312 has, the set of mainland China, and the locale's own everyday set has not."""
    codec = _HAN_SETS.get(profile.script)
    if codec is None:
        return ""
    return "".join(c for c in dict.fromkeys(_HAN.findall(text)) if _encodes(c, "gb2312") and not _encodes(c, codec))


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
