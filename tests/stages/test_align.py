"""Align: every cue of a file to the line of the source it belongs to, and nothing lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, SourceTrack
from localize.locales import locale
from localize.stages.align import align, wrong_script
from localize.subtitles import TimedText

EN, JA, TH = locale("en"), locale("ja"), locale("th")


def source(*times: tuple[int, int]) -> SourceTrack:
    cues = tuple(Cue(f"c{n}", start, end, "跪下") for n, (start, end) in enumerate(times, 1))
    return SourceTrack("zh-Hans", cues, len(cues) + 1)


TWO = source((1000, 2000), (2000, 4000))


def test_a_cue_belongs_to_the_line_it_overlaps_most() -> None:
    made = align(TWO, [TimedText(900, 2200, "a"), TimedText(1900, 3000, "b")], EN)
    assert (made.texts, made.unmatched) == ({"c1": "a", "c2": "b"}, ())


def test_what_overlaps_nothing_belongs_to_the_line_that_starts_within_half_a_second() -> None:
    lone = source((1000, 2000))
    assert align(lone, [TimedText(500, 900, "near")], EN).texts == {"c1": "near"}
    far = TimedText(300, 400, "far")
    assert align(lone, [far], EN).unmatched == (far,)


def test_several_cues_on_one_line_follow_each_other_in_time() -> None:
    file = [TimedText(3000, 3900, "of the\nking."), TimedText(2000, 2900, "The sword")]
    assert align(TWO, file, EN).texts == {"c2": "The sword of the king."}
    file = [TimedText(2000, 2900, "王の\n剣"), TimedText(3000, 3900, "だ。")]
    assert align(TWO, file, JA).texts == {"c2": "王の剣だ。"}


def test_the_breaks_of_a_single_cue_stay_where_words_are_spaced() -> None:
    assert align(TWO, [TimedText(2000, 4000, "The sword\nof the king.")], EN).texts == {"c2": "The sword\nof the king."}
    assert align(TWO, [TimedText(2000, 4000, "ฉันคือ Lin\nเขาไม่รู้")], TH).texts == {"c2": "ฉันคือ Lin เขาไม่รู้"}


def test_two_speakers_keep_a_line_each() -> None:
    assert align(TWO, [TimedText(2000, 4000, "- 誰だ\n- 龍王だ")], JA).texts == {"c2": "- 誰だ\n- 龍王だ"}


def test_a_line_that_a_cue_covers_without_belonging_to_it_is_shown_with_another() -> None:
    made = align(source((1000, 2000), (2000, 4000), (5000, 6000)), [TimedText(1000, 4000, "both")], EN)
    assert (made.texts, made.shown_with, made.left_out) == ({"c2": "both"}, {"c1": "c2"}, ("c3",))


def test_a_line_that_a_cue_only_reaches_into_is_left_out() -> None:
    made = align(TWO, [TimedText(1000, 2400, "a")], EN)
    assert (made.texts, made.left_out) == ({"c1": "a"}, ("c2",))


def test_a_line_that_a_script_draws_twice_is_one() -> None:
    assert align(TWO, [TimedText(1000, 2000, "a")] * 2, EN).texts == {"c1": "a"}


def test_a_file_in_the_wrong_script_is_told() -> None:
    def told(tag: str, *texts: str) -> str:
        return wrong_script([TimedText(0, 1, text) for text in texts], locale(tag))

    assert told("th", "On your knees!", "I am back.") == "0% of its letters are Thai"
    assert told("ja", "战神归来，谁敢不跪", "龙王归来") == "it has no kana"
    assert told("zh-Hant", "战神归来，谁敢不跪").startswith("it is in Simplified characters: ")
    assert told("en", "跪下跪下跪下跪下跪下") == "0% of its letters are Latin"
    for tag, text in {
        "ja": "龍王が帰ってきた",
        "zh-Hant": "戰神歸來，誰敢不跪",
        "th": "ฉันกลับมาแล้ว Lin",
        "en": "I am back.",
    }.items():
        assert not told(tag, text, text)


SPANS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 4000)), max_size=8)


@given(SPANS, SPANS)
def test_every_cue_of_the_file_and_every_line_of_the_source_is_accounted_for_once(
    lines: list[tuple[int, int]], cues: list[tuple[int, int]]
) -> None:
    track = source(*sorted((start, start + length) for start, length in lines))
    file = [TimedText(start, start + length, f"<{n}>") for n, (start, length) in enumerate(cues)]
    made = align(track, file, EN)
    ids = [*made.texts, *made.shown_with, *made.left_out]
    assert sorted(ids) == sorted(cue.id for cue in track.cues)
    placed = "".join(made.texts.values())
    assert all((timed.text in placed) + (timed in made.unmatched) == 1 for timed in file)
    assert all(home in made.texts for home in made.shown_with.values())


def test_words_for_a_sign_and_what_is_said_beside_it_go_to_their_own_cues() -> None:
    sign = Cue("s", 0, 5000, "8号房", "forced")
    track = SourceTrack("zh-Hans", (sign, *source((1000, 2000), (2500, 4000)).cues), 4)
    file = [TimedText(0, 5000, "Room 8"), TimedText(1000, 2400, "Who?"), TimedText(2500, 4100, "Me.")]
    assert align(track, file, EN).texts == {"s": "Room 8", "c1": "Who?", "c2": "Me."}
    # A file without it leaves it out: nobody who speaks says what it says.
    assert align(track, file[1:], EN).left_out == ("s",)
