"""The golden set: what stands in it, and that every cue of it is laid out well on every platform."""

from __future__ import annotations

from functools import cache

import pytest

from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.locales import LOCALES
from localize.series import PLATFORMS
from localize.stages.fit import LEAST_EM
from localize.text.shortening import length, readable, same_numbers
from localize.text.typography import typeset
from tests.golden_cues import (
    FITS,
    FOLDER,
    STYLE,
    GoldenCue,
    bare,
    broken_words,
    clusters,
    events_of,
    everything,
    inside,
    laid_out,
    lines_of,
    load,
    torn,
    width_px,
)

TAGS = list(LOCALES)
ANYWHERE = [(tag, platform) for tag in TAGS for platform in PLATFORMS]


@cache
def shown(tag: str, platform: str) -> tuple[Layout, list[tuple[GoldenCue, list[Event]]]]:
    layout = laid_out(load(tag), platform)
    return layout, events_of(load(tag), layout)


def test_every_locale_has_difficult_cues_and_all_of_them_together_more_than_two_hundred() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(TAGS)
    assert min(len(load(tag)) for tag in TAGS) >= 13
    assert len(everything()) >= 200


@pytest.mark.parametrize("tag", TAGS)
def test_no_two_golden_cues_of_a_locale_share_an_id_or_a_text(tag: str) -> None:
    cues = load(tag)
    assert len({cue.id for cue in cues}) == len({cue.text for cue in cues}) == len(cues)


@pytest.mark.parametrize("tag", TAGS)
def test_the_shorter_rendering_can_be_read_and_keeps_names_and_numbers(tag: str) -> None:
    for cue in load(tag):
        assert length(cue.shorter) <= readable(cue.profile.cps, cue.duration_ms), cue
        assert length(cue.shorter) < length(cue.text), cue
        assert same_numbers(cue.shorter, cue.text), cue
        assert [name for name in cue.keep if name not in cue.text or name not in cue.shorter] == [], cue


@pytest.mark.parametrize("tag", TAGS)
def test_most_golden_cues_cannot_be_read_as_they_stand(tag: str) -> None:
    cues = load(tag)
    assert sum(length(cue.text) > readable(cue.profile.cps, cue.duration_ms) for cue in cues) > len(cues) / 2


@pytest.mark.parametrize("tag", TAGS)
def test_golden_cues_are_written_as_the_locale_writes_them(tag: str) -> None:
    for cue in load(tag):
        assert [typeset(text, cue.profile) for text in (cue.text, cue.shorter)] == [cue.text, cue.shorter]
        assert fonts.missing(cue.text + cue.shorter, cue.profile, STYLE.bold) == "", cue


@pytest.mark.parametrize(("tag", "platform"), ANYWHERE)
def test_no_line_leaves_the_safe_area_and_no_text_is_lost(tag: str, platform: str) -> None:
    layout, cues = shown(tag, platform)
    for cue, events in cues:
        widest = max(width_px(line, cue.profile, e.em_px or layout.em_px) for e in events for line in lines_of([e]))
        assert widest <= inside(layout), cue
        assert bare("".join(lines_of(events))) == bare(cue.text)


@pytest.mark.parametrize(("tag", "platform"), ANYWHERE)
def test_no_golden_cue_is_broken_inside_a_word_or_a_cluster(tag: str, platform: str) -> None:
    for cue, events in shown(tag, platform)[1]:
        lines = lines_of(events)
        assert broken_words(cue, events) == 0, lines
        assert sum(map(clusters, lines)) == clusters(cue.text), lines


@pytest.mark.parametrize(("tag", "platform"), ANYWHERE)
def test_a_name_or_an_amount_stays_on_one_line_where_it_fits_on_one(tag: str, platform: str) -> None:
    layout, cues = shown(tag, platform)
    for cue, events in cues:
        assert torn(cue, events, layout) == [], lines_of(events)


@pytest.mark.parametrize(("tag", "platform"), ANYWHERE)
def test_where_only_one_break_is_right_it_is_found(tag: str, platform: str) -> None:
    layout, cues = shown(tag, platform)
    for cue, events in cues:
        # Two speakers stay apart at any size; for two sentences on two lines type is not made smaller.
        em_px = LEAST_EM * layout.width_px if "\n" in cue.text else layout.em_px
        if cue.lines and max(width_px(line, cue.profile, em_px) for line in cue.lines) <= FITS * inside(layout):
            assert tuple(lines_of(events)) == cue.lines
