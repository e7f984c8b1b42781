"""What is asked of the memory and what it answers; how texts are compared."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import regex

from localize.cues import Cue
from localize.errors import WorkspaceError


@dataclass(frozen=True, slots=True)
class Asked:
    """A source line and the lines beside it, empty at the ends of an episode.

    `series`, `episode` and `cue_id` say which line it is: its own approval is not offered to it. Where `series` is
    empty, that of the lookup is meant, and in a lookup over all series any line of this episode and id is left out.
    """

    source: str
    before: str = ""
    after: str = ""
    episode: str = ""
    cue_id: str = ""
    series: str = ""


def asked(cues: Sequence[Cue], episode: str, series: str = "") -> list[Asked]:
    """Every line of a source track, in order."""
    texts = ["", *(cue.text for cue in cues), ""]
    return [
        Asked(cue.text, texts[number], texts[number + 2], episode, cue.id, series) for number, cue in enumerate(cues)
    ]


@dataclass(frozen=True, slots=True)
class Match:
    """An approved translation of the very text that was asked for.

    `in_context`: the lines before and after are the same too. `series`, `episode` and `cue_id` name the latest of its
    approvals, `alternatives` counts the other translations that were approved for this text.
    """

    target: str
    in_context: bool
    series: str
    episode: str
    cue_id: str
    alternatives: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A source line with its approved translations by locale: what other tools call a translation unit."""

    source: str
    targets: Mapping[str, str]
    series: str
    episode: str
    cue_id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a refresh found: target files read anew, the approved lines in these, and files that are gone.

    `unread` are the errors of damaged files: none of their lines is in the memory until they are mended.
    """

    files: int = 0
    lines: int = 0
    gone: int = 0
    unread: tuple[WorkspaceError, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.gone)

    def __add__(self, other: Changed) -> Changed:
        return Changed(
            self.files + other.files, self.lines + other.lines, self.gone + other.gone, self.unread + other.unread
        )


_UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}]")
_ONE_MARK = str.maketrans(
    {"。": ".", "⋯": "..", "〜": "~", "・": "·", "•": "·"}
    | dict.fromkeys("“”„「」『』〝〞〟", '"')
    | dict.fromkeys("‘’‚‛", "'")
    | dict.fromkeys("—–―─‐‑", "-")
)
_DOTS, _DASHES = regex.compile(r"\.{2,}"), regex.compile(r"-{2,}")
_IDLE_SPACE = regex.compile(r"(?<=[\p{Han}\p{P}\p{S}]) | (?=[\p{Han}\p{P}\p{S}])")


def normalised(text: str) -> str:
    """`text` as the memory compares it: NFKC, one spelling per mark, no invisible characters, one kind of space.

    Ellipses and dashes count once however long they are, and spaces only between two words of letters or numbers.
    A mark that is there never equals one that is not (走 and 走。), and letters keep their case.
    """
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", " ".join(text.split()))).translate(_ONE_MARK)
    text = _IDLE_SPACE.sub("", " ".join(text.split()))
    return _DASHES.sub("-", _DOTS.sub("…", text))


def context(text: str, before: str, after: str) -> int:
    """64 bits, signed, that two normalised lines share when they and those beside them are the same."""
    digest = hashlib.blake2b("\n".join((text, before, after)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
