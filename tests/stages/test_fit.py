"""Fit: lines that stay inside the frame in every locale, clear of what is burned in, at the times of their cues."""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pysubs2
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from localize import linebreak, subtitles
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack, graphemes
from localize.drawing import fonts
from localize.drawing.placing import Sign
from localize.drawing.safe_area import Rect
from localize.drawing.styles import PRESETS
from localize.episode import MediaFacts
from localize.errors import ManifestError
from localize.locales import LOCALES, locale
from localize.series import Style
from localize.stages.fit import fit
from localize.stages.segment import from_subtitles
from tests.facts import framed

LONG = tomllib.loads(Path(__file__).parents[1].joinpath("golden", "long_lines.toml").read_text("utf-8"))
TAGS = sorted(LOCALES)
STYLE = Style()


def facts(width_px: int = 1080, height_px: int = 1920, duration_ms: int = 60_000) -> MediaFacts:
    size = (width_px, height_px)
    return framed(*size, duration_ms=duration_ms)


def cue(number: int, start_ms: int, end_ms: int, kind: str = "dialogue") -> Cue:
    return Cue(str(number), start_ms, end_ms, "你", kind="forced" if kind == "forced" else "dialogue")


def laid_out(
    texts: list[str],
    cues: list[Cue] | None = None,
    *,
    tag: str = "en",
    frame: MediaFacts | None = None,
    platform: str = "tiktok",
    band: tuple[float, float] | None = None,
    style: Style = STYLE,
    **more: object,
) -> Layout:
    cues = cues or [cue(number, 3000 * number, 3000 * number + 2800) for number in range(len(texts))]
    target = TargetTrack(tag, tuple(TargetLine(c.id, text, "x") for c, text in zip(cues, texts, strict=True)))
    source = SourceTrack("zh-Hans", tuple(cues), len(cues))
    return fit(source, target, locale(tag), frame or facts(), style=style, platform=platform, band=band, **more)  # type: ignore[arg-type]


def widest_px(layout: Layout) -> float:
    profile = locale(layout.locale)
    return max(
        fonts.width_px(line, profile, event.em_px or layout.em_px, STYLE.bold)
        for event in layout.events
        for line in event.text.split("\n")
    )


def text_of(layout: Layout) -> str:
    return regex.sub(r"\s", "", "".join(event.text for event in layout.events))


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("size", [(1080, 1920), (720, 1280), (270, 480), (1920, 1080)])
def test_no_line_is_wider_than_the_safe_area_in_any_locale(tag: str, size: tuple[int, int]) -> None:
    layout = laid_out(LONG[tag], tag=tag, frame=facts(*size))
    assert widest_px(layout) <= layout.width_px - 2 * layout.margin_x_px
    assert text_of(layout) == regex.sub(r"\s", "", "".join(LONG[tag]))


@settings(deadline=None, max_examples=40)
@given(
    st.text(alphabet="ab mw WÅ.,!漢字。か안녕กุ้เहिन्ال", min_size=1, max_size=600).filter(str.strip),
    st.sampled_from(TAGS),
    st.integers(100, 9000),
)
def test_any_text_stays_on_the_frame_and_loses_nothing(text: str, tag: str, shown_ms: int) -> None:
    if not graphemes(linebreak.normalise(text)):
        return
    layout = laid_out([text], [cue(0, 0, shown_ms)], tag=tag)
    assert widest_px(layout) <= layout.width_px - 2 * layout.margin_x_px
    assert text_of(layout) == regex.sub(r"\s", "", text)
    starts, ends = [e.start_ms for e in layout.events], [e.end_ms for e in layout.events]
    assert starts[0] == 0
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert all(start < end for start, end in zip(starts, ends, strict=True))


def test_a_short_line_keeps_its_size_and_its_time() -> None:
    layout = laid_out(["I know you."], [cue(0, 1000, 2000)])
    assert layout.events == (Event(1000, 2000, "I know you.", ("0",)),)
    # 4 px of outline above the 440 that the platform covers.
    assert (layout.em_px, layout.margin_x_px, layout.margin_bottom_px) == (48, 150, 444)


def test_a_line_too_long_is_set_smaller_before_it_is_split() -> None:
    text = "I will never forgive you, Mr. Lin, and I shall take back everything!"
    (event,) = laid_out([text], [cue(0, 0, 6000)]).events
    assert (event.text.count("\n") + 1, event.em_px) == (2, 43)


