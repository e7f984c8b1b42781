"""Sensitive words: the lists that ship can be used, and a bad list names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize import settings
from localize.errors import GlossaryError
from localize.glossary.scripts import has_own
from localize.locales import LOCALES, locale
from localize.text import sensitive
from localize.text.sensitive import Sensitive


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(settings.GLOSSARIES, str(tmp_path))
    path = tmp_path / "sensitive" / "en.csv"
    path.parent.mkdir()
    return path


@pytest.mark.parametrize("tag", LOCALES)
def test_every_locale_has_a_short_list_each_word_once_with_a_reason(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.GLOSSARIES, raising=False)
    words = sensitive.load(tag)
    assert 5 <= len(words) <= 60
    assert len({word.word.casefold() for word in words}) == len(words)
    assert all(has_own(word.word, locale(tag)) for word in words)
    assert {word.severity for word in words} <= {"error", "warning", "info"}


@pytest.mark.parametrize("tag", LOCALES)
def test_every_listed_word_is_found_in_a_line_and_not_inside_another_word(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(settings.GLOSSARIES, raising=False)
    words, profile = sensitive.load(tag), locale(tag)
    for word in words:
        assert word in sensitive.found(f"… {word.word}!", words, profile)
        if profile.spaced:
            assert word not in sensitive.found(f"abc{word.word}", [word], profile) or profile.script == "Kore"


def test_a_locale_without_a_list_has_no_sensitive_words(write: Path) -> None:
    assert sensitive.load("en") == ()


def test_a_list_is_read_anew_when_it_changes(write: Path) -> None:
    write.write_text("word,severity,reason\nhell,warning,profane\n", encoding="utf-8-sig")
    assert sensitive.load("en") == (Sensitive("hell", "warning", "profane"),)
    write.write_text("word,severity,reason\nhell,error,very profane\n", encoding="utf-8")
    assert sensitive.load("en") == (Sensitive("hell", "error", "very profane"),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "en.csv:1: the columns are not word,severity,reason"),
        ("word;severity;reason\n", "en.csv:1: the columns"),
        ("word,severity,reason\nhell,fatal,profane\n", "en.csv:2: hell: severity 'fatal' is unknown"),
        ("word,severity,reason\n\nhell,error\n", "en.csv:3: a word, a severity and a reason belong here"),
        ("word,severity,reason\nhell,error,\n", "en.csv:2: a word"),
        ('word,severity,reason\n"hell,error,profane\n', "en.csv cannot be read"),
    ],
)
def test_a_list_that_cannot_be_used_is_an_error_with_its_line(write: Path, text: str, complaint: str) -> None:
    write.write_text(text, encoding="utf-8")
    with pytest.raises(GlossaryError) as error:
        sensitive.load("en")
    assert complaint in str(error.value)
    assert error.value.next_step


def test_a_list_in_another_encoding_is_an_error(write: Path) -> None:
    write.write_bytes("word,severity,reason\nhölle,error,x\n".encode("latin-1"))
    with pytest.raises(GlossaryError, match="cannot be read"):
        sensitive.load("en")
