"""Edits of target lines: versions, clashes, approval, and what the log keeps of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import STALE, Cue, SourceTrack, TargetLine, TargetTrack
from localize.errors import InputError, WorkspaceError
from localize.job import SOURCE, Job
from localize.review import edits, log
from localize.review.edits import Edit, version
from localize.review.log import Who
from localize.workspace import EpisodeWorkspace, target_file

MEI, TOM = Who("Mei", True), Who("Tom")
Texts = Callable[[str], dict[str, str]]


def seen(job: Job, cue_id: str, tag: str = "en") -> str:
    """The version of a line as it is now."""
    cue = next(cue for cue in job.source().cues if cue.id == cue_id)
    track = job.workspace.need(TargetTrack, target_file(tag))
    return version(cue, next((line for line in track.lines if line.id == cue_id), None))


def line(job: Job, cue_id: str, tag: str = "en") -> TargetLine:
    return next(line for line in job.workspace.need(TargetTrack, target_file(tag)).lines if line.id == cue_id)


def test_an_edit_makes_the_line_a_persons_and_keeps_what_the_machine_wrote(job: Job) -> None:
    edits.save(job, "en", [Edit("c0001", "On your knees!", seen(job, "c0001"))], MEI)
    made = line(job, "c0001")
    assert (made.text, made.by, made.draft, made.flags, made.approved) == (
        "On your knees!", "human", "Kneel!", (), False,
    )  # fmt: skip
    assert line(job, "c0002").by == "argos"


def test_a_track_with_an_edit_is_not_made_anew_by_the_next_run(job: Job) -> None:
    edits.save(job, "en", [Edit("c0001", "On your knees!", seen(job, "c0001"))], MEI)
    assert job.workspace.fresh(target_file("en"), "made of source")
    assert not job.workspace.edited(target_file("en"))


def test_of_two_people_who_save_the_same_line_the_second_is_shown_both_texts_and_neither_is_lost(
    job: Job, text_of: Texts
) -> None:
    both_saw = seen(job, "c0001")
    edits.save(job, "en", [Edit("c0001", "On your knees!", both_saw)], MEI)
    saved = edits.save(job, "en", [Edit("c0001", "Down!", both_saw), Edit("c0002", "Back.", seen(job, "c0002"))], TOM)
    assert text_of("en") == {"c0001": "On your knees!", "c0002": "Back.", "c0003": "Who are you?"}
    (clash,) = saved.clashes
    assert (clash.edit.text, clash.line.text, clash.who) == ("Down!", "On your knees!", "Mei")
    kept = [event for event in log.read(job.workspace, "en") if event.what == "clash"]
    assert [event.lines_after[0].text for event in kept] == ["Down!"]
    edits.save(job, "en", [Edit("c0001", "Down!", clash.version)], TOM)
    assert text_of("en")["c0001"] == "Down!"


def test_a_line_whose_source_was_changed_meanwhile_clashes_as_well(job: Job) -> None:
    before = seen(job, "c0001")
    track = job.source()
    with job.workspace.writing(SOURCE) as writer:
        changed = (replace(track.cues[0], text="起来！"), *track.cues[1:])
        writer.commit("source.json", replace(track, cues=changed), "")
    assert edits.save(job, "en", [Edit("c0001", "Down!", before)], MEI).clashes


def test_what_was_edited_in_a_text_editor_clashes_too(job: Job) -> None:
    before = seen(job, "c0001")
    path = job.workspace.path(target_file("en"))
    path.write_text(path.read_text(encoding="utf-8").replace('"text": "Kneel!"', '"text": "Bow!"'), encoding="utf-8")
    (clash,) = edits.save(job, "en", [Edit("c0001", "Down!", before)], MEI).clashes
    assert clash.line.text == "Bow!"


def test_saving_what_stands_already_is_no_event(job: Job) -> None:
    edits.save(job, "en", [Edit("c0001", "  Kneel! ", seen(job, "c0001"))], MEI)
    assert log.read(job.workspace, "en") == []
    assert line(job, "c0001").by == "argos"


def test_an_edit_of_a_cue_that_is_gone_writes_nothing(job: Job, text_of: Texts) -> None:
    with pytest.raises(InputError, match=r"ep01 \[en\]: there is no cue c9 any more; next: load the episode again"):
        edits.save(job, "en", [Edit("c0001", "Down!", seen(job, "c0001")), Edit("c9", "x", "")], MEI)
    assert text_of("en")["c0001"] == "Kneel!"


def test_a_locale_that_was_never_translated_can_be_written_by_hand_line_by_line(job: Job, text_of: Texts) -> None:
    cues = {cue.id: cue for cue in job.source().cues}
    for id_, text in (("c0003", "من أنت؟"), ("c0001", "اركع!")):
        assert not edits.save(job, "ar", [Edit(id_, text, version(cues[id_], None))], MEI).clashes
    assert list(text_of("ar").items()) == [("c0001", "اركع!"), ("c0003", "من أنت؟")]


def test_approving_lines_counts_only_for_the_text_that_was_seen(job: Job) -> None:
    before = {id_: seen(job, id_) for id_ in ("c0001", "c0002")}
    edits.save(job, "en", [Edit("c0001", "Down!", before["c0001"])], TOM)
    saved = edits.approve(job, "en", before, MEI)
    assert [clash.edit.cue_id for clash in saved.clashes] == ["c0001"]
    assert [(id_, line(job, id_).approved) for id_ in before] == [("c0001", False), ("c0002", True)]
    edits.approve(job, "en", {"c0002": seen(job, "c0002")}, MEI, approved=False)
    assert not line(job, "c0002").approved


def test_who_approves_a_stale_line_has_seen_it_beside_the_new_source(job: Job) -> None:
    track = job.workspace.need(TargetTrack, target_file("en"))
    stale = replace(track.lines[0], flags=(STALE,), source_fingerprint="of another text")
    with job.workspace.writing("en") as writer:
        writer.commit(target_file("en"), replace(track, lines=(stale, *track.lines[1:])), "")
    edits.approve(job, "en", {"c0001": seen(job, "c0001")}, MEI)
    assert line(job, "c0001").flags == ()
    assert line(job, "c0001").source_fingerprint == line(job, "c0001", "th").source_fingerprint


@given(st.text(max_size=60))
def test_a_saved_text_holds_no_control_and_saving_it_again_changes_nothing(text: str) -> None:
    clean = edits._clean(text)
    assert edits._clean(clean) == clean
    assert not any(char < " " and char != "\n" for char in clean)


def test_a_text_that_is_far_too_long_is_refused(job: Job) -> None:
    with pytest.raises(InputError, match="at most 1000 characters"):
        edits.save(job, "en", [Edit("c0001", "a" * 1001, seen(job, "c0001"))], MEI)


def test_an_event_whose_change_the_disk_refused_does_not_stay(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise WorkspaceError("the disk is full")

    monkeypatch.setattr("localize.workspace.Writer.commit", refused)
    with pytest.raises(WorkspaceError):
        edits.save(job, "en", [Edit("c0001", "Down!", seen(job, "c0001"))], MEI)
    assert log.read(job.workspace, "en") == []


def test_many_people_on_one_locale_lose_no_edit(job: Job) -> None:
    cues = tuple(Cue(f"c{n:04d}", 100 * n, 100 * n + 90, f"第{n}句") for n in range(1, 41))
    with job.workspace.writing(SOURCE, "en") as writer:
        writer.commit("source.json", SourceTrack("zh-Hans", cues, 41), "")
        writer.commit(target_file("en"), TargetTrack("en", tuple(TargetLine(c.id, c.id, "argos") for c in cues)), "")
    seen_by_all = {cue.id: seen(job, cue.id) for cue in cues}

    def work(mine: tuple[Cue, ...]) -> None:
        for cue in mine:
            edits.save(job, "en", [Edit(cue.id, f"edited {cue.id}", seen_by_all[cue.id])], MEI)

    people = [threading.Thread(target=work, args=(cues[n::4],)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    track = job.workspace.need(TargetTrack, target_file("en"))
    assert [line.text for line in track.lines] == [f"edited {cue.id}" for cue in cues]
    assert len(log.read(job.workspace, "en")) == 40


def _save_for_ever(job: Job) -> None:
    n = 0
    while True:
        n += 1
        edits.save(job, "en", [Edit("c0001", f"text {n}", seen(job, "c0001"))], MEI)


def test_a_process_killed_while_it_saves_leaves_whole_files_and_the_next_save_goes_through(job: Job) -> None:
    process = multiprocessing.get_context("fork").Process(target=_save_for_ever, args=(job,), daemon=True)
    process.start()
    deadline = time.monotonic() + 30
    while len(log.read(job.workspace, "en")) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    events = log.read(EpisodeWorkspace(job.workspace.folder), "en")
    stands = line(job, "c0001").text
    # The last event may tell of a change that was not made any more; no change is without its event.
    assert stands in [event.lines_after[0].text for event in events[-2:]]
    saved = edits.save(job, "en", [Edit("c0001", "after", seen(job, "c0001"))], TOM)
    assert saved.event
    assert line(job, "c0001").text == "after"
