from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localize.review.diff import Part, diff


def test_words_are_compared_whole() -> None:
    assert diff("I am here.", "I was here.") == [
        Part("same", "I "), Part("gone", "am"), Part("new", "was"), Part("same", " here."),
    ]  # fmt: skip


def test_scripts_without_spaces_are_compared_character_by_character() -> None:
    assert [part.kind for part in diff("我是龙王", "我是战神")] == ["same", "gone", "new"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_parts_make_up_both_texts(before: str, after: str) -> None:
    parts = diff(before, after)
    assert "".join(part.text for part in parts if part.kind != "new") == before
    assert "".join(part.text for part in parts if part.kind != "gone") == after
