"""Sentences without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.engines.splitting import rule_splitter


@pytest.mark.parametrize(
    ("code", "text", "sentences"),
    [
        ("zh", "你好。我是林凡！你呢", ["你好。", "我是林凡！", "你呢"]),
        ("zh", "“滚！”他说。", ["“滚！”", "他说。"]),
        ("zh", "什么？！", ["什么？！"]),
        ("en", "I am back. Kneel!", ["I am back.", "Kneel!"]),
        ("en", "Mr. Lin is here. Dr. Su is not.", ["Mr. Lin is here.", "Dr. Su is not."]),
        ("en", "It costs 3.5 million. J. Lin paid.", ["It costs 3.5 million.", "J. Lin paid."]),
        ("en", "He said \"Get out!\" Then he left.", ['He said "Get out!"', "Then he left."]),
        ("en", "wait... what?", ["wait... what?"]),
        ("en", "", []),
    ],
)  # fmt: skip
def test_sentences_end_at_their_marks(code: str, text: str, sentences: list[str]) -> None:
    assert rule_splitter(code)(text) == sentences


@given(st.sampled_from(["zh", "en"]), st.text("你好。！？”Aa .!?'\"", max_size=30))
def test_no_character_is_lost(code: str, text: str) -> None:
    assert "".join("".join(rule_splitter(code)(text)).split()) == "".join(text.split())
