"""Fonts: exact faces, the chain that draws a line, widths, what cannot be drawn."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.drawing import faces, fonts
from localize.errors import EngineRejected
from localize.locales import LOCALES, locale

MIXED = st.text(alphabet="aé 1!,…กุ้เहि्न्दीالعربيةあ漢字안戰\u200d\u2060", max_size=30)


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize("bold", [True, False])
def test_every_locale_has_exactly_the_faces_its_profile_names(tag: str, bold: bool) -> None:
    chain = fonts.chain(locale(tag), bold)
    assert [font.family for font in chain] == list(locale(tag).fonts)
    assert all(("Bold" in font.path.name) == bold for font in chain)


@pytest.mark.parametrize(
    ("family", "package"),
    [
        ("Noto Sans of Nowhere", "fonts-noto-core"),
        ("Noto Sans Nowhere UI", "fonts-noto-ui-core"),
        ("Noto Sans CJK XX", "fonts-noto-cjk"),
    ],
)
def test_a_substitute_is_an_error_that_names_the_package(family: str, package: str) -> None:
    with pytest.raises(EngineRejected, match=family) as caught:
        fonts.resolve(family)
    assert caught.value.next_step == f"apt-get install {package}"


def test_the_faces_of_a_collection_differ_by_index() -> None:
    japanese, korean = fonts.resolve("Noto Sans CJK JP", True), fonts.resolve("Noto Sans CJK KR", True)
    assert japanese.path == korean.path
    assert japanese.index != korean.index


@pytest.mark.parametrize("tag", ["en", "ar", "hi", "th"])
def test_the_faces_of_one_line_have_the_same_em_at_the_same_size(tag: str) -> None:
    # 0.734 em of the Fontsize: 1069 + 293 units of ascent and descent to an em of 1000.
    assert fonts.size_px(locale(tag).font, 48, True) == pytest.approx(48 * 1.362)


def test_a_latin_name_in_a_thai_line_is_drawn_in_one_piece() -> None:
    drawn = [(font.family, text) for font, text in fonts.runs("ฉันคือ Lin Xiao! ครับ", locale("th"))]
    assert drawn == [("Noto Sans Thai UI", "ฉันคือ "), ("Noto Sans", "Lin Xiao! "), ("Noto Sans Thai UI", "ครับ")]


@given(MIXED, st.sampled_from(sorted(LOCALES)))
def test_runs_hold_all_of_the_text_in_order_but_what_no_font_has(text: str, tag: str) -> None:
    profile = locale(tag)
    lost = fonts.undrawable(text, profile)
    assert fonts.drawable(text, profile) == "".join(character for character in text if character not in lost)


def test_a_letter_stays_without_the_mark_that_no_font_has() -> None:
    assert fonts.drawable("Lin\U00010f82 \ue123!", locale("en")) == "Lin !"


@pytest.mark.parametrize(("text", "tag"), [("Lin \ue123", "en"), ("\U0010ffff", "th"), ("\u0378", "ja")])
def test_nothing_stands_in_for_a_private_or_unassigned_character(text: str, tag: str) -> None:
    assert fonts.drawable(text, locale(tag)) == text[: text.find(" ") + 1]


def test_another_font_stands_in_and_it_has_what_it_stands_in_for() -> None:
    ((_, _), (font, text)) = fonts.runs("OK 你", locale("en"), True)
    assert (font.family.startswith("Noto Sans CJK"), text) == (True, "你")
    assert fonts.undrawable("OK 你", locale("en"), True) == ""


def test_a_right_to_left_line_takes_no_font_that_it_cannot_name() -> None:
    assert fonts.drawable("أهلا 你", locale("ar")) == "أهلا "
    assert fonts.undrawable("أهلا 你", locale("ar")) == "你"


def test_a_colour_font_never_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "Noto Color Emoji\t80\t0\tTrue\t/x.ttf\t1f600\nPlain\t80\t0\tFalse\t/y.ttf\t1f601\n"
    monkeypatch.setattr(
        faces.subprocess, "run", lambda *_a, **_k: subprocess.CompletedProcess([], 0, stdout=listed, stderr="")
    )
    faces._installed.cache_clear()
    faces.stand_in.cache_clear()
    try:
        assert faces.stand_in("\U0001f600") is None
        found = faces.stand_in("\U0001f601")
        assert found
        assert (found.family, found.path) == ("Plain", Path("/y.ttf"))
    finally:
        faces._installed.cache_clear()
        faces.stand_in.cache_clear()


def test_only_characters_no_font_of_the_chain_has_are_missing() -> None:
    assert fonts.missing("Sawasdee สวัสดี 你好你", locale("th")) == "你好"


def test_controls_that_are_never_drawn_are_not_missing() -> None:
    assert fonts.missing("\u202bعربي\u202c \u2060क\u200d\u200c", locale("ar")) == "क"


def test_marks_of_direction_have_no_width() -> None:
    profile = locale("ar")
    assert fonts.width_px("\u202bمرحبا\u202c", profile, 48) == fonts.width_px("مرحبا", profile, 48)


@given(MIXED, st.sampled_from(sorted(LOCALES)), st.integers(10, 200))
def test_width_grows_in_step_with_the_em(text: str, tag: str, em_px: int) -> None:
    profile = locale(tag)
    assert fonts.width_px(text, profile, 2 * em_px) == pytest.approx(2 * fonts.width_px(text, profile, em_px))


def test_arabic_is_measured_joined() -> None:
    profile = locale("ar")
    apart = sum(fonts.width_px(letter, profile, 48) for letter in "سلام")
    assert fonts.width_px("سلام", profile, 48) < 0.8 * apart


def test_locales_drawn_by_the_same_files_share_a_digest() -> None:
    assert fonts.digest(locale("en")) == fonts.digest(locale("de"))
    apart = {fonts.digest(locale(tag), bold) for tag in ("en", "ja", "ko", "zh-Hant") for bold in (True, False)}
    assert len(apart) == 8


def test_what_stands_in_and_what_is_left_out_decides_how_a_text_is_drawn() -> None:
    assert fonts.beyond("Lin", locale("en")) == ()
    (lost, stands_in) = fonts.beyond("Lin 你\ue123", locale("en"))
    assert (lost, len(stands_in)) == ("\ue123", 64)
