"""What came back against what stands, told apart: edited, clashing, missing, new, moved.

A row whose line or source has changed since it went out is a clash, unless the file says what stands now or what went
out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from localize.cues import Cue, TargetLine, TargetTrack
from localize.errors import InputError, at
from localize.exchange.handout import Key
from localize.exchange.returned import Problem, Returned, Row, flaws
from localize.job import Job
from localize.review import comments, edits, log
from localize.review.log import Event
from localize.subtitles.text import plain
from localize.workspace import target_file


@dataclass(frozen=True, slots=True)
class Change:
    """A row with another text than the line has: `before` stands now, `version` is what the row was made from."""

    place: str
    episode: str
    cue_id: str
    source: str
    before: str
    after: str
    version: str
    who: str = ""
    """Of a clash: who changed the line since, where that is known."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that a reviewer wrote into the file."""

    episode: str
    cue_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file says, told apart. Cues are `(episode, id)`."""

    locale: str
    episodes: tuple[str, ...] = ()
    edited: tuple[Change, ...] = ()
    clashes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    missing: tuple[Key, ...] = ()
    """Went out and is not in the file: their lines stay as they are."""
    emptied: tuple[Key, ...] = ()
    """Without a text in the file: their lines stay as they are."""
    reordered: tuple[Key, ...] = ()
    added: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Other rows that cannot be taken in."""
    same: int = 0

    @property
    def refused(self) -> tuple[Problem, ...]:
        return (*self.added, *self.problems)


def compare(jobs: Sequence[Job], tag: str, returned: Returned) -> Comparison:
    """Tell apart what `returned` says of the episodes of `jobs`; rows of other episodes are left alone.

    InputError where the file is of another series or locale, or of none of these episodes.
    """
    _refuse_foreign(jobs, tag, returned)
    told = [_compare(job, tag, returned) for job in jobs if any(key[0] == job.episode.id for key in returned.given)]
    if not told:
        ids = ", ".join(dict.fromkeys(episode for episode, _ in returned.given))
        raise InputError("the file is of other episodes", locale=tag, next_step=f"give --episode {ids or 'ID'}")
    names = ("episodes", "edited", "clashes", "remarks", "missing", "emptied", "reordered", "added", "problems")
    joined = {name: tuple(one for part in told for one in getattr(part, name)) for name in names}
    return Comparison(tag, same=sum(part.same for part in told), **joined)


def _refuse_foreign(jobs: Sequence[Job], tag: str, returned: Returned) -> None:
    if returned.series and jobs and returned.series != jobs[0].series.id:
        raise InputError(
            f"the file is of {returned.series}, not of {jobs[0].series.id}", next_step="give the series it is of"
        )
    if returned.locale and returned.locale != tag:
        raise InputError(f"the file is in {returned.locale}, not in {tag}", next_step=f"give --to {returned.locale}")


def _compare(job: Job, tag: str, returned: Returned) -> Comparison:
    episode = job.episode.id
    with at(stage="review", episode_id=episode, locale=tag):
        cues = {cue.id: cue for cue in job.source().cues}
        track = job.workspace.read(TargetTrack, target_file(tag)) or TargetTrack(tag, ())
        events = log.read(job.workspace, tag)
    lines = {line.id: line for line in track.lines}
    given = [cue_id for name, cue_id in returned.given if name == episode]
    rows = [row for row in returned.rows if row.episode == episode]
    problems = [problem for problem in returned.problems if problem.episode == episode]
    broken = {problem.place for problem in problems}
    edited, clashes, emptied, added, same = list[Change](), list[Change](), list[Key](), list[Problem](), 0
    for row in rows:
        if row.place in broken:
            continue
        if not row.cue_id:
            step = "split a cue in the desk instead, and delete the row"
            what = f"{(row.target or row.comment)[:40]!r} is a new row"
            added.append(Problem(row.place, what, step, episode))
            continue
        seen = returned.given[episode, row.cue_id]
        cue, line = cues.get(row.cue_id), lines.get(row.cue_id)
        now = line.text if line else ""
        if not row.target.strip():
            emptied += [(episode, row.cue_id)] * bool(now)
            same += not now
        elif (cue and plain(row.target) == plain(now)) or _as_given(row, seen):
            same += 1
        elif wrong := next(flaws(row.target), None):
            problems.append(Problem(row.place, *wrong, episode, row.cue_id))
        else:
            change = Change(
                row.place, episode, row.cue_id, cue.text if cue else row.source, now, row.target, seen,
                _last(events, row.cue_id),
            )  # fmt: skip
            stands = cue is not None and edits.version(cue, line) == seen
            (edited if stands else clashes).append(replace(change, who="") if stands else change)
    order = {cue_id: number for number, cue_id in enumerate(given)}
    there = [row.cue_id for row in rows if row.cue_id]
    accounted = {*there, *(problem.cue_id for problem in problems)}
    return Comparison(
        tag, (episode,), tuple(edited), tuple(clashes),
        tuple(_remarks(episode, rows, events)),
        tuple((episode, cue_id) for cue_id in given if cue_id not in accounted),
        tuple(emptied),
        tuple((episode, cue_id) for cue_id in _moved(list(dict.fromkeys(there)), order)),
        tuple(added), tuple(problems), same,
    )  # fmt: skip


def _as_given(row: Row, version: str) -> bool:
    """Whether the row still says what went out, so that nobody edited it."""
    return edits.version(Cue(row.cue_id, 0, 1, row.source), TargetLine(row.cue_id, row.target, "")) == version


def _last(events: Iterable[Event], cue_id: str) -> str:
    """Who changed the line last."""
    changes = [event for event in log.of_cue(events, cue_id) if event.lines_after and event.what != "clash"]
    return changes[-1].who.name if changes else ""


def _remarks(episode: str, rows: Iterable[Row], events: Sequence[Event]) -> Iterable[Remark]:
    """Comments of the file that nobody has made yet: a file may be imported twice."""
    made = {(cue_id, event.text) for event in events if event.what == "comment" for cue_id in event.cue_ids}
    for row in rows:
        text = row.comment.strip()[: comments.LONGEST]
        if text and row.cue_id and (row.cue_id, text) not in made:
            made.add((row.cue_id, text))
            yield Remark(episode, row.cue_id, text)


def _moved(ids: Sequence[str], order: Mapping[str, int]) -> list[str]:
    """The fewest of `ids` that had to be moved: all but a longest run that stands as it went out."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for at_, cue_id in enumerate(ids):
        place = bisect_left(tails, order[cue_id])
        before.append(ends[place - 1] if place else None)
        tails[place : place + 1], ends[place : place + 1] = [order[cue_id]], [at_]
    kept: set[int] = set()
    here = ends[-1] if ends else None
    while here is not None:
        kept.add(here)
        here = before[here]
    return [cue_id for number, cue_id in enumerate(ids) if number not in kept]
