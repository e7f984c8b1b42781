from __future__ import annotations

import pytest

from localize.cues import TargetTrack
from localize.errors import InputError
from localize.job import Job
from localize.review import edits, learn, log
from localize.review.edits import Edit
from localize.review.learn import Lesson
from localize.review.log import Who

ANNA = Who("Anna", signed_in=True)


def test_a_lesson_shows_what_it_would_change_and_changes_nothing_before_it_is_learnt(job: Job) -> None:
    edits.save(job, "en", [Edit("c0003", "Who the hell are you?", _version(job, "c0003"))], ANNA)
    lesson = Lesson("你是谁", "Who art thou", "en")
    assert [(one.cue_id, one.fate) for one in learn.touched([job], lesson)] == [("c0003", "kept")]
    assert [(one.cue_id, one.fate) for one in learn.touched([job], Lesson("我回来", "I return", "en"))] == [
        ("c0002", "redo")
    ]
    made = learn.proposed(job, lesson)
    assert (made.added, made.path.name, made.path.exists()) == (1, "en.csv", False)


def test_a_learnt_term_stands_in_the_table_of_the_series_and_in_the_log(job: Job) -> None:
    made = learn.learn(job, Lesson("我回来", "I return", "en"), ANNA, "c0002")
    assert "我回来,I return,preferred" in made.path.read_text(encoding="utf-8")
    (event,) = log.read(job.workspace, "en")
    assert (event.what, event.text, event.cue_ids) == ("learn", "我回来 = I return", ("c0002",))
    assert learn.proposed(job, Lesson("我回来", "I return", "en")).same == 1
    changed = learn.proposed(job, Lesson("我回来", "I am back", "en"))
    assert [conflict.old.target for conflict in changed.conflicts] == ["I return"]


def test_a_term_in_the_wrong_script_or_without_a_side_is_refused(job: Job) -> None:
    with pytest.raises(InputError, match="not Thai"):
        learn.proposed(job, Lesson("我", "ฉัน我", "th"))
    with pytest.raises(InputError, match="a source and a target"):
        Lesson("我", " ", "th")


def test_other_lines_of_the_same_source_are_named_with_what_becomes_of_them(job: Job) -> None:
    with job.workspace.writing("source") as writer:
        track = job.source()
        cues = (*track.cues, type(track.cues[0])("c0004", 9000, 9900, "我回来了"))
        writer.commit("source.json", type(track)(track.locale, cues, 5), "x")
    edits.save(job, "en", [Edit("c0004", "I'm home.", edits.version(cues[3], None))], ANNA)
    assert [(echo.cue_id, echo.redone) for echo in learn.echoes([job], "en", "ep01", "c0002", "I am back.")] == []
    with job.workspace.writing("source") as writer:
        cues = (*cues[:3], type(cues[0])("c0004", 9000, 9900, "我回来了。"))
        writer.commit("source.json", type(track)(track.locale, cues, 5), "y")
    assert [(echo.cue_id, echo.redone) for echo in learn.echoes([job], "en", "ep01", "c0002", "I am back.")] == [
        ("c0004", False)
    ]


def _version(job: Job, cue_id: str) -> str:
    lines = {line.id: line for line in job.workspace.need(TargetTrack, "targets/en.json").lines}
    return edits.version(next(cue for cue in job.source().cues if cue.id == cue_id), lines[cue_id])
