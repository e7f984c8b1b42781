"""Which texts may be similar to another one: a signature of 128 bits for each, and a bound without false negatives.

Every character sets one of 128 bits. The score of two texts of n and m characters is 200 * common / (n + m), where
`common` is the length of their longest common subsequence. So a score asks for some number k of common characters, and
leaves at most n - k of one text and m - k of the other unmatched. A bit that only one of two signatures has stands for
at least one unmatched character: texts with more such bits need not be compared. SQLite's trigram index cannot do this,
since lines of one and two characters have no trigram.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from localize import disk

_BITS = 128
_GOLDEN = 0x9E3779B1
"""Of 32 bits: multiplying by it spreads neighbouring characters over all bits (Knuth, TAOCP 6.4)."""

Row = tuple[str, str, str]
"""Locale, series, text."""
Block = tuple[int, int, int]
"""First row, the row after the last one, and the first row's place in `codes`."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Texts by locale, length and series, with their signatures.

    Rows are sorted by these three, so that the texts of one locale and length, and among them those of one series, are
    a slice: `blocks[locale][length][series]`. `words` is 2 x rows, `ones` the number of bits that are set in a row,
    `codes` the code points of all rows one after the other.
    """

    blocks: dict[str, dict[int, dict[str, Block]]]
    words: NDArray[np.uint64]
    ones: NDArray[np.uint8]
    codes: NDArray[np.uint32]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Signatures:
        blocks: dict[str, dict[int, dict[str, Block]]] = {}
        words, codes = [np.empty((2, 0), np.uint64)], [np.empty(0, np.uint32)]
        start = place = 0
        ordered = sorted((locale, len(text), series, text) for locale, series, text in rows)
        for (locale, length, series), block in groupby(ordered, key=itemgetter(0, 1, 2)):
            texts = [row[3] for row in block]
            codes.append(_codes("".join(texts)))
            words.append(_words(codes[-1].reshape(-1, length)))
            blocks.setdefault(locale, {}).setdefault(length, {})[series] = (start, start + len(texts), place)
            start, place = start + len(texts), place + len(codes[-1])
        joined = np.concatenate(words, axis=1)
        return cls(blocks, joined, np.bitwise_count(joined).sum(axis=0, dtype=np.uint8), np.concatenate(codes))

    def __len__(self) -> int:
        return len(self.ones)

    def similar(self, text: str, locale: str, series: str | None, floor: int) -> Iterator[tuple[int, str]]:
        """Every text that has at least `floor` percent in common with `text` and is another one, with its score."""
        n, (low, high) = len(text), _words(_codes(text).reshape(1, -1))[:, 0]
        ones = int(np.bitwise_count(low)) + int(np.bitwise_count(high))
        for m, blocks in self.blocks.get(locale, {}).items():
            least = -(-floor * (n + m) // 200)
            if least > min(n, m) or (block := _slice(blocks, series)) is None:
                continue
            start, stop, place = block
            common = np.bitwise_count(self.words[0, start:stop] & low)
            common += np.bitwise_count(self.words[1, start:stop] & high)
            enough = common >= max(0, ones - (n - least))
            if m - least < _BITS:  # else it asks for nothing, and would not fit into 8 bits
                enough &= common + np.uint8(m - least) >= self.ones[start:stop]
            codes = self.codes[place : place + (stop - start) * m].reshape(-1, m)[enough]
            texts: list[str] = codes.view(f"<U{m}").ravel().tolist()
            yield from ((200 * longest // (n + m), other) for longest, other in _common(text, texts, least))

    def save(self, folder: Path) -> None:
        (folder / "blocks.json").write_text(json.dumps(self.blocks), encoding="utf-8")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for path in folder.iterdir():
            disk.sync(path)

    @classmethod
    def load(cls, folder: Path) -> Signatures:
        """What `save` wrote, read from the disk as it is needed; raises OSError or ValueError where it is damaged."""
        read = json.loads((folder / "blocks.json").read_text(encoding="utf-8"))
        blocks = {
            locale: {int(m): {series: tuple(block) for series, block in of.items()} for m, of in lengths.items()}
            for locale, lengths in read.items()
        }
        made = cls(blocks, *(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS))
        ends = [
            (stop, place + (stop - start) * m)
            for lengths in blocks.values()
            for m, of in lengths.items()
            for start, stop, place in of.values()
        ]
        if (made.words.shape[1], len(made.codes)) != max(ends, default=(0, 0)) or len(made) != made.words.shape[1]:
            raise ValueError(f"the files in {folder} do not fit together")
        return made


_ARRAYS = ("words", "ones", "codes")


def _slice(blocks: dict[str, Block], series: str | None) -> Block | None:
    if series is not None:
        return blocks.get(series)
    ordered = list(blocks.values())
    return ordered[0][0], ordered[-1][1], ordered[0][2]


def _common(text: str, others: list[str], least: int) -> Iterator[tuple[int, str]]:
    """Length of the longest common subsequence with each of `others`, where that is at least `least`."""
    if not others:
        return
    lengths = process.cdist([text], others, scorer=LCSseq.similarity, score_cutoff=least, dtype=np.int32)[0]
    for number in np.flatnonzero(lengths >= least):
        if others[number] != text:
            yield int(lengths[number]), others[number]


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _words(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The signatures, 2 x rows, of texts of the same length, rows x length."""
    bits = (codes * np.uint32(_GOLDEN)) >> np.uint32(32 - 7)
    ones = np.uint64(1) << (bits & np.uint32(63)).astype(np.uint64)
    halves = [np.where(bits >> np.uint32(6) == half, ones, np.uint64(0)) for half in (0, 1)]
    return np.stack([np.bitwise_or.reduce(half, axis=1) for half in halves])
