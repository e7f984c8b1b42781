"""Alignment: which characters of two readings of one film were said for each other.

Both are compared by sound, since a recogniser writes what it hears in other characters, and only where they are near in
time. Marks count for nothing, numbers in digits as they are said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import regex
from rapidfuzz.distance import Indel

from localize.text.chinese import is_spoken, simplified
from localize.text.homophones import sound, syllables
from localize.text.numerals import in_chinese

APART_MS = 1_500
"""A pause after which nothing belongs to what was before it, in either reading."""
_PARTS = regex.compile(r"[0-9]+|.", regex.DOTALL)


class Timed(Protocol):
    """A cue, a word, a text of the picture."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """One character that is said: of which line, at which place of its text, when, and how it sounds."""

    line: int
    at: int
    char: str
    sound: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """What another reading has for one line: pairs of places that sound alike, in order."""

    said: int
    """Characters of the line that are said."""
    pairs: tuple[tuple[Spoken, Spoken], ...] = ()

    @property
    def share(self) -> float:
        """Of the line's characters, how many were found; 0 for a line of marks alone."""
        return len(self.pairs) / self.said if self.said else 0.0


def spoken(lines: Sequence[Timed]) -> list[Spoken]:
    """The characters of `lines` that are said; time within a line goes by the character."""
    return [one for number, line in enumerate(lines) for one in _of(number, line)]


def plain(text: str) -> str:
    """What is said in `text`, in one spelling: readings that differ in marks and digits only have the same."""
    return "".join(char for _, char in _said(text))


def met(lines: Sequence[Timed], others: Sequence[Timed]) -> list[Meeting]:
    """For each of `lines` what of `others` was said for it; both are in order of time."""
    own, their = spoken(lines), spoken(others)
    pairs: dict[int, list[tuple[Spoken, Spoken]]] = {}
    for mine, yours in _islands(own, their):
        for part in Indel.opcodes([one.sound for one in mine], [one.sound for one in yours]):
            if part.tag == "equal":
                same = mine[part.src_start : part.src_end], yours[part.dest_start : part.dest_end]
                for one, other in zip(*same, strict=True):
                    line = lines[one.line]
                    if other.start_ms < line.end_ms + APART_MS and line.start_ms - APART_MS < other.end_ms:
                        pairs.setdefault(one.line, []).append((one, other))
    said = {number: len(list(group)) for number, group in groupby(own, key=lambda one: one.line)}
    return [Meeting(said.get(number, 0), tuple(pairs.get(number, ()))) for number in range(len(lines))]


def _of(number: int, line: Timed) -> Iterator[Spoken]:
    said = _said(line.text)
    read, span_ms = syllables("".join(char for _, char in said)), line.end_ms - line.start_ms
    for i, ((at, char), syllable) in enumerate(zip(said, read, strict=True)):
        start_ms = line.start_ms + span_ms * i // len(said)
        yield Spoken(number, at, char, sound(syllable), start_ms, line.start_ms + span_ms * (i + 1) // len(said))


def _said(text: str) -> list[tuple[int, str]]:
    """Characters that are said, with their place in `text`; digits as the characters that they are read as."""
    plain = simplified(text)
    if len(plain) != len(text):
        plain = "".join(simplified(char)[:1] or char for char in text)
    return [
        (part.start(), char.lower())
        for part in _PARTS.finditer(plain)
        for char in (in_chinese(part.group()) if part.group()[0] in "0123456789" else part.group())
        if is_spoken(char)
    ]


def _islands(own: Sequence[Spoken], their: Sequence[Spoken]) -> Iterator[tuple[list[Spoken], list[Spoken]]]:
    """Both readings cut at the pauses they share; within a part each is in its own order."""
    sides = (own, their)
    every = sorted((one.start_ms, side, number) for side in (0, 1) for number, one in enumerate(sides[side]))
    parts: list[tuple[list[int], list[int]]] = [([], [])]
    reach_ms = every[0][0] if every else 0
    for start_ms, side, number in every:
        if start_ms > reach_ms + APART_MS:
            parts.append(([], []))
        parts[-1][side].append(number)
        reach_ms = max(reach_ms, sides[side][number].end_ms)
    for mine, yours in parts:
        yield [own[number] for number in sorted(mine)], [their[number] for number in sorted(yours)]
