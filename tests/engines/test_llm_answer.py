"""Answers of models without a server: what is understood, what is accepted, and that no line takes another's place."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue
from localize.engines.llm import prompt
from localize.engines.llm.answer import Item, declines, items_of, judge
from localize.engines.llm.check import fault
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import LOCALES
from samples.models.build import corpus
from tests.engines.llm_server import translated

ENGLISH = LOCALES["en"]
SOURCES = [
    "你终于来了。",
    "你是谁？",
    "你是谁？",
    "你是谁！",
    "跪下！",
    "我不认识你，滚出去。",
    "他是我的丈夫。",
    "战神回来了。",
]


def lines_of(sources: list[str], *terms: Term) -> list[Line]:
    made = []
    for number, text in enumerate(sources, 1):
        cue = Cue(f"c{number:04}", number * 1000, number * 1000 + 900, text)
        made.append(Line(cue, terms={"en": tuple(term for term in terms if term.source in text)}))
    return made


def right(line: Line) -> Item:
    return Item(line.cue.id, line.text, translated(line.text))


sources = st.lists(st.sampled_from(SOURCES), min_size=1, max_size=12)


@given(sources, st.data())
def test_whatever_happens_to_the_items_no_line_gets_the_text_of_another(given_sources: list[str], data: Any) -> None:
    """Ids, echoes with their texts, and whole items are dropped, doubled, exchanged and moved, several times over."""
    lines = lines_of(given_sources)
    pairs = [(line.text, translated(line.text)) for line in lines]
    for how in data.draw(st.lists(st.sampled_from(["rotate", "drop", "double", "exchange", "invent"]), max_size=4)):
        at, to = (data.draw(st.integers(0, max(0, len(pairs) - 1))) for _ in range(2))
        if how == "rotate":
            pairs = pairs[at:] + pairs[:at]
        elif how == "drop":
            pairs = pairs[:at] + pairs[at + 1 :]
        elif how == "double" and pairs:
            pairs.insert(to, pairs[at])
        elif how == "exchange" and pairs:
            pairs[at], pairs[to] = pairs[to], pairs[at]
        elif how == "invent":
            pairs.insert(at, ("这句话谁也没说过。", translated("这句话谁也没说过。")))
    ids = [line.cue.id for line in lines]
    if data.draw(st.booleans()):
        ids = data.draw(st.permutations(ids))
    items = [Item(id_, src, text) for id_, (src, text) in zip(ids, pairs, strict=False)]
    judged = judge(items, lines, ENGLISH)
    for line in lines:
        assert (line.cue.id in judged.texts) != (line.cue.id in judged.faults)
        assert judged.texts.get(line.cue.id, translated(line.text)) == translated(line.text)


@given(sources)
def test_a_right_answer_is_accepted_as_it_is(given_sources: list[str]) -> None:
    lines = lines_of(given_sources)
    judged = judge([right(line) for line in lines], lines, ENGLISH)
    assert judged.texts == {line.cue.id: translated(line.text) for line in lines}
    assert not judged.faults


def test_a_moved_answer_is_put_right_by_its_echoes() -> None:
    lines = lines_of(["你终于来了。", "跪下！", "他是我的丈夫。"])
    moved = [Item(line.cue.id, *_pair(other)) for line, other in zip(lines, lines[1:] + lines[:1], strict=True)]
    assert judge(moved, lines, ENGLISH).texts == {line.cue.id: translated(line.text) for line in lines}


def _pair(line: Line) -> tuple[str, str]:
    return line.text, translated(line.text)


@pytest.mark.parametrize("echo", ["你终于來了", "你终于来了！", "你 终于来了。", "你终于来了。 "])
def test_an_echo_may_differ_in_marks_spaces_and_spelling(echo: str) -> None:
    lines = lines_of(["你终于来了。", "跪下！"])
    assert "c0001" in judge([Item("c0001", echo, translated("你终于来了。"))], lines, ENGLISH).texts


def test_an_echo_that_differs_in_marks_only_is_of_the_line_that_has_them() -> None:
    lines = lines_of(["你是谁？", "你是谁！"])
    judged = judge(
        [Item("c0001", "你是谁！", "Who are you!"), Item("c0002", "你是谁？", "Who are you?")], lines, ENGLISH
    )
    assert judged.texts == {"c0001": "Who are you?", "c0002": "Who are you!"}
    judged = judge([Item("c0001", "你是谁", "Who are you?"), Item("c0002", "你是谁！", "Who are you!")], lines, ENGLISH)
    assert (judged.texts, judged.faults["c0001"].reason) == ({"c0002": "Who are you!"}, "echo of another line")


def test_texts_between_two_terms_that_kept_their_place_are_kept_and_those_that_moved_are_not() -> None:
    terms = [Term("战神", "God of War"), Term("龙王", "Dragon King"), Term("神医", "Divine Doctor")]
    lines = lines_of(["战神来了。", "你是谁？", "神医来了。", "跪下！", "龙王来了。", "别走。"], *terms)
    texts = [
        "The God of War is here.",
        "Who are you?",
        "The Divine Doctor came.",
        "The Dragon King is here.",
        "Go!",
        "No.",
    ]
    items = [Item(line.cue.id, line.text, text) for line, text in zip(lines, texts, strict=True)]
    judged = judge(items, lines, ENGLISH)
    assert list(judged.texts) == ["c0001", "c0002", "c0003"]
    assert judged.faults["c0006"].reason == "moved between lines"


@given(st.text(max_size=60))
def test_no_content_breaks_the_reader(content: str) -> None:
    assert items_of(content) == []


@given(sources, st.integers(0, 400))
def test_of_an_answer_that_breaks_off_every_whole_item_is_read(given_sources: list[str], length: int) -> None:
    lines = lines_of(given_sources)
    whole = [{"id": line.cue.id, "src": line.text, "text": translated(line.text)} for line in lines]
    items = items_of(json.dumps({"lines": whole}, ensure_ascii=False)[:length])
    assert items == [right(line) for line in lines][: len(items)]


@pytest.mark.parametrize(
    "content", ["{" * 100_000, '{"a":' * 5_000, '[{"id": 1, "src": null, "text": {}}]', "{}", "null"]
)
def test_hostile_content_holds_no_items(content: str) -> None:
    assert items_of(content) == []


def test_numbers_may_stand_for_ids_and_spaces_are_tidied() -> None:
    assert items_of('{"lines": [{"id": 7, "src": "走", "text": " Let\\u0027s\\n go. "}]}') == [
        Item("7", "走", "Let's go.")
    ]


def test_a_refusal_is_told_from_chatter() -> None:
    assert declines("I'm sorry, but I cannot help with that.")
    assert declines("抱歉，这个内容我无法翻译。")
    assert not declines("Sure! Which language?")


# Single lines


@pytest.mark.parametrize(
    ("tag", "source", "text", "reason"),
    [
        ("en", "走。", "Go! c0001", "no clean line"),
        ("en", "走。", "XQ1, go!", "no clean line"),
        ("en", "走。", "Translation: Go!", "no clean line"),
        ("en", "走。", "Go \ud800", "broken characters"),
        ("en", "我在酒店门口等你一个晚上。", "I wait.", "too short for its source"),
        ("fil", "我一直在这里等你回来。", "I have been waiting for you here.", "wrong language"),
        ("ru", "我一直在这里等你。", "I waited here for you.", "wrong language"),
        ("ja", "他们都在等你。", "们がここで待っている。", "wrong language"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(tag: str, source: str, text: str, reason: str) -> None:
    (line,) = lines_of([source])
    found = fault(text, line, LOCALES[tag])
    assert found
    assert found.reason == reason


@pytest.mark.parametrize(
    ("tag", "source", "text"),
    [
        ("en", "对不起，我不能帮你。", "I'm sorry, I can't help you."),
        ("en", "滚！", "Get the hell out of here!"),
        ("en", "三年。", "3"),
        ("en", "<短信>", "<Text message>"),
        ("ja", "三年", "三年"),
        ("ja", "林总来了。", "リン社長が来た。"),
        ("zh-Hant", "他在房間裏著急。", "他在房間裡著急。"),
        ("fil", "我的天，你是谁？", "Oh my God, sino ka?"),
        ("th", "CEO来了。", "CEO มาแล้ว"),
        ("de", "是什么？", "Was ist das?"),
    ],
)
def test_a_line_that_is_merely_unusual_is_taken(tag: str, source: str, text: str) -> None:
    (line,) = lines_of([source])
    assert fault(text, line, LOCALES[tag]) is None


def test_every_line_of_the_template_corpus_has_a_length_that_is_taken() -> None:
    random = Random(1)
    fillings = [corpus.choose(random, template) for template in corpus.load("zh").templates for _ in range(2)]
    sources = [corpus.load("zh").render(filling) for filling in fillings]
    wrong = []
    for profile in LOCALES.values():
        if profile.argos:
            language = corpus.load(profile.argos)
            for line, filling in zip(lines_of(sources), fillings, strict=True):
                if found := fault(language.render(filling), line, profile):
                    wrong.append((profile.tag, line.text, language.render(filling), found.reason))
    assert wrong == []


# Windows


@st.composite
def tracks(draw: st.DrawFn) -> list[Cue]:
    gaps = draw(st.lists(st.sampled_from([0, 40, 200, 800, 2499, 2500, 9000]), max_size=90))
    cues, at = [], 0
    for number, gap in enumerate(gaps):
        at += gap
        cues.append(Cue(f"c{number}", at, at + 500, "走。"))
        at += 500
    return cues


@given(tracks(), st.data())
def test_every_wanted_line_stands_in_exactly_one_window_in_order(track: list[Cue], data: Any) -> None:
    wanted = {cue.id for cue in track if data.draw(st.booleans())}
    windows = prompt.windows(track, wanted)
    assert [cue.id for window in windows for cue in window] == [cue.id for cue in track if cue.id in wanted]
    assert all(1 <= len(window) <= prompt.WINDOW for window in windows)


@given(tracks(), st.data())
def test_where_windows_begin_does_not_depend_on_what_is_wanted(track: list[Cue], data: Any) -> None:
    wanted = {cue.id for cue in track if data.draw(st.booleans())}
    whole = prompt.windows(track, {cue.id for cue in track})
    kept = [[cue for cue in window if cue.id in wanted] for window in whole]
    assert prompt.windows(track, wanted) == [window for window in kept if window]


def test_a_window_ends_with_its_scene_and_short_scenes_share_one() -> None:
    def scene(start_ms: int, count: int) -> list[Cue]:
        return [Cue(f"c{start_ms + n}", start_ms + n * 1000, start_ms + n * 1000 + 900, "走。") for n in range(count)]

    track = [*scene(0, 15), *scene(20_000, 12), *scene(40_000, 4)]
    assert [len(window) for window in prompt.windows(track, {cue.id for cue in track})] == [15, 16]


def test_a_long_scene_is_cut_at_its_longest_silence_near_the_middle() -> None:
    starts = [n * 1000 + (1000 if n >= 17 else 0) for n in range(30)]
    track = [Cue(f"c{n}", start, start + 900, "走。") for n, start in enumerate(starts)]
    assert [len(window) for window in prompt.windows(track, {cue.id for cue in track})] == [17, 13]


def test_a_film_whose_silences_grow_is_cut_near_the_middle_all_the_same() -> None:
    starts = [n * 1000 + n * n // 1000 for n in range(2000)]
    track = [Cue(f"c{n}", start, start + 900, "走。") for n, start in enumerate(starts)]
    sizes = [len(window) for window in prompt.windows(track, {cue.id for cue in track})]
    assert sum(sizes) == 2000
    assert min(sizes) >= prompt.WINDOW // 4
