"""Edits of the source track: times, text, splits and merges, and what becomes of the target lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import sourcing
from localize.cues import Cue, SourceTrack, TargetTrack, Word
from localize.engines.fake import FakeTranslator
from localize.errors import InputError, ReviewConflict
from localize.gates import reviewed_digest
from localize.job import SOURCE, Job
from localize.review import log, source, undo
from localize.review.log import Who
from localize.review.source import CueEdit, version
from localize.stages.translate import translate
from localize.workspace import target_file

MEI = Who("Mei", True)
ENGINE = FakeTranslator(lambda line, tag: f"{tag} {line}")


def cue(job: Job, cue_id: str) -> Cue:
    return next(cue for cue in job.source().cues if cue.id == cue_id)


def edit(job: Job, cue_id: str, **changes: object) -> CueEdit:
    now = cue(job, cue_id)
    return replace(CueEdit(cue_id, now.text, now.start_ms, now.end_ms, version(now)), **changes)  # type: ignore[arg-type]


def test_a_new_time_reopens_the_gates_and_is_a_persons(job: Job) -> None:
    before = {
        gate: reviewed_digest(job.series, job.workspace, gate, tag)
        for gate, tag in (("transcript", None), ("translation", "en"))
    }
    event = source.edit(job, [edit(job, "c0001", start_ms=2100)], MEI)
    assert event
    assert event.what == "retime"
    assert (cue(job, "c0001").start_ms, cue(job, "c0001").origin) == (2100, "human")
    assert sourcing.mended(job.source())
    assert before != {
        gate: reviewed_digest(job.series, job.workspace, gate, tag)
        for gate, tag in (("transcript", None), ("translation", "en"))
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"end_ms": 4500}, "c0001 would be shown together with c0002; next: move that one first"),
        ({"start_ms": 3700}, "c0001 would last 100 ms; next: give it at least 200 ms"),
        ({"start_ms": 3800}, "c0001 would last from 3800 to 3800 ms; next: end it after its start"),
        ({"text": " "}, "c0001 would be left without text; next: merge it with a neighbour instead"),
    ],
)
def test_times_and_texts_that_cannot_be_are_refused(job: Job, changes: dict[str, object], why: str) -> None:
    before = job.source()
    with pytest.raises(InputError, match=why):
        source.edit(job, [edit(job, "c0001", **changes)], MEI)
    assert job.source() == before


def test_a_cue_cannot_end_after_the_film(job: Job) -> None:
    with pytest.raises(InputError, match="after the film, at 20001 ms; next: at most 20000 ms"):
        source.edit(job, [edit(job, "c0003", end_ms=20_001)], MEI)


def test_an_edit_of_a_cue_that_somebody_changed_meanwhile_is_refused(job: Job) -> None:
    mine = edit(job, "c0001", text="跪下吧！")
    source.edit(job, [edit(job, "c0001", text="快跪下！")], Who("Tom"))
    with pytest.raises(ReviewConflict, match="changed by somebody else"):
        source.edit(job, [mine], MEI)


def test_a_split_makes_new_ids_and_the_old_line_stays_as_a_suggestion(job: Job) -> None:
    source.split(job, "c0002", version(cue(job, "c0002")), MEI, at_char=1)
    track = job.source()
    assert [(c.id, c.text, c.start_ms, c.end_ms, c.was) for c in track.cues[1:3]] == [
        ("c0004", "我", 4000, 4360, ("c0002",)),
        ("c0005", "回来了。", 4360, 5800, ("c0002",)),
    ]
    assert track.next_id == 6
    previous = job.workspace.need(TargetTrack, target_file("en"))
    made = translate(track, ["en"], engines=[ENGINE], previous={"en": previous})["en"].track
    assert [line.id for line in made.lines] == ["c0001", "c0004", "c0005", "c0003"]
    assert [(line.id, line.text) for line in made.retired] == [("c0002", "I am back.")]


def test_a_split_stands_where_the_words_were_said(job: Job) -> None:
    track = job.source()
    words = (Word(4000, 4900, "我回来"), Word(5100, 5800, "了。"))
    with job.workspace.writing(SOURCE) as writer:
        said = (track.cues[0], replace(track.cues[1], words=words), track.cues[2])
        writer.commit("source.json", replace(track, cues=said), "")
    source.split(job, "c0002", version(cue(job, "c0002")), MEI, at_char=3)
    first, second = job.source().cues[1:3]
    assert (first.end_ms, second.start_ms) == (5000, 5000)
    assert (first.words, second.words) == (words[:1], words[1:])


@pytest.mark.parametrize("at_char", [0, 5, 99])
def test_a_split_that_leaves_a_side_empty_is_refused(job: Job, at_char: int) -> None:
    with pytest.raises(InputError, match="leaves text on both sides"):
        source.split(job, "c0002", version(cue(job, "c0002")), MEI, at_char=at_char)


def test_only_neighbours_can_be_merged(job: Job) -> None:
    seen = [(c.id, version(c)) for c in job.source().cues]
    with pytest.raises(InputError, match="follow one another"):
        source.merge(job, [seen[0], seen[2]], MEI)
    source.merge(job, seen[:2], MEI)
    whole = job.source().cues[0]
    assert (whole.id, whole.text, whole.start_ms, whole.end_ms) == ("c0004", "跪下！我回来了。", 2000, 5800)
    assert whole.was == ("c0001", "c0002")


def test_undoing_a_split_brings_the_cue_and_its_line_back(job: Job) -> None:
    before = job.source()
    source.split(job, "c0002", version(cue(job, "c0002")), MEI, at_char=1)
    previous = job.workspace.need(TargetTrack, target_file("en"))
    split = translate(job.source(), ["en"], engines=[ENGINE], previous={"en": previous})["en"].track
    undo.undo(job, SOURCE, MEI)
    assert job.source().cues == before.cues
    assert job.source().next_id == 6, "ids that were given once are never given again"
    whole = translate(job.source(), ["en"], engines=[ENGINE], previous={"en": split})["en"].track
    assert [line.id for line in whole.lines] == ["c0001", "c0002", "c0003"]


def test_a_split_that_was_edited_since_is_not_undone(job: Job) -> None:
    source.split(job, "c0002", version(cue(job, "c0002")), MEI, at_char=1)
    source.edit(job, [edit(job, "c0005", text="回来啦。")], Who("Tom"))
    with pytest.raises(ReviewConflict, match="c0005"):
        undo.undo(job, SOURCE, MEI)
    assert [event.what for event in log.read(job.workspace, SOURCE)] == ["split", "edit"]


@given(st.integers(0, 5), st.integers(1, 4))
def test_a_split_loses_no_word_of_the_text(at_char: int, length: int) -> None:
    text = "甲乙丙丁戊"[: length + 1]
    whole = Cue("c1", 0, 5000, text)
    cut = source._cut_ms(whole, at_char)
    assert 0 <= cut <= 5000 * 5
    track = SourceTrack("zh-Hans", (whole,), 2)
    put = source._put(track, [whole], [replace(whole, text=text[:1]), replace(whole, text=text[1:])])
    assert "".join(c.text for c in put.cues) == text
    assert put.next_id == 4
