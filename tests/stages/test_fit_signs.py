"""Signs: words for what is written in the picture stand by it, and dialogue and signs never cover each other."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localize import subtitles
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.drawing import fonts
from localize.drawing.placing import signs_of
from localize.drawing.safe_area import Rect, on_frame
from localize.drawing.styles import PRESETS, of_signs
from localize.locales import locale
from localize.series import Style
from localize.stages import check
from localize.stages.fit import fit
from tests.golden_cues import facts

SAFE = on_frame("tiktok", 1080, 1920).text


def sign(id_: str, place: Rect | None, start_ms: int = 0, end_ms: int = 4000) -> Cue:
    return Cue(id_, start_ms, end_ms, "龙", "forced", "ocr", place=place)


def laid_out(
    cues: list[Cue], texts: list[str], *, tag: str = "en", style: Style | None = None, platform: str = "tiktok"
) -> Layout:
    source = SourceTrack("zh-Hans", tuple(cues), len(cues))
    target = TargetTrack(tag, tuple(TargetLine(c.id, text, "x") for c, text in zip(cues, texts, strict=True)))
    return fit(
        source, target, locale(tag), facts(), style=style or Style(), platform=platform, band=None,
        signs=signs_of(cues),
    )  # fmt: skip


def covered(layout: Layout, event: Event, style: Style | None = None) -> Rect:
    """What the event's lines cover, ink included."""
    style, profile = style or Style(), locale(layout.locale)
    em_px, lines = event.em_px or layout.em_px, event.text.split("\n")
    reach = round((of_signs(style.look) if event.kind == "forced" else style.look).reach * layout.width_px)
    half = max(fonts.width_px(line, profile, em_px, style.bold) for line in lines) / 2
    middle = event.centre_px or layout.width_px // 2
    bottom = layout.height_px - (event.margin_bottom_px or layout.margin_bottom_px)
    top = bottom - len(lines) * fonts.size_px(profile.font, em_px, style.bold)
    return Rect(round(middle - half) - reach, round(top) - reach, round(middle + half) + reach, bottom + reach)


def test_words_stand_just_below_their_sign_and_in_its_middle() -> None:
    where = Rect(300, 500, 760, 590)
    layout = laid_out([sign("1", where)], ["Dragon Group"])
    (event,) = layout.events
    assert (event.kind, event.text, event.centre_px) == ("forced", "Dragon Group", 530)
    assert covered(layout, event).top == pytest.approx(590 + 12, abs=2)


@pytest.mark.parametrize(
    ("where", "side"),
    [
        (Rect(300, 1380, 760, 1470), "above"),  # the platform's caption is below it
        (Rect(200, 150, 600, 1480), "right"),  # neither above nor below
        (Rect(480, 150, 900, 1480), "left"),
    ],
)
def test_words_stand_above_or_beside_a_sign_that_leaves_no_room_below(where: Rect, side: str) -> None:
    layout = laid_out([sign("1", where)], ["Room 8"])
    box = covered(layout, layout.events[0])
    assert {"above": box.bottom < where.top, "right": box.left > where.right, "left": box.right < where.left}[side]


def test_words_for_a_sign_without_a_place_stand_at_the_top_of_the_safe_area() -> None:
    layout = laid_out([sign("1", None), sign("2", None)], ["Three years later", "In the city"])
    first, second = (covered(layout, event) for event in layout.events)
    assert first.top == pytest.approx(SAFE.top, abs=2)
    assert not first.meets(second)


def test_a_sign_that_fills_the_frame_is_written_on_but_never_the_dialogue() -> None:
    cues = [sign("1", Rect(0, 0, 1080, 1920)), Cue("2", 0, 4000, "你")]
    layout = laid_out(cues, ["A letter", "What does it say?"])
    said, words = (covered(layout, event) for event in layout.events)
    assert not words.meets(said)
    assert SAFE.top <= words.top < words.bottom <= SAFE.bottom


rects = st.builds(
    lambda left, top, width, height: Rect(left, top, min(left + width, 1080), min(top + height, 1920)),
    st.integers(0, 1000), st.integers(0, 1800), st.integers(20, 800), st.integers(20, 500),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.one_of(st.none(), rects), st.integers(0, 3000)), min_size=1, max_size=5),
    st.sampled_from(["Room 8", "Dragon Group, Department of War and Peace", "A letter. " * 12]),
    st.sampled_from(["One.", "Do you know who I am, and what I am going to do to all of you?"]),
    st.sampled_from(list(PRESETS)),
    st.sampled_from(["bottom", "top", 0.5]),
)
@example(
    [(None, 0), (None, 0), (None, 0), (Rect(0, 133, 297, 633), 120), (None, 120)], "A letter. " * 12,
    "Do you know who I am, and what I am going to do to all of you?", "clean", 0.5,
)  # fmt: skip
@example(
    [(None, 0), (None, 0), (None, 0), (None, 0), (Rect(0, 133, 297, 598), 154)], "A letter. " * 12,
    "Do you know who I am, and what I am going to do to all of you?", "bold", 0.5,
)  # fmt: skip
def test_words_for_signs_keep_to_the_safe_area_and_off_dialogue_and_each_other(
    signs: list[tuple[Rect | None, int]], text: str, said: str, preset: str, position: str
) -> None:
    cues = [sign(str(n), place, start_ms, start_ms + 3000) for n, (place, start_ms) in enumerate(signs)]
    cues.append(Cue("d", 500, 5500, "你"))
    style = Style(preset=preset, position=position)  # type: ignore[arg-type]
    layout = laid_out(cues, [*[text] * len(signs), said], style=style)
    boxes = [(event, covered(layout, event, style)) for event in layout.events]
    for event, box in boxes:
        if event.kind == "forced":
            assert SAFE.left - 1 <= box.left < box.right <= SAFE.right + 1
            assert 0 <= box.top < box.bottom <= layout.height_px
            for other, its in boxes:
                at_once = other.start_ms < event.end_ms and event.start_ms < other.end_ms
                if other.kind == "dialogue" and at_once:
                    assert not box.meets(its)


