"""The recognisers on the sample's own voice, and audio on the clock of the picture."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from unittest.mock import sentinel

import pytest

from localize.engines import audio, voice
from localize.engines.base import Recognition, Transcriber
from localize.engines.faster_whisper import FasterWhisper
from localize.engines.spoken import words_within
from localize.engines.voice import VAD
from localize.engines.whisper import OpenAIWhisper
from localize.errors import MediaError, ModelUnavailable
from localize.models import Store
from localize.stages.segment import segment
from localize.stages.transcribe import transcribe
from localize.text.chinese import has_han

SAMPLE = Path(__file__).parents[2] / "samples" / "dragon-king" / "ep02.mp4"
# Both are openai-whisper's own: a tensor handed to numpy, a vocabulary file left open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]
needs_sample = pytest.mark.skipif(not SAMPLE.exists(), reason=f"{SAMPLE} was not built")
RECOGNISERS: list[Callable[[Store], Transcriber]] = [FasterWhisper, OpenAIWhisper]


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def beep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of grey, 25 fps; a tone of 440 Hz from 1.0 s to the end, silence before it."""
    path = tmp_path_factory.mktemp("beep") / "beep.mp4"
    tone = "sine=440:d=1,volume=4,adelay=1000"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=108x192:r=25:d=2", "-f", "lavfi", "-i", tone, "-c:a", "aac", path)
    return path


def onset_ms(media: Path) -> float:
    """When it gets loud."""
    import numpy as np

    return float(np.argmax(np.abs(audio.decode(media)) > 0.1)) * 1000 / audio.SAMPLE_RATE


def test_words_are_milliseconds_inside_the_audio() -> None:
    heard = [(0.1234, 0.5, " 你", 0.98765), (0.9, 0.8, "好", 1), (2.5, 3.5, "。", 0.5), (1, 2, " ", 1)]
    words = words_within(heard, 2000)
    assert [(w.start_ms, w.end_ms, w.text, w.confidence) for w in words] == [
        (123, 500, " 你", 0.9877),
        (900, 900, "好", 1.0),
        (2000, 2000, "。", 0.5),
    ]


@pytest.mark.parametrize("make", RECOGNISERS)
def test_a_version_names_library_and_weights_without_loading_either(
    make: Callable[[Store], Transcriber], tmp_path: Path
) -> None:
    version = make(Store(tmp_path)).version
    assert "whisper-base@d01c3014881c" in version
    assert "whisper 20250625" in version or "faster-whisper 1." in version


@pytest.mark.engines
@pytest.mark.parametrize("make", RECOGNISERS)
def test_missing_weights_say_what_to_type(make: Callable[[Store], Transcriber], tmp_path: Path, beep: Path) -> None:
    with pytest.raises(ModelUnavailable, match="next: localize models install whisper-base"):
        make(Store(tmp_path)).transcribe(beep)


@pytest.mark.engines
def test_a_sample_is_at_its_time_on_the_picture(beep: Path) -> None:
    assert onset_ms(beep) == pytest.approx(1000, abs=5)


