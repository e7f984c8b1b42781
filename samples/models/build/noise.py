"""What a speech recogniser does to a Chinese line, for training the zh-en starter package.

The recogniser hears right and spells wrong: homophones in names and titles above all (若雪 becomes 弱雪, 北辰 becomes
北城), digits for numerals, commas and final marks lost. The English side of a noised line stays as it is, so the model
learns names by sound. Candidates are the characters of GB2312 level 1 with the same toneless syllable, or with one that
southern speakers merge with it (z/zh, n/ng, n/l). One in seventeen is of level 2 instead; outside names the tokenizer
does not know these, so the model also learns to guess around a character. A placeholder `XQ1` is never touched.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pypinyin import Style, lazy_pinyin, pinyin

from samples.models.build import corpus

HAN = re.compile(r"[\u4e00-\u9fff]+")
DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
UNITS = "年天分块个岁次"  # a numeral before one of these is written in digits; 等一下 is not a number
NUMERAL = re.compile(rf"(?<=数到)([{''.join(DIGITS)}十百]+)|([{''.join(DIGITS)}十百]+)(?=[{UNITS}万])")
ALIKE = ("他她它", "的地得", "吗嘛", "吧罢", "在再", "做作", "里理", "那哪", "是事", "你您")
OPTIONAL = "了的吧就啊才"  # particles a recogniser loses in fast speech
COMMAS = ("", "", " ", " ", ",", "。", "、")
FINALS = ("", "", "", "，", ".", "。", "!", "?")


@dataclass(frozen=True)
class Strength:
    """Rates of one noised line: a homophone in a name, in another entry (a title, a thing), elsewhere; lost marks."""

    name: float
    entry: float
    other: float
    marks: float


LIGHT = Strength(name=0.15, entry=0.04, other=0.02, marks=0.3)
USUAL = Strength(name=0.4, entry=0.12, other=0.06, marks=0.5)
HEAVY = Strength(name=0.75, entry=0.3, other=0.12, marks=0.7)


def gb2312(rows: range) -> str:
    """The characters of `rows` of GB2312: 16 to 55 hold level 1, the common ones, 56 to 87 level 2."""
    cells = (bytes([0xA0 + row, 0xA0 + cell]) for row in rows for cell in range(1, 95))
    return "".join(c.decode("gb2312", "ignore") for c in cells)


def merged(syllable: str) -> str:
    """`syllable` as a speaker who merges z/zh, c/ch, s/sh, n/l and -n/-ng says it."""
    return re.sub(r"(?<=[aei])ng$", "n", re.sub(r"^([zcs])h", r"\1", re.sub("^l", "n", syllable)))


@cache
def syllables(*, rare: bool = False) -> dict[str, tuple[str, ...]]:
    """Toneless syllable to the common characters that are read so, or to the rare ones."""
    table: dict[str, list[str]] = {}
    for char in gb2312(range(56, 88) if rare else range(16, 56)):
        for syllable in pinyin(char, style=Style.NORMAL, heteronym=True)[0][:1]:
            table.setdefault(syllable, []).append(char)
    return {syllable: tuple(chars) for syllable, chars in table.items()}


@cache
def neighbours(syllable: str) -> tuple[str, ...]:
    """Characters of the syllables that merge with `syllable`, itself left out."""
    return tuple(
        char
        for other, chars in syllables().items()
        if other != syllable and merged(other) == merged(syllable)
        for char in chars
    )


@cache
def reading(text: str) -> tuple[str, ...]:
    """Toneless syllables of a run of Chinese characters, one a character, read as words (景行 is jing xing)."""
    return tuple(lazy_pinyin(text, style=Style.NORMAL))


@cache
def entries() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of the corpus' persons, and of its other entries but the numerals."""
    zh = corpus.load("zh").entries
    words = {kind: "|".join(sorted((v["base"] for v in zh[kind].values()), key=len, reverse=True)) for kind in zh}
    others = "|".join(words[kind] for kind in ("role", "place", "object", "realm"))
    return re.compile(f"(?:{words['surname']})(?:{words['given']})"), re.compile(others)


