"""Lines that are to be cues: kept apart in time, and joined into a track with what is to be said about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from localize.cues import Cue, SourceTrack
from localize.findings import Finding
from localize.picture.hardsub import Shown
from localize.sourcing import MIN_CUE_MS, Segmented, numbered


@dataclass(frozen=True, slots=True)
class Line:
    """A cue before it has an id, with what is to be said about it."""

    cue: Cue
    notes: tuple[Finding, ...] = ()
    shown: Shown | None = None


def apart(lines: Iterable[Line], duration_ms: int | None) -> list[Line]:
    """Lines in order of time, none of which runs into the next or past the end; what was only heard gives way."""
    result: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.cue.start_ms, line.cue.end_ms)):
        cue = line.cue
        if duration_ms is not None:
            start_ms = min(cue.start_ms, duration_ms - MIN_CUE_MS)
            cue = replace(
                cue, start_ms=max(start_ms, 0), end_ms=max(min(cue.end_ms, duration_ms), start_ms + MIN_CUE_MS)
            )
        if result and cue.start_ms < result[-1].cue.end_ms:
            before = result[-1].cue
            if cue.origin == "speech" and before.end_ms + MIN_CUE_MS <= cue.end_ms:
                cue = replace(cue, start_ms=before.end_ms)
            elif before.start_ms + MIN_CUE_MS <= cue.start_ms:
                result[-1] = replace(result[-1], cue=replace(before, end_ms=cue.start_ms))
            else:  # they begin together: one after the other, as they were read
                at_ms = before.start_ms + MIN_CUE_MS
                result[-1] = replace(result[-1], cue=replace(before, end_ms=at_ms))
                cue = replace(cue, start_ms=at_ms, end_ms=max(cue.end_ms, at_ms + MIN_CUE_MS))
        result.append(replace(line, cue=cue))
    return result


def joined(lines: Sequence[Line], notes: Sequence[Finding], previous: SourceTrack | None) -> Segmented:
    track = numbered([line.cue for line in lines], previous)
    ids = [cue.id for cue in track.cues]
    own = [replace(note, cue_id=id_) for id_, line in zip(ids, lines, strict=True) for note in line.notes]
    shown = {id_: line.shown for id_, line in zip(ids, lines, strict=True) if line.notes and line.shown}
    return Segmented(track, (*own, *notes), shown)
