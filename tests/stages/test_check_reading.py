"""Checks of picture and time: limits come from the reading profile, as the series wants it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from localize.cues import Event, Layout, TargetLine, TargetTrack
from localize.drawing import fonts
from localize.locales import locale
from localize.reading import Overrides
from localize.series import Style
from localize.stages.check.picture import of_picture
from localize.stages.check.time import of_time
from tests.facts import FACTS as FILM

FACTS = replace(FILM, duration_ms=60_000)


def layout(*events: Event, tag: str = "en") -> Layout:
    return Layout(tag, 1080, 1920, locale(tag).font, 48, 150, 444, events)


def rules_of_time(events: tuple[Event, ...], **own: object) -> dict[str, object]:
    row = Overrides.model_validate(own).of("en")
    return {found.rule: found.limit for found in of_time(layout(*events), locale("en"), FACTS, row)}


def rules_of_picture(text: str, drawn: tuple[Event, ...], style: Style, **own: object) -> set[str]:
    target = TargetTrack("en", tuple(TargetLine(id_, text, "x") for id_ in drawn[0].cue_ids))
    row = Overrides.model_validate(own).of("en")
    return {found.rule for found in of_picture(target, layout(*drawn), locale("en"), style, row)}


@pytest.mark.parametrize(
    ("own", "rule", "limit"),
    [
        ({"cps": 8}, "cps", 8),
        ({"min_ms": 2000}, "short", 2000),
        ({"max_ms": 1000}, "long", 1000),
        ({"gap_frames": 5}, "gap", 200),
    ],
)
def test_a_series_moves_a_limit_of_time(own: dict[str, int], rule: str, limit: int) -> None:
    events = (Event(0, 1040, "I know you.", ("1",)), Event(1160, 2200, "I know you.", ("2",)))
    assert rule not in rules_of_time(events)
    assert rules_of_time(events, **own)[rule] == limit


def test_a_series_moves_the_number_of_lines() -> None:
    drawn = (Event(0, 2000, "I know\nyou.", ("1",)),)
    assert "lines" not in rules_of_picture("I know you.", drawn, Style())
    assert "lines" in rules_of_picture("I know you.", drawn, Style(), lines=1)


def test_the_padding_of_a_box_counts_as_width() -> None:
    # 12 px on both sides: what is 780 px wide without a box leaves the safe area of 780 px with one.
    one_px = fonts.width_px("i", locale("en"), 48, bold=True)
    text = "i" * int(780 / one_px)
    drawn = (Event(0, 9000, text, ("1",)),)
    assert "width" in rules_of_picture(text, drawn, Style(preset="boxed"))
    assert "width" not in rules_of_picture(text, drawn, Style(preset="boxed", box="none"))


def test_lines_that_hang_too_high_are_told() -> None:
    high = (Event(0, 2000, "I know\nyou.", ("1",), margin_bottom_px=1850),)
    assert "height" in rules_of_picture("I know you.", high, Style())


def test_a_dash_put_before_a_speaker_is_no_broken_word() -> None:
    drawn = (Event(0, 2000, "-Who?\n-Who?", ("1", "2")),)
    assert rules_of_picture("Who?", drawn, Style(speakers="dash")) == set()


@pytest.mark.parametrize(("top_px", "over_px"), [(1466, 10), (1480, None)])
def test_lines_on_burned_in_source_text_are_found_with_how_much_of_them(top_px: int, over_px: int | None) -> None:
    # The lowest line ends 444 px above the bottom of 1920.
    drawn, target = layout(Event(0, 2000, "Hello.", ("1",))), TargetTrack("en", (TargetLine("1", "Hello.", "x"),))
    band = (top_px / 1920, 1600 / 1920)
    found = of_picture(target, drawn, locale("en"), Style(), band=band)
    assert next((one.measured for one in found if one.rule == "band"), None) == over_px


def test_a_line_that_begins_while_an_earlier_long_one_still_stands_overlaps_it() -> None:
    events = (Event(0, 5000, "One.", ("1",)), Event(1000, 1900, "Two.", ("2",)), Event(3000, 3900, "Three.", ("3",)))
    found = of_time(layout(*events), locale("en"), FACTS)
    assert [one.cue_id for one in found if one.rule == "overlap"] == ["2", "3"]
