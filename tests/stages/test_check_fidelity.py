"""Check, a line against its source, its neighbours and earlier episodes."""

from __future__ import annotations

from localize.characters import Manner
from localize.consistency import Rendering, Renderings, key
from localize.cues import Cue, TargetLine, TargetTrack
from localize.findings import Finding
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import locale
from localize.stages.check.fidelity import of_fidelity

Said = tuple[str, str]


def found(*said: Said, earlier: Renderings | None = None, tag: str = "en", approved: bool = False) -> list[Finding]:
    """Findings of lines given as (source, target)."""
    lines = [Line(Cue(str(n), n * 1000, n * 1000 + 900, source)) for n, (source, _) in enumerate(said)]
    written = [TargetLine(str(n), text, "argos", draft=text, approved=approved) for n, (_, text) in enumerate(said)]
    return list(of_fidelity(lines, TargetTrack(tag, tuple(written)), locale(tag), earlier or {}))


def rules(*said: Said) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.cue_id) for finding in found(*said)]


def test_a_number_that_nobody_said_and_one_that_was_lost_are_warnings() -> None:
    assert rules(("三天之内还钱", "Pay within 5 days")) == [("numbers", "0")]
    assert rules(("房间1703，3楼", "A room on floor 3")) == [("numbers", "0")]
    assert rules(("三天之内还钱", "Pay within three days"), ("房间1703", "Room 1,703")) == []


def test_a_number_that_a_term_brings_along_is_explained() -> None:
    line = Line(Cue("0", 0, 900, "他就是天下无双"), terms={"en": (Term("天下无双", "Number 1"),)})
    target = TargetTrack("en", (TargetLine("0", "He is the Number 1", "argos"),))
    assert list(of_fidelity([line], target, locale("en"), {})) == []


def test_a_placeholder_that_was_left_is_no_number() -> None:
    assert found(("你是我妹妹", "You are XQ1, sister")) == []


def test_a_line_far_too_long_or_too_short_is_told_with_the_bound_it_passes() -> None:
    long, short = found(("你是我妹妹", "You are my sister. " * 5), ("你到底想怎么样才肯放过我", "No idea"))
    assert (long.rule, short.rule) == ("length-ratio", "length-ratio")
    assert isinstance(long.measured, float)
    assert isinstance(long.limit, float)
    assert long.measured > long.limit
    assert "added" in long.message
    assert "missing" in short.message


def test_two_sources_with_the_same_text_are_the_mark_of_a_stuck_translation() -> None:
    stuck = (("我是龙王林凡", "I am Lin Fan."), ("你到底是谁啊", "I am Lin Fan!"))
    assert rules(*stuck) == [("repeated-line", "1")]
    assert rules(stuck[0], ("我是龙王，林凡！", "I am Lin Fan!")) == []
    assert rules(("住手！", "Stop!"), ("停下！", "Stop!")) == []


def before(target: str, *, approved: bool = False, episode: str = "ep01", source: str = "我回来了") -> Renderings:
    return {key(source): Rendering(episode, "c7", target, approved)}


def test_a_line_that_was_rendered_differently_before_names_where_and_how() -> None:
    (finding,) = found(("我回来了。", "I have returned."), earlier=before("I'm back!"))
    assert (finding.rule, finding.severity, finding.cue_id) == ("inconsistent", "warning", "0")
    assert (finding.measured, finding.limit) == ("I have returned.", "I'm back!")
    assert "ep01 c7" in finding.message


def test_marks_and_capitals_are_no_other_rendering_and_a_question_is_another_line() -> None:
    assert found(("我回来了！", "i'm BACK."), earlier=before("I’m back!")) == []
    assert found(("我回来了？", "Am I back?"), earlier=before("I’m back!")) == []


def test_a_difference_that_a_reviewer_let_pass_in_both_places_is_right() -> None:
    assert found(("我回来了", "I have returned."), earlier=before("I'm back!", approved=True), approved=True) == []
    assert found(("我回来了", "I have returned."), earlier=before("I'm back!"), approved=True) != []


def test_the_same_line_twice_in_an_episode_is_rendered_once() -> None:
    (finding,) = found(("我回来了", "I'm back."), ("他是谁啊", "Who is he?"), ("我回来了！", "Here I am again."))
    assert (finding.rule, finding.cue_id, finding.limit) == ("inconsistent", "2", "I'm back.")


def test_short_lines_mean_what_their_scene_makes_of_them() -> None:
    assert found(("好", "Good."), ("什么", "What?"), ("好！", "Deal!"), ("什么！", "You what?")) == []


def test_who_speaks_to_whom_may_change_the_words() -> None:
    manner = {"en": Manner.model_validate({"register": "polite"})}
    line = Line(Cue("0", 0, 900, "我回来了"), manner=manner)
    target = TargetTrack("en", (TargetLine("0", "I have returned, sir.", "argos"),))
    assert list(of_fidelity([line], target, locale("en"), before("I'm back."))) == []
