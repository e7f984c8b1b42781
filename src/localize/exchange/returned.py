"""What came back: the rows of a file as they stand in it, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from localize.errors import InputError
from localize.exchange.handout import Key
from localize.glossary import sheets
from localize.subtitles.text import clean

MOST_BYTES = 32 << 20
"""Of an upload. 100 episodes of 400 lines are 4 MB as a workbook."""
MOST_TAGS = 2_000_000
"""Of one piece of XML: opening and closing ones, and comments. The same series has 1,000,000 in its hidden sheet."""

# A line may begin with a dash or a sign, and hold marks of direction; a term, for which the rules are, may not.
_FREE = regex.compile(r"^[\s+\-@]+|[\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be taken in; `place` is where a person finds it, `ep01, row 12`."""

    place: str
    message: str
    next_step: str
    episode: str = ""
    cue_id: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; next: {self.next_step}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `cue_id` is empty where it names none that went out, `source` as it stands in the file."""

    place: str
    episode: str
    cue_id: str
    target: str
    source: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A file that came back. `given` holds what went out in it, in order, with the version of each line."""

    series: str
    locale: str
    given: Mapping[Key, str]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def flaws(text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a target whatever it says, and what to do."""
    yield from sheets.flaws("the target", _FREE.sub("", clean(text)))


def refuse_large(data: bytes) -> None:
    """InputError where an upload is larger than any file of ours."""
    if len(data) > MOST_BYTES:
        raise InputError(
            f"the file has {len(data) / 2**20:.0f} MB, {MOST_BYTES >> 20} are allowed",
            next_step="give the file that was exported, without pictures",
        )


def refuse_hostile(data: bytes, name: str = "the file") -> None:
    """InputError where XML declares entities, which can read files or grow without end, or holds elements without end.

    No format of ours declares any.
    """
    plain = data.replace(b"\0", b"")  # UTF-16 has one in each character of a declaration
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise InputError(f"{name} declares a document type, which is not read", next_step="export it again")
    if plain.count(b"<") > MOST_TAGS:
        raise InputError(f"{name} holds more than {MOST_TAGS} tags", next_step="export it again")


def twice(rows: Sequence[Row]) -> Iterator[Problem]:
    """Rows that repeat the id of one above them."""
    first: dict[Key, Row] = {}
    for row in rows:
        key = row.episode, row.cue_id
        if row.cue_id and key in first:
            message = f"{row.cue_id} stands twice, first in {first[key].place}"
            yield Problem(row.place, message, "delete one of the two rows", *key)
        first.setdefault(key, row)
