"""The track against its source and its layout: no line too few, none too many, each one drawn."""

from __future__ import annotations

from collections.abc import Iterator

from localize.cues import Layout, SourceTrack, TargetTrack
from localize.findings import Finding
from localize.rules import finding


def of_lines(source: SourceTrack, target: TargetTrack) -> Iterator[Finding]:
    wanted, given = [cue.id for cue in source.cues], [line.id for line in target.lines]
    for cue_id in wanted:
        if cue_id not in given:
            yield finding("missing-line", "the source has this line, the target has not", cue_id)
    for cue_id in given:
        if cue_id not in wanted:
            yield finding("extra-line", "the target has this line, the source has not", cue_id)


def of_drawn(source: SourceTrack, target: TargetTrack, layout: Layout) -> Iterator[Finding]:
    wanted = {cue.id for cue in source.cues}
    drawn = {cue_id for event in layout.events for cue_id in event.cue_ids}
    for line in target.lines:
        if line.id in wanted and line.text.strip() and line.id not in drawn:
            yield finding("not-drawn", "no event shows this line", line.id)