def test_a_line_that_fits_at_no_size_is_split_in_time_before_it_takes_a_third_line() -> None:
    layout = laid_out([LONG["en"][1]], [cue(7, 1000, 7000)])
    first, second = layout.events
    assert (first.cue_ids, second.cue_ids) == (("7",), ("7",))
    assert " ".join(e.text.replace("\n", " ") for e in layout.events) == LONG["en"][1]
    assert first.text.endswith("north,")
    # Two frames of 40 ms between them.
    assert second.start_ms - first.end_ms == 80


def test_a_line_that_has_no_time_to_be_split_takes_a_third_line() -> None:
    cues = [cue(0, 0, 1400), cue(1, 1480, 2800)]
    layout = laid_out([LONG["en"][1], "One."], cues)
    assert [(e.text.count("\n") + 1, e.em_px) for e in layout.events] == [(3, 38), (1, 0)]


def test_type_never_shrinks_below_what_a_phone_can_show() -> None:
    layout = laid_out([LONG["en"][1]], style=Style(size=0.037))
    assert {event.em_px for event in layout.events} <= {0, 38}


def test_a_name_stays_on_one_line_where_it_would_be_cut() -> None:
    text = "They say that the great Emperor of the Northern Sea has come"
    name = "Emperor of the Northern Sea"
    assert "the Northern\nSea" not in laid_out([text]).events[0].text
    for start in range(0, 24, 3):
        (event,) = laid_out([text[start:]], keep={"0": [name]}).events
        assert name in event.text.split("\n")[0] or name in event.text.split("\n")[-1]


def test_a_name_wider_than_any_line_gives_way() -> None:
    name = " ".join(["Donaudampfschifffahrt"] * 3)
    layout = laid_out([name], [cue(0, 0, 900)], keep={"0": [name]})
    assert widest_px(layout) <= 780
    assert linebreak.hard_breaks(name, layout.events[0].text.split("\n"), locale("en")) == 0


def test_a_word_wider_than_the_frame_is_broken_between_letters() -> None:
    layout = laid_out(["m" * 70], tag="de")
    assert layout.events[0].text.replace("\n", "") == "m" * 70
    assert linebreak.hard_breaks("m" * 70, layout.events[0].text.split("\n"), locale("de")) >= 1


def test_of_two_cues_that_overlap_the_earlier_ends_where_the_later_starts() -> None:
    layout = laid_out(["One.", "Two."], [cue(0, 0, 5000), cue(1, 3000, 4000)])
    assert [(e.start_ms, e.end_ms) for e in layout.events] == [(0, 2920), (3000, 4000)]


def test_two_cues_that_start_together_are_shown_together() -> None:
    layout = laid_out(["Who?", "Me."], [cue(0, 1000, 2000), cue(1, 1005, 3000)])
    (event,) = layout.events
    assert (event.start_ms, event.end_ms, event.text, event.cue_ids) == (1000, 3000, "Who?\nMe.", ("0", "1"))


def test_forced_text_does_not_cut_dialogue_short() -> None:
    layout = laid_out(["Sign", "Speech."], [cue(0, 0, 5000, "forced"), cue(1, 1000, 2000)])
    assert [(e.kind, e.start_ms, e.end_ms) for e in layout.events] == [("forced", 0, 5000), ("dialogue", 1000, 2000)]


def test_a_cue_past_the_end_of_the_picture_is_clipped() -> None:
    layout = laid_out(["One."], [cue(0, 1000, 9000)], frame=facts(duration_ms=4000))
    assert layout.events[0].end_ms == 4000


def test_a_line_without_text_draws_nothing() -> None:
    assert [e.cue_ids for e in laid_out(["", "Two."]).events] == [("1",)]


@pytest.mark.parametrize(
    ("band", "lowest_edge"),
    [
        (None, 1476),
        ((0.40, 0.45), 1476),  # far above: the usual place is free
        ((0.85, 0.90), 1476),  # below it
        ((0.68, 0.74), round(0.68 * 1920 - 12)),  # over it: just above the band
        ((0.05, 0.72), round(0.72 * 1920 + 12 + 2 * 48 * 1.362)),  # no room above: below the band
    ],
)
def test_lines_stay_clear_of_burned_in_text(band: tuple[float, float] | None, lowest_edge: int) -> None:
    layout = laid_out(["One."], band=band)
    assert layout.height_px - layout.margin_bottom_px == lowest_edge


def test_three_lines_stay_clear_of_a_band_they_would_reach() -> None:
    cues = [cue(0, 0, 1400), cue(1, 1480, 2800)]
    band = (0.67, 0.683)
    assert laid_out(["One.", "Two."], cues, band=band).margin_bottom_px == 444
    assert laid_out([LONG["en"][1], "Two."], cues, band=band).margin_bottom_px > 444


