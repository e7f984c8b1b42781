"""From words to cues: where they break, when they show, and which id they carry."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, SourceTrack, Word
from localize.engines.base import Dropped, Passage, Recognition
from localize.engines.fake import spoken
from localize.stages.segment import MIN_CUE_MS, from_subtitles, segment

Span = tuple[int, int, str]


def paced(*phrases: tuple[str, int], char_ms: int = 200) -> Recognition:
    """Speech at an even pace, a word a character; each phrase is followed by its pause in ms."""
    words: list[Span] = []
    at = 0
    for phrase, pause_ms in phrases:
        for char in phrase:
            if char in "，。！？":
                words[-1] = (*words[-1][:2], words[-1][2] + char)
            else:
                words.append((at, at + char_ms, char))
                at += char_ms
        at += pause_ms
    return spoken(*words)


def texts(recognition: Recognition) -> list[str]:
    return [cue.text for cue in segment(recognition).track.cues]


def test_a_sentence_that_fits_stays_whole_though_it_has_a_comma_and_a_pause() -> None:
    heard = paced(("我等了五年，", 350), ("终于找到林凡了。", 600), ("你是谁？", 0))
    assert texts(heard) == ["我等了五年，终于找到林凡了。", "你是谁？"]


def test_a_long_sentence_breaks_at_its_commas_and_in_as_few_cues_as_fit() -> None:
    heard = paced(("你以为你是谁，", 100), ("敢在我面前这样说话，", 100), ("今天我就让你知道后果。", 0))
    assert texts(heard) == ["你以为你是谁，敢在我面前这样说话，", "今天我就让你知道后果。"]


def test_a_pause_breaks_where_nothing_is_punctuated() -> None:
    assert texts(paced(("你回来了", 500), ("我一直在等你", 0))) == ["你回来了", "我一直在等你"]


def test_a_long_pause_breaks_even_after_a_comma() -> None:
    assert texts(paced(("我等了五年，", 900), ("终于等到了。", 0))) == ["我等了五年。", "终于等到了。"]


def test_a_comma_before_the_same_subject_ends_a_sentence() -> None:
    """Heard in the sample: two speakers, 500 ms apart, and the recogniser wrote a comma."""
    heard = paced(("林凡回来了，", 500), ("林凡才是真正的龙王。", 900), ("顾北辰，", 610), ("把戒指还给我，", 0))
    assert texts(heard) == ["林凡回来了。", "林凡才是真正的龙王。", "顾北辰，把戒指还给我。"]


def test_words_without_any_mark_or_pause_break_evenly_at_the_limit() -> None:
    assert [len(text) for text in texts(paced(("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", 0)))] == [12, 12]


def test_the_longest_pause_is_where_a_clause_breaks_if_it_must() -> None:
    heard = paced(("天地玄黄宇宙洪荒日月", 250), ("盈昃辰宿列张寒来暑往秋收冬藏", 0))
    assert [len(text) for text in texts(heard)] == [10, 14]


def test_what_would_only_flash_by_joins_its_neighbour() -> None:
    assert texts(paced(("不！", 0), ("不！", 0), ("不！", 0))) == ["不！不！不！"]


def test_a_recognisers_own_segments_do_not_matter() -> None:
    words = (Word(0, 400, "我等了"), Word(400, 800, "五年,"), Word(800, 1600, "终于找到你了。"))
    one = Recognition("fake", (Passage(words),))
    three = Recognition("fake", tuple(Passage((word,)) for word in words))
    assert segment(one) == segment(three)
    assert texts(one) == ["我等了五年，终于找到你了。"]


def test_cues_are_simplified_and_full_width() -> None:
    assert texts(spoken((0, 500, "這個"), (500, 900, "總裁"), (900, 1200, ",不簡單."))) == ["这个总裁，不简单。"]


def test_a_word_of_several_sentences_is_cut_and_its_time_shared() -> None:
    cues = segment(spoken((0, 1000, "我回来了。"), (1000, 2000, "你是谁？我是林凡。"))).track.cues
    assert [(cue.text, cue.start_ms) for cue in cues] == [("我回来了。", 0), ("你是谁？", 1000), ("我是林凡。", 1444)]


def test_a_cue_lasts_120_ms_longer_than_its_last_word_but_never_into_the_next() -> None:
    cues = segment(paced(("你回来了。", 50), ("我一直在等你。", 0))).track.cues
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(0, 850), (850, 2170)]


def test_a_short_cue_is_held_as_long_as_the_next_one_allows() -> None:
    cues = segment(paced(("跪！", 1000), ("我一直在等你。", 0))).track.cues
    assert (cues[0].start_ms, cues[0].end_ms) == (0, 600)


def test_the_last_cue_ends_with_the_media() -> None:
    (cue,) = segment(paced(("我一直在等你。", 0)), duration_ms=1250).track.cues
    assert (cue.start_ms, cue.end_ms) == (0, 1250)


def test_confidence_is_the_mean_over_characters() -> None:
    words = (Word(0, 300, "我一直", 0.9), Word(300, 400, "等", 0.5))
    (cue,) = segment(Recognition("fake", (Passage(words),))).track.cues
    assert cue.confidence == 0.8
    assert "".join(word.text for word in cue.words) == cue.text


def test_what_was_taken_for_an_invention_is_reported() -> None:
    dropped = Dropped(Passage((Word(61_000, 62_000, "谢谢观看"),)), "compression 2.50 > 2.0")
    (finding,) = segment(Recognition("fake", paced(("你回来了。", 0)).passages, (dropped,))).findings
    assert (finding.rule, finding.severity) == ("invented-speech", "warning")
    said = "01:01.000 '谢谢观看' was taken for an invention of the recogniser: compression 2.50 > 2.0"
    assert finding.message == said


def test_an_episode_without_speech_is_an_error_finding() -> None:
    result = segment(Recognition("fake", ()))
    assert result.track == SourceTrack("zh-Hans", (), 1)
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("no-speech", "error")]


def test_a_cue_that_did_not_change_keeps_its_id_and_a_new_one_never_gets_an_old_id() -> None:
    before = segment(paced(("你回来了。", 600), ("我是林凡。", 600), ("跪下吧你！", 0))).track
    assert [cue.id for cue in before.cues] == ["c0001", "c0002", "c0003"]
    after = segment(paced(("你回来了。", 600), ("我是林峰。", 600), ("跪下吧你！", 0)), previous=before).track
    assert [cue.id for cue in after.cues] == ["c0001", "c0004", "c0003"]
    assert after.next_id == 5


@st.composite
def recognitions(draw: st.DrawFn) -> Recognition:
    """Words as bad as they come: out of order, overlapping, without length, in both scripts, with stray marks."""
    word = st.builds(
        lambda at, length, text, sure: Word(at, at + length, text, sure),
        st.integers(0, 20_000),
        st.integers(0, 1_500),
        st.text("我們你好林凡裡，。！？,.?! abc12…”", min_size=1, max_size=24),
        st.floats(0, 1),
    )
    words = draw(st.lists(word, max_size=25))
    if draw(st.booleans()):
        words.sort(key=lambda word: word.start_ms)
    return Recognition("fake", tuple(Passage((word,)) for word in words))


def characters(text: str) -> Counter[str]:
    """Letters and digits, as Simplified; marks may be respelled, these may not."""
    return Counter(char for char in text.replace("們", "们").replace("裡", "里") if char.isalnum())


@given(recognitions())
def test_cues_are_sorted_apart_and_named_once(recognition: Recognition) -> None:
    cues = segment(recognition).track.cues
    for before, after in pairwise(cues):
        assert before.end_ms <= after.start_ms
    assert all(cue.duration_ms >= MIN_CUE_MS for cue in cues)
    assert len({cue.id for cue in cues}) == len(cues)
    assert all(cue.text.strip() for cue in cues)


@given(recognitions())
def test_every_recognised_character_is_in_exactly_one_cue(recognition: Recognition) -> None:
    heard = "".join(word.text for passage in recognition.passages for word in passage.words)
    cues = segment(recognition).track.cues
    assert characters("".join(cue.text for cue in cues)) == characters(heard)
    assert all("".join(word.text for word in cue.words).strip() == cue.text for cue in cues)


@given(recognitions())
def test_segmenting_again_gives_the_same_track(recognition: Recognition) -> None:
    first = segment(recognition).track
    assert segment(recognition).track == first
    assert segment(recognition, previous=first).track == first


def supplied(*spans: Span, duration_ms: int = 10_000) -> tuple[list[Span], list[str]]:
    """What becomes of supplied subtitles: the cues, and `rule severity id` of the findings."""
    result = from_subtitles(spans, duration_ms=duration_ms)
    cues = [(cue.start_ms, cue.end_ms, cue.text) for cue in result.track.cues]
    return cues, [f"{f.rule} {f.severity} {f.cue_id}" for f in result.findings]


def test_supplied_cues_are_taken_as_they_are() -> None:
    result = from_subtitles([(0, 1000, "你回来了。"), (2000, 3000, "我是林凡。")], duration_ms=10_000)
    assert result.track.cues[0] == Cue("c0001", 0, 1000, "你回来了。", origin="file")
    assert (result.findings, result.track.next_id) == ((), 3)


def test_a_supplied_cue_that_overlaps_the_next_is_clipped() -> None:
    cues, findings = supplied((0, 1500, "你回来了。"), (1000, 3000, "我是林凡。"))
    assert cues == [(0, 1000, "你回来了。"), (1000, 3000, "我是林凡。")]
    assert findings == ["supplied-overlap warning c0001"]


def test_supplied_cues_that_begin_together_are_shown_together() -> None:
    cues, findings = supplied((0, 1500, "你回来了。"), (0, 2000, "我是林凡。"))
    assert cues == [(0, 2000, "你回来了。"), (0, 2000, "我是林凡。")]
    assert findings == ["supplied-overlap warning c0001"]


def test_a_supplied_cue_that_runs_past_the_end_is_clipped_to_it() -> None:
    cues, findings = supplied((9000, 12_000, "你回来了。"))
    assert cues == [(9000, 10_000, "你回来了。")]
    assert findings == ["supplied-past-end warning c0001"]


def test_a_supplied_cue_that_cannot_be_shown_is_an_error_that_quotes_it() -> None:
    result = from_subtitles([(0, 900, "好。"), (5000, 5000, "跪下！"), (11_000, 12_000, "完。")], duration_ms=10_000)
    assert [cue.text for cue in result.track.cues] == ["好。"]
    assert [(f.rule, f.severity, f.message) for f in result.findings] == [
        (
            "supplied-no-duration",
            "error",
            "supplied cue 2 at 00:05.000 ends before it begins and was left out: '跪下！'",
        ),
        (
            "supplied-past-end",
            "error",
            "supplied cue 3 at 00:11.000 begins after the end of the media and was left out: '完。'",
        ),
    ]


def test_a_supplied_cue_without_text_is_left_out_with_a_warning() -> None:
    cues, findings = supplied((0, 1000, " \n "), (2000, 3000, "我是林凡。"))
    assert cues == [(2000, 3000, "我是林凡。")]
    assert findings == ["supplied-empty warning None"]


def test_supplied_subtitles_without_one_usable_cue_are_an_error() -> None:
    assert supplied((5, 5, "跪下！"))[1] == ["supplied-no-duration error None", "no-cues error None"]


def test_supplied_cues_come_in_order_of_time() -> None:
    assert [cue[2] for cue in supplied((2000, 3000, "二。"), (0, 1000, "一。"))[0]] == ["一。", "二。"]


def test_a_line_break_in_a_supplied_cue_was_its_comma() -> None:
    cues, _ = supplied((0, 1000, "我等了五年\n终于找到你了"), (2000, 3000, "你好。\n我是林凡。"))
    assert [text for _, _, text in cues] == ["我等了五年，终于找到你了", "你好。我是林凡。"]


@pytest.mark.parametrize(
    "text",
    [
        "- 你是谁？\n- 我是林凡。",
        "－你是谁？\n－我是林凡。",
        "—你是谁？\n—我是林凡。",
        "你是谁？\n- 我是林凡。",
        "-你是谁？ -我是林凡。",
    ],
)
def test_two_voices_of_a_supplied_cue_are_two_cues_of_its_times(text: str) -> None:
    assert supplied((0, 1000, text), (1000, 2000, "跪下！")) == (
        [(0, 1000, "你是谁？"), (0, 1000, "我是林凡。"), (1000, 2000, "跪下！")],
        [],
    )


def test_a_voice_keeps_its_second_line_and_its_name_tag() -> None:
    text = "- 林凡：我等了五年\n终于找到你了\n- 苏若雪：滚！"
    cues = from_subtitles([(0, 1000, text)], names=["林凡", "苏若雪"]).track.cues
    assert [(cue.speaker, cue.text) for cue in cues] == [("林凡", "我等了五年，终于找到你了"), ("苏若雪", "滚！")]


@pytest.mark.parametrize("text", ["- 你是谁？", "今天气温\n-5度", "我以为\n——你死了", "-"])
def test_one_dash_alone_is_no_second_voice(text: str) -> None:
    assert len(supplied((0, 1000, text))[0]) == 1


def test_a_cue_that_begins_before_two_voices_end_clips_them_both() -> None:
    cues, findings = supplied((0, 1500, "- 你是谁？\n- 我是林凡。"), (1000, 3000, "跪下！"))
    assert cues == [(0, 1000, "你是谁？"), (0, 1000, "我是林凡。"), (1000, 3000, "跪下！")]
    assert findings == ["supplied-overlap warning c0002"]


def test_voices_keep_their_ids_when_the_file_is_read_again() -> None:
    spans = [(0, 1000, "- 你是谁？\n- 我是林凡。"), (1000, 2000, "跪下！")]
    first = from_subtitles(spans).track
    assert from_subtitles(spans, previous=first).track == first


def test_supplied_traditional_text_is_simplified() -> None:
    assert supplied((0, 1000, "這個總裁,不簡單"))[0] == [(0, 1000, "这个总裁，不简单")]


SPANS = st.lists(
    st.tuples(st.integers(-500, 12_000), st.integers(-500, 12_000), st.text("你好\n ，-", max_size=5)), max_size=12
)


@given(SPANS)
def test_supplied_cues_end_up_sorted_apart_and_inside_the_media(spans: list[Span]) -> None:
    result = from_subtitles(spans, duration_ms=10_000)
    cues = result.track.cues
    for before, after in pairwise(cues):
        at_once = (before.start_ms, before.end_ms) == (after.start_ms, after.end_ms)
        assert at_once or before.end_ms <= after.start_ms
    assert all(cue.end_ms <= 10_000 for cue in cues)
    left_out = sum("left out" in finding.message for finding in result.findings)
    assert len(cues) + left_out >= len(spans)
    shown = [raw for start_ms, end_ms, raw in spans if max(start_ms, 0) < min(end_ms, 10_000)]
    assert sum(text.count(c) for text in shown for c in "你好") == sum(
        cue.text.count(c) for cue in cues for c in "你好"
    )


@pytest.mark.parametrize("tagged", ["林凡：你来了。", "（林凡）你来了。", "【林凡】：你来了。"])
def test_a_known_name_in_front_of_a_supplied_line_is_its_speaker(tagged: str) -> None:
    (cue,) = from_subtitles([(0, 1000, tagged)], names=["林凡"]).track.cues
    assert (cue.speaker, cue.text) == ("林凡", "你来了。")


def test_what_is_no_known_name_stays_in_the_line_and_names_nobody() -> None:
    (cue,) = from_subtitles([(0, 1000, "记住：你来了。")], names=["林凡"]).track.cues
    assert (cue.speaker, cue.text) == (None, "记住：你来了。")


def test_a_voice_of_the_file_is_the_speaker_of_its_cue() -> None:
    (cue,) = from_subtitles([(0, 1000, "你来了。", "苏若雪")]).track.cues
    assert cue.speaker == "苏若雪"
