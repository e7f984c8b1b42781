"""Undo, redo and comments, across sessions: all they need is the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from localize.cues import TargetTrack
from localize.errors import InputError
from localize.job import Job
from localize.review import comments, edits, log, undo
from localize.review.edits import Edit, version
from localize.review.log import Who
from localize.workspace import target_file

MEI, TOM = Who("Mei", True), Who("Tom")
Texts = Callable[[str], dict[str, str]]


def write(job: Job, text: str, who: Who = MEI, cue_id: str = "c0001") -> None:
    cue = next(cue for cue in job.source().cues if cue.id == cue_id)
    track = job.workspace.need(TargetTrack, target_file("en"))
    line = next(line for line in track.lines if line.id == cue_id)
    assert not edits.save(job, "en", [Edit(cue_id, text, version(cue, line))], who).clashes


def test_undo_takes_back_ones_own_changes_from_the_last_to_the_first_and_redo_makes_them_again(
    job: Job, text_of: Texts
) -> None:
    write(job, "one")
    write(job, "theirs", TOM, "c0002")
    write(job, "two")
    seen = []
    for step in (undo.undo, undo.undo, undo.redo, undo.redo, undo.undo):
        step(job, "en", MEI)
        seen.append(text_of("en")["c0001"])
    assert seen == ["one", "Kneel!", "one", "two", "one"]
    assert text_of("en")["c0002"] == "theirs"


def test_an_undone_line_is_exactly_what_it_was(job: Job) -> None:
    before = job.workspace.need(TargetTrack, target_file("en"))
    write(job, "one")
    undo.undo(job, "en", MEI)
    assert job.workspace.need(TargetTrack, target_file("en")) == before


def test_there_is_an_end_to_what_can_be_undone_and_redone(job: Job) -> None:
    with pytest.raises(InputError, match="nothing of yours to undo"):
        undo.undo(job, "en", MEI)
    write(job, "one")
    with pytest.raises(InputError, match="nothing of yours to do again"):
        undo.redo(job, "en", MEI)
    undo.undo(job, "en", MEI)
    write(job, "three")
    with pytest.raises(InputError, match="nothing of yours to do again"):
        undo.redo(job, "en", MEI)


def test_what_a_colleague_changed_since_is_not_undone(job: Job, text_of: Texts) -> None:
    write(job, "mine")
    write(job, "theirs", TOM)
    (clash,) = undo.undo(job, "en", MEI).clashes
    assert (clash.edit.text, clash.line.text) == ("Kneel!", "theirs")
    assert text_of("en")["c0001"] == "theirs"


def test_any_change_of_the_history_can_be_taken_back(job: Job, text_of: Texts) -> None:
    write(job, "theirs", TOM, "c0002")
    write(job, "mine")
    first = log.read(job.workspace, "en")[0]
    undo.take_back(job, "en", first, MEI)
    assert text_of("en") == {"c0001": "mine", "c0002": "I am back.", "c0003": "Who are you?"}


def test_a_comment_stays_open_until_somebody_resolves_it(job: Job) -> None:
    asked = comments.add(job, "en", "c0002", " is he a prince? ", MEI, to="Tom")
    assert comments.still_open(log.read(job.workspace, "en")) == [asked]
    assert (asked.text, asked.to) == ("is he a prince?", "Tom")
    comments.resolve(job, "en", asked.id, TOM)
    assert comments.still_open(log.read(job.workspace, "en")) == []
    with pytest.raises(InputError, match="no such comment"):
        comments.resolve(job, "en", "nothing", TOM)


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_an_empty_or_endless_comment_is_refused(job: Job, text: str) -> None:
    with pytest.raises(InputError, match="1 to 4000 characters"):
        comments.add(job, "en", "c0001", text, MEI)
