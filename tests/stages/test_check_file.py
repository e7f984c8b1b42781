"""A subtitle file by itself: what a viewer could not read or see, in files of every format and of other programs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize import subtitles
from localize.cues import Event, Layout
from localize.findings import Finding
from localize.locales import locale
from localize.series import Style
from localize.stages.check.file import check_file, no_media
from localize.stages.check.shots import of_shots
from localize.subtitles import parse

ELSEWHERE = Path(__file__).parents[1] / "made_elsewhere"


def checked(path: Path, tag: str = "en") -> list[Finding]:
    profile = locale(tag)
    file = parse(path, profile)
    frame = Layout(tag, 1080, 1920, profile.font, 48, 90, 460)
    return list(check_file(file, profile, frame, no_media(file), style=Style()))


def rules(found: list[Finding]) -> list[str]:
    return [f"{f.cue_id} {f.rule} {f.severity}" for f in found]


def srt(folder: Path, *texts: str, tag: str = "en", times: str = "00:00:01,000 --> 00:00:04,000") -> list[Finding]:
    """The findings in a file of one cue per text, two seconds apart, or all at `times` where there is one."""
    path = folder / "a.srt"
    clock = [times] if len(texts) == 1 else [f"00:{n:02d}:01,000 --> 00:{n:02d}:04,000" for n in range(len(texts))]
    path.write_text(
        "\n".join(f"{n}\n{c}\n{t}\n" for n, (c, t) in enumerate(zip(clock, texts, strict=True), 1)), "utf-8"
    )
    return checked(path, tag)


def ass(folder: Path, *texts: str, head: str = "PlayResX: 1080\nPlayResY: 1920", size: int = 65) -> list[Finding]:
    path = folder / "a.ass"
    events = "".join(
        f"Dialogue: 0,0:00:{3 * n + 1:02d}.00,0:00:{3 * n + 3:02d}.00,Default,,0,0,0,,{text}\n"
        for n, text in enumerate(texts)
    )
    path.write_text(
        f"[Script Info]\nScriptType: v4.00+\n{head}\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
        f"Style: Default,Arial,{size}\n[Events]\n"
        f"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n{events}",
        "utf-8",
    )
    return checked(path)


def test_a_file_without_a_fault_has_no_finding(tmp_path: Path) -> None:
    assert srt(tmp_path, "<i>On your knees!</i>", "- Who is that?\n- The Dragon King.") == []


@pytest.mark.parametrize(
    ("name", "tag", "more"),
    [
        ("ffmpeg.th.ass", "th", []),
        ("ffmpeg.es-419.ttml", "es-419", ["4 cps warning"]),
        ("pysubs2.ar.srt", "ar",
         ["1 override-tag error", "2 direction warning", "3 override-tag error", "3 direction warning",
          "4 direction warning"]),
        ("ttconv.ja.ttml", "ja", ["1 cps warning", "2 cps warning", "4 cps error"]),
    ],
)  # fmt: skip
def test_files_of_other_programs_are_read_and_their_faults_found(name: str, tag: str, more: list[str]) -> None:
    everywhere = ["3 width error", "3 cps error", "3 short warning", "3 overlap error"]
    assert sorted(rules(checked(ELSEWHERE / name, tag))) == sorted([*everywhere, *more])


@pytest.mark.parametrize("text", [r"{\an8}Up there", r"{\p1}m 0 0 l 9 9{\p0}", r"Never {\closed", r"{\i1}Lin{\i0}"])
def test_an_override_tag_in_a_text_is_an_error(tmp_path: Path, text: str) -> None:
    assert "1 override-tag error" in rules(srt(tmp_path, text))


def test_tags_of_type_belong_to_ass_and_those_that_move_or_draw_do_not(tmp_path: Path) -> None:
    assert ass(tmp_path, r"{\i1\fs60\c&HFFFFFF&\fnArial Black}Lin{\i0} said \{this\}.") == []
    found = ass(tmp_path, r"{\an8}a", r"{\pos(1,1)}b", r"{\p1}m 0 0{\p0}", r"{\fad(1,1)\t(\fs99)}c", r"{\k20}d")
    assert [f.cue_id for f in found if f.rule == "override-tag"] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("tag", ["en", "ar", "th", "ja", "hi"])
def test_our_own_files_have_no_finding(tmp_path: Path, tag: str) -> None:
    texts = {"en": "Mr. Lin {x}", "ar": "أنا Lin!", "th": "ฉันคือ Lin", "ja": "龍王だ", "hi": "मैं Lin हूँ"}
    events = (
        Event(0, 3000, texts[tag], ("1",), above="我是林凡", em_px=40),
        Event(4000, 7000, texts[tag], ("2",), speakers=("林凡",)),
    )
    profile, style = locale(tag), Style(bilingual=True, speakers="colour")
    layout = Layout(tag, 1080, 1920, profile.font, 48, 90, 460, events)
    plain = replace(layout, events=tuple(replace(event, above="", em_px=0) for event in events))
    for kind in get_args(subtitles.Format):
        path = tmp_path / f"a.{kind}"
        path.write_text(subtitles.sidecar(kind, plain, profile, Fraction(25)), "utf-8")
        assert checked(path, tag) == []
    path = tmp_path / "a.ass"
    path.write_text(subtitles.to_ass(layout, profile, style), "utf-8")
    assert "override-tag" not in [f.rule for f in checked(path, tag)]


def test_ass_is_measured_at_its_own_size_where_it_was_made_for_the_frame(tmp_path: Path) -> None:
    line = "The Dragon King has returned"
    assert "width" in [f.rule for f in ass(tmp_path, line, size=200)]
    assert ass(tmp_path, line, head="PlayResX: 384\nPlayResY: 288", size=200) == []


def test_ass_that_stands_beyond_the_frame_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ass"
    ass(tmp_path, "The Dragon King", "has returned", "today")
    path.write_text(path.read_text().replace("Default,,0,0,0,,has", "Default,,0,0,1900,,has"))
    assert rules(checked(path)) == ["2 height error"]


def test_tags_left_open_are_named(tmp_path: Path) -> None:
    found = srt(tmp_path, "<i>Who?", "Lin</b>", "<i>fine</i> <3 & 1 < 2", "<b")
    assert [(f.cue_id, f.rule, f.message.partition(": ")[2]) for f in found] == [
        ("1", "open-tag", "<i>"),
        ("2", "open-tag", "</b>"),
        ("4", "open-tag", "<b"),
    ]


@pytest.mark.parametrize(
    ("character", "severity", "name"),
    [
        ("\t", "warning", "U+0009 TAB"),
        ("\x07", "error", "U+0007 CONTROL CHARACTER"),
        ("\ufffd", "error", "U+FFFD REPLACEMENT CHARACTER"),
        ("\ue000", "error", "U+E000 PRIVATE USE"),
        ("\u202e", "error", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u200b", "warning", "U+200B ZERO WIDTH SPACE"),
    ],
)
def test_characters_that_no_subtitle_holds_are_named(tmp_path: Path, character: str, severity: str, name: str) -> None:
    (found,) = [f for f in srt(tmp_path, f"Lin{character}Xiao") if f.rule == "character"]
    assert (found.severity, found.message, found.measured) == (severity, f"not for subtitles: {name}", 1)


@pytest.mark.parametrize(
    ("tag", "line", "mark"),
    [
        ("ar", ".عاد ملك التنين", "."),
        ("ar", "هل عدت?", "?"),
        ("ar", "!اركع", "!"),
        ("en", "?Who is that", "?"),
        ("ar", ")قال(", ")"),
    ],
)
def test_a_mark_on_the_wrong_side_or_of_the_wrong_direction_is_found(
    tmp_path: Path, tag: str, line: str, mark: str
) -> None:
    (found,) = [f for f in srt(tmp_path, line, tag=tag) if f.rule == "direction"]
    assert found.measured == mark


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("ar", "هل عدت؟ نعم، 1,000 مرة!"),
        ("ar", "...ثم عاد"),
        ("es-419", "¿Quién eres?"),
        ("en", "...and then."),
        ("en", "(Really)"),
        ("ar", "زر https://a.b/?c=1,2 الآن."),
    ],
)
def test_marks_on_their_own_side_are_left_alone(tmp_path: Path, tag: str, line: str) -> None:
    assert "direction" not in [f.rule for f in srt(tmp_path, line, tag=tag)]


def test_speed_far_above_the_limit_is_an_error_and_a_little_above_a_warning(tmp_path: Path) -> None:
    texts = {"warning": "a" * 20, "error": "a" * 40}
    for severity, text in texts.items():
        found = srt(tmp_path, text, times="00:00:01,000 --> 00:00:02,000")
        assert [f.severity for f in found if f.rule == "cps"] == [severity]


def test_the_lines_are_measured_as_the_file_breaks_them(tmp_path: Path) -> None:
    whole, broken = "The Dragon King has returned to the city", "The Dragon King has\nreturned to the city"
    assert [f.rule for f in srt(tmp_path, whole)] == ["width"]
    assert srt(tmp_path, broken) == []
    assert [f.rule for f in srt(tmp_path, "a\nb\nc")] == ["lines"]


def test_a_break_inside_a_thai_word_is_found(tmp_path: Path) -> None:
    assert [f.rule for f in srt(tmp_path, "ราชามัง\nกรกลับมาแล้ว", tag="th")] == ["word-broken"]
    assert srt(tmp_path, "ฉันกลับมาแล้ว\nราชามังกรกลับมาแล้ว", tag="th") == []


def test_cues_without_text_or_time_and_out_of_order_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n00:00:05,000 --> 00:00:06,500\nSecond.\n\n2\n00:00:01,000 --> 00:00:02,500\nFirst.\n\n"
        "3\n00:00:08,000 --> 00:00:08,000\nNever.\n\n4\n00:00:09,000 --> 00:00:10,000\n\n",
        "utf-8",
    )
    assert rules(checked(path)) == ["2 order warning", "3 no-duration error", "4 empty-cue warning"]


def test_what_the_fonts_or_the_language_lack_is_found(tmp_path: Path) -> None:
    assert "1 glyph error" in rules(srt(tmp_path, "Lin \ue123"))
    assert "1 untranslated error" in rules(srt(tmp_path, "Lin 你好"))
    assert "1 script error" in rules(srt(tmp_path, "Not a word of Russian", tag="ru"))
    assert "1 wrong-han warning" in rules(srt(tmp_path, "战神归来", tag="zh-Hant"))


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:01,000 --> 00:00:04,000\nคุกเข่า!\n".encode("cp874"))
    assert [(f.cue_id, f.rule, f.measured) for f in checked(path, "th")] == [(None, "encoding", "cp874")]


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "message"),
    [
        (1000, 3000, ""),
        (2000, 4000, ""),
        (1600, 4000, "comes 10 frames before a shot change"),
        (1000, 2400, "lasts 10 frames beyond a shot change"),
        (1000, 2000, ""),
        (1400, 3000, ""),
    ],
)
def test_a_line_that_just_misses_a_shot_change_is_found(start_ms: int, end_ms: int, message: str) -> None:
    layout = Layout("en", 1080, 1920, "Noto Sans", 48, 90, 460, (Event(start_ms, end_ms, "a", ("1",)),))
    assert [f.message for f in of_shots(layout, [2000], Fraction(25))] == [message] * bool(message)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.sampled_from(["srt", "vtt", "ass"]), st.sampled_from(["en", "th", "ar", "ja"]))
def test_no_text_brings_the_check_down(tmp_path: Path, text: str, kind: str, tag: str) -> None:
    heads = {
        "srt": "1\n00:00:01,000 --> 00:00:04,000\n",
        "vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\n",
        "ass": "[Script Info]\nPlayResX: 1080\nPlayResY: 1920\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:04.00,Default,,0,0,0,,",
    }
    path = tmp_path / f"a.{kind}"
    path.write_bytes((heads[kind] + text.replace("\0", "")).encode())
    assert all(f.message and f.rule for f in checked(path, tag))