def test_each_line_stands_in_the_middle_of_a_band_that_is_covered() -> None:
    layout = laid_out(["One.", "I will never forgive what you did to us."], band=(0.6, 0.66), covered=True)
    one, two = (event.margin_bottom_px or layout.margin_bottom_px for event in layout.events)
    assert "\n" in layout.events[1].text
    assert one - two == pytest.approx(layout.em_px * 1.362 / 2, abs=2)


def test_lines_stand_on_a_band_that_is_covered() -> None:
    layout = laid_out(["One."], band=(0.6, 0.66), covered=True)
    middle_px = layout.height_px - layout.margin_bottom_px - 48 * 1.362
    assert middle_px == pytest.approx(0.63 * 1920, abs=1)


def test_lines_make_way_for_a_sign_while_it_is_there() -> None:
    sign = Sign(Rect(300, 1400, 700, 1450), 0, 3000)
    layout = laid_out(["One.", "Two."], signs=[sign])
    first, second = layout.events
    assert layout.height_px - first.margin_bottom_px == 1400 - 12
    assert (second.margin_bottom_px, layout.margin_bottom_px) == (0, 444)


def test_a_sign_beside_the_line_is_not_in_its_way() -> None:
    beside = Sign(Rect(0, 1400, 300, 1450), 0, 9000)
    assert laid_out(["One."], signs=[beside]).events[0].margin_bottom_px == 0


def test_a_forced_line_stands_under_what_it_says_or_over_it_where_dialogue_is() -> None:
    card = Rect(100, 600, 500, 700)
    low = Rect(100, 1180, 500, 1240)
    for place, band in ((card, None), (low, (0.66, 0.74))):
        (event,) = laid_out(["One."], [Cue("0", 0, 2000, "一。", kind="forced", place=place)], band=band).events
        bottom_px = 1920 - event.margin_bottom_px
        assert (
            (bottom_px > place.bottom + 40 and bottom_px < place.bottom + 100)
            if band is None
            else bottom_px < place.top
        )


@pytest.mark.parametrize(
    ("position", "edges"), [("top", (150 + 4, 150 + 4)), (0.5, (960 - 0.5 * 48 * 1.362, 960 - 48 * 1.362))]
)
def test_lines_hang_from_the_top_or_stand_around_the_middle(
    position: Literal["top"] | float, edges: tuple[float, float]
) -> None:
    layout = laid_out(["One.", "One.\nTwo."], style=Style(position=position))
    tops = [
        layout.height_px
        - (event.margin_bottom_px or layout.margin_bottom_px)
        - 48 * 1.362 * (1 + event.text.count("\n"))
        for event in layout.events
    ]
    assert tops == pytest.approx(edges, abs=1)


def speaking(number: int, start_ms: int, end_ms: int, speaker: str) -> Cue:
    return replace(cue(number, start_ms, end_ms), speaker=speaker)


def test_two_speakers_in_one_subtitle_get_a_dash_each() -> None:
    cues = [speaking(0, 1000, 2000, "Lin"), speaking(1, 1005, 3000, "Ye")]
    (event,) = laid_out(["Who?", "Me."], cues, style=Style(speakers="dash")).events
    assert event.text == "-Who?\n-Me."
    (event,) = laid_out(["¿Quién?", "Yo."], cues, tag="es-419", style=Style(speakers="dash")).events
    assert event.text == "- ¿Quién?\n- Yo."


def test_lines_of_two_speakers_never_run_together() -> None:
    cues = [speaking(0, 1000, 2000, "Lin"), speaking(1, 1005, 9000, "Ye")]
    texts = ["Who are you, and what are you doing in my house?", "I am your father, and I have come to take you home!"]
    for event in laid_out(texts, cues, style=Style(speakers="dash")).events:
        for line in event.text.split("\n"):
            assert not ("house?" in line and "father" in line)


def test_whoever_speaks_is_noted_where_colours_tell_speakers_apart() -> None:
    cues = [speaking(0, 0, 1000, "Lin"), speaking(1, 2000, 3000, "Ye"), cue(2, 4000, 5000)]
    layout = laid_out(["Who?", "Me.", "Nobody."], cues, style=Style(speakers="colour"))
    assert [event.speakers for event in layout.events] == [("Lin",), ("Ye",), ()]
    assert all(event.speakers == () for event in laid_out(["Who?", "Me.", "Nobody."], cues).events)


