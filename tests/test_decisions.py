from __future__ import annotations

from dataclasses import replace

import pytest

from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, Word
from localize.decisions import BY_ITSELF, CueComment, Decision, passes, transcript_digest, translation_digest
from localize.errors import ReviewPending, ReviewRejected, StaleApproval
from localize.findings import Finding
from localize.series import GateMode, GateRule

SOURCE = SourceTrack("zh-Hans", (Cue("c0001", 0, 900, "跪下！"),), next_id=2)
TARGET = TargetTrack("en", (TargetLine("c0001", "Kneel!", "argos"),))
APPROVED = Decision("translation", "approved", "mei", "2026-01-01T00:00:00Z", "d1")
ERROR = (Finding("empty", "error", "no text"),)


def test_only_an_explicit_approval_passes_a_required_gate() -> None:
    passes(GateRule(mode="required"), APPROVED, "d1", (), review="x")
    with pytest.raises(ReviewPending, match="next: x"):
        passes(GateRule(mode="required"), None, "d1", (), review="x")
    with pytest.raises(ReviewRejected, match="mei: names"):
        passes(GateRule(mode="required"), replace(APPROVED, verdict="rejected", comment="names"), "d1", (), review="x")


def test_an_edit_after_approval_reopens_the_gate() -> None:
    with pytest.raises(StaleApproval):
        passes(GateRule(mode="required"), APPROVED, "d2", (), review="x")


def test_an_auto_gate_waits_only_on_findings_at_error_severity() -> None:
    passes(GateRule(mode="auto"), None, "d1", (Finding("cps", "warning", "fast"),), review="x")
    with pytest.raises(ReviewPending, match="error severity"):
        passes(GateRule(mode="auto"), None, "d1", ERROR, review="x")
    passes(GateRule(mode="auto"), APPROVED, "d1", ERROR, review="x")


def test_an_auto_gate_may_stop_at_warnings_or_at_anything() -> None:
    warned, noted = Finding("cps", "warning", "fast"), Finding("shrunk", "info", "small")
    passes(GateRule(mode="auto", at="warning"), None, "d1", (noted,), review="x")
    with pytest.raises(ReviewPending, match="has findings at warning severity or above"):
        passes(GateRule(mode="auto", at="warning"), None, "d1", (noted, warned), review="x")
    with pytest.raises(ReviewPending, match="has findings at warning severity or above"):
        passes(GateRule(mode="auto", at="warning"), None, "d1", ERROR, review="x")
    with pytest.raises(ReviewPending, match="info severity"):
        passes(GateRule(mode="auto", at="info"), None, "d1", (noted,), review="x")


def test_what_passed_by_itself_was_approved_by_nobody() -> None:
    by_itself = replace(APPROVED, reviewer=BY_ITSELF, limit="error")
    with pytest.raises(ReviewPending, match="waits for review"):
        passes(GateRule(mode="required"), by_itself, "d1", (), review="x")
    with pytest.raises(ReviewPending, match="has findings at error severity"):
        passes(GateRule(mode="auto"), by_itself, "d1", ERROR, review="x")
    with pytest.raises(ReviewPending, match="has findings at error severity"):
        passes(GateRule(mode="auto"), by_itself, "d2", ERROR, review="x")


def test_a_rejection_sends_cues_back_with_what_is_wrong_in_each() -> None:
    cues = (CueComment("c0003", "too stiff"), CueComment("c0007", "who says this?"))
    words = "rejected by mei: names; c0003: too stiff; c0007: who says this\\?"
    with pytest.raises(ReviewRejected, match=words):
        passes(GateRule(mode="required"), replace(REJECTED, cues=cues), "d1", (), review="x")
    with pytest.raises(ReviewPending, match="changed after mei rejected it: names; c0003: too stiff"):
        passes(GateRule(mode="required"), replace(REJECTED, cues=cues), "d2", (), review="x")


REJECTED = replace(APPROVED, verdict="rejected", comment="names")


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_a_rejection_holds_whatever_the_mode_and_the_findings(mode: GateMode) -> None:
    with pytest.raises(ReviewRejected, match="rejected by mei: names"):
        passes(GateRule(mode=mode), REJECTED, "d1", (), review="x")


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_a_change_after_a_rejection_waits_for_a_person_in_an_auto_gate_too(mode: GateMode) -> None:
    with pytest.raises(ReviewPending, match="changed after mei rejected it: names"):
        passes(GateRule(mode=mode), REJECTED, "d2", (), review="x")
    passes(GateRule(mode=mode), replace(APPROVED, digest="d2"), "d2", (), review="x")


def test_what_was_not_checked_opens_no_auto_gate_but_a_person_may() -> None:
    with pytest.raises(ReviewPending, match="was not checked yet; next: x"):
        passes(GateRule(mode="auto"), None, "d1", None, review="x")
    passes(GateRule(mode="auto"), APPROVED, "d1", None, review="x")


def test_an_edit_after_approval_passes_an_auto_gate_by_itself_where_it_was_checked_without_errors() -> None:
    passes(GateRule(mode="auto"), APPROVED, "d2", (), review="x")
    with pytest.raises(StaleApproval):
        passes(GateRule(mode="auto"), APPROVED, "d2", ERROR, review="x")


def test_a_gate_that_is_off_lets_everything_through() -> None:
    passes(GateRule(mode="off"), None, "d1", ERROR, review="x")


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
