"""Learning: a correction becomes a term of the series, or of the memory, and what that changes is shown first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from localize.cues import SourceTrack, TargetLine, TargetTrack
from localize.errors import InputError
from localize.glossary import merge, stack, tables
from localize.glossary.merge import Merge
from localize.glossary.tables import Table
from localize.glossary.terms import COLUMNS, Entry
from localize.impact import Touched, impact
from localize.job import Job
from localize.memory import normalised
from localize.review import edits, log
from localize.review.log import Event, Who
from localize.workspace import target_file

LONGEST = 100
"""Characters of a term on either side."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """That `source` is `target` in `locale`, in the whole series or in the one `episode`."""

    source: str
    target: str
    locale: str
    episode: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not (self.source.strip() and self.target.strip()):
            raise InputError("a term needs a source and a target", next_step="give both")
        if max(len(self.source), len(self.target)) > LONGEST:
            raise InputError(f"a term has at most {LONGEST} characters", next_step="choose the words that are the term")

    @property
    def entry(self) -> Entry:
        scope = stack.EPISODE if self.episode else stack.SERIES
        source, target = (" ".join(text.split()) for text in (self.source, self.target))
        return Entry(source, target, note=self.note, locale=self.locale, scope=scope)


def proposed(job: Job, lesson: Lesson) -> Merge:
    """The table that `lesson` goes to as it would become, with the rows it would replace; InputError on a bad term."""
    series, entry = job.series, lesson.entry
    if flaws := list(tables.wrong(entry)):
        what, step = flaws[0][-2:]
        raise InputError(f"{entry.source}: {what}", next_step=step)
    path = merge.table_for(series, lesson.locale, lesson.episode)
    there = tables.read(path, locale=lesson.locale, scope=entry.scope) if path.is_file() else ()
    unsaid = frozenset(COLUMNS) - {"source", "target", "note"}
    holds = merge.holding(series, lesson.locale, lesson.episode, without=path)
    return merge.merged(path, there, Table((entry,), unsaid=unsaid), holds)


def touched(jobs: Iterable[Job], lesson: Lesson) -> Iterator[Touched]:
    """Every line whose source holds the term, and what the next run does with it once `lesson` is learnt."""
    entry = lesson.entry
    for job in jobs:
        if job.workspace.exists("source.json") and lesson.episode in ("", job.episode.id):
            yield from impact(job, entry.source, [lesson.locale], supposing=[entry])


def learn(job: Job, lesson: Lesson, who: Who, cue_id: str = "") -> Merge:
    """Write `lesson` into its table, and say so in the log of the episode it was learnt in."""
    made = proposed(job, lesson)
    if made.added or made.changed:
        merge.write([made])
    id_, time = log.stamp()
    text = f"{lesson.entry.source} = {lesson.entry.target}"
    log.append(job.workspace, Event(id_, time, who, "learn", lesson.locale, (cue_id,) if cue_id else (), text=text))
    return made


@dataclass(frozen=True, slots=True)
class Echo:
    """Another line of the series with the same source, and whether the next run puts the approved text there."""

    episode: str
    cue_id: str
    source: str
    line: TargetLine
    version: str
    redone: bool


def echoes(jobs: Sequence[Job], tag: str, episode: str, cue_id: str, text: str) -> Iterator[Echo]:
    """Lines that say what `cue_id` of `episode` says and have another text than `text`.

    Approving a line puts it into the memory, which serves the lines that no person wrote or approved.
    """
    tracks = [(job, source) for job in jobs if (source := job.workspace.read(SourceTrack, "source.json"))]
    said = next((c.text for job, s in tracks if job.episode.id == episode for c in s.cues if c.id == cue_id), "")
    for job, source in tracks if said else ():
        track = job.workspace.read(TargetTrack, target_file(tag))
        lines = {line.id: line for line in track.lines} if track else {}
        for cue in source.cues:
            line = lines.get(cue.id)
            same = normalised(cue.text) == normalised(said) and (job.episode.id, cue.id) != (episode, cue_id)
            if line and same and line.text != text:
                redone = job.series.memory != "off" and not (line.human or line.approved)
                yield Echo(job.episode.id, cue.id, cue.text, line, edits.version(cue, line), redone)
