"""Traps and genuine lines against the tables that ship, and what the matcher is made of."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import settings
from localize.glossary import tables
from localize.glossary.match import Matcher, Sense, surroundings
from localize.glossary.stack import COMMON, Termbase

HERE = Path(__file__).parent
TRAPS: dict[str, list[tuple[str, str, str]]] = tomllib.loads((HERE / "traps.toml").read_text(encoding="utf-8"))
GENUINE: dict[str, list[str]] = tomllib.loads((HERE / "genuine.toml").read_text(encoding="utf-8"))
GENRES = sorted(TRAPS)


@cache
def shipped(genre: str) -> Matcher:
    """Finds the terms of a series of `genre`."""
    entries = [
        entry
        for scope in dict.fromkeys((COMMON, genre))
        for entry in tables.read(settings.glossaries_dir() / scope / "en.csv", locale="en", scope=scope)
    ]
    return Termbase(entries).matcher


def marked(line: str) -> tuple[str, set[tuple[int, int]], set[tuple[int, int]]]:
    """`line` without its marks, and what stood in [brackets] and in {braces}."""
    text, opened = "", {"[": 0, "{": 0}
    found: dict[str, set[tuple[int, int]]] = {"[": set(), "{": set()}
    for char in line:
        if char in "[{":
            opened[char] = len(text)
        elif char in "]}":
            mark = "[" if char == "]" else "{"
            found[mark].add((opened[mark], len(text)))
        else:
            text += char
    return text, found["["], found["{"]


def found(matcher: Matcher, text: str, around: str = "") -> list[str]:
    return [span.source for span in matcher.find(text, around)]


def places(matcher: Matcher, text: str) -> set[tuple[int, int]]:
    return {(span.start, span.end) for span in matcher.find(text)}


@pytest.mark.parametrize("genre", GENRES)
def test_no_trap_is_taken_for_a_term(genre: str) -> None:
    for _, line, why in TRAPS[genre]:
        text, _, held = marked(line)
        assert places(shipped(genre), text) == held, f"{line} ({why})"


@pytest.mark.parametrize("genre", GENRES)
def test_every_term_that_is_meant_is_found(genre: str) -> None:
    for line in GENUINE[genre]:
        text, meant, _ = marked(line)
        assert places(shipped(genre), text) == meant, line


@pytest.mark.parametrize("genre", GENRES)
def test_every_trap_is_of_a_term_that_ships(genre: str) -> None:
    sources = {sense.source for scope in (COMMON, genre) for sense in shipped_senses(scope)}
    for kind, line, _ in TRAPS[genre]:
        text, traps, held = marked(line)
        assert traps or held, line
        assert {text[start:end] for start, end in traps | held} <= sources, line
        assert kind in {"border", "inside", "sense"}


def test_the_lists_are_long_and_of_many_terms() -> None:
    traps = [marked(line) for rows in TRAPS.values() for _, line, _ in rows]
    assert len(traps) >= 200
    assert len({text[start:end] for text, spans, _ in traps for start, end in spans}) >= 150
    assert sum(map(len, GENUINE.values())) >= 200


def shipped_senses(genre: str) -> list[Sense]:
    entries = tables.read(settings.glossaries_dir() / genre / "en.csv", locale="en", scope=genre)
    return [Sense(entry.source) for entry in entries]


def test_of_nested_terms_the_longest_stands() -> None:
    matcher = Matcher(map(Sense, ("龙王", "龙王令", "恭迎龙王")))
    assert found(matcher, "恭迎龙王！龙王有龙王令。") == ["恭迎龙王", "龙王", "龙王令"]


def test_an_excluded_term_does_not_hide_what_stands_inside_it() -> None:
    matcher = Matcher([Sense("恭迎龙王", not_in=("恭迎龙王殿",)), Sense("龙王"), Sense("龙王殿"), Sense("殿主")])
    assert found(matcher, "恭迎龙王殿殿主！") == ["龙王殿", "殿主"]


def test_half_a_word_left_beside_a_term_gives_it_away() -> None:
    matcher = Matcher([Sense("老爷子")])
    assert found(matcher, "老爷子弹打光了！") == []
    assert found(matcher, "老爷子要打光他们！") == ["老爷子"]


def test_a_surname_before_a_title_leaves_it_a_title() -> None:
    matcher = Matcher([Sense("公公"), Sense("道士")])
    assert found(matcher, "李公公和小道士来了。") == ["公公", "道士"]
    assert found(matcher, "他是卫道士。") == []


def test_a_name_no_dictionary_knows_is_found() -> None:
    assert found(Matcher([Sense("顾北辰")]), "我要嫁给顾北辰！") == ["顾北辰"]


def test_a_sense_asks_for_its_surroundings() -> None:
    matcher = Matcher([Sense("系统", near=("宿主",)), Sense("将军", not_near=("棋",))])
    assert found(matcher, "系统在吗？") == []
    assert found(matcher, "系统在吗？", "系统在吗？\n宿主，我在。") == ["系统"]
    assert found(matcher, "将军！", "这盘棋你输了。\n将军！") == []


def test_senses_that_ask_for_something_come_first() -> None:
    anywhere, at_court = Sense("公公"), Sense("公公", near=("皇上",))
    matcher = Matcher([anywhere, at_court])
    assert matcher.senses("公公", "皇上，公公来了。") == [at_court, anywhere]
    assert matcher.senses("公公", "公公来了。") == [anywhere]


def test_surroundings_reach_two_cues_on_either_side() -> None:
    assert surroundings(list("abcdefg"), 3) == "b\nc\nd\ne\nf"
    assert surroundings(list("abc"), 0) == "a\nb\nc"


_CHARACTERS = st.text("龙王令殿主少爷子弹，我的了！XQ1a ", max_size=20)
_MATCHER = Matcher(Sense(source) for source in ("龙王", "龙王令", "龙王殿", "殿主", "少爷", "爷", "王令"))


@given(_CHARACTERS)
def test_spans_are_in_order_never_overlap_and_hold_their_term(text: str) -> None:
    spans = _MATCHER.find(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert all(text[span.start : span.end] == span.source for span in spans)
