"""A shorter rendering of lines that an LLM is asked for: what is asked, what is taken, what is tried once more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from localize.engines.base import Translation
from localize.engines.llm import LLM
from localize.engines.llm.client import BUDGET_SPENT
from localize.lines import Overlong
from localize.spending import Budget
from localize.text.shortening import length
from tests.engines.llm_case import PRICES, WAR_GOD, Make, QuickClock, asked_lines, brief_of, paid, translate
from tests.engines.llm_server import Answer, Asked, Behaviour, Server, completion, error, lines, translated

SOURCES = ["我等了你五年。", "战神回来了！"]
LIMIT = 24
FITS = ["So many long years.", "The God of War is back."]


def shorter(engine: LLM, *limits: int, tag: str = "en", texts: Sequence[str] = ()) -> list[list[Translation]]:
    """What `engine` has for the lines of SOURCES, which are translated at length."""
    asked = asked_lines(SOURCES, WAR_GOD, tag=tag)
    present = texts or [translated(line.text, {"战神": "God of War"} if line.terms[tag] else {}) for line in asked]
    overlong = [
        Overlong(line, text, limit) for line, text, limit in zip(asked, present, limits or (LIMIT, LIMIT), strict=True)
    ]
    return [list(found) for found in engine.shorter({tag: overlong}, brief_of(asked))[tag]]


def says(*texts: str | None) -> Behaviour:
    """Answers with these texts for the lines of SOURCES, leaving out those that are None."""
    said = dict(zip(SOURCES, texts, strict=True))

    def behaviour(asked: Asked) -> Answer:
        items = [
            {"id": line["id"], "src": line["src"], "text": text} for line in asked.lines if (text := said[line["src"]])
        ]
        return lines(items)

    return behaviour


def texts_of(found: list[list[Translation]]) -> list[list[str]]:
    return [[one.text for one in candidates] for candidates in found]


def test_one_question_holds_each_line_with_its_text_and_its_own_limit(server: Server, llm: Make) -> None:
    server.then = says(*FITS)
    found = shorter(llm(), 20, 30)
    (asked,) = server.asked
    assert [(line["src"], line["max_characters"]) for line in asked.lines] == list(zip(SOURCES, (20, 30), strict=True))
    assert asked.lines[1]["present"] == translated(SOURCES[1], {"战神": "God of War"})
    assert asked.lines[1]["terms"] == {"战神": "God of War"}
    assert "shorten" in asked.system
    assert texts_of(found) == [[FITS[0]], [FITS[1]]]


def test_what_is_still_too_long_is_asked_for_once_more_with_how_much_it_is(server: Server, llm: Make) -> None:
    long = "So very many long and lonely years."
    server.first = [says(long, FITS[1])]
    server.then = says(FITS[0], FITS[1])
    found = shorter(llm())
    assert [asked.ids for asked in server.asked] == [["c0001", "c0002"], ["c0001"]]
    assert server.asked[1].lines[0]["mend"] == f"'{long}' is still {len(long) - LIMIT} over 'max_characters'"
    assert texts_of(found) == [[FITS[0], long], [FITS[1]]]


def test_there_is_no_third_question(server: Server, llm: Make) -> None:
    server.then = says("So very many long and lonely years.", FITS[1])
    assert texts_of(shorter(llm()))[0] == ["So very many long and lonely years."] * 2
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("The general is back.", "the term 战神 must be rendered as God of War"),
        ("The God of War 战神!", "Chinese characters were left in the translation"),
        (None, "the line was missing from the answer"),
        ("The God of War's 2nd!", "other numbers than the line"),
    ],
    ids=["term lost", "Chinese left", "missing", "number invented"],
)
def test_a_rendering_that_cannot_be_used_is_mended_or_dropped(
    server: Server, llm: Make, text: str | None, mend: str
) -> None:
    server.then = says(FITS[0], text)
    assert texts_of(shorter(llm()))[1] == []
    assert mend in server.asked[1].lines[0]["mend"]
    server.first = [says(FITS[0], text)]
    server.then = says(*FITS)
    assert texts_of(shorter(llm()))[1] == [FITS[1]]


def test_the_marks_of_the_locale_count(server: Server, llm: Make) -> None:
    text = "Tant de longues années!"
    assert length(text) == 23
    server.then = says(text, FITS[1])
    shorter(llm(), 23, 60, tag="fr")
    assert server.asked[1].lines[0]["mend"] == f"'{text}' is still 1 over 'max_characters'"


@pytest.mark.parametrize(
    "refusal",
    [
        lambda _asked: completion("", finish="content_filter"),
        lambda _asked: completion("I'm sorry, I cannot do that."),
        lambda _asked: error(400, "content_filter"),
    ],
    ids=["filtered", "in words", "by status"],
)
def test_what_is_refused_stays_as_it_is_and_is_not_asked_again(server: Server, llm: Make, refusal: Behaviour) -> None:
    server.then = refusal
    assert shorter(llm()) == [[], []]
    assert len(server.asked) == 1


def test_of_an_answer_that_was_cut_off_the_whole_lines_are_taken(server: Server, llm: Make) -> None:
    def cut(asked: Asked) -> Answer:
        whole = json.loads(json.loads(says(*FITS)(asked).data)["choices"][0]["message"]["content"])
        return completion(json.dumps(whole, ensure_ascii=False)[:-30], finish="length")

    server.first = [cut]
    server.then = says(*FITS)
    assert texts_of(shorter(llm())) == [[FITS[0]], [FITS[1]]]
    assert [asked.ids for asked in server.asked] == [["c0001", "c0002"], ["c0002"]]


def test_an_endpoint_that_is_down_says_so_for_now(server: Server, llm: Make, clock: QuickClock) -> None:
    server.then = lambda _asked: error(503, "busy")
    found = shorter(llm())
    assert [(one.text, one.transient) for (one,) in found] == [("", True)] * 2
    assert all("busy" in one.failure for (one,) in found)


def test_a_budget_that_is_spent_shortens_nothing_and_what_is_asked_is_counted(server: Server, llm: Make) -> None:
    server.then = says(*FITS)
    broke = llm(Budget(0.0, "CNY"), **PRICES)
    assert [one.failure for (one,) in shorter(broke)] == [BUDGET_SPENT] * 2
    assert server.asked == []
    engine = llm(**PRICES)
    with paid(engine) as spent:
        shorter(engine)
    usage = spent["en"]
    assert (usage.requests, usage.input_tokens, usage.output_tokens) == (1, 100, 50)


def test_every_locale_is_asked_in_its_own_language_and_answers_come_back_in_order(server: Server, llm: Make) -> None:
    words = {"English (en)": FITS, "Thai (th)": ["นานหลายปีแล้ว", "God of War กลับมาแล้วใช่"]}
    server.then = lambda asked: says(*words[asked.user["target"]])(asked)
    asked = asked_lines(SOURCES)
    first, second = (Overlong(line, "x" * 60, LIMIT) for line in asked)
    found = llm().shorter({"en": [first, second], "th": [second, first]}, brief_of(asked))
    assert [one.text for (one,) in found["en"]] == FITS
    assert [one.text for (one,) in found["th"]] == words["Thai (th)"][::-1]
    assert len(server.asked) == 2


def test_nothing_to_shorten_asks_nothing(server: Server, llm: Make) -> None:
    assert llm().shorter({"en": []}, brief_of([])) == {"en": []}
    assert server.asked == []


def test_a_first_translation_is_asked_within_the_same_limit(server: Server, llm: Make) -> None:
    asked = [replace(line, limits={"en": limit}) for line, limit in zip(asked_lines(SOURCES), (31, 3), strict=True)]
    translate(llm(), asked)
    assert [line["max_characters"] for line in server.asked[0].lines] == [31, 12]
