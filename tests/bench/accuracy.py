"""How well speech was read: character error rate, and by how much cues start early or late.

An error is counted on text in one spelling: Simplified, Chinese numerals, one word for he, she and it, no marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localize.cues import Cue
from samples.build_dragon_king.normalise import normalise


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of the truth: when a voice is heard, and what it says."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Starts:
    """`errors_ms`: cue start less line start, for every line that a cue starts with. The rest is counted."""

    errors_ms: tuple[int, ...]
    inside: int
    """Lines that begin inside a cue."""
    unheard: int
    """Lines of which nothing was recognised, or at another time."""
    split: int
    """Cues that begin inside a line, or have no line."""


def error_rate(truth: Iterable[str], heard: Iterable[str]) -> float:
    """Edits (replaced, missing, invented characters) per character of the truth, all lines as one text."""
    reference = "".join(map(normalise, truth))
    edits, _ = alignment(reference, "".join(map(normalise, heard)))
    return edits / len(reference)


def starts(truth: Sequence[Spoken], cues: Sequence[Cue]) -> Starts:
    """Match lines and cues by their text.

    Both sides are aligned as one text each, character by character, with the fewest edits. A cue starts a line when the
    first character they share is the first recognised one of both, and both are on at the same time.
    """
    line_of = [i for i, line in enumerate(truth) for _ in normalise(line.text)]
    cue_of = [i for i, cue in enumerate(cues) for _ in normalise(cue.text)]
    _, same = alignment("".join(normalise(line.text) for line in truth), "".join(normalise(cue.text) for cue in cues))
    first_cue: dict[int, int] = {}
    first_line: dict[int, int] = {}
    for i, j in same:
        line, cue = line_of[i], cue_of[j]
        if truth[line].start_ms < cues[cue].end_ms and cues[cue].start_ms < truth[line].end_ms:
            first_cue.setdefault(line, cue)
            first_line.setdefault(cue, line)
    matched = {cue: line for line, cue in first_cue.items() if first_line[cue] == line}
    return Starts(
        errors_ms=tuple(cues[cue].start_ms - truth[line].start_ms for cue, line in matched.items()),
        inside=len(first_cue) - len(matched),
        unheard=len(truth) - len(first_cue),
        split=len(cues) - len(matched),
    )


def alignment(reference: str, heard: str) -> tuple[int, list[tuple[int, int]]]:
    """Levenshtein distance, and which characters of `reference` and `heard` stand for each other on the way, equal ones
    only, in order."""
    rows = [list(range(len(heard) + 1))]
    for i, wanted in enumerate(reference, 1):
        above, row = rows[-1], [i]
        for j, got in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (wanted != got)))
        rows.append(row)
    i, j = len(reference), len(heard)
    same = []
    while i and j:
        if rows[i][j] == rows[i - 1][j - 1] + (reference[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            if reference[i] == heard[j]:
                same.append((i, j))
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return rows[-1][-1], same[::-1]