def alphabet() -> str:
    """What the tokenizer has to know: every common character that noise may bring in, and the rare ones of names."""
    zh = corpus.load("zh")
    texts = [*zh.templates.values(), *(v["base"] for kind in zh.entries.values() for v in kind.values())]
    heard = {s for text in texts for run in HAN.findall(text) for s in reading(run)}
    chars = {c for s in heard for c in (*syllables().get(s, ()), *neighbours(s))}
    named = {s for kind in ("surname", "given") for v in zh.entries[kind].values() for s in reading(v["base"])}
    chars.update(c for s in named for c in syllables(rare=True).get(s, ()))
    return "".join(sorted(chars.union(*texts, *ALIKE, *COMMAS, *FINALS, "0123456789") - {" "}))


def value(numeral: str) -> int:
    """The number that `numeral` writes: 三十 is 30."""
    total = rest = 0
    for char in numeral:
        if char in "十百":
            total, rest = total + (rest or 1) * (10 if char == "十" else 100), 0
        else:
            rest = DIGITS[char]
    return total + rest


def numbers() -> list[str]:
    """The corpus' numerals in digits."""
    return [str(value(entry["base"])) for entry in corpus.load("zh").entries["number"].values()]


def numerals(text: str, rng: random.Random) -> str:
    """Numerals before a unit in digits: 三十分钟 becomes 30分钟, mostly."""

    swapped = re.sub("两|二(?!十)", lambda match: rng.choice("两二"), text)
    return NUMERAL.sub(lambda match: match[0] if rng.random() < 0.3 else str(value(match[0])), swapped)


def marks(text: str, rng: random.Random, rate: float) -> str:
    """Clause commas as a space, another mark or nothing; final marks dropped or changed."""
    body, final = re.fullmatch(r"(.*?)([。！？]?)", text, re.S).groups()  # type: ignore[union-attr]
    if rng.random() < rate:
        body = re.sub("[，。！？]", lambda _: rng.choice(COMMAS), body)
    return body + (rng.choice(FINALS) if rng.random() < rate else final)


def homophones(text: str, rng: random.Random, strength: Strength) -> str:
    """Characters replaced by ones that sound the same, one in four only nearly so."""
    names, others = entries()
    rates = [strength.other] * len(text)
    for pattern, rate in ((others, strength.entry), (names, strength.name)):
        for match in pattern.finditer(text):
            rates[match.start() : match.end()] = [rate] * len(match[0])
    chars = list(text)
    for run in HAN.finditer(text):
        for at, syllable in enumerate(reading(run[0]), run.start()):
            if rng.random() >= rates[at] or (chars[at] in "十百" or chars[at] in DIGITS):
                continue
            kind = rng.random()
            sounds = neighbours(syllable) if kind < 0.25 else syllables(rare=kind > 0.94).get(syllable, ())
            chars[at] = rng.choice(sounds or (chars[at],))
    return "".join(chars)


def particles(text: str, rng: random.Random) -> str:
    """Look-alike function words swapped, particles lost: one in twenty each."""
    chars: Iterable[str] = ("" if c in OPTIONAL and rng.random() < 0.05 else c for c in text)
    swap = {c: group for group in ALIKE for c in group}
    return "".join(rng.choice(swap[c]) if c in swap and rng.random() < 0.05 else c for c in chars)


def noisy(text: str, rng: random.Random, strength: Strength | None = None) -> str:
    """`text` as a recogniser might have written it; without `strength`, one of the three at random."""
    strength = strength or rng.choices((LIGHT, USUAL, HEAVY), (3, 5, 2))[0]
    heard = homophones(text, rng, strength)
    return marks(numerals(particles(heard, rng), rng), rng, strength.marks)
