"""Fit: lines that stay inside the frame in every locale, clear of what is burned in, at the times of their cues."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from localize import fonts, linebreak, subtitles
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.episode import MediaFacts
from localize.locales import LOCALES, locale
from localize.series import Style
from localize.stages.fit import fit

LONG = tomllib.loads(Path(__file__).parents[1].joinpath("golden", "long_lines.toml").read_text("utf-8"))
TAGS = sorted(LOCALES)
STYLE = Style()


def facts(width_px: int = 1080, height_px: int = 1920, duration_ms: int = 60_000) -> MediaFacts:
    size = (width_px, height_px)
    return MediaFacts(
        "", 0, 0, duration_ms, *size, *size, 0, "1:1", "25", False, 0, "h264", "yuv420p", "", "", "", "", None
    )


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
) -> Layout:
    cues = cues or [cue(number, 3000 * number, 3000 * number + 2800) for number in range(len(texts))]
    target = TargetTrack(tag, tuple(TargetLine(c.id, text, "x") for c, text in zip(cues, texts, strict=True)))
    source = SourceTrack("zh-Hans", tuple(cues), len(cues))
    return fit(source, target, locale(tag), frame or facts(), style=style, platform=platform, band=band)


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
    layout = laid_out([text], [cue(0, 0, shown_ms)], tag=tag)
    assert widest_px(layout) <= layout.width_px - 2 * layout.margin_x_px
    assert text_of(layout) == regex.sub(r"\s", "", text)
    starts, ends = [e.start_ms for e in layout.events], [e.end_ms for e in layout.events]
    assert (starts[0], ends[-1], starts[1:]) == (0, shown_ms, ends[:-1])
    assert all(start < end for start, end in zip(starts, ends, strict=True))


def test_a_short_line_keeps_its_size_and_its_time() -> None:
    layout = laid_out(["I know you."], [cue(0, 1000, 2000)])
    assert layout.events == (Event(1000, 2000, "I know you.", ("0",)),)
    assert (layout.em_px, layout.margin_x_px, layout.margin_bottom_px) == (48, 90, 460)


def test_a_long_line_is_set_smaller_before_it_takes_a_third_line() -> None:
    layout = laid_out([LONG["en"][0], LONG["en"][1]])
    assert [(e.text.count("\n") + 1, e.em_px) for e in layout.events] == [(2, 43), (3, 38)]


def test_type_never_shrinks_below_what_a_phone_can_show() -> None:
    layout = laid_out([LONG["en"][1]], style=Style(size=0.037))
    assert layout.events[0].em_px == 38


def test_text_too_long_for_three_lines_is_shown_one_part_after_the_other() -> None:
    text = " ".join(LONG["en"])
    layout = laid_out([text], [cue(7, 1000, 7000)])
    assert [e.cue_ids for e in layout.events] == [("7",), ("7",)]
    assert " ".join(e.text.replace("\n", " ") for e in layout.events) == text
    assert all(e.text.count("\n") < 3 for e in layout.events)
    assert layout.events[0].end_ms == layout.events[1].start_ms


def test_a_word_wider_than_the_frame_is_broken_between_letters() -> None:
    layout = laid_out(["m" * 70], tag="de")
    assert layout.events[0].text.replace("\n", "") == "m" * 70
    assert linebreak.hard_breaks("m" * 70, layout.events[0].text.split("\n"), locale("de")) >= 1


def test_of_two_cues_that_overlap_the_earlier_ends_where_the_later_starts() -> None:
    layout = laid_out(["One.", "Two."], [cue(0, 0, 5000), cue(1, 3000, 4000)])
    assert [(e.start_ms, e.end_ms) for e in layout.events] == [(0, 3000), (3000, 4000)]


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
        (None, 1460),
        ((0.40, 0.45), 1460),  # far above: the usual place is free
        ((0.85, 0.90), 1460),  # below it
        ((0.68, 0.74), round(0.68 * 1920 - 12)),  # over it: just above the band
        ((0.05, 0.72), round(0.72 * 1920 + 12 + 2 * 48 * 1.362)),  # no room above: below the band
    ],
)
def test_lines_stay_clear_of_burned_in_text(band: tuple[float, float] | None, lowest_edge: int) -> None:
    layout = laid_out(["One."], band=band)
    assert layout.height_px - layout.margin_bottom_px == lowest_edge


def test_three_lines_stay_clear_of_a_band_they_would_reach() -> None:
    band = (0.64, 0.66)
    assert laid_out(["One."], band=band).margin_bottom_px == 460
    assert laid_out([LONG["en"][1]], band=(0.66, 0.68)).margin_bottom_px > 460


def test_a_landscape_frame_has_no_phone_interface_over_it() -> None:
    layout = laid_out(["One."], frame=facts(1920, 1080))
    assert (layout.em_px, layout.margin_bottom_px) == (48, 54)


@pytest.mark.engines
@pytest.mark.parametrize("tag", TAGS)
def test_libass_draws_no_ink_outside_the_safe_area(tag: str, tmp_path: Path) -> None:
    """One gray frame of each long line on black: ink keeps to the margins, and no font but the locale's own is used."""
    width, height = 720, 1280
    layout = laid_out(LONG[tag], tag=tag, frame=facts(width, height))
    profile = locale(tag)
    (tmp_path / "lines.ass").write_text(subtitles.to_ass(layout, profile, STYLE), "utf-8")
    seconds = layout.events[-1].end_ms // 1000 + 1
    done = subprocess.run(
        [
            *("ffmpeg", "-v", "verbose", "-nostdin", "-f", "lavfi"),
            *("-i", f"color=black:s={width}x{height}:r=1:d={seconds}"),
            *("-vf", "ass=lines.ass:shaping=complex,format=gray", "-f", "rawvideo", "pipe:1"),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    ink = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width) > 40
    drawn = ink.any(axis=(1, 2)).nonzero()[0]
    assert {e.start_ms // 1000 for e in layout.events} <= set(drawn)
    columns, rows = ink.any(axis=(0, 1)).nonzero()[0], ink.any(axis=(0, 2)).nonzero()[0]
    assert layout.margin_x_px <= columns[0]
    assert columns[-1] < width - layout.margin_x_px
    assert rows[-1] < height - layout.margin_bottom_px
    selected = set(regex.findall(r"fontselect: .*?-> (\S+),", done.stderr.decode()))
    assert selected
    assert selected <= {str(font.path) for font in fonts.chain(profile, STYLE.bold)}
