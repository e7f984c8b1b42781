"""A text that came from elsewhere, held against what the picture says."""

from __future__ import annotations

from localize.agreement import FOUND
from localize.cues import Word
from localize.findings import Finding
from localize.picture.hardsub import HardSubs
from localize.rules import finding
from localize.sourcing import Segmented
from localize.stages.fuse.shown import text_of
from localize.sync import misfit
from localize.text.alignment import met, plain
from localize.text.chinese import is_spoken
from localize.timecode import clock


def held_against(made: Segmented, found: HardSubs, *, name: str) -> Segmented:
    """`made`, whose text came from `name`, with a finding for every line that the picture has in other words."""
    shown = sorted((one for one in found.dialogue if is_spoken(one.text)), key=lambda one: one.start_ms)
    cues = [cue for cue in made.track.cues if cue.kind == "dialogue"]
    notes, seen = list[Finding](), dict(made.shown)
    by_ms = 0
    if off := misfit([cue.start_ms for cue in cues], [one.start_ms for one in shown]):
        by_ms = off.shift_ms
        made_for = f" and was made for another frame rate ({off.rate})" if off.rate else ""
        way = "late" if by_ms < 0 else "early"
        message = f"{name} is {abs(by_ms)} ms {way} against the subtitles in the picture{made_for}"
        notes.append(finding("out-of-step", message, measured=by_ms, limit=0))
    meetings = met(shown, [Word(cue.start_ms + by_ms, cue.end_ms + by_ms, cue.text) for cue in cues])
    for one, meeting in zip(shown, meetings, strict=True):
        if meeting.share < FOUND:
            message = f"{clock(one.start_ms)} the picture has {text_of(one)!r}, {name} has nothing like it"
            notes.append(finding("only-shown", message))
            continue
        theirs = dict.fromkeys(other.line for _, other in meeting.pairs)
        if plain(one.text) == plain("".join(cues[number].text for number in theirs)):
            continue
        cue = cues[next(iter(theirs))]
        message = f"{name} has {cue.text!r}, the picture {text_of(one)!r}"
        notes.append(finding("readings-differ", message, cue.id, measured=text_of(one)))
        seen[cue.id] = one
    return Segmented(made.track, (*made.findings, *notes), seen)
