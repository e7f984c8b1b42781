"""Styles: presets, what a series changes of them, and the ASS that comes of it."""

from __future__ import annotations

import pysubs2
import pytest
from pydantic import ValidationError

from localize import subtitles
from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.drawing.styles import PRESETS, SPEAKER_COLOURS
from localize.locales import LOCALES, locale
from localize.series import Style

TAGS = sorted(LOCALES)


def drawn(style: Style, *events: Event, tag: str = "en", em_px: int = 48) -> pysubs2.SSAFile:
    profile = style.profile(locale(tag))
    layout = Layout(tag, 1080, 1920, profile.font, em_px, 150, 444, events)
    return pysubs2.SSAFile.from_string(subtitles.to_ass(layout, profile, style))


def said(text: str = "I know you.", start_ms: int = 0, **more: object) -> Event:
    return Event(start_ms, start_ms + 1000, text, ("1",), **more)  # type: ignore[arg-type]


def test_the_presets_have_the_names_that_manifests_use() -> None:
    assert list(PRESETS) == ["clean", "bold", "boxed", "drama"]
    assert Style().look == PRESETS["clean"]


def test_a_series_changes_parts_of_a_preset() -> None:
    look = Style(preset="drama", size=0.05, colour="#FFFFFF", position="top", weight="regular").look
    assert (look.size, look.colour, look.position, look.bold) == (0.05, "#FFFFFF", "top", False)
    assert look.outline == PRESETS["drama"].outline


def test_a_box_can_be_put_behind_any_preset_and_taken_from_one() -> None:
    assert Style(box="#102030").look.padding == PRESETS["boxed"].padding
    assert Style(preset="boxed", box="none").look.box == ""
    assert Style(preset="boxed", box="none").look.reach == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"preset": "neon"},
        {"colour": "yellow"},
        {"colour": "#FFF"},
        {"box": "#12345"},
        {"font": {"xx": "Arial"}},
        {"position": "left"},
        {"position": 1.5},
        {"size": 0.5},
        {"outline": 0.1},
        {"speakers": "names"},
        {"shadow": 1},
    ],
)
def test_what_cannot_be_drawn_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Style.model_validate(wrong)


def test_a_font_may_be_named_for_all_locales_or_for_one() -> None:
    assert [Style(font="Amiri").profile(locale(tag)).font for tag in ("en", "ar")] == ["Amiri", "Amiri"]
    one = Style(font={"ar": "Amiri"})
    assert [one.profile(locale(tag)).font for tag in ("en", "ar")] == ["Noto Sans", "Amiri"]


def test_colours_and_widths_reach_the_script() -> None:
    style = drawn(Style(preset="drama", colour="#FF8000C0"), said()).styles["Default"]
    assert style.primarycolor == pysubs2.Color(255, 128, 0, 63)
    assert (style.outline, style.shadow, style.borderstyle) == (5.0, 3.0, 1)


def test_a_box_is_one_for_the_whole_event_and_padded() -> None:
    style = drawn(Style(preset="boxed"), said()).styles["Default"]
    assert (style.borderstyle, style.shadow, style.backcolor) == (4, 12.0, pysubs2.Color(0, 0, 0, 76))


def test_an_event_stands_at_its_own_margin() -> None:
    events = drawn(Style(), said(margin_bottom_px=700), said(start_ms=2000)).events
    assert [event.marginv for event in events] == [700, 0]


def test_the_source_stands_small_above_the_target_in_a_style_of_its_own() -> None:
    script = drawn(Style(bilingual=True), said(above="你好\n林总", em_px=40))
    small = fonts.size_px("Noto Sans CJK SC", 0.62 * 40, True)
    assert script.events[0].text.startswith(f"{{\\rSource\\fs{small:.2f}}}你好\\N林总\\N{{\\r}}{{\\fs")
    assert script.styles["Source"].fontname == "Noto Sans CJK SC"
    assert script.styles["Source"].fontsize < script.styles["Default"].fontsize
    assert len(script.events) == 1


def test_every_speaker_has_a_colour_of_their_own_from_the_first_line_on() -> None:
    style = Style(speakers="colour")
    script = drawn(style, said("a\nb", speakers=("Lin", "Ye")), said("c", 2000, speakers=("Lin",)), said("d", 4000))
    assert [event.text for event in script.events] == [
        r"{\c&HFFFFFF&}a\N{\c&H00FFFF&}b",
        r"{\c&HFFFFFF&}c",
        "d",
    ]


def test_no_speaker_has_nearly_the_colour_of_the_style() -> None:
    names = ("Lin", "Ye", "Su")
    (event,) = drawn(Style(preset="drama", speakers="colour"), said("a\nb\nc", speakers=names)).events
    assert event.text == r"{\c&H5CE4FF&}a\N{\c&HFFFFFF&}b\N{\c&HFFFF00&}c"


def test_more_speakers_than_colours_share_them() -> None:
    names = tuple("ABCDEF")
    (event,) = drawn(Style(speakers="colour"), said("\n".join(names), speakers=names)).events
    assert len(set(event.text.replace("\\N", "").split("}")[0::1])) >= len(SPEAKER_COLOURS)
    assert event.text.count(r"\c&H") == len(names)


def test_what_looks_like_a_tag_in_a_name_or_a_source_line_is_inert() -> None:
    style = Style(bilingual=True, speakers="colour")
    (event,) = drawn(style, said(r"{\an8}x", above=r"{\p1}你", speakers=(r"{\pos(0,0)}",))).events
    assert r"\{" in event.text
    assert "{\\an8" not in event.text.replace("\\{", "")
    assert "pos(0" not in event.text


def test_a_stand_in_font_has_the_em_of_its_line() -> None:
    # CJK lacks ў; Noto Sans needs another Fontsize for the same em.
    (event,) = drawn(Style(), said("林 ўў 林"), tag="ja").events
    assert rf"{{\fnNoto Sans\fs{48 * 1.362:.2f}}}" in event.text
    assert rf"{{\fnNoto Sans CJK JP\fs{fonts.size_px('Noto Sans CJK JP', 48, True):.1f}}}" in event.text


@pytest.mark.parametrize("tag", ["ar", "hi", "th"])
def test_latin_among_other_letters_is_as_high_as_they_are(tag: str) -> None:
    assert fonts.size_px(locale(tag).font, 48, True) == pytest.approx(fonts.size_px("Noto Sans", 48, True))