def test_bilingual_subtitles_carry_the_source_above_the_target() -> None:
    layout = laid_out(["I know you."], style=Style(bilingual=True))
    assert layout.events[0].above == "你"
    assert layout.events[0].text == "I know you."


def test_a_font_of_the_series_that_lacks_a_letter_is_refused_with_cue_character_and_package() -> None:
    style = Style(font={"th": "Noto Sans"})
    with pytest.raises(ManifestError, match=r"cue 1: the font Noto Sans has no ก \(U\+0E01\)") as caught:
        laid_out(["OK", "กขค"], tag="th", style=style)
    assert "fonts-noto-ui-core" in str(caught.value.next_step)
    assert laid_out(["กขค"], tag="th", style=Style(font={"en": "Noto Sans"})).font == "Noto Sans Thai UI"


BAD = {
    "a compound of 60 letters": ("de", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterb"),
    "a family of emoji": ("en", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 30),
    "Arabic, Latin, digits and an address": ("ar", "زر Lin Group على https://www.example.com/a/b?c=1,2&d=3 قبل 31/12"),
    "zero-width characters": ("th", "\u200bไป\u200b\u200d\ufeffกัน\u2060"),
    "override tags": ("en", r"{\an8}{\p1}m 0 0 l 100 0{\p0} up\Nthere\h"),
    "400 characters": ("en", "I will never forgive you. " * 16),
    "400 characters without a space": ("ja", "龍" * 400),
    "combining marks alone": ("hi", "\u0301\u0301\u093f\u0e49"),
    "a thousand marks on one letter": ("en", "a" + "\u0301" * 1000),
}  # fmt: skip


@pytest.mark.parametrize(("tag", "text"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("shown_ms", [80, 2800])
@pytest.mark.parametrize("preset", list(PRESETS))
def test_bad_input_is_laid_out_inside_the_safe_area(tag: str, text: str, shown_ms: int, preset: str) -> None:
    style = Style(preset=preset)
    layout = laid_out([text], [cue(0, 0, shown_ms)], tag=tag, style=style)
    assert text_of(layout) == regex.sub(r"\s", "", linebreak.normalise(text))
    assert widest_px(layout) <= layout.width_px - 2 * layout.margin_x_px
    script = pysubs2.SSAFile.from_string(subtitles.to_ass(layout, locale(tag), style))
    assert len(script.events) == len(layout.events)
    allowed = r"\{(?:\\(?:fs[\d.]+|fn[\w ]+))+\}"
    tags = [found for event in script.events for found in regex.findall(r"(?<!\\)\{[^}]*\}", event.text)]
    assert all(regex.fullmatch(allowed, found) for found in tags)


def test_invisible_text_alone_draws_nothing() -> None:
    assert laid_out(["\u200b\ufeff"]).events == ()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(alphabet="ab cd,.", min_size=1, max_size=80), min_size=1, max_size=8), st.data())
def test_a_layout_is_the_same_every_time(texts: list[str], data: st.DataObject) -> None:
    style = Style(bilingual=data.draw(st.booleans()), speakers=data.draw(st.sampled_from(["none", "dash", "colour"])))
    cues = [speaking(n, 900 * n, 900 * n + 800, data.draw(st.sampled_from("AB"))) for n in range(len(texts))]
    assert laid_out(texts, cues, style=style) == laid_out(texts, cues, style=style)


def test_a_landscape_frame_has_no_phone_interface_over_it() -> None:
    layout = laid_out(["One."], frame=facts(1920, 1080))
    assert (layout.em_px, layout.margin_bottom_px) == (48, 58)


@pytest.mark.engines
@pytest.mark.parametrize(("tag", "preset"), [*((tag, "clean") for tag in TAGS), *(("ar", name) for name in PRESETS)])
def test_libass_draws_no_ink_outside_the_safe_area(tag: str, preset: str, tmp_path: Path) -> None:
    """Gray frames of each long line on black: ink keeps to the margins, and no font but the locale's own is used."""
    width, height = 720, 1280
    style = Style(preset=preset)
    layout = laid_out(LONG[tag], tag=tag, frame=facts(width, height), style=style)
    profile = locale(tag)
    (tmp_path / "lines.ass").write_text(subtitles.to_ass(layout, profile, style), "utf-8")
    seconds, rate = layout.events[-1].end_ms // 1000 + 1, 2
    done = subprocess.run(
        [
            *("ffmpeg", "-v", "verbose", "-nostdin", "-f", "lavfi"),
            *("-i", f"color=black:s={width}x{height}:r={rate}:d={seconds}"),
            *("-vf", "ass=lines.ass:shaping=complex,format=gray", "-f", "rawvideo", "pipe:1"),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    ink: np.ndarray = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width) > 40
    drawn = np.nonzero(ink.any(axis=(1, 2)))[0]
    shown = {n for n in range(rate * seconds) for e in layout.events if e.start_ms <= 1000 * n / rate < e.end_ms}
    assert shown == set(drawn.tolist())
    columns, rows = np.nonzero(ink.any(axis=(0, 1)))[0], np.nonzero(ink.any(axis=(0, 2)))[0]
    assert layout.margin_x_px <= columns[0]
    assert columns[-1] < width - layout.margin_x_px
    assert rows[-1] < height - layout.margin_bottom_px
    selected = set(regex.findall(r"fontselect: .*?-> (\S+),", done.stderr.decode()))
    assert selected
    assert selected <= {str(font.path) for font in fonts.chain(profile, STYLE.bold)}


def test_type_is_set_smaller_before_a_word_is_broken_at_its_hyphen() -> None:
    (event,) = laid_out(["Dir-lhe-ei toda a verdade: casar-me-ei com ele, custe o que custar."], tag="pt-BR").events
    assert event.em_px
    assert "casar-me-ei" in event.text


def test_the_halves_of_one_cue_are_of_one_size() -> None:
    events = laid_out(["The video is already up on www.lin-group-truth.com/ep?id=2048, and it’s trending."]).events
    assert len(events) == 2
    assert len({event.em_px for event in events}) == 1


def test_a_cue_is_split_in_time_before_a_word_is_broken_at_its_hyphen() -> None:
    text = "That no-good, two-timing, good-for-nothing ex-husband of yours is back."
    assert [event.text for event in laid_out([text], [cue(0, 0, 2100)]).events] == [
        "That no-good, two-timing,",
        "good-for-nothing\nex-husband of yours is back.",
    ]
    # No time for two: one with the break.
    (event,) = laid_out([text], [cue(0, 0, 1600)], frame=facts(duration_ms=1600)).events
    assert event.text == "That no-good, two-timing, good-for-\nnothing ex-husband of yours is back."


@pytest.mark.parametrize(
    ("tag", "speakers", "shown"),
    [
        ("en", "dash", "-Who?\n-Me."),
        ("es-419", "dash", "- Who?\n- Me."),
        ("en", "none", "Who?\nMe."),
        ("en", "colour", "Who?\nMe."),
    ],
)
def test_two_voices_of_one_supplied_cue_have_a_line_each_and_the_dash_of_the_locale(
    tag: str, speakers: str, shown: str
) -> None:
    track = from_subtitles([(1000, 3000, "- 你是谁？\n- 我是林凡。")]).track
    style = Style(speakers=speakers, bilingual=True)  # type: ignore[arg-type]
    (event,) = laid_out(["Who?", "Me."], list(track.cues), tag=tag, style=style).events
    assert (event.start_ms, event.end_ms, event.text, event.cue_ids) == (1000, 3000, shown, ("c0001", "c0002"))
    assert event.above == "你是谁？\n我是林凡。"
    assert event.speakers == ()


def test_two_voices_never_share_a_line_however_long_one_of_them_is() -> None:
    track = from_subtitles([(1000, 7000, "- 你是谁？\n- 我是林凡。")]).track
    texts = ["I wonder who on earth you are supposed to be.", "Me."]
    for event in laid_out(texts, list(track.cues)).events:
        assert not any("be." in line and "Me." in line for line in event.text.split("\n"))


@pytest.mark.engines
@pytest.mark.parametrize("tag", ["en", "ar", "th", "ja"])
def test_what_no_font_has_leaves_no_box_in_the_picture(tag: str, tmp_path: Path) -> None:
    def ink(text: str) -> np.ndarray:
        layout = laid_out([text], [cue(0, 0, 2000)], tag=tag, frame=facts(720, 1280))
        (tmp_path / "a.ass").write_text(subtitles.to_ass(layout, locale(tag), STYLE), "utf-8")
        done = subprocess.run(
            [
                *("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=black:s=720x1280:r=1:d=1"),
                *("-vf", "ass=a.ass:shaping=complex,format=gray", "-frames:v", "1", "-f", "rawvideo", "pipe:1"),
            ],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        return np.frombuffer(done.stdout, np.uint8)

    assert not (ink("\ue123\U0010fffd\u0378") > 40).any()
    assert (ink("Lin\ue123") == ink("Lin")).all()
