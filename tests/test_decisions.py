from __future__ import annotations

from dataclasses import replace

import pytest

from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, Word
from localize.decisions import Decision, passes, transcript_digest, translation_digest
from localize.errors import ReviewPending, ReviewRejected, StaleApproval
from localize.findings import Finding
from localize.series import GateMode

SOURCE = SourceTrack("zh-Hans", (Cue("c0001", 0, 900, "跪下！"),), next_id=2)
TARGET = TargetTrack("en", (TargetLine("c0001", "Kneel!", "argos"),))
APPROVED = Decision("translation", "approved", "mei", "2026-01-01T00:00:00Z", "d1")
ERROR = (Finding("empty", "error", "no text"),)


def test_only_an_explicit_approval_passes_a_required_gate() -> None:
    passes("required", APPROVED, "d1", (), review="x")
    with pytest.raises(ReviewPending, match="next: x"):
        passes("required", None, "d1", (), review="x")
    with pytest.raises(ReviewRejected, match="mei: names"):
        passes("required", replace(APPROVED, verdict="rejected", comment="names"), "d1", (), review="x")


def test_an_edit_after_approval_reopens_the_gate() -> None:
    with pytest.raises(StaleApproval):
        passes("required", APPROVED, "d2", (), review="x")


def test_an_auto_gate_waits_only_on_findings_at_error_severity() -> None:
    passes("auto", None, "d1", (Finding("cps", "warning", "fast"),), review="x")
    with pytest.raises(ReviewPending, match="error severity"):
        passes("auto", None, "d1", ERROR, review="x")
    passes("auto", APPROVED, "d1", ERROR, review="x")


REJECTED = replace(APPROVED, verdict="rejected", comment="names")


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_a_rejection_holds_whatever_the_mode_and_the_findings(mode: GateMode) -> None:
    with pytest.raises(ReviewRejected, match="rejected by mei: names"):
        passes(mode, REJECTED, "d1", (), review="x")


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_a_change_after_a_rejection_waits_for_a_person_in_an_auto_gate_too(mode: GateMode) -> None:
    with pytest.raises(ReviewPending, match="changed after mei rejected it: names"):
        passes(mode, REJECTED, "d2", (), review="x")
    passes(mode, replace(APPROVED, digest="d2"), "d2", (), review="x")


def test_what_was_not_checked_opens_no_auto_gate_but_a_person_may() -> None:
    with pytest.raises(ReviewPending, match="was not checked yet; next: x"):
        passes("auto", None, "d1", None, review="x")
    passes("auto", APPROVED, "d1", None, review="x")


def test_an_edit_after_approval_passes_an_auto_gate_by_itself_where_it_was_checked_without_errors() -> None:
    passes("auto", APPROVED, "d2", (), review="x")
    with pytest.raises(StaleApproval):
        passes("auto", APPROVED, "d2", ERROR, review="x")


def test_a_gate_that_is_off_lets_everything_through() -> None:
    passes("off", None, "d1", ERROR, review="x")


def test_a_digest_covers_ids_times_and_text_and_nothing_else() -> None:
    (cue,) = SOURCE.cues
    richer = replace(SOURCE, cues=(replace(cue, words=(Word(0, 900, "跪下"),), confidence=0.3),))
    assert transcript_digest(richer) == transcript_digest(SOURCE)
    assert transcript_digest(replace(SOURCE, cues=(replace(cue, end_ms=901),))) != transcript_digest(SOURCE)
    flagged = replace(TARGET, lines=(replace(TARGET.lines[0], flags=("starter",), by="human"),))
    assert translation_digest(SOURCE, flagged) == translation_digest(SOURCE, TARGET)
    edited = replace(TARGET, lines=(replace(TARGET.lines[0], text="On your knees!"),))
    assert translation_digest(SOURCE, edited) != translation_digest(SOURCE, TARGET)


def test_a_translation_whose_cue_is_gone_from_an_edited_source_still_has_a_digest() -> None:
    gone = replace(SOURCE, cues=())
    assert translation_digest(gone, TARGET) != translation_digest(SOURCE, TARGET)
