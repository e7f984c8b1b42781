"""Check: each rule on the smallest track that breaks it, and silence where all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from localize.cues import Cue, Event, Kind, Layout, SourceTrack, TargetLine, TargetTrack
from localize.findings import Finding
from localize.locales import LOCALES, locale
from localize.rules import SEVERITY
from localize.series import Style
from localize.stages.check import check
from tests.facts import FACTS

GOOD = {
    "en": "I know who you are.",
    "es-419": "Ya sé quién eres.",
    "pt-BR": "Eu sei quem você é.",
    "fr": "Je sais qui vous êtes !",
    "de": "Ich weiß, wer du bist.",
    "it": "So chi sei, amico.",
    "ru": "Я знаю, кто ты.",
    "tr": "Kim olduğunu biliyorum.",
    "ar": "أعرف من أنت يا Lin Xiao!",
    "hi": "मैं जानता हूँ तुम कौन हो।",
    "id": "Aku tahu siapa kamu.",
    "ms": "Saya tahu siapa awak.",
    "th": "ฉันรู้ว่าคุณคือใคร",
    "ja": "君は誰だ。",
    "ko": "네가 누군지 알아.",
    "fil": "Kilala kita, kaibigan.",
    "zh-Hant": "我知道你是誰。",
    "vi": "Tôi biết anh là ai.",
}


def event(start_ms: int, end_ms: int, text: str, *cue_ids: str, kind: Kind = "dialogue", em_px: int = 0) -> Event:
    return Event(start_ms, end_ms, text, cue_ids or ("1",), kind, em_px)


def found(
    text: str = "I know you.",
    *,
    tag: str = "en",
    source: str = "我知道你是谁。",
    events: tuple[Event, ...] | None = None,
    flags: tuple[str, ...] = (),
) -> dict[str, Finding]:
    """Findings by rule for one line, shown as it is for 2 s unless `events` says otherwise."""
    track = SourceTrack("zh-Hans", (Cue("1", 1000, 3000, source),), 2)
    target = TargetTrack(tag, (TargetLine("1", text, "x", draft=text, flags=flags),))
    drawn = (event(1000, 3000, text),) if events is None else events
    return {f.rule: f for f in check(track, target, _layout(tag, drawn), locale(tag), FACTS, style=Style())}


def _layout(tag: str, events: tuple[Event, ...]) -> Layout:
    return Layout(tag, 1080, 1920, locale(tag).font, 48, 90, 460, events)


@pytest.mark.parametrize("tag", LOCALES)
def test_a_good_line_has_no_finding(tag: str) -> None:
    assert found(GOOD[tag], tag=tag) == {}


def test_lines_that_are_missing_too_many_or_not_drawn_are_errors() -> None:
    track = SourceTrack("zh-Hans", (Cue("1", 0, 2000, "你"), Cue("2", 2000, 4000, "我")), 3)
    target = TargetTrack("en", (TargetLine("2", "Me.", "x"), TargetLine("3", "Who?", "x")))
    findings = check(track, target, _layout("en", ()), locale("en"), FACTS, style=Style())
    assert [(f.rule, f.severity, f.cue_id) for f in findings] == [
        ("missing-line", "error", "1"),
        ("extra-line", "error", "3"),
        ("not-drawn", "error", "2"),
    ]


@pytest.mark.parametrize(
    ("rule", "tag", "text"),
    [
        ("empty", "en", " "),
        ("untranslated", "en", "我知道你是谁。"),
        ("untranslated", "ko", "나는 战神"),
        ("untranslated", "ja", "我知道你是谁"),
        ("placeholder", "fr", "Je suis XQ1, ton père."),
        ("placeholder", "en", "I am xq 12."),
        ("script", "th", "I know who you are."),
        ("script", "ru", "I know who you are."),
        ("glyph", "en", "I know \ue123 you"),
    ],
)
def test_a_text_that_must_not_be_shown_is_an_error(rule: str, tag: str, text: str) -> None:
    finding = found(text, tag=tag, events=())[rule]
    assert (finding.severity, finding.cue_id) == ("error", "1")


def test_a_short_japanese_line_may_be_the_very_source() -> None:
    assert "untranslated" not in found("三年。", tag="ja", source="三年。")


def test_traditional_text_may_be_the_very_source() -> None:
    assert found("你是我妹妹。", tag="zh-Hant", source="你是我妹妹。") == {}


def test_a_name_in_latin_letters_is_no_wrong_script() -> None:
    assert found("Lin Xiao!", tag="th") == {}


@pytest.mark.parametrize(("tag", "text", "foreign"), [("zh-Hant", "战神歸來", "战"), ("ja", "彼らは你を待つ", "你")])
def test_characters_another_country_writes_are_a_warning(tag: str, text: str, foreign: str) -> None:
    finding = found(text, tag=tag)["wrong-han"]
    assert (finding.severity, finding.measured) == ("warning", foreign)


def test_a_line_outside_the_safe_area_is_an_error_in_pixels() -> None:
    finding = found(events=(event(1000, 3000, "W" * 20),))["width"]
    assert finding.limit == 900
    assert isinstance(finding.measured, float | int)
    assert 900 < finding.measured < 1080
    assert "leaves the safe area" in finding.message
    assert "runs off the frame" in found(events=(event(1000, 3000, "W" * 30),))["width"].message


def test_lines_above_the_top_of_the_frame_are_an_error() -> None:
    assert found(events=(event(1000, 3000, "\n".join("abcdefghijklmnopqrstuvw")),))["height"].limit == 1460


def test_three_lines_small_type_and_broken_words_are_told() -> None:
    findings = found("one two three", events=(event(1000, 3000, "one t\nwo\nthree", em_px=38),))
    assert {rule: (f.severity, f.measured) for rule, f in findings.items()} == {
        "lines": ("warning", 3),
        "shrunk": ("info", 38),
        "word-broken": ("warning", 1),
    }


def test_parts_of_one_line_shown_one_after_the_other_are_whole_words() -> None:
    parts = (event(1000, 2000, "one two"), event(2000, 3000, "three"))
    assert "word-broken" not in found("one two three", events=parts)


@pytest.mark.parametrize(
    ("rule", "severity", "events"),
    [
        ("cps", "warning", (event(1000, 2000, "I know who you are."),)),
        ("short", "warning", (event(1000, 1800, "No."),)),
        ("long", "warning", (event(1000, 8001, "No."),)),
        ("outside", "error", (event(19_000, 20_001, "No."),)),
        ("overlap", "error", (event(1000, 3000, "No."), event(2999, 5000, "No."))),
        ("gap", "info", (event(1000, 3000, "No."), event(3079, 5000, "No."))),
    ],
)
def test_times_nobody_can_follow_are_told(rule: str, severity: str, events: tuple[Event, ...]) -> None:
    findings = found("No.", source="不。", events=events)
    assert findings[rule].severity == severity
    assert findings.keys() - {"word-broken"} == {rule}


def test_a_gap_of_two_frames_and_a_sign_over_speech_are_no_findings() -> None:
    events = (event(1000, 3000, "No."), event(3080, 5000, "No.", "1"), event(2000, 4000, "Inn", "1", kind="forced"))
    assert not {"gap", "overlap"} & found("No.", events=events).keys()


def test_starter_lines_are_one_finding_that_says_demonstration() -> None:
    finding = found(flags=("starter",))["starter"]
    assert (finding.severity, finding.measured, finding.cue_id) == ("info", 1, None)
    assert "demonstration" in finding.message


def test_a_starter_line_that_a_person_rewrote_is_no_demonstration() -> None:
    track = SourceTrack("zh-Hans", (Cue("1", 1000, 3000, "你"),), 2)
    line = replace(TargetLine("1", "You.", "argos", draft="Thou.", flags=("starter",)))
    drawn = _layout("en", (event(1000, 3000, "You."),))
    assert check(track, TargetTrack("en", (line,)), drawn, locale("en"), FACTS, style=Style()) == ()


def test_other_flags_are_warnings_under_their_own_name() -> None:
    findings = found(flags=("stale", "number-changed", "untranslated"))
    assert {rule: f.severity for rule, f in findings.items()} == {"stale": "warning", "number-changed": "warning"}


def test_every_rule_has_a_severity_a_gate_understands() -> None:
    assert set(SEVERITY.values()) == {"info", "warning", "error"}
