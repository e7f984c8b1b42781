"""One spelling for Chinese text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.text.chinese import clauses, ends_sentence, respelled, respelled_with_origin


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("你好,我是林凡.", "你好，我是林凡。"),
        ("你 是 谁?", "你是谁？"),
        ("這個總裁,不簡單!", "这个总裁，不简单！"),
        ("我等了3.5年,花了1,000块.", "我等了3.5年，花了1,000块。"),
        ("林凡...你终于回来了......", "林凡……你终于回来了……"),
        ("他说OK, let's go.", "他说OK, let's go."),
        ("给我VIP 卡", "给我VIP卡"),
        ("现在12:30", "现在12:30"),
        ("  ", ""),
    ],
)
def test_marks_are_full_width_beside_chinese_and_spaces_are_gone(heard: str, written: str) -> None:
    assert respelled(heard) == written


def test_clauses_keep_their_marks_and_closing_quotes() -> None:
    assert clauses("“你来了。”他说，走吧！") == ["“你来了。”", "他说，", "走吧！"]
    assert clauses("") == []


def test_a_sentence_may_end_in_a_quote() -> None:
    assert ends_sentence("他说“滚。”")
    assert not ends_sentence("他说，")


@given(st.text("我們你好林凡裡,.?! ，。…aB1 ", max_size=40))
def test_every_character_says_which_one_it_comes_from(text: str) -> None:
    result = respelled_with_origin(text)
    assert [origin for _, origin in result] == sorted(origin for _, origin in result)
    assert all(0 <= origin < len(text) for _, origin in result)
    kept = {origin for _, origin in result}
    assert all(i in kept for i, char in enumerate(text) if char not in " .")


@given(st.text("我們你好林凡裡,.?! ，。…aB1 ", max_size=40))
def test_spelling_again_changes_nothing(text: str) -> None:
    once = respelled(text)
    assert respelled(once) == once
