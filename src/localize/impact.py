"""Impact: which lines a term touches, in every episode and locale, and what the next run will do to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from localize.assignment import Assignment
from localize.cues import TargetLine, TargetTrack
from localize.errors import NoEngine
from localize.glossary.match import Matcher, Sense, surroundings
from localize.glossary.terms import Entry
from localize.job import Job
from localize.workspace import target_file

Fate = Literal["redo", "kept", "current", "unmatched", "missing", "unserved"]
"""What the next run does with a line: make it anew, keep it since a person wrote or approved it, or nothing.

`unmatched`: the characters stand there, and another term or word holds them; `missing`: there is no line yet;
`unserved`: nor will there be, since no engine of the series writes the locale.
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """A line whose source holds the term."""

    episode: str
    locale: str
    cue_id: str
    fate: Fate
    source: str
    text: str
    by: str


def impact(job: Job, term: str, locales: Sequence[str], *, supposing: Sequence[Entry] = ()) -> Iterator[Touched]:
    """Every line of the episode of `job` whose source holds `term`, which need not be in a glossary yet.

    `supposing` are rows taken for written, to see what they would change.
    """
    work = Assignment(job, supposing=supposing)
    cues = {cue.id: cue for cue in work.source.cues if term in cue.text}
    if not cues:
        return
    senses = work.termbase.senses
    if not any(sense.source == term for sense in senses):
        senses = [*senses, Sense(term)]
    matcher = Matcher(senses)
    texts = [cue.text for cue in work.source.cues]
    meant = {
        cue.id
        for number, cue in enumerate(work.source.cues)
        if any(span.source == term for span in matcher.find(cue.text, surroundings(texts, number)))
    }
    for tag in locales:
        track = job.workspace.read(TargetTrack, target_file(tag))
        lines = {line.id: line for line in track.lines} if track else {}
        redone = _redone(work, tag)
        for cue in cues.values():
            line = lines.get(cue.id)
            fate = _fate(cue.id, line, redone, matched=cue.id in meant)
            yield Touched(
                job.episode.id, tag, cue.id, fate, cue.text, line.text if line else "", line.by if line else "-"
            )


def _redone(work: Assignment, tag: str) -> Collection[str] | None:
    """The lines that the next run makes; None where nothing can write the locale."""
    try:
        return work.outdated(tag)
    except NoEngine:
        return None


def _fate(cue_id: str, line: TargetLine | None, redone: Collection[str] | None, *, matched: bool) -> Fate:
    if line is None:
        return "unserved" if redone is None else "missing"
    if redone and cue_id in redone:
        return "redo"
    if not matched:
        return "unmatched"
    return "kept" if line.human or line.approved else "current"
