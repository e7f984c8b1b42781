from __future__ import annotations

import pytest

from localize import pipeline
from localize.cues import Layout, TargetTrack
from localize.errors import InputError
from localize.job import Job
from localize.pipeline import Unit
from localize.review import edits
from localize.review.edits import Edit
from localize.review.log import Who
from localize.review.preview import preview


def test_a_preview_is_what_a_run_draws_after_the_same_edit(job: Job) -> None:
    text = "Who in the name of all the dragons do you think that you are, little man?"
    shown = preview(job, "en", {"c0003": text})
    lines = {line.id: line for line in job.workspace.need(TargetTrack, "targets/en.json").lines}
    cue = job.source().cues[2]
    edits.save(job, "en", [Edit("c0003", text, edits.version(cue, lines["c0003"]))], Who("Anna"))
    assert not pipeline.run_unit(job, Unit("fit", "ep01", ("en",))).outcome.failed
    drawn = job.workspace.need(Layout, "layout/en.json")
    assert [event for event in shown.layout.events if "c0003" in event.cue_ids] == [
        event for event in drawn.events if "c0003" in event.cue_ids
    ]
    assert shown.layout.margin_bottom_px == drawn.margin_bottom_px


def test_a_preview_writes_nothing(job: Job) -> None:
    before = {path: path.read_bytes() for path in job.workspace.folder.rglob("*.json")}
    preview(job, "th", {"c0001": "คุกเข่าลงเดี๋ยวนี้"}, {"c0001": (2000, 3000)})
    assert before == {path: path.read_bytes() for path in job.workspace.folder.rglob("*.json")}


def test_a_moved_cue_is_drawn_where_it_was_moved_to(job: Job) -> None:
    shown = preview(job, "en", {}, {"c0001": (1000, 2600)})
    assert shown.layout.events[0].start_ms == 1000


def test_an_event_of_two_cues_is_replaced_whole(job: Job) -> None:
    shown = preview(job, "en", {"c0001": "On your knees!"})
    assert {id_ for event in shown.layout.events for id_ in event.cue_ids} <= {*shown.cue_ids}


def test_a_preview_of_what_is_not_there_is_refused(job: Job) -> None:
    with pytest.raises(InputError, match="c0009"):
        preview(job, "en", {"c0009": "?"})
    with pytest.raises(InputError, match="too much"):
        preview(job, "en", {"c0001": "x" * 10_000})
