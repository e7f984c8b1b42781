"""Suggest: names and recurring terms of a series that no table has yet.

Every suggestion stands in the source as it is. A run of characters is one where it recurs, where its parts keep each
other's company more than chance has it, and where different things stand on either side of it. Words that the
segmentation's own dictionary knows are out, and so is what only occurs inside a longer suggestion or a known term.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import regex
import rjieba

from localize.cues import Cue
from localize.glossary.names import parts, romanised

MIN_NAME, MIN_TERM = 2, 3
"""How often one has to occur outside longer ones."""
MAX_CHARS = 6
MIN_COMPANY = 0.5
"""Normalised pointwise mutual information of the two sides of a term, wherever it is cut: 0 is chance, 1 always."""

_HAN = regex.compile(r"\p{Han}+")
# What holds sentences together and no term begins or ends with.
_LOOSE = frozenset(
    "的了着得是在不没我你您他她它们这那哪谁什么怎吗呢吧啊呀哦嘛啦与及就都也还很最再又只把被让给对从到为以而且或但要想说个些请跟比使敢来去"
)
_NOT_FIRST = frozenset("过每等有已所竟别叫快")
# How the segmentation tags what no noun ends with: verbs, adverbs, particles, pronouns, prepositions, interjections.
_NO_NOUNS = ("v", "d", "u", "r", "p", "y", "e", "o")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`count` occurrences, in `episodes`; `example` is the first line, the cue `cue_id` of the first of them."""

    term: str
    kind: Literal["name", "term"]
    count: int
    episodes: tuple[str, ...]
    cue_id: str
    example: str
    romanised: str = ""
    """Of a name, for locales in Latin script."""


@dataclass(frozen=True, slots=True)
class _Place:
    """`[start, end)` in code points of line `line`."""

    line: int
    start: int
    end: int

    def meets(self, other: _Place) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: _Place) -> bool:
        return self.start <= other.start and other.end <= self.end


def suggest(
    tracks: Sequence[tuple[str, Sequence[Cue]]], known: Collection[str], *, limit: int = 50
) -> list[Suggestion]:
    """At most `limit` suggestions from the cues of episodes (by id), the most frequent first.

    `known` are the source terms and names that tables and characters.toml have.
    """
    lines = [(episode, cue) for episode, cues in tracks for cue in cues]
    texts = [cue.text for _, cue in lines]
    places = _runs(texts)
    characters = sum(len(found) for run, found in places.items() if len(run) == 1)
    likely = [run for run in places if run not in known and _likely(run, places, texts, characters)]
    taken: dict[int, list[_Place]] = defaultdict(list)
    for term in known:
        for place in _places(term, texts):
            taken[place.line].append(place)
    kept: list[str] = []
    for run in sorted(likely, key=lambda run: (-len(run), -len(places[run]), places[run][0].line)):
        # Inside a longer one, or across its border: not this term's own.
        own = [p for p in places[run] if not any(p.meets(t) and not p.holds(t) for t in taken[p.line])]
        if len(own) >= (MIN_NAME if _is_name(run) else MIN_TERM):
            kept.append(run)
            for place in own:
                taken[place.line].append(place)
    people = {name for name in (*kept, *known) if parts(name)}
    given = {split[1] for name in people if (split := parts(name))}
    found = [_suggestion(run, places[run], lines, run in given or _is_name(run)) for run in kept]
    return sorted(found, key=lambda one: (-one.count * len(one.episodes), one.term))[:limit]


def _suggestion(run: str, places: Sequence[_Place], lines: Sequence[tuple[str, Cue]], name: bool) -> Suggestion:
    _, cue = lines[places[0].line]
    episodes = tuple(dict.fromkeys(lines[place.line][0] for place in places))
    return Suggestion(
        run, "name" if name else "term", len(places), episodes, cue.id, cue.text, romanised(run) if name else ""
    )


def _runs(texts: Sequence[str]) -> dict[str, list[_Place]]:
    """Every run of up to `MAX_CHARS` Chinese characters with the places where it stands."""
    found: dict[str, list[_Place]] = defaultdict(list)
    for number, text in enumerate(texts):
        for han in _HAN.finditer(text):
            for start in range(han.start(), han.end()):
                for end in range(start + 1, min(start + MAX_CHARS, han.end()) + 1):
                    found[text[start:end]].append(_Place(number, start, end))
    return found


def _places(term: str, texts: Sequence[str]) -> Iterator[_Place]:
    for number, text in enumerate(texts):
        start = text.find(term)
        while start >= 0:
            yield _Place(number, start, start + len(term))
            start = text.find(term, start + 1)


def _likely(run: str, places: Mapping[str, Sequence[_Place]], texts: Sequence[str], characters: int) -> bool:
    """Whether `run` is a unit of its own, seen from inside and from both sides."""
    here = places[run]
    if len(run) < 2 or len(here) < MIN_NAME or run[0] in _LOOSE | _NOT_FIRST or run[-1] in _LOOSE:
        return False
    if _sides(here, texts, -1) < 2 or _sides(here, texts, 1) < 2:
        return False
    if _is_name(run):
        return True
    return len(here) >= MIN_TERM and _is_new_noun(run, places) and _company(run, places, characters) >= MIN_COMPANY


def _sides(here: Sequence[_Place], texts: Sequence[str], direction: int) -> int:
    """How many different things stand before (-1) or after (1) a run; the edge of a clause is a new one each time."""
    seen: Counter[str] = Counter()
    for place in here:
        at = place.start - 1 if direction < 0 else place.end
        char = texts[place.line][at] if 0 <= at < len(texts[place.line]) else ""
        seen[char if _HAN.match(char) else ""] += 1
    return len(seen.keys() - {""}) + seen[""]


def _company(run: str, places: Mapping[str, Sequence[_Place]], characters: int) -> float:
    """How much the parts of `run` keep to each other, see `MIN_COMPANY`; `characters` is the length of all lines."""
    together = len(places[run]) / characters
    apart = (len(places[run[:cut]]) * len(places[run[cut:]]) / characters**2 for cut in range(1, len(run)))
    return min(math.log2(together / chance) for chance in apart) / (-math.log2(together) or 1)


def _is_new_noun(run: str, places: Mapping[str, Sequence[_Place]]) -> bool:
    """Whether the segmentation knows `run` as no word, and takes it neither for a verb nor for one with its object."""
    words = _words()
    (first, tag), *rest = words.tag(run)
    if words.has_word(run) or (rest or [(first, tag)])[-1][1].startswith(_NO_NOUNS):
        return False
    return not (rest and len(first) > 1 and tag.startswith("v") and len(places[run[len(first) :]]) > len(places[run]))


@cache
def _is_name(run: str) -> bool:
    """Whether `run` looks like a family name with a given one that are no everyday word."""
    split = parts(run)
    if split is None:
        return False
    tagged = _words().tag(run)
    if len(tagged) == 1:
        return tagged[0][1].startswith("nr") and (len(run) > 2 or not _words().has_word(run))
    if [word for word, _ in tagged] != [*split]:
        return False
    return len(split[0]) == 2 or tagged[1][1].startswith("nr") or not _words().has_word(split[1])


@cache
def _words() -> rjieba.Jieba:
    return rjieba.Jieba()
