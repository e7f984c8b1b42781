"""Two readings of one film against each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localize.agreement import choose, compare
from localize.cues import Word
from localize.drawing.safe_area import Rect
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.text.alignment import met, plain, spoken
from localize.text.numerals import in_chinese, value

BOX = Rect(0, 800, 700, 900)


def line(start_ms: int, text: str, end_ms: int = 0) -> Word:
    return Word(start_ms, end_ms or start_ms + 1000, text)


def shares(lines: list[Word], others: list[Word]) -> list[float]:
    return [round(meeting.share, 2) for meeting in met(lines, others)]


def test_what_sounds_the_same_meets_in_other_characters_marks_and_digits() -> None:
    shown = [line(0, "恭迎战神归来！"), line(2000, "三十年前，我是将军。")]
    heard = [line(100, "供应战神"), line(600, "歸來"), line(2100, "30年前我是将军")]
    assert shares(shown, heard) == [1.0, 1.0]
    assert plain("30年前, 我是將軍") == plain("三十年前，我是将军。") == "三十年前我是将军"


def test_the_same_words_at_another_time_are_another_line() -> None:
    assert shares([line(0, "不要")], [line(9000, "不要")]) == [0.0]


def test_a_line_that_nobody_said_meets_nothing_and_its_neighbours_meet_theirs() -> None:
    shown = [line(0, "林凡回来了"), line(1200, "三年后"), line(2400, "你知道吗")]
    heard = [line(0, "林凡回来了"), line(2400, "你知道吗")]
    assert shares(shown, heard) == [1.0, 0.0, 1.0]


def test_a_line_of_marks_alone_says_nothing() -> None:
    assert shares([line(0, "……")], [line(0, "你好")]) == [0.0]


LINES = st.lists(
    st.tuples(st.integers(0, 20_000), st.text("林凡回来了，。！30aB们們 \n", max_size=8)).map(lambda one: line(*one)),
    max_size=8,
).map(lambda lines: sorted(lines, key=lambda one: one.start_ms))


@given(LINES, LINES)
def test_pairs_are_in_order_sound_alike_and_belong_to_their_line(lines: list[Word], others: list[Word]) -> None:
    meetings = met(lines, others)
    assert len(meetings) == len(lines)
    for number, meeting in enumerate(meetings):
        assert all(one.line == number and one.sound == other.sound for one, other in meeting.pairs)
        assert 0 <= meeting.share <= 1


@given(LINES)
def test_a_reading_meets_itself_wholly(lines: list[Word]) -> None:
    apart = [line(5000 * number, one.text) for number, one in enumerate(lines)]
    assert all(meeting.share == 1 for meeting in met(apart, apart) if meeting.said)
    assert all(apart[one.line].text[one.at].isalnum() for one in spoken(apart))


@given(st.integers(0, 99_999_999))
def test_a_number_read_aloud_is_the_same_number(number: int) -> None:
    assert value(in_chinese(str(number))) == number


def test_how_one_reading_bears_out_another_is_counted() -> None:
    shown = [line(0, "龙王是谁"), line(2000, "你来了"), line(4000, "跪下")]
    heard = [line(0, "龙王是水"), line(2000, "你来了")]
    found = compare(shown, heard, "speech", more=2)
    assert (found.lines, found.found, found.same, found.alike, found.more) == (3, 2, 1, 0.7778, 2)


BAND = Band(0.68, 0.74, "#ffffff", 0.036, 1, 0, 10_000)
READ = HardSubs((BAND,), "", (Shown(0, 1000, "你来了", BOX),))
NONE = HardSubs(reason="nothing changes")


def test_auto_takes_a_file_then_the_picture_then_speech() -> None:
    assert choose("auto", "ep.srt", READ)[0] == "file"
    assert choose("auto", "", READ)[0] == "ocr"
    assert choose("auto", "", NONE)[0] == "speech"


def test_what_was_asked_for_is_taken_where_it_is_there() -> None:
    assert choose("ocr", "ep.srt", READ)[0] == "ocr"
    assert choose("speech", "ep.srt", READ)[0] == "speech"
    assert choose("file", "ep.srt", READ)[0] == "file"


def test_a_band_that_was_asked_for_and_is_not_there_is_an_error_that_names_the_fallback() -> None:
    chosen, _, note = choose("ocr", "", NONE)
    assert chosen == "speech"
    assert note
    assert (note.rule, note.severity) == ("no-band", "error")
    assert note.message == "no burned-in subtitles that can be used: nothing changes; the text comes from speech"
    assert choose("ocr", "ep.srt", NONE)[0] == "file"
    unasked = choose("auto", "", NONE)[2]
    assert unasked
    assert unasked.severity == "info"
