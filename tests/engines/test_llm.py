"""The LLM engine and the models behind it, which misbehave in every way that models do, on a real server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from localize.characters import Cast, Character, Manner
from localize.endpoints import load
from localize.engines.llm import LLM
from localize.lines import Brief, Line, Similar
from tests.engines.llm_case import (
    KEY,
    PRICES,
    SOURCES,
    WAR_GOD,
    Make,
    asked_lines,
    assert_all_written,
    brief_of,
    cue,
    translate,
)
from tests.engines.llm_server import (
    Answer,
    Asked,
    Behaviour,
    Server,
    as_json,
    broken_envelope,
    completion,
    drops_mid_body,
    error,
    good,
    hangs_up,
    items,
    lines,
    translated,
)

# What is asked


def test_a_scene_is_one_question_and_every_line_comes_back_in_order(server: Server, llm: Make) -> None:
    assert_all_written(translate(llm(), asked_lines()))
    assert len(server.asked) == 1
    assert server.asked[0].path == "/v1/chat/completions"


def test_decoding_is_greedy_and_the_schema_holds_the_number_of_lines(server: Server, llm: Make) -> None:
    translate(llm(max_line_tokens=100), asked_lines())
    body = server.asked[0].body
    schema = body["response_format"]["json_schema"]
    array = schema["schema"]["properties"]["lines"]
    assert (body["temperature"], body["max_tokens"], schema["strict"]) == (0, 7 * 100 + 64, True)
    assert (array["minItems"], array["maxItems"]) == (7, 7)


def test_a_line_is_asked_with_its_own_terms_manner_and_memory_and_with_nobody_elses(server: Server, llm: Make) -> None:
    asked = asked_lines(SOURCES, WAR_GOD)
    asked[3] = replace(
        asked[3],
        manner={"en": Manner(register="polite", say={"你": "sir"}), "th": Manner(register="familiar")},
        similar={"en": (Similar("你是谁啊？", "Who are you, then?", 80),)},
    )
    made = translate(llm(), asked)
    third, fourth = server.asked[0].lines[2:4]
    assert (third["terms"], third["never"]) == ({"战神": "God of War"}, ["Ares"])
    assert (fourth["speaks"], fourth["say"]) == ("polite", {"你": "sir"})
    assert fourth["similar"] == {"你是谁啊？": "Who are you, then?"}
    assert "terms" not in fourth
    assert (made[2].text, made[2].attempts) == (translated(SOURCES[2], {"战神": "God of War"}), ("prompt",))


def test_only_characters_who_speak_or_are_named_are_told_of(server: Server, llm: Make) -> None:
    cast = Cast(
        (
            Character(name="林凡", gender="m", names={"en": "Lin Fan", "th": "หลินฝาน"}),
            Character(name="苏若雪", aliases=("若雪",), gender="f"),
            Character(name="顾北辰"),
        )
    )
    asked = [Line(cue(1, "若雪，你来了。", speaker="林凡")), Line(cue(2, "我来了。"))]
    translate(llm(), asked, brief=brief_of(asked, title="龙王归来", genre="war-god", cast=cast))
    user = server.asked[0].user
    assert user["characters"] == [
        {"source": "林凡", "target": "Lin Fan", "gender": "male"},
        {"source": "苏若雪", "aliases": ["若雪"], "gender": "female"},
    ]
    assert (user["series"], user["genre"], user["lines"][0]["speaker"]) == ("龙王归来", "war-god", "林凡")


@pytest.mark.parametrize("prose", [True, False])
def test_an_engine_is_told_that_titles_are_no_subtitles(server: Server, llm: Make, prose: bool) -> None:
    asked = asked_lines()
    translate(llm(), asked, brief=brief_of(asked, prose=prose))
    assert ("not subtitles" in server.asked[0].user.get("what", "")) == prose


def test_lines_that_are_not_wanted_are_shown_as_context_and_not_asked_for(server: Server, llm: Make) -> None:
    asked = asked_lines()
    brief = brief_of(asked)
    made = translate(llm(), [asked[1], asked[4]], brief=brief)
    assert [line.text for line in made] == [translated(SOURCES[1]), translated(SOURCES[4])]
    user = server.asked[0].user
    assert [(line["id"], line["before"]) for line in user["lines"]] == [
        ("c0002", [SOURCES[0]]),
        ("c0005", [SOURCES[2], SOURCES[3]]),
    ]
    assert user["after"] == SOURCES[5:]


def test_the_words_hold_nothing_that_a_model_could_copy_into_a_line(server: Server, llm: Make) -> None:
    translate(llm(), asked_lines())
    assert not set("<>") & set(server.asked[0].system)


def test_several_locales_are_asked_each_in_its_own_language(server: Server, llm: Make) -> None:
    scripts = {"English (en)": "Latn", "Thai (th)": "Thai", "Japanese (ja)": "Jpan"}
    server.then = lambda asked: lines(items(asked, scripts[asked.user["target"]]))
    asked = asked_lines()
    made = llm().translate(asked, ["en", "th", "ja"], brief_of(asked))
    for tag, script in (("en", "Latn"), ("th", "Thai"), ("ja", "Jpan")):
        assert [line.text for line in made[tag]] == [translated(source, {}, script) for source in SOURCES]


# How models misbehave


def cut_fence(asked: Asked) -> Answer:
    return completion("Here you are:\n```json\n" + json.dumps({"lines": items(asked)}) + "\n```\nAnything else?")


def thinking_aloud(asked: Asked) -> Answer:
    return completion('<think>{"lines": [] } hm</think>' + json.dumps(items(asked)))


def in_parts(asked: Asked) -> Answer:
    return completion([{"type": "text", "text": json.dumps({"lines": items(asked)})}])  # type: ignore[arg-type]


def truncated_json(asked: Asked) -> Answer:
    content = json.dumps({"lines": items(asked)})
    return completion(content[: len(content) // 2])


def missing_id(asked: Asked) -> Answer:
    return lines(items(asked)[1:])


def extra_id(asked: Asked) -> Answer:
    return lines([*items(asked), {"id": "c9999", "src": "没有这一行。", "text": "invented"}])


def duplicate_id(asked: Asked) -> Answer:
    made = items(asked)
    return lines([*made, made[0] | {"text": translated("别的话")}])


def shifted(asked: Asked) -> Answer:
    """One line dropped, the others moved up under its id and the next ones, and one invented at the end."""
    made = items(asked)
    moved = [*made[1:], {"id": "", "src": "再见。", "text": translated("再见。")}]
    return lines([item | {"id": line["id"]} for item, line in zip(moved, asked.lines, strict=True)])


def rotated(asked: Asked) -> Answer:
    made = items(asked)
    return lines([item | {"id": line["id"]} for item, line in zip(made[1:] + made[:1], asked.lines, strict=True)])


def nothing_in_it(asked: Asked) -> Answer:
    return completion("")


def chatter(asked: Asked) -> Answer:
    return completion("What a lovely scene!")


def wrong_language(asked: Asked) -> Answer:
    return lines([{"id": line["id"], "src": line["src"], "text": line["src"]} for line in asked.lines])


def template_left(asked: Asked) -> Answer:
    return lines([item | {"text": f"<English> {item['text']}"} for item in items(asked)])


def endless_lines(asked: Asked) -> Answer:
    return lines([item | {"text": item["text"] * 40} for item in items(asked)])


def no_text(asked: Asked) -> Answer:
    return lines([item | {"text": "..."} for item in items(asked)])


def half_chinese(asked: Asked) -> Answer:
    return lines([item | {"text": f"{item['text']} 贱 ba de"} for item in items(asked)])


@pytest.mark.parametrize(
    "once",
    [
        cut_fence, thinking_aloud, in_parts, truncated_json, missing_id, extra_id, duplicate_id, shifted, rotated,
        nothing_in_it, chatter, wrong_language, template_left, endless_lines, no_text, half_chinese,
    ],
)  # fmt: skip
def test_a_model_that_errs_once_is_asked_again_for_what_it_got_wrong(
    server: Server, llm: Make, once: Behaviour
) -> None:
    server.first = [once]
    assert_all_written(translate(llm(), asked_lines()))


@pytest.mark.parametrize("once", [cut_fence, thinking_aloud, in_parts, rotated])
def test_an_answer_that_can_be_understood_is_not_asked_for_again(server: Server, llm: Make, once: Behaviour) -> None:
    server.first = [once]
    translate(llm(), asked_lines())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("always", "reason"),
    [
        (nothing_in_it, "no JSON in the answer"),
        (chatter, "no JSON in the answer"),
        (wrong_language, "wrong language"),
        (template_left, "no clean line"),
        (endless_lines, "too long for its source"),
        (no_text, "no text"),
        (half_chinese, "Chinese left in the line"),
    ],
)
def test_a_model_that_always_errs_ends_with_the_reason_on_every_line(
    server: Server, llm: Make, always: Behaviour, reason: str
) -> None:
    server.then = always
    made = translate(llm(), asked_lines(["他是我的丈夫，你不知道吗？", "我等了你五年零三个月。"]))
    assert [(line.text, line.failure, line.transient) for line in made] == [("", reason, False)] * 2


def test_lines_that_cannot_be_used_are_asked_for_by_tens_threes_and_one_by_one(server: Server, llm: Make) -> None:
    sources = [f"{first}{second}不回来了。" for first in "你我他她它" for second in "今明昨后"]
    server.then = lambda asked: good(asked) if len(asked.lines) == 1 else wrong_language(asked)
    assert_all_written(translate(llm(concurrency=1), asked_lines(sources)), sources)
    sizes = [len(asked.lines) for asked in server.asked]
    assert sizes == [20, *[10, *[3, 1, 1, 1] * 3, 1] * 2]
    assert server.asked[1].lines[0]["mend"] == "Chinese characters were left in the translation"


def test_a_question_that_would_be_the_same_again_is_not_asked_again(server: Server, llm: Make) -> None:
    server.then = no_text
    assert translate(llm(), asked_lines(["跪下！"]))[0].failure == "no text"
    assert len(server.asked) == 2


def test_a_shifted_answer_whose_echoes_fit_nothing_is_accepted_nowhere(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines(
        [{"id": line["id"], "src": "完全不同的一句话", "text": translated("完全不同")} for line in asked.lines]
    )
    made = translate(llm(), asked_lines())
    assert {line.failure for line in made} == {"echo of another line"}


def test_texts_that_moved_beside_the_right_echoes_are_told_by_their_terms(server: Server, llm: Make) -> None:
    def moved(asked: Asked) -> Answer:
        made = items(asked)
        texts = [item["text"] for item in made]
        return lines([item | {"text": text} for item, text in zip(made, [texts[-1], *texts[:-1]], strict=True)])

    server.first = [moved]
    made = translate(llm(), asked_lines(SOURCES, WAR_GOD))
    assert [line.text for line in made] == [
        translated(s, {"战神": "God of War"} if "战神" in s else {}) for s in SOURCES
    ]


def test_english_for_another_language_in_latin_script_is_the_wrong_language(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines(
        [item | {"text": "He is the one that I was waiting for."} for item in items(asked)]
    )
    made = translate(llm(), asked_lines(["我一直在等的人就是他。"], tag="es-419"), "es-419")
    assert made[0].failure == "wrong language"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("ja", "我等了你五年。"),
        ("zh-Hant", "我等了你五年。"),
        ("zh-Hant", "我們等了你们五年。"),
        ("th", "我等了你五年。"),
    ],
)
def test_the_source_given_back_is_no_translation_where_han_is_written_either(
    server: Server, llm: Make, tag: str, text: str
) -> None:
    source = "我们等了你们五年。" if "我們" in text else "我等了你五年，丢了。" if tag == "zh-Hant" else text
    text = source if tag == "zh-Hant" and "我們" not in text else text
    server.then = lambda asked: lines([item | {"text": text} for item in items(asked)])
    made = translate(llm(), asked_lines([source], tag=tag), tag)
    assert made[0].failure
    assert not made[0].text


def test_a_line_that_traditional_chinese_writes_alike_is_right(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines([item | {"text": "你是我的丈夫。"} for item in items(asked)])
    assert translate(llm(), asked_lines(["你是我的丈夫。"], tag="zh-Hant"), "zh-Hant")[0].text == "你是我的丈夫。"


def test_a_number_that_is_not_in_the_line_is_flagged_and_no_failure(server: Server, llm: Make) -> None:
    def answer(asked: Asked) -> Answer:
        return lines([item | {"text": text} for item, text in zip(items(asked), texts, strict=True)])

    texts = ["Give me 10,000 yuan.", "Room three-oh-two."]
    server.then = answer
    made = translate(llm(), asked_lines(["给我10000块。", "302房间。"]))
    assert [line.flags for line in made] == [(), ("numbers",)]


# Terms


def test_a_term_that_was_not_kept_is_named_to_the_model_which_then_keeps_it(server: Server, llm: Make) -> None:
    server.first = [lambda asked: lines([item | {"text": translated(item["src"])} for item in items(asked)])]
    made = translate(llm(), asked_lines(SOURCES, WAR_GOD))
    assert made[2].text == translated(SOURCES[2], {"战神": "God of War"})
    assert made[2].attempts == ("prompt", "reminder")
    assert [(line["id"], line["mend"]) for line in server.asked[1].lines] == [
        ("c0003", "the term 战神 must be rendered as God of War")
    ]


def test_a_line_whose_term_is_never_kept_keeps_nothing_and_says_so(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines([item | {"text": translated(item["src"])} for item in items(asked)])
    made = translate(llm(), asked_lines(SOURCES, WAR_GOD))
    assert (made[2].text, made[2].failure, made[2].transient) == ("", "term 战神 not kept", False)
    assert_all_written(made[:2] + made[3:], SOURCES[:2] + SOURCES[3:])


def test_a_forbidden_rendering_beside_the_right_one_is_a_fault(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines([item | {"text": item["text"] + " Ares"} for item in items(asked)])
    assert translate(llm(), asked_lines(["战神回来了！"], WAR_GOD))[0].failure == "forbidden Ares"


# Refusals


def refuses(field: str) -> Behaviour:
    """Refuses every question that holds the line 跪下！, in the way named."""

    def behave(asked: Asked) -> Answer:
        if not any(line["src"] == "跪下！" for line in asked.lines):
            return good(asked)
        return {
            "words": lambda: completion("I'm sorry, but I can't assist with that."),
            "chinese": lambda: completion("抱歉，我无法处理这个请求。"),
            "refusal": lambda: completion("", refusal="I can't help with that."),
            "filter": lambda: completion("", finish="content_filter"),
            "azure": lambda: error(400, "The response was filtered", "content_filter"),
            "dashscope": lambda: error(400, "Output data may contain inappropriate content.", "data_inspection_failed"),
            "error-in-200": lambda: as_json({"error": {"message": "flagged by moderation", "code": 400}}),
            "openrouter": lambda: error(403, "Your chosen model requires moderation and your input was flagged"),
        }[field]()

    return behave


@pytest.mark.parametrize(
    "how", ["words", "chinese", "refusal", "filter", "azure", "dashscope", "error-in-200", "openrouter"]
)
def test_a_refusal_costs_the_one_line_that_is_refused(server: Server, llm: Make, how: str) -> None:
    server.then = refuses(how)
    made = translate(llm(), asked_lines())
    assert [line.failure.split(" (")[0] for line in made] == ["", "", "", "", "refused", "", ""]
    assert not made[4].transient
    assert_all_written(made[:4] + made[5:], SOURCES[:4] + SOURCES[5:])
    assert len(server.asked) <= 1 + 2 * 3


def test_a_complaint_about_one_question_of_a_server_that_took_others_is_a_refusal(server: Server, llm: Make) -> None:
    engine = llm()
    translate(engine, asked_lines())
    server.then = lambda asked: error(400, "bad luck") if "c0005" in asked.ids else good(asked)
    made = translate(engine, asked_lines())
    assert [line.failure for line in made] == ["", "", "", "", "refused (400: bad luck)", "", ""]


def test_a_refusal_inside_the_json_is_no_translation(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines([item | {"text": "As an AI, I can't translate this."} for item in items(asked)])
    assert translate(llm(), asked_lines(["滚出去，你这个贱人！"]))[0].failure == "refused"


# Answers that are cut off


def test_an_answer_that_was_cut_off_is_asked_for_in_halves(server: Server, llm: Make) -> None:
    def cut(asked: Asked) -> Answer:
        content = json.dumps({"lines": items(asked)})
        return good(asked) if len(asked.lines) < 4 else completion(content[:80], finish="length")

    server.then = cut
    assert_all_written(translate(llm(concurrency=1), asked_lines()))
    assert [len(asked.lines) for asked in server.asked] == [7, 4, 2, 2, 3]


def test_what_came_before_the_cut_is_kept(server: Server, llm: Make) -> None:
    def cut(asked: Asked) -> Answer:
        return completion(json.dumps({"lines": items(asked)})[:-20], finish="length")

    server.first = [cut]
    assert_all_written(translate(llm(), asked_lines()))
    assert [len(asked.lines) for asked in server.asked] == [7, 1]


def test_a_question_that_is_too_long_for_the_model_is_asked_in_halves(server: Server, llm: Make) -> None:
    server.first = [
        lambda _: error(400, "This model's maximum context length is 512 tokens", "context_length_exceeded")
    ]
    assert_all_written(translate(llm(), asked_lines()))
    assert sorted(len(asked.lines) for asked in server.asked[1:]) == [3, 4]


def test_a_single_line_that_is_always_cut_off_is_given_up(server: Server, llm: Make) -> None:
    server.then = lambda _: completion('{"lines": [{"id": "c0001", "src": "', finish="length")
    assert {line.failure for line in translate(llm(), asked_lines())} == {"answer cut off"}


# All of it together


@pytest.mark.parametrize("seed", range(8))
def test_on_a_server_that_does_everything_wrong_every_line_ends_with_its_own_text_or_with_a_reason(
    server: Server, llm: Make, seed: int
) -> None:
    random = Random(seed)
    bad = [
        cut_fence, thinking_aloud, truncated_json, missing_id, extra_id, duplicate_id, shifted, rotated, nothing_in_it,
        chatter, wrong_language, template_left, endless_lines, no_text, half_chinese, hangs_up, drops_mid_body,
        broken_envelope, lambda _: error(429, "slow down"), lambda _: error(503, "Loading model"),
        lambda _: as_json({"choices": []}), lambda _: completion("", refusal="no"), refuses("words"),
        lambda _: completion("{", finish="length"),
    ]  # fmt: skip
    server.then = lambda asked: random.choice([good, *bad])(asked)
    sources = [f"{first}{second}{third}了。" for first in "你我他她它" for second in "今明昨后" for third in "来去走"]
    asked = asked_lines([*sources, *SOURCES], WAR_GOD)
    made = llm(concurrency=4).translate(asked, ["en", "fr"], brief_of(asked))
    for tag in ("en", "fr"):
        assert len(made[tag]) == len(asked)
        for line, translation in zip(asked, made[tag], strict=True):
            own = translated(line.text, {term.source: term.target for term in line.terms.get(tag, ())})
            assert (translation.text == own) != bool(translation.failure)
    assert sum(bool(line.text) for line in made["en"]) > len(asked) / 2


# The engine as such


def test_the_version_says_what_can_change_a_line_and_neither_price_nor_speed(llm: Make, server: Server) -> None:
    host = server.url.removeprefix("http://").removesuffix("/v1")
    engine = llm(**PRICES, timeout_s=5, model="some-model")
    assert engine.version("th") == f"{engine.name} some-model at {host} 1 greedy 160+0 tokens th"


def test_no_lines_and_no_locales_send_nothing(server: Server, llm: Make) -> None:
    engine = llm(key_env="NO_SUCH_KEY")
    assert engine.translate([], ["en"], Brief()) == {"en": []}
    assert engine.translate(asked_lines(), [], Brief()) == {}
    assert not server.asked


def test_an_empty_line_fails_alone(server: Server, llm: Make) -> None:
    made = translate(llm(), [*asked_lines(), Line(cue(9, " "))])
    assert_all_written(made[:-1])
    assert made[-1].failure == "empty source line"


def test_a_line_that_is_no_cue_of_the_track_is_a_mistake_of_the_caller(llm: Make) -> None:
    with pytest.raises(ValueError, match="c0001 is no cue of the track"):
        translate(llm(), asked_lines(), brief=Brief(track=(cue(99, "别的。"),)))


def test_an_endpoint_that_is_named_in_a_file_works_as_it_is(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCALIZE_ENDPOINTS", raising=False)
    (tmp_path / "endpoints.toml").write_text(f'[near]\nbase_url = "{server.url}"\nmodel = "m"\nkey_file = "key"\n')
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "key").chmod(0o600)
    engine = LLM(load("near", tmp_path))
    assert_all_written(translate(engine, asked_lines()))
    engine.close()
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
