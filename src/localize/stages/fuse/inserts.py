"""Signs, cards and messages of the picture as forced cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from localize.cues import Cue, SourceTrack
from localize.findings import Finding
from localize.picture.hardsub import HardSubs, Shown
from localize.sourcing import Segmented, added
from localize.stages.fuse.shown import confidence_of, doubts, text_of
from localize.text.alignment import met
from localize.text.chinese import Simplify, is_spoken, simplified

READ_ALOUD = 0.6
"""Share of an insert's characters that are heard at its time for it to need no second translation."""


def with_inserts(
    made: Segmented, found: HardSubs, *, previous: SourceTrack | None = None, simplify: Simplify = simplified
) -> Segmented:
    """`made` with a forced cue for every sign, card and message that nobody reads aloud while it stands."""
    dialogue = [cue for cue in made.track.cues if cue.kind == "dialogue"]
    inserts = [one for one in found.inserts if is_spoken(one.text) and one.start_ms < one.end_ms]
    silent = [one for one in inserts if not _read_aloud(one, dialogue)]
    cues = [
        Cue(
            "", one.start_ms, one.end_ms, text_of(one, simplify), kind="forced", origin="ocr",
            confidence=confidence_of(one), place=one.box,
        )
        for one in silent
    ]  # fmt: skip
    track = added(made.track, cues, previous)
    old = {cue.id for cue in made.track.cues}
    new = sorted((cue for cue in track.cues if cue.id not in old), key=lambda cue: cue.start_ms)
    by_place = {(one.start_ms, one.end_ms, one.box): one for one in silent}
    notes, shown = list[Finding](), dict(made.shown)
    for cue, one in ((cue, by_place[cue.start_ms, cue.end_ms, cue.place]) for cue in new if cue.place):
        if unsure := doubts(one):
            notes.append(replace(unsure, cue_id=cue.id))
            shown[cue.id] = one
    return Segmented(track, (*made.findings, *notes), shown)


def _read_aloud(insert: Shown, dialogue: Sequence[Cue]) -> bool:
    """Whether what an insert says is said, or stands in the dialogue's subtitles, while it is there."""
    near = [cue for cue in dialogue if cue.start_ms < insert.end_ms and insert.start_ms < cue.end_ms]
    (meeting,) = met([insert], near)
    return meeting.share >= READ_ALOUD
