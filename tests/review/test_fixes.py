from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, TargetLine
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import locale
from localize.review import fixes
from localize.review.fixes import Fix
from localize.rules import RULES, finding

KING = Term("龙王", "Dragon King", forbidden=("Dragon Emperor",))
LIN = Term("林凡", "Lin Fan")


def fixed(rule: str, text: str, *, tag: str = "en", source: str = "林凡是龙王。", terms: tuple[Term, ...] = (KING, LIN),
          **found: object) -> tuple[Fix, ...]:  # fmt: skip
    given_line = Line(Cue("c1", 0, 900, source), terms={tag: terms})
    line = TargetLine("c1", text, "argos", full=str(found.pop("full", "")), draft=str(found.pop("draft", text)))
    return fixes.fixes(finding(rule, "", "c1", **found), line, given_line, locale(tag))  # type: ignore[arg-type]


def test_a_forbidden_rendering_gives_way_to_the_preferred_one() -> None:
    made = fixed("forbidden-term", "The Dragon Emperor is here.", measured="Dragon Emperor", term="龙王")
    assert made == (Fix("term", "The Dragon King is here."),)


def test_a_forbidden_rendering_that_stands_twice_is_left_to_a_person() -> None:
    text = "Dragon Emperor! Dragon Emperor!"
    assert fixed("forbidden-term", text, measured="Dragon Emperor", term="龙王") == ()


def test_a_term_goes_where_its_source_was_left_standing() -> None:
    made = fixed("glossary_violation", "Lin Fan is the 龙王.", term="龙王")
    assert made[0] == Fix("term", "Lin Fan is the Dragon King.")


def test_a_misspelt_name_becomes_the_right_one() -> None:
    assert fixed("glossary_violation", "Lin Fang is back.", term="林凡") == (Fix("term", "Lin Fan is back."),)


def test_a_term_that_could_stand_anywhere_is_left_to_a_person() -> None:
    assert fixed("glossary_violation", "He is back.", term="龙王") == ()


def test_a_lost_placeholder_is_the_only_term_that_is_missing() -> None:
    made = fixed("glossary_violation", "Lin Fan is XQ1.", term="龙王")
    assert Fix("term", "Lin Fan is Dragon King.") in made


def test_the_rendering_of_an_earlier_episode_can_be_taken_over() -> None:
    assert fixed("inconsistent", "I'm back.", limit="I have returned.") == (Fix("same", "I have returned."),)


def test_the_one_number_that_was_made_up_becomes_the_one_that_was_lost() -> None:
    assert fixed("numbers", "I have 518 men.", source="我有318人。", terms=()) == (Fix("number", "I have 318 men."),)


def test_a_line_too_long_to_read_is_offered_in_fewer_characters_and_never_in_more() -> None:
    made = fixed("cps", "Well, I am back and you are not.", draft="I am back and you're not here at all, not at all.")
    assert [fix.text for fix in made] == ["Well, I’m back and you’re not.", "I’m back and you’re not."]


def test_a_shortened_line_can_be_had_in_full() -> None:
    assert fixed("shortened", "Back.", full="I have come back.") == (Fix("full", "I have come back."),)


def test_marks_of_the_other_direction_are_set_as_arabic_has_them() -> None:
    assert fixed("direction", "من أنت?", tag="ar", terms=()) == (Fix("marks", "من أنت؟"),)


def test_tags_and_odd_characters_go() -> None:
    assert fixed("override-tag", "<b>Who</b> {\\an8}are you?") == (Fix("tags", "Who are you?"),)
    assert fixed("character", "Who\tare\ufeff you\u0007?") == (Fix("characters", "Who are you?"),)


def test_a_persons_double_spaces_are_offered_to_be_mended() -> None:
    line = TargetLine("c1", "Who  are you ?", "human")
    assert fixes.tidy(line, locale("en")) == (Fix("spaces", "Who are you ?"), Fix("marks", "Who are you?"))


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
@given(text=st.text("abc 龙王XQ1<>{}.!?,\n\t'", max_size=30), measured=st.text("abc", max_size=3))
def test_no_fix_changes_nothing_or_leaves_nothing(rule: str, text: str, measured: str) -> None:
    for fix in fixed(rule, text, measured=measured, limit="", term="龙王"):
        assert fix.text.strip()
        assert fix.text != text
