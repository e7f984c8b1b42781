"""Find and replace across episodes and locales: what would change, shown first; then those that a person chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.errors import InputError
from localize.job import Job
from localize.review import edits
from localize.review.edits import Edit, Saved
from localize.review.log import Who
from localize.workspace import target_file

LONGEST = 200
"""Characters of what is looked for."""
MOST = 2000
"""Hits shown at once: nobody reads more, and what is not shown is not replaced."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for in target lines, and what to put there; `source` narrows it to lines whose source has that."""

    text: str
    replacement: str = ""
    source: str = ""
    match_case: bool = False
    whole_words: bool = False

    def __post_init__(self) -> None:
        for given in (self.text, self.replacement, self.source):
            if len(given) > LONGEST:
                raise InputError(f"at most {LONGEST} characters can be looked for", next_step="shorten it")

    @property
    def empty(self) -> bool:
        return not (self.text or self.source)

    @property
    def pattern(self) -> regex.Pattern[str]:
        words = regex.escape(self.text, literal_spaces=True)
        if self.whole_words:
            words = rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){words}(?![\p{{L}}\p{{M}}\p{{N}}])"
        return regex.compile(words, 0 if self.match_case else regex.IGNORECASE)

    def replaced(self, text: str) -> str:
        return self.pattern.sub(lambda _: self.replacement, text) if self.text else text

    def stands_in(self, cue: Cue, line: TargetLine) -> bool:
        return self.source in cue.text and bool(line.text) and bool(not self.text or self.pattern.search(line.text))


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that holds what is looked for, as it stands and as it would become; `version` is what was seen."""

    episode: str
    locale: str
    cue: Cue
    line: TargetLine
    after: str
    version: str

    @property
    def key(self) -> str:
        """What names this hit in a form."""
        return f"{self.episode}/{self.locale}/{self.cue.id}/{self.version}"


def find(jobs: Iterable[Job], locales: Sequence[str], query: Query) -> Iterator[Hit]:
    """Every hit in the tracks of `jobs` that are there, in the order of episodes, locales and time."""
    for job in () if query.empty else jobs:
        source = job.workspace.read(SourceTrack, "source.json")
        for tag in locales if source else ():
            track = job.workspace.read(TargetTrack, target_file(tag))
            lines = {line.id: line for line in track.lines} if track else {}
            for cue in source.cues if source else ():
                line = lines.get(cue.id)
                if line and query.stands_in(cue, line):
                    after = query.replaced(line.text)
                    yield Hit(job.episode.id, tag, cue, line, after, edits.version(cue, line))


def apply(jobs: Mapping[str, Job], chosen: Iterable[str], query: Query, who: Who) -> dict[tuple[str, str], Saved]:
    """Replace in the hits whose keys are `chosen`, by episode and locale; a line that changed since clashes and stays.

    InputError on a key that is none, or where nothing is to be replaced.
    """
    if not query.text:
        raise InputError("nothing to replace was given", next_step="type a text of the target")
    wanted: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key in chosen:
        parts = key.split("/")
        if len(parts) != 4 or parts[0] not in jobs:
            raise InputError("a hit that was chosen is not known", next_step="search again")
        episode, tag, cue_id, version = parts
        wanted[episode, tag].append((cue_id, version))
    saved = {}
    for (episode, tag), seen in wanted.items():
        job = jobs[episode]
        track = job.workspace.need(TargetTrack, target_file(tag))
        texts = track.text_of()
        made = [Edit(cue_id, query.replaced(texts.get(cue_id, "")), version) for cue_id, version in seen]
        reason = f"{query.text} → {query.replacement}"
        saved[episode, tag] = edits.save(job, tag, made, who, what="replace", text=reason)
    return saved
