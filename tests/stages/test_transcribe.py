"""The guards against what a recogniser makes up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Word
from localize.engines.base import Passage, Recognition, prompt_of
from localize.engines.fake import FakeTranscriber
from localize.stages.transcribe import transcribe, without_inventions


def passage(text: str, *, no_speech: float = 0.0, logprob: float = -0.2, compression: float = 1.0) -> Passage:
    """A word a character, 200 ms each."""
    words = tuple(Word(i * 200, (i + 1) * 200, char) for i, char in enumerate(text))
    return Passage(words, no_speech, logprob, compression)


def heard(*passages: Passage) -> Recognition:
    return without_inventions(Recognition("fake 1", passages))


def text(recognition: Recognition) -> str:
    return "".join(word.text for kept in recognition.passages for word in kept.words)


def test_the_engine_is_asked_with_the_names() -> None:
    asked: list[object] = []

    def hear(media: Path, names: object) -> Recognition:
        asked.append((media, names))
        return Recognition("fake 1", (passage("你回来了。"),))

    result = transcribe(Path("ep01.mp4"), engine=FakeTranscriber(hear), names=["林凡"])
    assert asked == [(Path("ep01.mp4"), ["林凡"])]
    assert text(result) == "你回来了。"


@pytest.mark.parametrize(
    ("made_up", "reason"),
    [
        (passage("林凡", no_speech=0.67, logprob=-0.66), "no speech 0.67 > 0.5 and log probability -0.66 < -0.5"),
        (passage("谢谢谢谢观看", compression=2.14), "compression 2.14 > 2.0"),
        (passage("你好" * 40, compression=2.5), "compression 2.50 > 2.4"),
        (passage("短剧对白。人物：林凡。"), "it repeats the prompt"),
        (passage("人物：林凡。"), "it repeats the prompt"),
    ],
)
def test_a_made_up_passage_is_taken_out_and_kept_beside_with_the_reason(made_up: Passage, reason: str) -> None:
    real = passage("你回来了。")
    result = heard(real, made_up)
    assert result.passages == (real,)
    assert [(d.passage, d.reason) for d in result.dropped] == [(made_up, reason)]


@pytest.mark.parametrize(
    "real",
    [
        passage("林凡", no_speech=0.67, logprob=-0.3),
        passage("林凡", no_speech=0.1, logprob=-0.9),
        passage("你好" * 4, compression=1.9),
        passage("不要不要不要不要！"),
        passage("哈哈哈哈哈哈哈哈"),
    ],
)
def test_what_may_be_speech_stays(real: Passage) -> None:
    assert heard(real).passages == (real,)


def test_of_a_loop_its_first_round_and_the_speech_before_it_stay() -> None:
    result = heard(passage("你终于回来了。" + "我爱你" * 5))
    assert text(result) == "你终于回来了。我爱你"
    (dropped,) = result.dropped
    assert "".join(word.text for word in dropped.passage.words) == "我爱你" * 4
    assert dropped.reason == "it repeats '我爱你'"


def test_an_echo_at_the_end_of_a_file_is_taken_out() -> None:
    """From the sample, cut in the middle of a line: 40 ms of audio came back as the whole line once more."""
    line = passage("我等了十年。")
    echo = tuple(Word(1200 + i, 1200 + i, word.text, 0.05) for i, word in enumerate(line.words))
    apart = heard(line, Passage(echo, no_speech=0.6, logprob=-0.35))
    assert text(apart) == "我等了十年。"
    assert [d.reason for d in apart.dropped] == ["6 words in 5 ms, confidence 0.05 < 0.5"]
    assert text(heard(Passage(line.words + echo))) == "我等了十年。"


def test_words_with_bad_times_stay_where_the_recogniser_is_sure_of_them() -> None:
    sure = Passage(tuple(Word(1000, 1000, char, 0.9) for char in "我等了十年。"))
    assert heard(sure).passages == (sure,)


def test_where_there_is_no_voice_nothing_was_said() -> None:
    said = Passage((Word(1000, 1400, "你"), Word(1400, 1800, "好"), Word(5000, 5400, "再"), Word(5400, 5800, "见")))
    result = without_inventions(Recognition("fake 1", (said,), speech=((900, 1900),)))
    assert text(result) == "你好"
    assert [(d.reason, "".join(w.text for w in d.passage.words)) for d in result.dropped] == [
        ("there is no voice", "再见")
    ]


def test_a_word_just_beside_the_voice_stays() -> None:
    near = Passage((Word(1000, 1400, "好"),))
    assert without_inventions(Recognition("fake 1", (near,), speech=((1800, 2500),))).passages == (near,)


def test_without_any_voice_nothing_is_left() -> None:
    result = without_inventions(Recognition("fake 1", (passage("你回来了。"), passage("我等了十年。")), speech=()))
    assert (result.passages, len(result.dropped)) == ((), 2)


def test_the_end_of_a_video_is_cut_off_the_speech_before_it() -> None:
    result = heard(passage("你回来了。请不吝点赞订阅转发打赏支持明镜与点点栏目"))
    assert text(result) == "你回来了。"
    assert result.dropped[0].reason.endswith("is what videos end with")


def doubted(said: str, confidence: float, *, no_speech: float = 0.0) -> Passage:
    words = tuple(Word(i * 200, (i + 1) * 200, char, confidence) for i, char in enumerate(said))
    return Passage(words, no_speech, -0.2)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        (doubted("谢谢大家。", 0.9), True),
        (doubted("谢谢大家。", 0.3), False),
        (doubted("谢谢大家。", 0.9, no_speech=0.4), False),
        (doubted("我说谢谢大家然后走了", 0.3), True),
    ],
)
def test_what_a_character_may_say_too_is_judged_by_how_sure_the_recogniser_is(said: Passage, stays: bool) -> None:
    assert bool(heard(said).passages) is stays


def test_judging_twice_takes_nothing_more() -> None:
    once = heard(passage("你终于回来了。" + "我爱你" * 5), passage("林凡", no_speech=0.9, logprob=-1))
    assert without_inventions(once) == once


@given(st.lists(st.text("我爱你不要，。", min_size=1, max_size=40), max_size=4))
def test_no_word_is_lost(lines: list[str]) -> None:
    result = heard(*(passage(line) for line in lines))
    kept = [word for p in result.passages for word in p.words]
    dropped = [word for d in result.dropped for word in d.passage.words]
    assert sorted(word.text for word in kept + dropped) == sorted("".join(lines))


def test_a_series_without_names_primes_with_nothing() -> None:
    assert prompt_of([]) is None
    assert prompt_of(["林凡", "苏若雪"]) == "短剧对白。人物：林凡、苏若雪。"
