"""What the picture says and what is heard, as one track."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, SourceTrack, Word
from localize.drawing.safe_area import Rect
from localize.engines.base import Passage, Recognition
from localize.engines.fake import spoken
from localize.picture.hardsub import Band, HardSubs, Shown, Sort
from localize.sourcing import MIN_CUE_MS, Segmented
from localize.stages.fuse import fuse, held_against, with_inserts

BOX, CARD = Rect(100, 880, 600, 950), Rect(60, 380, 240, 470)
BAND = Band(0.68, 0.74, "#ffffff", 0.036, 1, 0, 20_000)


def shown(start_ms: int, end_ms: int, text: str, sort: Sort = "subtitle", sure: float = 0.99, **more: object) -> Shown:
    box = BOX if sort == "subtitle" else CARD
    return Shown(start_ms, end_ms, text, box, sort, (sure,) * len(text), **more)  # type: ignore[arg-type]


def picture(*texts: Shown) -> HardSubs:
    return HardSubs((BAND,), "", texts)


def said(*lines: tuple[int, int, str]) -> Recognition:
    """A word a character, evenly over each line."""
    words = []
    for start_ms, end_ms, text in lines:
        step = (end_ms - start_ms) // len(text)
        words += [(start_ms + i * step, start_ms + (i + 1) * step, char) for i, char in enumerate(text)]
    return spoken(*words)


def rules(made: Segmented) -> list[tuple[str, str, str | None]]:
    return [(note.rule, note.severity, note.cue_id) for note in made.findings]


def test_the_pictures_text_wins_and_a_word_of_the_same_sound_is_only_for_information() -> None:
    made = fuse(picture(shown(5760, 7320, "你知道龙王是谁吗？")), said((5700, 7300, "你知道龙王是水吗")))
    (cue,) = made.track.cues
    assert (cue.text, cue.start_ms, cue.end_ms, cue.origin, cue.kind) == (
        "你知道龙王是谁吗？",
        5760,
        7320,
        "ocr",
        "dialogue",
    )
    assert "".join(word.text for word in cue.words) == "你知道龙王是水吗"
    (note,) = made.findings
    assert note.message == "shown '你知道龙王是谁吗？', heard '你知道龙王是水吗', which sounds the same"
    assert (note.severity, note.cue_id, made.shown[cue.id].box) == ("info", cue.id, BOX)


def test_other_words_are_a_warning_with_both_readings_and_the_place_in_the_picture() -> None:
    made = fuse(picture(shown(0, 2000, "给你一百块钱")), said((0, 2000, "给你两百万块钱")))
    assert rules(made) == [("readings-differ", "warning", "c0001")]
    assert made.findings[0].measured == "给你两百万块钱"
    assert "c0001" in made.shown


def test_readings_that_differ_in_marks_script_and_digits_agree() -> None:
    made = fuse(picture(shown(0, 2000, "三十年前，我是将军。")), spoken((0, 900, "30年前"), (900, 1900, "我是將軍.")))
    assert (made.findings, made.shown) == ((), {})


def test_a_line_that_was_heard_and_never_shown_is_kept_between_the_others() -> None:
    made = fuse(
        picture(shown(0, 2000, "林凡回来了"), shown(6000, 8000, "你是谁")),
        said((0, 1900, "林凡回来了"), (3000, 4500, "快把他抓起来"), (6000, 7000, "你是谁")),
    )
    assert [(cue.text, cue.origin) for cue in made.track.cues] == [
        ("林凡回来了", "ocr"), ("快把他抓起来", "speech"), ("你是谁", "ocr"),
    ]  # fmt: skip
    assert rules(made) == [("not-shown", "warning", "c0002")]


def test_an_interjection_that_no_subtitler_writes_is_noted_and_no_line() -> None:
    made = fuse(picture(shown(0, 2000, "林凡回来了")), said((0, 1900, "林凡回来了"), (4000, 4300, "嗯")))
    assert len(made.track.cues) == 1
    assert rules(made) == [("not-shown", "info", None)]


def test_what_is_misheard_while_a_subtitle_stands_is_no_line_of_its_own() -> None:
    made = fuse(picture(shown(1000, 3000, "跪下")), said((1000, 2800, "天气真好啊")))
    assert [cue.text for cue in made.track.cues] == ["跪下"]
    assert rules(made) == [("readings-differ", "warning", "c0001")]


def test_a_subtitle_without_a_voice_stays_dialogue_and_is_noted() -> None:
    made = fuse(picture(shown(0, 2000, "三年后"), shown(3000, 4000, "你来了")), said((3000, 3900, "你来了")))
    assert [(cue.text, cue.kind) for cue in made.track.cues] == [("三年后", "dialogue"), ("你来了", "dialogue")]
    assert rules(made) == [("not-heard", "info", "c0001")]


def test_without_any_speech_not_every_line_is_noted() -> None:
    assert fuse(picture(shown(0, 2000, "三年后")), Recognition("", ())).findings == ()


def test_a_character_that_was_read_with_doubts_is_a_warning_unless_speech_has_the_same() -> None:
    doubtful = Shown(0, 2000, "龙王是谁", BOX, "subtitle", (0.9, 0.9, 0.9, 0.4), others=("龙王是淮",))
    alone = fuse(picture(doubtful), Recognition("", ()))
    assert rules(alone) == [("unsure-reading", "warning", "c0001")]
    assert alone.findings[0].message == "'龙王是谁' was read with doubts about '谁'; other frames have '龙王是淮'"
    assert fuse(picture(doubtful), said((0, 1900, "龙王是谁"))).findings == ()
    assert ("unsure-reading", "warning", "c0001") in rules(fuse(picture(doubtful), said((0, 1900, "龙王是水"))))


def test_two_lines_of_a_subtitle_are_one_sentence() -> None:
    (cue,) = fuse(picture(shown(0, 2000, "给你一百块钱\n离开苏若雪")), Recognition("", ())).track.cues
    assert cue.text == "给你一百块钱，离开苏若雪"


def test_a_space_of_the_subtitle_was_its_comma() -> None:
    found = picture(shown(0, 2000, "我等了五年 终于找到你了"), shown(3000, 4000, "OK 好的"), shown(5000, 6000, "恭 迎"))
    made = fuse(found, said((0, 1900, "我等了五年终于找到你了")))
    assert [cue.text for cue in made.track.cues] == ["我等了五年，终于找到你了", "OK好的", "恭迎"]


def test_signs_cards_and_messages_become_forced_cues_with_their_place() -> None:
    found = picture(
        shown(0, 2000, "你来了"),
        shown(500, 3000, "顾北辰\n顾氏集团总裁", "card"),
        shown(4000, 6000, "今晚见。", "message"),
    )
    made = with_inserts(fuse(found, said((0, 1900, "你来了"))), found)
    assert [(cue.id, cue.text, cue.kind, cue.origin, cue.place) for cue in made.track.cues] == [
        ("c0001", "你来了", "dialogue", "ocr", None),
        ("c0002", "顾北辰，顾氏集团总裁", "forced", "ocr", CARD),
        ("c0003", "今晚见。", "forced", "ocr", CARD),
    ]


def test_a_message_that_is_read_aloud_is_said_once() -> None:
    found = picture(shown(0, 1000, "你来了"), shown(4000, 8000, "今晚在酒店见。", "message"))
    heard = said((0, 900, "你来了"), (4500, 6500, "今晚在酒店见"))
    made = with_inserts(fuse(found, heard), found)
    assert [(cue.text, cue.kind) for cue in made.track.cues] == [("你来了", "dialogue"), ("今晚在酒店见", "dialogue")]


def test_an_insert_beside_a_supplied_file_is_added_unless_the_file_has_it() -> None:
    track = SourceTrack("zh-Hans", (Cue("c0001", 4000, 6000, "今晚在酒店见。", origin="file"),), 2)
    found = picture(shown(4000, 6000, "今晚在酒店见", "message"), shown(7000, 9000, "禁止入内", "sign"))
    made = with_inserts(Segmented(track), found)
    assert [(cue.text, cue.kind) for cue in made.track.cues] == [("今晚在酒店见。", "dialogue"), ("禁止入内", "forced")]


def test_running_again_keeps_every_id_and_a_new_line_gets_a_new_one() -> None:
    found = picture(shown(0, 2000, "你来了"), shown(500, 3000, "顾北辰", "card"), shown(6000, 7000, "跪下"))
    first = with_inserts(fuse(found, Recognition("", ())), found).track
    again = with_inserts(fuse(found, Recognition("", ()), previous=first), found, previous=first).track
    assert again == first
    more = picture(*found.shown, shown(4000, 5000, "站住"))
    later = with_inserts(fuse(more, Recognition("", ()), previous=first), more, previous=first).track
    ids = {cue.text: cue.id for cue in first.cues}
    assert {cue.text: cue.id for cue in later.cues} == ids | {"站住": f"c{first.next_id:04d}"}


def test_a_text_that_stops_being_dialogue_is_another_cue() -> None:
    first = fuse(picture(shown(0, 2000, "三年后")), Recognition("", ())).track
    found = picture(shown(0, 2000, "三年后", "sign"))
    later = with_inserts(Segmented(SourceTrack("zh-Hans", (), first.next_id)), found, previous=first).track
    assert [(cue.id, cue.kind) for cue in later.cues] == [("c0002", "forced")]


def test_a_supplied_file_is_held_against_the_picture() -> None:
    cues = (Cue("c0001", 0, 2000, "龙王是水", origin="file"), Cue("c0002", 3000, 4000, "你来了", origin="file"))
    found = picture(shown(0, 2000, "龙王是谁"), shown(3000, 4000, "你来了"), shown(6000, 7000, "跪下"))
    made = held_against(Segmented(SourceTrack("zh-Hans", cues, 3)), found, name="ep01.srt")
    assert [(note.rule, note.cue_id, note.message) for note in made.findings] == [
        ("readings-differ", "c0001", "ep01.srt has '龙王是水', the picture '龙王是谁'"),
        ("only-shown", None, "00:06.000 the picture has '跪下', ep01.srt has nothing like it"),
    ]
    assert list(made.shown) == ["c0001"]


def test_a_file_that_is_late_against_the_picture_is_told_once() -> None:
    texts = ["你来了", "跪下", "龙王是谁", "我等了十年", "离开苏若雪", "林凡回来了"]
    starts = [1000, 4000, 9000, 13_500, 21_000, 26_000]
    late = [
        Cue(f"c{n}", at + 2000, at + 3500, text, origin="file")
        for n, (at, text) in enumerate(zip(starts, texts, strict=True))
    ]
    found = picture(*(shown(at, at + 1500, text) for at, text in zip(starts, texts, strict=True)))
    made = held_against(Segmented(SourceTrack("zh-Hans", tuple(late), 9)), found, name="ep01.srt")
    (note,) = made.findings
    assert note.rule == "out-of-step"
    assert note.message == "ep01.srt is 2000 ms late against the subtitles in the picture"


SHOWN = st.lists(
    st.builds(
        lambda at, length, text, sort, sure: shown(at, at + length, text, sort, sure),
        st.integers(0, 9_000), st.integers(1, 3_000), st.text("林凡回来了，。\n", min_size=1, max_size=8),
        st.sampled_from(["subtitle", "subtitle", "sign", "card"]), st.floats(0, 1),
    ),
    max_size=8,
)  # fmt: skip
HEARD = st.lists(
    st.builds(
        lambda at, length, text: Word(at, at + length, text, 0.9),
        st.integers(0, 9_900), st.integers(0, 800), st.text("林凡回来了你好水。", min_size=1, max_size=4),
    ),
    max_size=16,
)  # fmt: skip


@given(SHOWN, HEARD)
def test_dialogue_is_sorted_apart_inside_the_media_and_every_cue_named_once(
    texts: list[Shown], words: list[Word]
) -> None:
    found, heard = picture(*texts), Recognition("fake", (Passage(tuple(words)),))
    made = with_inserts(fuse(found, heard, duration_ms=10_000), found)
    dialogue = [cue for cue in made.track.cues if cue.kind == "dialogue"]
    for before, after in pairwise(dialogue):
        assert before.end_ms <= after.start_ms
    assert all(cue.text.strip() and cue.duration_ms >= min(MIN_CUE_MS, 1) for cue in made.track.cues)
    ids = {cue.id for cue in made.track.cues}
    assert len(ids) == len(made.track.cues)
    assert {note.cue_id for note in made.findings} <= ids | {None}
    assert made.shown.keys() <= ids
    again = with_inserts(fuse(found, heard, duration_ms=10_000, previous=made.track), found, previous=made.track)
    assert [cue.text for cue in again.track.cues] == [cue.text for cue in made.track.cues]


@pytest.mark.parametrize("offset_ms", [0, 250, -250])
def test_speech_a_little_early_or_late_belongs_to_its_subtitle(offset_ms: int) -> None:
    found = picture(shown(1000, 3000, "林凡回来了"), shown(3200, 5000, "你知道龙王是谁吗"))
    heard = said(
        (1000 + offset_ms, 2900 + offset_ms, "林凡回来了"), (3200 + offset_ms, 4900 + offset_ms, "你知道龙王是谁吗")
    )
    assert fuse(found, heard).findings == ()
