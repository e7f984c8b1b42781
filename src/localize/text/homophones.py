"""Homophones: a known name that was heard as other characters of the same sound, or nearly.

Mandarin has about 400 syllables for its thousands of characters, so a recogniser that does not know a name writes
another one: 苏若雪 became 苏洛学, 顾北辰 孤备成. Sounds are compared as syllables without tones; which ones are near
each other is what input methods offer as "fuzzy pinyin" for southern speakers (zh/z, ch/c, sh/s, n/l, r/l, f/h, an/ang,
en/eng, in/ing).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

MIN_CHARS = 2
_HAN = regex.compile(r"\p{Han}+")
_FUZZY_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "h": "f"}
_INITIAL = regex.compile(r"[zcs]h|[bpmfdtnlgkhjqxrzcsyw]")
NEAR, FAR = 0.5, 2.0
"""What a syllable of another sound costs: one that is often confused with it, and any other."""
MOST = {2: 0.0, 3: 1.0, 4: 1.0}
"""The cost at which a name of so many characters is still proposed; longer ones as those of four."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`text` at `[start, end)` of a line sounds like the known `name`; `cost` 0 where it sounds the same."""

    start: int
    end: int
    text: str
    name: str
    cost: float


def syllables(text: str) -> list[str]:
    """A syllable without its tone for each character of `text`; what is no Han character stands for itself."""
    found: list[str] = []
    at = 0
    for match in _HAN.finditer(text):
        found += text[at : match.start()].lower()
        found += _read(match.group())
        at = match.end()
    return [*found, *text[at:].lower()]


@lru_cache(maxsize=4096)
def _read(han: str) -> tuple[str, ...]:
    # Loaded when first used: its dictionary takes a fifth of a second.
    from pypinyin import lazy_pinyin

    read = tuple(str(syllable) for syllable in lazy_pinyin(han, v_to_u=True))
    # Characters that it cannot read come as one: then each is read alone, so that there is one syllable for each.
    return read if len(read) == len(han) else tuple(str(lazy_pinyin(char)[0]) for char in han)


class Known:
    """Names and terms to listen for; `words` are known too, and nobody's name in disguise."""

    def __init__(self, names: Iterable[str], words: Collection[str] = ()) -> None:
        spoken = [name for name in dict.fromkeys(names) if len(name) >= MIN_CHARS and _HAN.fullmatch(name)]
        self._names = {name: syllables(name) for name in spoken}
        self._words = {*words, *spoken}
        self._by_length: dict[int, list[str]] = {}
        for name in spoken:
            self._by_length.setdefault(len(name), []).append(name)

    def proposals(self, text: str) -> list[Heard]:
        """Where `text` seems to hold a known name in other characters: longest first taken, never overlapping."""
        found: list[Heard] = []
        for match in _HAN.finditer(text):
            found += self._within(match.group(), match.start())
        taken: list[Heard] = []
        for heard in sorted(found, key=lambda h: (h.start - h.end, h.cost, h.start)):
            if all(heard.end <= other.start or other.end <= heard.start for other in taken):
                taken.append(heard)
        return sorted(taken, key=lambda h: h.start)

    def _within(self, run: str, offset: int) -> list[Heard]:
        sounds, borders = syllables(run), _borders(run)
        held = [(at, at + len(word)) for word in self._words for at in _places(word, run)]
        found = []
        for length, names in self._by_length.items():
            for start in range(len(run) - length + 1):
                end, text = start + length, run[start : start + length]
                if text in self._words:
                    continue
                met = [(begin, stop) for begin, stop in held if begin < end and start < stop]
                for name in names:
                    # What is known was said, unless the name has it there too: 供应战神 may well be 恭迎战神.
                    if not all(start <= b and e <= end and name[b - start : e - start] == run[b:e] for b, e in met):
                        continue
                    cost = _cost(self._names[name], sounds[start:end], MOST.get(length, MOST[4]))
                    if cost is not None and _strange(text, start, end, borders, same_sound=not cost):
                        found.append(Heard(offset + start, offset + end, text, name, cost))
        return found


def _places(word: str, run: str) -> list[int]:
    return [at for at in range(len(run) - len(word) + 1) if run.startswith(word, at)]


def _cost(name: Sequence[str], heard: Sequence[str], most: float) -> float | None:
    """What it takes to hear `name` as `heard`; None where that is more than `most`."""
    total = 0.0
    for one, other in zip(name, heard, strict=True):
        if one != other:
            total += NEAR if near(one, other) else FAR
            if total > most:
                return None
    return total


@lru_cache(maxsize=65536)
def near(one: str, other: str) -> bool:
    """Whether two syllables are often taken for each other."""
    return bool(_forms(one) & _forms(other))


@lru_cache(maxsize=2048)
def _forms(syllable: str) -> frozenset[str]:
    match = _INITIAL.match(syllable)
    initial = match.group() if match else ""
    final = syllable[len(initial) :]
    plain = _FUZZY_INITIALS.get(initial, initial)
    finals = {final, final.removesuffix("g")} if final.endswith("ng") else {final}
    return frozenset(plain + one for one in finals)


def sound(syllable: str) -> str:
    """One of the syllables that are often taken for `syllable`, the same for all of them."""
    return min(_forms(syllable), key=lambda form: (len(form), form))


def _borders(run: str) -> frozenset[int]:
    """Where words of `run` begin and end, as its segmentation cuts them."""
    import rjieba

    ends, at = {0}, 0
    for word in rjieba.cut(run, False):
        at += len(word)
        ends.add(at)
    return frozenset(ends)


def _strange(text: str, start: int, end: int, borders: frozenset[int], *, same_sound: bool) -> bool:
    """Whether `text` is no word of the dictionary; four characters of one sound are more than chance."""
    inside = any(at in borders for at in range(start + 1, end))
    return inside or not (start in borders and end in borders) or (same_sound and len(text) >= 4)
