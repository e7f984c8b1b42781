"""A source line on its way to a translator: its terms, who speaks to whom, and what the whole work is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localize.characters import NOBODY, Cast, Manner
from localize.cues import Cue
from localize.glossary.terms import Span, Term


@dataclass(frozen=True, slots=True)
class Similar:
    """A line of the translation memory that resembles the one to translate; `score` is a percentage, 75 to 100."""

    source: str
    target: str
    score: int


@dataclass(frozen=True, slots=True)
class Line:
    """A source line on its way into several locales, and what its translations must respect.

    `terms[locale]` are what the locale requires, `spans[locale]` where each of them stands in the source.
    `manner[locale]` is how its speaker speaks to its addressee, where both are known. `limits[locale]` is how many
    grapheme clusters can be read while it is shown; without one it may be as long as it likes.
    """

    cue: Cue
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    manner: Mapping[str, Manner] = field(default_factory=dict)
    similar: Mapping[str, tuple[Similar, ...]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.cue.text


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line whose translation `text` has more grapheme clusters than `limit`."""

    line: Line
    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class Brief:
    """What a translator may know of the work as a whole; an engine that reads lines one by one ignores it.

    `episode` and `track` are the episode's id and all of its cues, in order; `prose` are titles and a synopsis, which
    are not written as subtitles are.
    """

    title: str = ""
    genre: str = ""
    cast: Cast = NOBODY
    episode: str = ""
    track: tuple[Cue, ...] = ()
    prose: bool = False


NOTHING_KNOWN = Brief()
