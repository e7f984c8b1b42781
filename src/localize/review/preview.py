"""Preview: how lines would be drawn if they were saved, by the real layout of a few cues around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.drawing.placing import signs_of
from localize.errors import InputError
from localize.job import Job
from localize.review.edits import LONGEST, lines_of
from localize.steps.tracks import kept, laid_out
from localize.workspace import layout_file, target_file

_SHOWN, _AROUND = 2, 5
"""Cues at each side of an edited one that are shown anew, and those beyond that only keep their neighbours in place."""
MOST = 50
"""Edited lines in one preview."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A layout whose events replace all that show one of `cue_ids`."""

    layout: Layout
    cue_ids: tuple[str, ...]


def preview(
    job: Job, tag: str, texts: Mapping[str, str], times: Mapping[str, tuple[int, int]] | None = None
) -> Preview:
    """The events around the cues of `texts`, set with these texts, and `times` (start, end, in ms) for moved cues.

    InputError on a cue that is not there or a text that is far too long.
    """
    times = times or {}
    source = job.source()
    cues = [_moved(cue, times) for cue in source.cues]
    at = {cue.id: number for number, cue in enumerate(cues)}
    if unknown := {*texts, *times} - at.keys():
        raise InputError(f"there is no cue {min(unknown)} any more", next_step="load the episode again")
    if len(texts) > MOST or any(len(text) > 4 * LONGEST for text in texts.values()):
        raise InputError("that is too much for a preview", next_step="save it, then look at it")
    track = job.workspace.read(TargetTrack, target_file(tag)) or TargetTrack(tag, ())
    lines = lines_of(track, at)
    lines |= {id_: replace(lines.get(id_) or TargetLine(id_, "", "human"), text=text) for id_, text in texts.items()}
    standing = job.workspace.read(Layout, layout_file(tag))
    edited = [at[id_] for id_ in {*texts, *times}]
    window = _stretch(cues, edited, _AROUND)
    target = TargetTrack(tag, tuple(lines[cue.id] for cue in window if cue.id in lines))
    stretch = SourceTrack(source.locale, tuple(window), source.next_id)
    made = laid_out(job, tag, stretch, target, kept(job, tag), signs_of(cues))
    near = {cue.id for cue in _stretch(cues, edited, _SHOWN)}
    shown = _closed(near, made.events, standing.events if standing else ())
    events = tuple(event for event in made.events if shown & {*event.cue_ids})
    return Preview(replace(made, events=events), tuple(sorted(shown)))


def _moved(cue: Cue, times: Mapping[str, tuple[int, int]]) -> Cue:
    if cue.id not in times:
        return cue
    start_ms, end_ms = times[cue.id]
    if not 0 <= start_ms < end_ms:
        raise InputError(f"{cue.id} would last from {start_ms} to {end_ms} ms", next_step="end it after its start")
    return replace(cue, start_ms=start_ms, end_ms=end_ms, origin="human")


def _stretch(cues: Sequence[Cue], numbers: Collection[int], around: int) -> list[Cue]:
    """The cues at `numbers`, with so many at each side of every one."""
    near = {at for number in numbers for at in range(number - around, number + around + 1)}
    return [cue for number, cue in enumerate(cues) if number in near]


def _closed(ids: set[str], *layouts: Sequence[Event]) -> set[str]:
    """`ids` with all cues that share an event with one of them: an event is replaced whole or not at all."""
    while True:
        more = ids.union(*(e.cue_ids for events in layouts for e in events if ids & {*e.cue_ids}))
        if more == ids:
            return ids
        ids = more