@pytest.mark.engines
def test_audio_that_starts_late_is_padded(beep: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mkv"
    ffmpeg("-i", beep, "-itsoffset", "0.5", "-i", beep, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    assert onset_ms(late) == pytest.approx(1500, abs=5)


@pytest.mark.engines
def test_audio_before_the_first_picture_is_cut(beep: Path, tmp_path: Path) -> None:
    early = tmp_path / "early.mkv"
    ffmpeg("-itsoffset", "0.4", "-i", beep, "-i", beep, "-map", "0:v", "-map", "1:a", "-c", "copy", early)
    assert onset_ms(early) == pytest.approx(600, abs=5)


@pytest.mark.engines
def test_a_gap_in_the_audio_does_not_move_what_follows(tmp_path: Path, beep: Path) -> None:
    gap = tmp_path / "gap.mkv"
    ffmpeg("-i", beep, "-bsf:a", "noise=drop='between(pts*tb,0.2,0.6)'", "-c", "copy", gap)
    assert onset_ms(gap) == pytest.approx(1000, abs=5)


@pytest.mark.engines
def test_a_picture_without_sound_is_refused_by_name(tmp_path: Path, beep: Path) -> None:
    mute = tmp_path / "mute.mp4"
    ffmpeg("-i", beep, "-an", "-c", "copy", mute)
    with pytest.raises(MediaError, match=r"mute.mp4 has no audio stream; next: supply subtitles"):
        audio.decode(mute)


@pytest.mark.engines
def test_a_playlist_named_mp4_is_refused(tmp_path: Path, beep: Path) -> None:
    trap = tmp_path / "trap.mp4"
    trap.write_text(f"ffconcat version 1.0\nfile '{beep}'\n", encoding="utf-8")
    with pytest.raises(MediaError, match=r"the audio of trap.mp4 cannot be decoded"):
        audio.decode(trap)


@pytest.mark.engines
def test_the_converted_weights_are_made_once_and_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from localize.engines import ct2_whisper

    path = ct2_whisper.checkpoint(store, "whisper-base")
    monkeypatch.setattr(ct2_whisper, "_read", sentinel.not_called)
    assert ct2_whisper.checkpoint(store, "whisper-base") == path
    assert path.stat().st_size > 140_000_000


@pytest.mark.engines
def test_weights_of_another_kind_are_refused(store: Store, tmp_path: Path) -> None:
    from localize.engines import ct2_whisper

    package = store.package("zh", "en", starter_only=True)
    assert package
    with pytest.raises(ModelUnavailable, match="is no Whisper model we can convert"):
        ct2_whisper._read(package.folder / "model" / "model.bin")


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first six seconds of the sample episode that has speech and nothing else."""
    path = tmp_path_factory.mktemp("speech") / "ep02.mp4"
    ffmpeg("-i", SAMPLE, "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", path)
    return path


@pytest.fixture(scope="session")
def heard(store: Store, speech: Path) -> dict[str, Recognition]:
    """What each recogniser made of the same six seconds; computed once, the reference takes a minute."""
    names = ["林凡", "苏若雪", "顾北辰"]
    engines: dict[str, Transcriber] = {"8-bit": FasterWhisper(store), "32-bit": OpenAIWhisper(store)}
    return {name: transcribe(speech, engine=engine, names=names) for name, engine in engines.items()}


@pytest.mark.engines
@needs_sample
def test_both_recognisers_hear_chinese_words_in_order_inside_the_clip(heard: dict[str, Recognition]) -> None:
    for recognition in heard.values():
        words = [word for passage in recognition.passages for word in passage.words]
        assert len(words) > 5
        assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)
        assert all(0 <= word.start_ms <= word.end_ms <= 6_100 for word in words)
        assert all(0 <= word.confidence <= 1 for word in words)
        assert has_han(text_of(recognition))


@pytest.mark.engines
@needs_sample
def test_both_recognisers_agree_since_their_weights_are_the_same(heard: dict[str, Recognition]) -> None:
    """8-bit and 32-bit differ by a few characters, no more."""
    one, other = (text_of(recognition) for recognition in heard.values())
    assert SequenceMatcher(None, one, other).ratio() > 0.8


@pytest.mark.engines
@needs_sample
def test_recognising_again_gives_the_same_words(store: Store, speech: Path) -> None:
    engine = FasterWhisper(store)
    assert engine.transcribe(speech) == engine.transcribe(speech)


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 s without a voice: a chord that swells, 8 s of silence, drums of noise, 8 s of room, a tune that ends."""
    path = tmp_path_factory.mktemp("music") / "music.wav"
    chord = "aevalsrc='0.12*(sin(2*PI*220*t)+sin(2*PI*277*t)+sin(2*PI*330*t))*(0.6+0.4*sin(2*PI*0.4*t))':s=16000:d=12"
    drums = "aevalsrc='0.5*(random(0)-0.5)*exp(-9*mod(t,0.5))+0.2*sin(2*PI*55*t)*exp(-5*mod(t,1))':s=16000:d=8"
    tune = "aevalsrc='0.25*sin(2*PI*(262+33*floor(mod(2*t,8)))*t)*exp(-3*mod(t,0.5))':s=16000:d=4"
    silence, room = "anullsrc=r=16000:cl=mono:d=8", "anoisesrc=r=16000:d=8:a=0.002:c=pink:seed=7"
    inputs = [part for source in (chord, silence, drums, room, tune) for part in ("-f", "lavfi", "-i", source)]
    ffmpeg(*inputs, "-filter_complex", "[0][1][2][3][4]concat=n=5:v=0:a=1", "-ac", "1", path)
    return path


@pytest.mark.engines
@pytest.mark.parametrize("names", [(), ("林凡", "苏若雪", "顾北辰")], ids=["unprimed", "primed"])
@pytest.mark.parametrize("make", RECOGNISERS)
def test_music_and_silence_become_no_cue_with_any_setting(
    make: Callable[[Store], Transcriber], names: tuple[str, ...], store: Store, music: Path
) -> None:
    assert segment(transcribe(music, engine=make(store), names=names)).track.cues == ()


@pytest.mark.engines
@pytest.mark.parametrize("make", RECOGNISERS)
def test_what_is_heard_in_music_without_a_voice_filter_is_taken_for_an_invention(
    make: Callable[[Store], Transcriber], store: Store, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that takes everything for a voice: the other rules have to hold alone."""
    monkeypatch.setattr(voice, "speech", lambda samples: ((0, len(samples) // 16),))
    if make is FasterWhisper:
        monkeypatch.setattr("localize.engines.faster_whisper.VAD", VAD | {"threshold": 0.0})
    assert segment(transcribe(music, engine=make(store), names=["林凡"])).track.cues == ()


def text_of(recognition: Recognition) -> str:
    """Letters only, in Simplified characters."""
    heard = "".join(cue.text for cue in segment(recognition).track.cues)
    return "".join(char for char in heard if char.isalnum())
