"""Subtitle files: every format and encoding in, safe and exact files out."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import get_args

import pysubs2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize import subtitles
from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.errors import SubtitleError
from localize.locales import LOCALES, locale
from localize.series import Style
from localize.subtitles import TimedText, escape_ass, read
from localize.subtitles.text import clean, directed, plain
from localize.timecode import ms_from_frames

NTSC = Fraction(30000, 1001)
NASTY = [
    r"{\p1}m 0 0 l 999 0 999 999{\p0}",
    r"{\fs300}big",
    r"a\Nb\nc\hd",
    "one\nDialogue: 0,0:00:00.00,9:00:00.00,Default,,0,0,0,,two",
    "\r\nComment: 0,0:00:00.00,9:00:00.00,Default,,0,0,0,,x\u2028y\u2029z\x85",
    "one\r\rtwo",
    "[Events]\n[Fonts]\nfontname: x",
    "}{\\pos(0,0)}\\",
    "\u202eoverride\u202c",
    "<b>&amp; --> 00:00:01,000 --> 00:00:02,000",
]
TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.text(alphabet="\\{}Nnhp1<>&-\n\r ab0:,", max_size=30))


def layout(*events: Event, tag: str = "en") -> Layout:
    return Layout(tag, 1080, 1920, locale(tag).font, 48, 90, 460, events)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Events one after the other, at least 10 ms long and apart in their starts, as `fit` lays them out."""
    edges = sorted(draw(st.lists(st.integers(0, 9_000_000), min_size=2, max_size=12, unique_by=lambda ms: ms // 10)))
    edges = edges[: len(edges) // 2 * 2]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return layout(*(Event(start, max(end, start + 10), draw(TEXT), ("1",)) for start, end in pairs))


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- reading ---


def test_srt_is_read_with_its_overlaps_and_without_its_markup(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "a.srt",
        dedent("""\
            1
            00:00:01,000 --> 00:00:03,500
            {\\an8}<i>你好</i> {笑}

            2
            00:00:03,000 --> 00:00:04,001
            第一行
            第二行
        """),
    )
    assert read(path) == [TimedText(1000, 3500, "你好 {笑}"), TimedText(3000, 4001, "第一行\n第二行")]


def test_a_number_at_the_end_of_the_last_srt_cue_is_text(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\n倒计时\n10\n")
    assert read(path) == [TimedText(1000, 2000, "倒计时\n10")]


def test_ass_comments_and_drawings_are_left_out_and_tags_stripped(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "a.ass",
        dedent("""\
            [Script Info]
            ScriptType: v4.00+
            [V4+ Styles]
            Format: Name, Fontname, Fontsize
            [Events]
            Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
            Dialogue: 0,0:00:01.20,0:00:02.34,Default,,0,0,0,,{\\b1}战神{\\b0}归来\\N他说, \\{真的\\}
            Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,译注
            Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}
            Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0{\\p0}门牌
        """),
    )
    assert read(path) == [TimedText(1200, 2340, "战神归来\n他说, {真的}"), TimedText(2000, 3000, "门牌")]


def test_the_name_of_an_ass_event_is_its_speaker(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "a.ass",
        "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,苏若雪,0,0,0,,你来了。\n",
    )
    assert [(cue.text, cue.speaker) for cue in read(path)] == [("你来了。", "苏若雪")]


def test_vtt_notes_styles_and_entities_do_not_end_up_in_the_text_and_a_voice_is_the_speaker(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "a.vtt",
        dedent("""\
            WEBVTT - 第一集

            STYLE
            ::cue { color: white }

            intro
            00:01.000 --> 00:02.500 line:80%
            <v 林>你 &amp; 我 &lt;3</v>

            NOTE 译注 00:00

            01:00:03.000 --> 01:00:04.000
            欠我
            10
        """),
    )
    assert read(path) == [TimedText(1000, 2500, "你 & 我 <3", "林"), TimedText(3_603_000, 3_604_000, "欠我\n10")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_simplified_text_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n战神归来，谁敢不跪？\n"
    assert read(saved(tmp_path, "a.srt", text.encode(encoding)))[0].text == "战神归来，谁敢不跪？"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5", "gb18030"])
def test_traditional_text_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n戰神歸來，誰敢不跪？\n"
    assert read(saved(tmp_path, "a.srt", text.encode(encoding)))[0].text == "戰神歸來，誰敢不跪？"


def test_line_ends_of_every_system_are_the_same(tmp_path: Path) -> None:
    for end in ("\r\n", "\r"):
        text = "1\n00:00:01,000 --> 00:00:02,000\n上\n下\n".replace("\n", end)
        assert read(saved(tmp_path, "a.srt", text)) == [TimedText(1000, 2000, "上\n下")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.srt", None, "cannot be read"),
        ("a.sub", b"{1}{2}x", "is not one of"),
        ("empty.srt", b"", "holds no subtitle"),
        ("prose.srt", "没有时间".encode(), "holds no subtitle"),
        ("blank.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\n", "holds no subtitle"),
        ("bytes.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\x81\xff\xfe\x80\n", "neither UTF-8"),
        ("times.ass", b"[V4+ Styles]\n[Events]\nDialogue: 0,soon,later,Default,,0,0,0,,x\n", "cannot be parsed"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / name if content is None else saved(tmp_path, name, content)
    with pytest.raises(SubtitleError, match=reason) as caught:
        read(path)
    assert name in caught.value.message
    assert caught.value.next_step


def test_a_file_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localize.subtitles.parsing.MOST_BYTES", 10)
    with pytest.raises(SubtitleError, match="too large"):
        read(saved(tmp_path, "a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nx\n"))


# --- writing ---


@pytest.mark.parametrize("tag", ["en", "ar", "th", "ja"])
def test_the_files_of_a_locale_are_as_reviewed(tag: str, golden: Callable[[str, str], None]) -> None:
    texts = {
        "en": "I know you,\nMr. {Lin} & Co.",
        "ar": "لن أسامحك يا Lin Xiao،\nأبدًا!",
        "th": "ฉันคือ Lin Xiao!\nเขาไม่รู้",
        "ja": "「三年前だ！」\n覚えているか。",
    }
    drawn = layout(
        Event(1040, 2500, texts[tag], ("1",)),
        Event(2500, 4007, texts[tag].split("\n")[0], ("2",), em_px=43),
        tag=tag,
    )
    made = {
        "ass": subtitles.to_ass(drawn, locale(tag), Style()),
        "srt": subtitles.to_srt(drawn, locale(tag)),
        "vtt": subtitles.to_vtt(drawn, locale(tag)),
    }
    for kind, text in made.items():
        golden(f"subtitles.{tag}.{kind}", text)


@given(TEXT)
def test_no_text_becomes_ass_markup(text: str) -> None:
    escaped = escape_ass(text)
    event = pysubs2.SSAEvent(text=escaped)
    unescaped = escaped.replace(r"\{", "").replace(r"\}", "")
    assert "\n" not in escaped
    assert "{" not in unescaped
    assert "}" not in unescaped
    # What is left of backslashes is a newline or is followed by the joiner that makes it a character.
    assert "\\" not in unescaped.replace(r"\N", "").replace("\\\u2060", "")
    assert not event.is_comment


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(layouts())
def test_every_format_keeps_events_times_and_text(tmp_path: Path, drawn: Layout) -> None:
    profile = locale(drawn.locale)
    files = {
        "ass": subtitles.to_ass(drawn, profile, Style()),
        "srt": subtitles.to_srt(drawn, profile),
        "vtt": subtitles.to_vtt(drawn, profile),
    }
    files["ttml"] = subtitles.to_ttml(drawn, profile, Fraction(25))
    for kind, text in files.items():
        # What no font has is left out of what is drawn, and of nothing else.
        texts = [_drawable(event.text, drawn) if kind == "ass" else plain(event.text) for event in drawn.events]
        shown = [event for event, its in zip(drawn.events, texts, strict=True) if its]
        if not shown:
            with pytest.raises(SubtitleError):
                read(saved(tmp_path, f"x.{kind}", text))
            continue
        back = read(saved(tmp_path, f"x.{kind}", text))
        step = 10 if kind == "ass" else 1
        assert [(t.start_ms, t.end_ms) for t in back] == [
            (e.start_ms // step * step, max(e.end_ms // step * step, e.start_ms // step * step + step)) for e in shown
        ]
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(back))
        assert [t.text.split() for t in back] == [its.split() for its in texts if its]


def _drawable(text: str, drawn: Layout) -> str:
    lines = clean(text).split("\n")
    return plain("\n".join(fonts.drawable(line, locale(drawn.locale), Style().bold) for line in lines))


LETTERS = {
    "Latn": "aéñßıİğđướ¿¡'’ -.,!?&<>0123",
    "Cyrl": "абвгёЖ -.,!?«»",
    "Arab": "ابتثلا آأؤئىًّ،؛؟ Lin09().\u200c",
    "Deva": "कखगर्ािीँं्। ",
    "Thai": "กขคงำาเแใั้่์ๆ ฯ",
    "Kore": "가나다라뷁 .!?",
    "Jpan": "ひらカナー漢字「」。、！？…",
    "Hant": "龍戰歸來「」，。！？……",
}


@st.composite
def spoken(draw: st.DrawFn) -> Layout:
    """One or two lines of a locale's own letters, on the pictures of a film at 29.97."""
    tag = draw(st.sampled_from(sorted(LOCALES)))
    line = st.text(alphabet=LETTERS[locale(tag).script], min_size=1, max_size=12)
    texts = draw(st.lists(st.lists(line, min_size=1, max_size=2).map("\n".join), min_size=1, max_size=3))
    frames = [ms_from_frames(30 * number, NTSC) for number in range(len(texts) + 1)]
    events = (Event(*times, text, ("1",)) for times, text in zip(pairwise(frames), texts, strict=True))
    return layout(*events, tag=tag)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoken())
def test_every_script_comes_back_from_every_format_as_it_was(tmp_path: Path, drawn: Layout) -> None:
    profile = locale(drawn.locale)
    said = [(e.start_ms, e.end_ms, text) for e in drawn.events if (text := plain(e.text))]
    for kind in get_args(subtitles.Format):
        path = saved(tmp_path, f"x.{kind}", subtitles.sidecar(kind, drawn, profile, NTSC))
        assert [entry.timed[:3] for entry in subtitles.parse(path, profile).entries if entry.timed.text] == said
    ass = saved(tmp_path, "x.ass", subtitles.to_ass(drawn, profile, Style()))
    assert [e.timed.text for e in subtitles.parse(ass, profile).entries if e.timed.text] == [text for *_, text in said]


@pytest.mark.parametrize(
    ("tag", "encoding", "text"),
    [
        ("th", "cp874", "คุกเข่า!"),
        ("ru", "cp1251", "На колени!"),
        ("ar", "cp1256", "اركع!"),
        ("tr", "cp1254", "Diz çök, ağa!"),
        ("ko", "cp949", "무릎 꿇어!"),
        ("ja", "cp932", "ひざまずけ"),
        ("fr", "cp1252", "À genoux !"),
        ("en", "utf-16", "Kneel!"),
    ],
)
def test_the_older_encoding_of_a_locale_is_read_and_named(tmp_path: Path, tag: str, encoding: str, text: str) -> None:
    path = saved(tmp_path, "a.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode(encoding))
    file = subtitles.parse(path, locale(tag))
    assert (file.encoding, file.entries[0].timed.text) == (encoding, text)


@pytest.mark.parametrize("line", ["\u200fمرحبا!\u200f", "\u2067مرحبا!\u2069", "\u202bمرحبا!\u202c", "\u2067مرحبا!"])
def test_every_way_of_telling_a_player_the_direction_is_taken_off(tmp_path: Path, line: str) -> None:
    path = saved(tmp_path, "a.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n")
    assert read(path)[0].text == "مرحبا!"


def test_an_isolate_that_holds_a_url_together_stays(tmp_path: Path) -> None:
    text = "انظر \u2066https://a.b/?c=1\u2069 الآن"
    assert read(saved(tmp_path, "a.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"))[0].text == text


def test_neighbours_never_overlap_in_centiseconds() -> None:
    drawn = layout(Event(1000, 1996, "a", ("1",)), Event(1996, 3000, "b", ("2",)))
    events = pysubs2.SSAFile.from_string(subtitles.to_ass(drawn, locale("en"), Style())).events
    assert [(e.start, e.end) for e in events] == [(1000, 1990), (1990, 3000)]


def test_an_ass_event_starts_on_the_very_frame_of_its_cue() -> None:
    # Frame 2 at 29.97 is on screen from 66.73 ms; its cue starts at 67, and libass compares with 66.
    drawn = layout(Event(67, 500, "a", ("1",)))
    assert pysubs2.SSAFile.from_string(subtitles.to_ass(drawn, locale("en"), Style()))[0].start <= 66


def test_every_line_of_a_right_to_left_locale_carries_its_direction() -> None:
    drawn = layout(Event(0, 1000, "نعم!\nLin", ("1",)), tag="ar")
    for text in (
        subtitles.to_ass(drawn, locale("ar"), Style()).replace(r"\N", "\n"),
        subtitles.to_srt(drawn, locale("ar")),
        subtitles.to_vtt(drawn, locale("ar")),
    ):
        assert "\u202bنعم!\u202c\n\u202bLin\u202c\n" in text


@pytest.mark.parametrize(
    ("line", "drawn"),
    [
        ("قال Lin Xiao (3.5%) نعم!", "قال Lin Xiao (3.5%)\u200e نعم!"),
        ("رأيت Lin [VIP]", "رأيت Lin [VIP]\u200e"),
        ("قال (Lin) نعم", "قال (Lin) نعم"),
        ("Lin (قال) نعم", "Lin (قال) نعم"),
        ("Lin (...) نعم", "Lin (...) نعم"),
    ],
)
def test_brackets_after_a_latin_word_stay_with_it_in_a_right_to_left_line(line: str, drawn: str) -> None:
    assert directed(line, locale("ar")) == f"\u202b{drawn}\u202c"
    assert plain(directed(line, locale("ar"))) == line
    assert directed(line, locale("en")) == line


def test_vtt_cues_end_where_the_burned_ones_do() -> None:
    drawn = layout(Event(0, 1000, "one\ntwo", ("1",)))
    # 460 of 1920 px from the bottom: the last line ends at 76 %, two lines of 6 % above it begin at 64 %.
    assert "line:64%" in subtitles.to_vtt(drawn, locale("en"))


def test_a_vtt_cue_that_stands_elsewhere_is_placed_there() -> None:
    # 1500 of 1920 px from the bottom: the line ends at 21 % and begins 6 % above.
    assert "line:15%" in subtitles.to_vtt(layout(Event(0, 1000, "one", ("1",), margin_bottom_px=1500)), locale("en"))


def test_a_null_in_a_utf_8_file_does_not_make_it_utf_16(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\nKn\0eel, señor!\n".encode())
    file = subtitles.parse(path, locale("en"))
    assert (file.encoding, file.entries[0].timed.text) == ("utf-8", "Kneel, señor!")


def test_a_utf_8_file_is_never_taken_for_another_encoding(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n好\n"
    assert read(saved(tmp_path, "a.srt", codecs.BOM_UTF8 + text.encode()))[0].text == "好"


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_bilingual_subtitles_have_the_source_above_in_one_cue_of_every_sidecar(tag: str, tmp_path: Path) -> None:
    event = Event(1000, 2000, "مرحبا\nLin" if tag == "ar" else "Hello\nLin", ("1",), above="你好")
    drawn, profile = layout(event, tag=tag), locale(tag)
    for kind in get_args(subtitles.Format):
        text = subtitles.sidecar(kind, drawn, profile, Fraction(25))
        (timed,) = read(saved(tmp_path, f"b.{kind}", text), profile)
        assert (timed.start_ms, timed.end_ms, timed.text) == (1000, 2000, f"你好\n{event.text}")
    srt = subtitles.to_srt(drawn, profile)
    assert "\n你好\n" in srt
    assert f" line:{100 * 1460 // 1920 - 18}%\n" in subtitles.to_vtt(drawn, profile)
