"""TTML: what we write passes the reference implementation, what others write is read to the frame."""

from __future__ import annotations

import io
import logging
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest
from ttconv.imsc import reader
from ttconv.model import P, Region
from ttconv.style_properties import DirectionType, StyleProperties

from localize.cues import Event, Layout
from localize.errors import SubtitleError
from localize.locales import locale
from localize.subtitles import TimedText, read, to_ttml

NTSC = Fraction(30000, 1001)


def layout(*events: Event, tag: str = "en") -> Layout:
    return Layout(tag, 1080, 1920, locale(tag).font, 48, 90, 460, events)


def reference(text: str, caplog: pytest.LogCaptureFixture) -> tuple[Region, list[P]]:
    """The region and the paragraphs as ttconv reads them, without a word of complaint."""
    with caplog.at_level(logging.WARNING):
        document = reader.to_model(ET.parse(io.BytesIO(text.encode())))
    assert not caplog.records
    paragraphs = [element for element in document.get_body().dfs_iterator() if isinstance(element, P)]
    (region,) = document.iter_regions()
    return region, paragraphs


def test_times_are_frames_so_that_no_player_comes_one_late(caplog: pytest.LogCaptureFixture) -> None:
    # Frame 2 of 29.97 begins at 66.73 ms and is named by the 67th; a player would show 67 ms from frame 3 on.
    text = to_ttml(layout(Event(67, 1001, "a", ("1",))), locale("en"), NTSC)
    _, (paragraph,) = reference(text, caplog)
    assert (paragraph.get_begin(), paragraph.get_end()) == (Fraction(1001, 15000), Fraction(1001, 1000))


def test_times_between_the_frames_stay_in_milliseconds() -> None:
    text = to_ttml(layout(Event(1010, 2025, "a", ("1",))), locale("en"), Fraction(25))
    assert 'begin="00:00:01.010" end="00:00:02.025"' in text


def test_the_region_lies_in_the_safe_area_and_the_lines_at_its_lower_edge(caplog: pytest.LogCaptureFixture) -> None:
    text = to_ttml(layout(Event(0, 1000, "a", ("1",))), locale("en"), Fraction(25))
    region, _ = reference(text, caplog)
    origin, extent = region.get_style(StyleProperties.Origin), region.get_style(StyleProperties.Extent)
    assert origin.x.value == pytest.approx(100 * 90 / 1080, abs=0.01)
    assert origin.x.value + extent.width.value == pytest.approx(100 - 100 * 90 / 1080, abs=0.01)
    assert origin.y.value + extent.height.value == pytest.approx(100 - 100 * 460 / 1920, abs=0.01)


def test_an_event_that_stands_elsewhere_has_a_region_there(caplog: pytest.LogCaptureFixture) -> None:
    high = Event(0, 1000, "a", ("1",), margin_bottom_px=1500)
    text = to_ttml(layout(high, Event(1000, 2000, "b", ("2",))), locale("en"), Fraction(25))
    with caplog.at_level(logging.WARNING):
        document = reader.to_model(ET.parse(io.BytesIO(text.encode())))
    assert not caplog.records
    regions = [e.get_region() for e in document.get_body().dfs_iterator() if isinstance(e, P)]
    edges = [
        region.get_style(StyleProperties.Origin).y.value + region.get_style(StyleProperties.Extent).height.value
        for region in regions
    ]
    assert edges == pytest.approx([100 * 420 / 1920, 100 * 1460 / 1920], abs=0.01)


def test_a_right_to_left_locale_says_so_by_style_and_not_inside_the_text(caplog: pytest.LogCaptureFixture) -> None:
    text = to_ttml(layout(Event(0, 1000, "Lin قال!", ("1",)), tag="ar"), locale("ar"), Fraction(25))
    _, (paragraph,) = reference(text, caplog)
    assert paragraph.get_style(StyleProperties.Direction) == DirectionType.rtl
    assert paragraph.get_lang() == "ar"
    assert "\u202b" not in text


def test_what_would_be_markup_is_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = to_ttml(layout(Event(0, 1000, "</p><br/>&amp;\n]]> {\\an8}\x00", ("1",))), locale("en"), Fraction(25))
    reference(text, caplog)
    path = tmp_path / "a.ttml"
    path.write_text(text, encoding="utf-8")
    assert read(path) == [TimedText(0, 1000, "</p><br/>&amp;\n]]> {\\an8}")]


def document(body: str, attributes: str = "", namespace: str = "http://www.w3.org/ns/ttml") -> str:
    parameters = f'xmlns:ttp="{namespace}#parameter" xmlns:tts="{namespace}#styling"'
    return f'<tt xmlns="{namespace}" {parameters} xml:lang="en" {attributes}><body><div>{body}</div></body></tt>'


