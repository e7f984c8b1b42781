"""What `read` makes of painted films, whose every text is known; see `painted`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.picture.hardsub import HardSubs
from localize.picture.sight import Reading
from localize.stages import read
from localize.stages.read.lines import Box, rows, stacked, turned
from localize.stages.read.spaces import with_spaces
from localize.stages.read.strip import EM_PX, evened, on_axis, shared
from localize.stages.read.vote import plain, same_text, voted
from localize.stages.read.watch import Run, merged
from tests.stages.painted import EM, Drawn, Painted

LINES = ("你终于回来了", "快跑", "他就是传说中的龙王", "这枚戒指是假的", "我要见你们董事长", "凭什么")
MARK = Drawn(0, 16_000, "红果短剧", y=0.06, x=0.2, em=0.02)


def dialogue(texts: Sequence[str] = LINES, *, y: float = 0.7, gap_ms: int = 400, at_ms: int = 800) -> list[Drawn]:
    """Lines of 1.6 s, one after the other."""
    each = 1_600 + gap_ms
    return [Drawn(at_ms + n * each, at_ms + n * each + 1_600, text, y=y) for n, text in enumerate(texts)]


def seen(film: Painted, band: tuple[float, float] | None = None) -> HardSubs:
    return read.read(film, film, film.facts, band=band)


def told(found: HardSubs) -> list[tuple[int, int, str]]:
    return [(one.start_ms, one.end_ms, one.text) for one in found.dialogue]


def truth(lines: Sequence[Drawn]) -> list[tuple[int, int, str]]:
    return [(line.start_ms, line.end_ms, line.text) for line in lines]


def test_every_line_is_found_with_its_first_and_last_frame() -> None:
    lines = dialogue()
    found = seen(Painted([*lines, MARK], 16_000))
    assert told(found) == truth(lines)
    (band,) = found.bands
    assert band.top < 0.69 < 0.71 < band.bottom
    assert band.lines == 1
    assert band.em == pytest.approx(lines[0].em, rel=0.15)


def test_lines_without_a_gap_between_them_are_told_apart_on_the_frame() -> None:
    lines = dialogue(gap_ms=0)
    assert told(seen(Painted(lines, 16_000))) == truth(lines)


def test_lines_that_differ_in_a_letter_are_told_apart_without_a_gap() -> None:
    lines = dialogue(("他来了", "我来了", "我走了", "你们走了", "他们走吗"), gap_ms=0)
    assert told(seen(Painted(lines, 16_000))) == truth(lines)


def test_lines_that_differ_in_half_a_letter_are_told_apart_without_a_gap() -> None:
    lines = dialogue(("他不去吗", "她不去吗", "就是他说的", "就是她说的"), gap_ms=0)
    assert told(seen(Painted(lines, 16_000))) == truth(lines)


@pytest.mark.parametrize("ground", [90, 210])
def test_lines_in_an_opaque_box_are_told_apart_without_a_gap(ground: int) -> None:
    texts = ("医院打来电话", "孩子是谁的呢", "你终于回来了", "这枚戒指是假的", "我要见你们董")
    lines = [replace(line, panel=True) for line in dialogue(texts, gap_ms=0)]
    assert told(seen(Painted(lines, 16_000, ground=ground))) == truth(lines)


def test_a_line_on_every_picture_of_the_film_is_dialogue_all_the_same() -> None:
    lines = dialogue(gap_ms=0, at_ms=0)
    assert told(seen(Painted(lines, 9_600))) == truth(lines)


def test_a_line_is_read_a_few_times_and_not_once_a_frame() -> None:
    film = Painted(dialogue(), 16_000)
    found = seen(film)
    assert all(2 <= one.readings <= 6 for one in found.dialogue)
    assert film.reads < 100


@pytest.mark.parametrize("fade_ms", [240, 600])
def test_a_fade_is_part_of_its_line(fade_ms: int) -> None:
    lines = [replace(line, fade_ms=fade_ms) for line in dialogue()]
    found = told(seen(Painted(lines, 16_000)))
    assert [text for _, _, text in found] == [line.text for line in lines]
    for (start_ms, end_ms, _), line in zip(found, lines, strict=True):
        assert 0 <= start_ms - line.start_ms <= 80
        assert 0 <= line.end_ms - end_ms <= 80


def test_two_rows_are_one_text_from_the_top() -> None:
    lines = dialogue()
    above = [Drawn(line.start_ms, line.end_ms, "这些年你过得好吗", y=0.655) for line in lines[1:5:2]]
    found = seen(Painted([*lines, *above], 16_000))
    assert [text for _, _, text in told(found)] == [
        f"这些年你过得好吗\n{line.text}" if line in lines[1:5:2] else line.text for line in lines
    ]
    assert found.bands[0].lines == 2


def test_what_stands_all_the_time_is_ignored_and_named() -> None:
    disclaimer = Drawn(0, 16_000, "本剧纯属虚构", y=0.96, em=0.015)
    found = seen(Painted([*dialogue(), MARK, disclaimer], 16_000))
    assert {one.text for one in found.ignored} == {MARK.text, disclaimer.text}
    assert not found.inserts


def test_a_disclaimer_under_the_dialogue_is_none_though_the_survey_seldom_finds_it() -> None:
    disclaimer = Drawn(0, 16_000, "本剧纯属虚构请勿模仿", y=0.745, em=0.018)
    lines = dialogue()
    found = seen(Painted([*lines, disclaimer], 16_000, least_px=10))
    assert told(found) == truth(lines)
    assert [one.text for one in found.ignored] == [disclaimer.text]


def test_what_comes_and_goes_under_the_dialogue_at_its_own_times_is_no_second_row() -> None:
    lines = dialogue()
    advertisement = Drawn(5_600, 9_400, "点击下方观看全集", y=0.75, em=0.02)
    found = seen(Painted([*lines, advertisement], 16_000))
    assert told(found) == truth(lines)
    assert [one.text for one in found.inserts] == [advertisement.text]


def test_a_sign_that_a_detector_overlooks_at_times_is_one() -> None:
    sign = Drawn(8_000, 15_000, "人民医院急诊", y=0.2, x=0.6, em=0.018)
    (one,) = seen(Painted([*dialogue(), sign], 16_000, least_px=10)).inserts
    assert one.text == sign.text
    assert abs(one.start_ms - sign.start_ms) <= 250
    assert abs(one.end_ms - sign.end_ms) <= 250


@pytest.mark.parametrize("pitch", [1.3, 1.75])
def test_rows_of_one_text_may_stand_well_apart(pitch: float) -> None:
    lines = dialogue()
    above = replace(lines[2], text="这些年你过得好吗", y=0.7 - pitch * EM)
    texts = [text for _, _, text in told(seen(Painted([*lines, above], 16_000)))]
    assert texts[2] == f"{above.text}\n{lines[2].text}"


def test_a_card_and_a_sign_are_shown_and_not_said() -> None:
    card = [
        Drawn(4_000, 7_000, "沈若溪", y=0.3, x=0.25, em=0.04),
        Drawn(4_000, 7_000, "集团总裁", y=0.34, x=0.25, em=0.025),
    ]
    sign = Drawn(9_000, 12_000, "人民医院", y=0.2, x=0.7)
    found = seen(Painted([*dialogue(), *card, sign], 16_000))
    assert len(found.dialogue) == len(LINES)
    assert [(one.sort, one.text) for one in found.inserts] == [("card", "沈若溪\n集团总裁"), ("sign", "人民医院")]
    for one, line in zip(found.inserts, (card[0], sign), strict=True):
        assert abs(one.start_ms - line.start_ms) <= 250
        assert abs(one.end_ms - line.end_ms) <= 250


def test_a_message_is_dark_on_light() -> None:
    lines = [*dialogue(), Drawn(4_000, 7_000, "今晚老地方见", y=0.4, x=0.45, em=0.025, colour=(5, 5, 5))]
    # Its letters are dark as their rims are, on a ground that is lighter.
    assert [(one.sort, one.text) for one in seen(Painted(lines, 16_000)).inserts] == [("message", "今晚老地方见")]


def test_a_band_that_jumps_for_a_shot_is_followed() -> None:
    lines = dialogue()
    lines[2] = Drawn(lines[2].start_ms, lines[2].end_ms, lines[2].text, y=0.25)
    found = seen(Painted(lines, 16_000))
    assert told(found) == truth(lines)
    assert len(found.bands) == 2
    assert found.bands[1].end_ms - found.bands[1].start_ms < 5_000


def test_of_a_chinese_line_with_its_english_below_the_chinese_one_is_read() -> None:
    lines = dialogue()
    english = ("You are back", "Run!", "He is the one", "It's a fake", "Your boss, now", "But why")
    below = [Drawn(o.start_ms, o.end_ms, text, y=0.735, em=0.02) for o, text in zip(lines, english, strict=True)]
    found = seen(Painted([*lines, *below], 16_000))
    assert told(found) == truth(lines)
    # Both are covered as one.
    assert all(one.box.bottom >= 0.74 * 640 for one in found.dialogue)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (("You are back", "Run now", "Who is he", "Let me go", "Get out", "Why"), "not Chinese"),
        (("やっと帰った", "早く逃げて", "どうして", "出ていけ", "もう愛していない", "触らないで"), "Japanese"),
        (("你终于回来了",) * 6, "changes"),
        ((), "there is no text"),
    ],
)
def test_without_chinese_dialogue_there_is_no_band_and_a_reason(texts: Sequence[str], reason: str) -> None:
    found = seen(Painted(dialogue(texts), 16_000))
    assert found.bands == () == found.dialogue
    assert reason in found.reason


def test_text_that_is_never_at_one_height_is_no_band() -> None:
    lines = [Drawn(n * 2_000, n * 2_000 + 1_600, text, y=0.1 + 0.15 * n) for n, text in enumerate(LINES)]
    found = seen(Painted(lines, 16_000))
    assert found.bands == ()
    assert "place" in found.reason


def test_the_band_of_the_manifest_is_taken_as_it_is() -> None:
    """A single line would not make a band by itself."""
    line = dialogue()[:1]
    assert told(seen(Painted(line, 4_000))) == []
    assert told(seen(Painted(line, 4_000), band=(0.66, 0.74))) == truth(line)


def test_what_some_readings_get_wrong_the_others_outvote() -> None:
    def misread(text: str, number: int) -> tuple[str, float]:
        return (text.replace("你", "妳"), 0.6) if number % 3 == 0 else (text, 0.95)

    lines = dialogue()
    found = seen(Painted(lines, 16_000, misread))
    assert [one.text for one in found.dialogue] == [line.text for line in lines]
    assert any(one.others for one in found.dialogue)
    assert all(len(one.confidences) == len(one.text) for one in found.dialogue)


def test_a_line_of_which_a_part_was_read_at_first_is_one_line() -> None:
    times: dict[str, int] = {}

    def misread(text: str, _number: int) -> tuple[str, float]:
        times[text] = times.get(text, 0) + 1
        return (text[:4] if times[text] in (3, 4) else text), 0.99

    lines = dialogue(("你终于回来了呀", "我要见你们董事长", "他就是传说中的龙王"))
    found = told(seen(Painted(lines, 8_000, misread)))
    assert found == truth(lines)


@pytest.mark.parametrize("wrong", [{4}, {4, 5}, {4, 5, 6}, {5, 6}, {5, 6, 7, 8}, {6, 7, 8}])
def test_a_line_of_which_a_part_was_overlooked_is_one_line(wrong: set[int]) -> None:
    times: dict[str, int] = {}

    def misread(text: str, _number: int) -> tuple[str, float]:
        times[text] = times.get(text, 0) + 1
        return (text[4:] if times[text] in wrong else text), 0.99

    lines = dialogue(("你终于回来了呀", "我要见你们董事长", "他就是传说中的龙王"))
    assert told(seen(Painted(lines, 8_000, misread))) == truth(lines)


def test_traditional_letters_come_out_simplified() -> None:
    lines = dialogue(("你終於回來了", "快跑", "他就是傳說中的龍王"))
    assert [text for _, _, text in told(seen(Painted(lines, 10_000)))] == ["你终于回来了", "快跑", "他就是传说中的龙王"]


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(12, 60), st.integers(0, 30)), min_size=3, max_size=6))
def test_whatever_comes_and_goes_texts_keep_their_order_and_never_overlap(plan: list[tuple[str, int, int]]) -> None:
    """Lengths and gaps are in frames; the same text twice in a row may be one where nothing is between."""
    lines, at = [], 10
    for text, length, gap in plan:
        lines.append(Drawn(at * 40, (at + length) * 40, text))
        at += length + gap
    # What stands for two fifths of a film is a watermark, so that the texts fill a third of it.
    film = Painted(lines, 3 * at * 40, moving=False)
    found = seen(film, band=(0.66, 0.74))
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(found.dialogue))
    assert {one.text for one in found.dialogue} == {line.text for line in lines}
    assert all(any(one.text == line.text and one.start_ms == line.start_ms for line in lines) for one in found.dialogue)


def reading(text: str, sure: float = 0.95, spread: Sequence[float] | None = None) -> Reading:
    places = spread or [(number + 0.5) / max(1, len(text)) for number in range(len(text))]
    return Reading(text, (sure,) * len(text), tuple(places))


def run(start_ms: int, end_ms: int, text: str) -> Run:
    return Run(start_ms, end_ms, [[reading(text)]], [Box(0, 0, 9, 9)], ["#ffffff"], [30.0], np.ones((4, 4)))


@pytest.mark.parametrize(
    ("runs", "texts"),
    [
        ([run(0, 200, "你以为有就了不起"), run(200, 2_000, "你以为有钱就了不起吗")], ["你以为有钱就了不起吗"]),
        ([run(0, 1_800, "你以为有钱就了不起吗"), run(1_800, 2_000, "以为钱就了不起吗")], ["你以为有钱就了不起吗"]),
        ([run(0, 200, "你"), run(200, 400, "你终"), run(400, 2_000, "你终于来了")], ["你终于来了"]),
        ([run(0, 1_000, "快跑"), run(1_040, 2_000, "快跑")], ["快跑"]),
        ([run(0, 1_000, "快跑"), run(1_200, 2_000, "快跑")], ["快跑", "快跑"]),
        ([run(0, 1_000, "他是谁"), run(1_000, 2_000, "你是谁")], ["他是谁", "你是谁"]),
        ([run(0, 400, "快跑"), run(400, 2_000, "他来了")], ["快跑", "他来了"]),
    ],
)
def test_a_text_that_is_half_there_belongs_to_what_it_becomes(runs: list[Run], texts: list[str]) -> None:
    joined = merged(runs)
    assert [one.text for one in joined] == texts
    assert joined[0].start_ms == 0
    assert joined[-1].end_ms == 2_000


@given(st.text("你我他来去 ，。ab", min_size=1).filter(str.strip), st.integers(1, 5))
def test_readings_that_agree_say_what_each_says(text: str, times: int) -> None:
    result, others = voted([reading(text)] * times)
    assert plain(result.text) == plain(text)
    assert others == ()
    assert len(result.confidences) == len(result.text) == len(result.centres)


@given(st.lists(st.text("你我他来去", max_size=6), max_size=6))
def test_a_vote_has_a_confidence_for_every_character(texts: list[str]) -> None:
    result, _ = voted([reading(text) for text in texts])
    assert len(result.confidences) == len(result.text) == len(result.centres)
    assert all(0 <= share <= 1 for share in result.confidences)


def test_a_character_that_one_of_three_reads_otherwise_is_less_sure() -> None:
    result, others = voted([reading("他来了"), reading("他来了"), reading("她来了", 0.6)])
    assert result.text == "他来了"
    assert others == ("她来了",)
    assert result.confidences[0] < 0.7 < 0.8 < result.confidences[1]


def test_a_character_that_one_of_three_loses_is_kept() -> None:
    result, _ = voted([reading("别碰我"), reading("别我"), reading("别碰我")])
    assert result.text == "别碰我"


def test_a_space_that_one_reading_has_is_kept() -> None:
    assert voted([reading("妈我想回家"), reading("妈 我想回家")])[0].text == "妈 我想回家"


def test_room_between_characters_is_a_space() -> None:
    assert voted([reading("陆总医院", spread=(0.1, 0.2, 0.5, 0.6))])[0].text == "陆总 医院"


def test_room_after_a_mark_is_none() -> None:
    assert voted([reading("妈，回家", spread=(0.1, 0.2, 0.5, 0.6))])[0].text == "妈，回家"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (reading("我不去了"), reading("我不去吗"), False),
        (reading("我不去了"), reading("我不去吗", 0.5), True),
        (reading("你走"), reading("他来", 0.5), False),
        (reading("你走 吧"), reading("你走吧"), True),
        (reading("好！"), reading("好!"), True),
    ],
)
def test_readings_are_of_one_text_where_only_the_unsure_differs(one: Reading, other: Reading, same: bool) -> None:
    assert same_text(one, other) is same


def test_boxes_in_a_row_are_read_from_the_left_and_rows_from_the_top() -> None:
    right, left, below = Box(60, 10, 90, 30), Box(10, 12, 50, 32), Box(20, 40, 80, 60)
    assert rows([below, right, left]) == [[left, right], [below]]


def test_lines_of_a_card_are_stacked_and_a_sign_far_off_is_not() -> None:
    name, title, sign = Box(10, 100, 60, 120), Box(10, 124, 90, 138), Box(10, 300, 60, 320)
    assert stacked([sign, title, name]) == [[2, 1], [0]]


def test_a_column_and_a_slope_are_turned_and_a_row_is_not() -> None:
    assert turned(Box(0, 0, 20, 100).corners)
    assert turned(((0, 0), (100, 40), (92, 58), (-8, 18)))
    assert not turned(Box(0, 0, 100, 20).corners)


def test_room_in_the_picture_is_a_space_and_a_restless_ground_is_none() -> None:
    """Letters 20 wide every 24 pixels, with 24 more before the third."""
    line = np.full((30, 140, 3), 60, np.uint8)
    for left in (8, 32, 80, 104):
        line[5:25, left : left + 20] = 220
    read_ = reading("陆总医院", spread=[(left + 10) / 140 for left in (8, 32, 80, 104)])
    assert with_spaces(read_, line).text == "陆总 医院"
    noise = np.random.default_rng(1).integers(0, 255, (30, 140, 3)).astype(np.uint8)
    assert with_spaces(read_, noise).text == "陆总医院"


def test_something_bright_beside_a_line_is_no_part_of_it() -> None:
    lamp, line = Box(20, 10, 50, 40), Box(200, 10, 400, 40)
    assert on_axis([lamp, line], 300) == [line]
    assert on_axis([Box(100, 10, 280, 40), Box(320, 10, 500, 40)], 300) != [line]


def test_what_moves_behind_letters_is_no_part_of_their_looks() -> None:
    letters, edge = np.zeros((2, 8, 40), np.float32)
    letters[2:6, 4:8], letters[2:6, 20:24], edge[:, 30:33] = 60, -40, 50
    both = shared(letters + edge, letters + np.roll(edge, 4, axis=1))
    assert (both[:, :30] == letters[:, :30]).all()
    assert not both[:, 30:33].any()


def test_a_pictograph_is_not_read() -> None:
    assert voted([reading("👨恭迎战神"), reading("恭迎战神")])[0].text == "恭迎战神"


def test_a_line_that_lacks_a_letter_on_one_side_of_its_axis_is_looked_at_there() -> None:
    whole = Box(100, 10, 400, 40)
    assert evened(Box(100 + EM_PX, 10, 400, 40), 250) == whole
    assert evened(Box(100, 10, 400 - EM_PX, 40), 250) == whole
    assert evened(Box(100, 10, 390, 40), 250) == Box(100, 10, 390, 40)
