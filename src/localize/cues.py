"""Cues, the one thing every stage passes along.

Times are whole milliseconds from the first video frame, half-open `[start_ms, end_ms)`. A source track holds what is
said; a target track holds exactly one line per source cue; a layout holds what is drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

import regex

from localize.drawing.safe_area import Rect
from localize.fingerprint import fingerprint

Kind = Literal["dialogue", "forced"]
Origin = Literal["speech", "ocr", "file", "human"]

STARTER = "starter"
"""Flag of a line, and rule of the finding, that a demonstration package had a part in."""

MEMORY = "memory"
"""What a line says in `by` that a reviewer approved elsewhere and that was used again."""
STALE = "stale"
"""Flag of a line that a person wrote or approved, and whose source has changed since."""
SAME_HAN = 4
"""Up to this many characters a Japanese line may rightly be its source: 三年, 皇后."""

_GRAPHEME = regex.compile(r"\X")
_UNSEEN = regex.compile(r"[\p{Cf}\p{Cc}]")


def graphemes(text: str) -> list[str]:
    """Grapheme clusters: what a reader calls characters; line breaks and invisible controls are left out.

    `len("หนึ่ง")` is 5 code points, but a Thai reader sees 3 characters.
    """
    return _GRAPHEME.findall(_UNSEEN.sub("", text))


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word with its times; `confidence` is a probability, 0 to 1."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle of the source, with an id that is never reused."""

    id: str
    start_ms: int
    end_ms: int
    text: str
    kind: Kind = "dialogue"
    origin: Origin = "speech"
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    speaker: str | None = None
    place: Rect | None = None
    """Where a forced cue stands in the picture, in pixels of the frame."""
    was: tuple[str, ...] = ()
    """The cues that a person split or merged into this one; their target lines are suggestions for its own."""

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms:
            raise ValueError(f"cue must have 0 <= start < end, got {self.start_ms}..{self.end_ms} ms")

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class SourceTrack:
    """What is said, in order; `next_id` counts up for ever so that a removed cue's id is never given again."""

    locale: str
    cues: tuple[Cue, ...]
    next_id: int
    schema: int = 1
    film: str = ""
    """SHA-256 of the media that it was made from, or that a person mended it for."""

    def __post_init__(self) -> None:
        ids = [cue.id for cue in self.cues]
        if len(set(ids)) != len(ids):
            raise ValueError("cue ids of a source track must be unique")


@dataclass(frozen=True, slots=True)
class TargetLine:
    """The line for one source cue.

    `draft` keeps the machine's text: a line whose `text` differs from it was edited by a person, whoever `by` names.
    `fingerprint` is the hash of what the machine read (source text, terms, engine and its version);
    `source_fingerprint` of the source text alone, which tells whether a person's line still fits it.
    """

    id: str
    text: str
    by: str
    draft: str | None = None
    fingerprint: str = ""
    flags: tuple[str, ...] = ()
    source_fingerprint: str = ""

    approved: bool = False
    """A reviewer let the line pass as it stands: no machine writes it anew."""
    note: str = ""
    """Why the engine that was asked first did not write it."""
    attempts: tuple[str, ...] = ()
    """In which ways its terms were enforced, the last one being the one that stands."""
    full: str = ""
    """What the machine wrote before the line was shortened; empty where it was not."""
    limit: int | None = None
    """The grapheme clusters that a shorter rendering was asked for; None where none was."""

    @property
    def human(self) -> bool:
        return self.by == "human" or (self.draft is not None and self.text != self.draft)


def source_fingerprint(cue: Cue) -> str:
    """What a person's line was made of: the text alone, since another engine does not make it wrong."""
    return fingerprint("source", cue.text)


@dataclass(frozen=True, slots=True)
class TargetTrack:
    """Exactly one line per source id, in the source's order."""

    locale: str
    lines: tuple[TargetLine, ...]
    schema: int = 1
    retired: tuple[TargetLine, ...] = ()
    """Lines whose cue is gone, split or merged: suggestions, and what stands again when that is undone."""

    def text_of(self) -> dict[str, str]:
        return {line.id: line.text for line in self.lines}


def retired(previous: TargetTrack | None, ids: Collection[str]) -> tuple[TargetLine, ...]:
    """What `previous` holds for cues that are not among `ids` any more."""
    lines = {line.id: line for line in (*previous.retired, *previous.lines)} if previous else {}
    return tuple(line for id_, line in lines.items() if id_ not in ids and line.text)


@dataclass(frozen=True, slots=True)
class Event:
    """What is drawn: timed, broken lines (joined by a newline), and the source cues they show."""

    start_ms: int
    end_ms: int
    text: str
    cue_ids: tuple[str, ...]
    kind: Kind = "dialogue"
    em_px: int = 0
    """Size of this event's type where it had to shrink to fit, else 0 for the layout's own size."""
    margin_bottom_px: int = 0
    """Where this event stands, if not where the layout says."""
    centre_px: int = 0
    """Middle of the lines of a sign from the left of the frame; 0 for the middle of the frame."""
    above: str = ""
    """The source's lines, of bilingual subtitles."""
    speakers: tuple[str, ...] = ()
    """Who says each line, where that is shown; empty for nobody known."""

    @property
    def cps(self) -> float:
        """Reading speed, grapheme clusters per second; line breaks are free."""
        return 1000 * len(graphemes(self.text)) / (self.end_ms - self.start_ms)


@dataclass(frozen=True, slots=True)
class Layout:
    """Every event of one locale on one frame, in pixels of that frame."""

    locale: str
    width_px: int
    height_px: int
    font: str
    em_px: int
    margin_x_px: int
    margin_bottom_px: int
    """Distance of the lowest line's bottom edge from the bottom of the frame."""
    events: tuple[Event, ...] = field(default=())
    schema: int = 1