def loaded(folder: Path, text: str, name: str = "a.ttml") -> list[TimedText]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("begin", "attributes", "ms"),
    [
        ("00:00:01.5", "", 1500),
        ("01:00:00.000", "", 3_600_000),
        ("1.5s", "", 1500),
        ("1500ms", "", 1500),
        ("0.5m", "", 30_000),
        ("38f", 'ttp:frameRate="25"', 1520),
        ("00:00:01:12", 'ttp:frameRate="24"', 1500),
        ("2f", 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"', 67),
        ("15000000t", 'ttp:tickRate="10000000"', 1500),
        ("00:01:00:00", 'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"', 60_060),
        ("00:01:00:02", 'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001" '
                        'ttp:dropMode="dropNTSC"', 60_060),
    ],
)  # fmt: skip
def test_every_kind_of_time_is_read(tmp_path: Path, begin: str, attributes: str, ms: int) -> None:
    (timed,) = loaded(tmp_path, document(f'<p begin="{begin}" dur="1s">x</p>', attributes))
    assert (timed.start_ms, timed.end_ms) == (ms, ms + 1000)


def test_times_count_from_those_of_the_parent_and_end_with_it(tmp_path: Path) -> None:
    body = '<div begin="10s" end="14s"><p begin="1s" end="2s">a</p><p begin="3s" end="9s">b</p></div>'
    assert loaded(tmp_path, document(body)) == [TimedText(11_000, 12_000, "a"), TimedText(13_000, 14_000, "b")]


def test_in_a_sequence_each_follows_the_one_before(tmp_path: Path) -> None:
    body = '<div timeContainer="seq"><p dur="1s">a</p><p begin="500ms" dur="1s">b</p></div>'
    assert loaded(tmp_path, document(body)) == [TimedText(0, 1000, "a"), TimedText(1500, 2500, "b")]


def test_spans_and_breaks_are_one_text_and_white_space_of_the_markup_is_none(tmp_path: Path) -> None:
    body = '<p begin="0s" end="1s">\n  He <span>said</span>\n  it.<br/>\n  Now!\n</p>'
    assert loaded(tmp_path, document(body)) == [TimedText(0, 1000, "He said it.\nNow!")]


def test_a_span_with_its_own_time_is_a_subtitle_of_its_own(tmp_path: Path) -> None:
    body = '<p begin="1s" end="5s"><span begin="0s" end="2s">a</span> <span begin="2s">b</span></p>'
    assert loaded(tmp_path, document(body)) == [TimedText(1000, 3000, "a"), TimedText(3000, 5000, "b")]


def test_the_reading_above_a_japanese_word_is_not_said_twice(tmp_path: Path) -> None:
    ruby = '<span tts:ruby="container"><span tts:ruby="base">龍王</span><span tts:ruby="text">りゅうおう</span></span>'
    assert loaded(tmp_path, document(f'<p begin="0s" end="1s">{ruby}だ</p>')) == [TimedText(0, 1000, "龍王だ")]


def test_dfxp_is_read_as_well(tmp_path: Path) -> None:
    text = document('<p begin="00:00:01.00" end="00:00:02.00">x</p>', namespace="http://www.w3.org/2006/10/ttaf1")
    assert loaded(tmp_path, text, "a.dfxp") == [TimedText(1000, 2000, "x")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document('<p begin="soon" end="2s">x</p>'), "'soon' is not a time"),
        (document('<p begin="1s">x</p>'), "a paragraph has no end: 'x'"),
        (document('<p begin="1f" end="2f">x</p>', 'ttp:frameRate="0"'), "frame rate"),
        ("<html/>", "its root is <html>"),
        ("<tt>", "not well-formed XML"),
        ('<!DOCTYPE tt [<!ENTITY a SYSTEM "file:///etc/hostname">]><tt>&a;</tt>', "document type"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SubtitleError, match=reason) as caught:
        loaded(tmp_path, text)
    assert caught.value.message.startswith("a.ttml cannot be parsed: ")


def test_the_source_of_a_bilingual_cue_is_small_and_of_its_own_language(caplog: pytest.LogCaptureFixture) -> None:
    event = Event(0, 1000, "مرحبا", ("1",), above="你好")
    _, (paragraph,) = reference(to_ttml(layout(event, tag="ar"), locale("ar"), Fraction(25)), caplog)
    source = next(iter(paragraph))
    assert source.get_lang() == "zh-Hans"
    assert source.get_style(StyleProperties.FontSize).value == pytest.approx(62)
    assert source.get_style(StyleProperties.Direction) == DirectionType.ltr