def test_dialogue_makes_way_for_every_sign_that_stands_there() -> None:
    cues = [sign("1", Rect(300, 1400, 700, 1450)), sign("2", Rect(300, 1290, 700, 1380)), Cue("3", 0, 4000, "你")]
    layout = laid_out(cues, ["", "", "One."])
    (event,) = layout.events
    assert covered(layout, event).bottom <= 1290


def test_no_sign_is_covered_where_one_above_the_other_leaves_room_only_below() -> None:
    cues = [sign("1", Rect(0, 150, 1080, 1500)), Cue("2", 0, 4000, "你")]
    layout = laid_out(cues, ["", "One."])
    box = covered(layout, layout.events[0])
    assert 1500 < box.top + 4 < box.bottom <= 1920


def test_signs_at_one_time_keep_words_of_their_own_and_never_wait_for_each_other() -> None:
    cues = [sign("1", Rect(100, 300, 500, 400)), sign("2", Rect(600, 300, 900, 400), 0, 4000)]
    layout = laid_out(cues, ["Lin Fan", "Room 8"])
    assert [(event.cue_ids, event.start_ms, event.end_ms) for event in layout.events] == [
        (("1",), 0, 4000),
        (("2",), 0, 4000),
    ]


def test_a_bilingual_series_shows_the_source_above_dialogue_and_not_above_a_sign_that_has_it() -> None:
    cues = [sign("1", Rect(300, 500, 760, 590)), Cue("2", 0, 4000, "你")]
    layout = laid_out(cues, ["Room 8", "You."], style=Style(bilingual=True, speakers="dash"))
    assert [(event.kind, event.above) for event in layout.events] == [("dialogue", "你"), ("forced", "")]


def test_the_check_finds_dialogue_on_a_sign_and_on_its_words() -> None:
    cues = [sign("1", Rect(300, 500, 760, 590)), Cue("2", 0, 4000, "你")]
    source = SourceTrack("zh-Hans", tuple(cues), 2)
    target = TargetTrack("en", (TargetLine("1", "Room 8", "x"), TargetLine("2", "You.", "x")))

    def signs_found(layout: Layout) -> list[tuple[str | None, str]]:
        found = check.check(source, target, layout, locale("en"), facts(), style=Style())
        return [(finding.cue_id, finding.message) for finding in found if finding.rule in {"sign", "overlap", "shrunk"}]

    layout = laid_out(cues, ["Room 8", "You."])
    assert signs_found(layout) == []
    said, words = layout.events
    on_words = replace(layout, events=(words, replace(said, margin_bottom_px=words.margin_bottom_px)))
    assert signs_found(on_words) == [("2", "the lines and the words for a sign cover each other")]
    on_sign = replace(layout, events=(words, replace(said, margin_bottom_px=1920 - 580)))
    assert signs_found(on_sign) == [("2", "the lines cover a sign")]


def test_sidecars_place_the_words_for_a_sign_and_srt_keeps_them_as_a_cue_of_their_own() -> None:
    cues = [sign("1", Rect(60, 500, 260, 590)), Cue("2", 0, 4000, "你")]
    layout = laid_out(cues, ["Room 8", "You."])
    said, words = layout.events
    profile, rate = locale("en"), facts().rate
    assert subtitles.to_srt(layout, profile).count("-->") == 2
    vtt = subtitles.to_vtt(layout, profile)
    assert f"position:{round(100 * words.centre_px / 1080)}%\nRoom 8\n" in vtt
    assert "%\nYou." in vtt
    ttml = subtitles.to_ttml(layout, profile, rate)
    assert f'region="up{words.margin_bottom_px}at{words.centre_px}high' in ttml
    assert f'region="up{layout.margin_bottom_px}high' in ttml
    assert said.centre_px == 0


@pytest.mark.engines
@pytest.mark.parametrize("tag", ["en", "ar", "th", "ja"])
def test_libass_draws_words_and_dialogue_where_they_were_placed(tag: str, tmp_path: Path) -> None:
    """Gray on black: the plate of a sign is what is light in its own box, and nothing is drawn outside the boxes."""
    texts = {
        "en": ("Room 8", "Who is it?"),
        "ar": ("الغرفة 8", "من هناك؟"),
        "th": ("ห้อง 8", "ใครอยู่ตรงนั้น"),
        "ja": ("8号室", "誰だ？"),
    }
    cues = [sign("1", Rect(60, 900, 280, 1100)), Cue("2", 0, 4000, "你")]
    layout = laid_out(cues, list(texts[tag]), tag=tag)
    (tmp_path / "a.ass").write_text(subtitles.to_ass(layout, locale(tag), Style()), "utf-8")
    done = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=black:s=1080x1920:r=1:d=1"),
            *("-vf", "ass=a.ass:shaping=complex,format=gray", "-frames:v", "1", "-f", "rawvideo", "pipe:1"),
        ],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    ink: np.ndarray = np.frombuffer(done.stdout, np.uint8).reshape(1920, 1080) > 40
    for event in layout.events:
        box = covered(layout, event)
        inside = ink[box.top - 2 : box.bottom + 2, box.left - 2 : box.right + 2]
        assert inside.any()
        ink = ink.copy()
        ink[box.top - 2 : box.bottom + 2, box.left - 2 : box.right + 2] = False
    assert not ink.any()
