"""What a language does around a term that is put back where a placeholder stood: spaces, capitals, articles, particles.

Models treat a placeholder as a bare name. What has to change for a title or a common noun follows from the words right
beside it; where it does not (German cases, Slavic endings), nothing is guessed, and the term's table lists its forms.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from localize.glossary import placeholders
from localize.glossary.articles import SENTENCE_START, with_article
from localize.glossary.terms import Term
from localize.locales import Locale
from localize.text.typography import typeset

_WORD_END = regex.compile(r"[\p{L}\p{M}\p{N}]$")
_WORD_START = regex.compile(r"^(?!s(?!\p{L}))[\p{L}\p{N}]")
# "and", "with", "to" and "the" are written in one piece with an Arabic word.
_ARABIC_CLITIC = regex.compile(r"(?<!\p{L})[وف]?[بلك]?(?:ال)?$")

_HANGUL_SYLLABLES, _FINALS = 0xAC00, 28
_RIEUL = 8
# By whether the syllable before them ends in a consonant; those of 으로 also follow ㄹ without 으.
_PARTICLES = (
    ("으로부터", "로부터"), ("으로서", "로서"), ("으로써", "로써"), ("으로는", "로는"), ("으로도", "로도"),
    ("이라고", "라고"), ("이라는", "라는"), ("이라면", "라면"), ("이에요", "예요"), ("과의", "와의"), ("과는", "와는"),
    ("과도", "와도"), ("으로", "로"), ("이란", "란"), ("이랑", "랑"), ("이나", "나"), ("이며", "며"), ("이여", "여"),
    ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("아", "야"),
)  # fmt: skip
# How Koreans read what is written in no Hangul: a digit, a letter of an abbreviation.
_READ = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True)) | dict(zip("LMNR", "엘엠엔알", strict=True))

_MARKS = str.maketrans("，。！？、；：～「」『』《》", ",.!?,;:~“”“”“”")
# Beside a placeholder nothing tells which script a mark belongs to.
_OWN_MARKS = {"hi": {".": "।"}, "th": {".": " ", ",": " "}}


def marks(text: str, profile: Locale) -> str:
    """The Chinese marks of `text` as `profile` writes them: alone they mean the same everywhere."""
    if profile.writes_han:
        return text
    text = regex.sub("…+", "…", text.translate(_MARKS))
    text = regex.sub("[—–]{2,}", "—", text).replace("（", " (").replace("）", ")")
    for mark, own in _OWN_MARKS.get(profile.tag, {}).items():
        text = text.replace(mark, own)
    text = regex.sub(r"([,;:!?.।…])(?=[\p{L}\p{N}“(])", r"\1 ", text)
    # An ellipsis that opens a line belongs to its first word.
    text = regex.sub(r" {2,}", " ", regex.sub(r"^… ", "…", text)).strip()
    return typeset(text, profile)


def restore(text: str, terms: Sequence[Term], profile: Locale) -> str:
    """`text` with every placeholder replaced by the target of its term, and the words beside it made to fit."""
    for number, start, end in reversed(placeholders.positions(text)):
        if number <= len(terms):
            text = _put(text[:start], terms[number - 1], text[end:], profile)
    return text


def _put(before: str, term: Term, after: str, profile: Locale) -> str:
    code, target = profile.tag.split("-")[0], term.target
    if code == "ko":
        after = _with_particle(target, after)
    if profile.writes_han:
        # Models set spaces around a placeholder where the script has none.
        return f"{before.rstrip(' ')}{target}{after.lstrip(' ')}"
    if not profile.spaced:
        return f"{before}{target}{after}"
    before, target = with_article(before, term, after, code)
    if code == "ar" and (clitic := _ARABIC_CLITIC.search(before)) and clitic[0]:
        target = _attached(clitic[0], target)
    elif _WORD_END.search(before):
        before += " "
    if _WORD_START.match(after) and not profile.suffixes:
        after = f" {after}"
    if SENTENCE_START.search(before):
        target = _turkish_capital(target) if code == "tr" else target[:1].upper() + target[1:]
    return f"{before}{target}{after}"


def _attached(clitic: str, target: str) -> str:
    """`target` as it is written behind `clitic`: one article, and ل with it as لل."""
    if not target.startswith("ال"):
        return target
    if clitic.endswith("ال"):
        return target[2:]
    return f"ل{target[2:]}" if clitic.endswith("ل") else target


def _with_particle(target: str, after: str) -> str:
    """`after` with the Korean particle at its start in the form that follows `target`."""
    last = _READ.get(target[-1:], "가" if target[-1:].isascii() and target[-1:].isupper() else target[-1:])
    code = ord(last) - _HANGUL_SYLLABLES if last else -1
    if not 0 <= code < 11172:
        return after
    final = code % _FINALS
    for closed, open_ in _PARTICLES:
        for form in (closed, open_):
            if regex.match(rf"{form}(?!\p{{Hangul}})", after):
                right = open_ if final == 0 or (closed.startswith("으") and final == _RIEUL) else closed
                return right + after[len(form) :]
    return after


def _turkish_capital(text: str) -> str:
    return ("İ" if text.startswith("i") else text[:1].upper()) + text[1:]
