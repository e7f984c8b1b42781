"""Names that were heard as other characters."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.text.homophones import Known, near, syllables

CAST = ("林凡", "苏若雪", "顾北辰", "龙王", "战神", "恭迎战神", "跪下")


def proposed(text: str) -> list[tuple[str, str]]:
    return [(heard.text, heard.name) for heard in Known(CAST).proposals(text)]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        # As Whisper base wrote them without the names in its prompt.
        ("终于找到苏洛学了", ("苏洛学", "苏若雪")),
        ("俗若雪，对不起。", ("俗若雪", "苏若雪")),
        ("从来没有爱过孤备成", ("孤备成", "顾北辰")),
        ("骨背城把戒指还给我", ("骨背城", "顾北辰")),
        ("供应战神归来", ("供应战神", "恭迎战神")),
        ("顾北辰，规下。", ("规下", "跪下")),
    ],
)
def test_a_name_in_other_characters_of_its_sound_is_proposed(heard: str, name: tuple[str, str]) -> None:
    assert name in proposed(heard)


@pytest.mark.parametrize(
    "text",
    [
        "林凡回来了！",
        "顾北辰和苏若雪今晚结婚。",
        "龙王归来",
        "他在林子里",
        "速度要快一点",
        "公司供应食堂",
        "",
        "OK，123。",
    ],
)
def test_a_line_that_has_the_name_or_nothing_like_it_gets_no_proposal(text: str) -> None:
    assert proposed(text) == []


def test_a_word_of_the_dictionary_with_the_sound_of_a_short_name_is_what_was_said() -> None:
    assert Known(["林凡"]).proposals("这件事很麻烦") == []
    assert Known(["书记"]).proposals("他读了很多书籍") == []


def test_the_longest_name_is_taken_and_nothing_twice() -> None:
    (heard,) = Known(["北辰", "顾北辰"]).proposals("孤备成来了")
    assert (heard.start, heard.end, heard.name) == (0, 3, "顾北辰")


def test_there_is_a_syllable_for_each_character() -> None:
    assert syllables("林凡OK，回来") == ["lin", "fan", "o", "k", "，", "hui", "lai"]


@pytest.mark.parametrize(
    ("one", "other"), [("zhen", "zeng"), ("lin", "ling"), ("ruo", "luo"), ("nan", "lan"), ("hui", "fui")]
)
def test_syllables_that_are_often_confused_are_near(one: str, other: str) -> None:
    assert near(one, other)
    assert near(other, one)


def test_syllables_that_nobody_confuses_are_not() -> None:
    assert not near("bei", "wang")


@given(st.text("苏洛学若雪顾北辰备成林凡水谁，。a1 ", max_size=20))
def test_proposals_stand_in_the_line_apart_and_are_other_characters(text: str) -> None:
    found = Known(CAST).proposals(text)
    assert all(text[heard.start : heard.end] == heard.text != heard.name for heard in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len(syllables(text)) == len(text)
