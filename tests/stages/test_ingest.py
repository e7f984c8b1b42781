from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.errors import MediaError
from localize.media import Picture, Probed, Sound
from localize.stages import ingest

Media = Callable[[str], Path]

MS = Fraction(1, 1000)
TONE = Sound("aac", 48_000, 2, Fraction(0))
CLIP = Picture("h264", "yuv420p", 720, 1280, 0, Fraction(1), Fraction(25), MS, tuple(range(0, 2000, 40)), 40)


@dataclass(frozen=True)
class Prober:
    """A prober that finds what the test says, every picture decodable."""

    picture: Picture | None
    sounds: tuple[Sound, ...] = (TONE,)

    def probe(self, media: Path) -> Probed:
        return Probed("mov", self.picture, self.sounds)

    def decode(self, media: Path, probed: Probed, progress: Progress | None = None) -> int:
        assert self.picture is not None
        assert self.picture.width_px * self.picture.height_px <= ingest.MAX_SHORT_PX * ingest.MAX_LONG_PX
        return len(self.picture.times)


def facts(picture: Picture | None = CLIP, *sounds: Sound, sound: Sound | None = TONE) -> MediaFacts:
    streams = sounds or ((sound,) if sound else ())
    return ingest.probe(Path(__file__), engine=Prober(picture, streams))


def accept(
    given: MediaFacts, *, max_minutes: float = 30, allow_landscape: bool = False, has_text: bool = False
) -> None:
    ingest.accept(
        given, file="ep01.mp4", max_minutes=max_minutes, allow_landscape=allow_landscape, has_text=has_text
    )  # fmt: skip


def test_an_ordinary_file_is_accepted_without_a_note() -> None:
    found = facts()
    assert (found.width_px, found.height_px, found.duration_ms, found.frames) == (720, 1280, 2000, 50)
    assert (found.frame_rate, found.variable_rate, found.notes) == ("25", False, ())
    accept(found)


def test_a_lying_picture_is_measured_as_it_is_seen() -> None:
    found = facts(replace(CLIP, width_px=1280, height_px=720, rotation=90))
    assert (found.width_px, found.height_px) == (720, 1280)
    assert found.notes == ("stored lying down: turned by 90 degrees",)
    accept(found)


@pytest.mark.parametrize(
    ("rotation", "aspect", "seen"),
    [(0, "3/2", (1080, 1280)), (0, "2/3", (720, 1920)), (90, "3/2", (1280, 1080)), (270, "2/3", (1920, 720))],
)
def test_pixels_that_are_not_square_grow_and_never_shrink(rotation: int, aspect: str, seen: tuple[int, int]) -> None:
    found = facts(replace(CLIP, rotation=rotation, sample_aspect=Fraction(aspect)))
    assert (found.width_px, found.height_px) == seen
    assert "not square" in " ".join(found.notes)


def test_an_odd_size_loses_its_last_column_and_row() -> None:
    found = facts(replace(CLIP, width_px=721, height_px=1281))
    assert (found.width_px, found.height_px) == (720, 1280)
    assert found.notes == ("odd size: 721x1281 becomes 720x1280",)


def test_60_frames_per_second_are_kept() -> None:
    found = facts(replace(CLIP, nominal_rate=Fraction(60), tick=Fraction(1, 60), times=tuple(range(120)), last=1))
    assert (found.frame_rate, found.duration_ms, found.notes) == ("60", 2000, ("60 frames per second are kept",))


@given(st.sampled_from(["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"]), st.integers(2, 5000))
def test_a_constant_rate_in_a_container_of_whole_milliseconds_stays_constant(rate: str, frames: int) -> None:
    times = tuple(round(1000 * number / Fraction(rate)) for number in range(frames))
    found = facts(replace(CLIP, nominal_rate=Fraction(rate), times=times, last=round(1000 / Fraction(rate))))
    assert (found.frame_rate, found.variable_rate, found.frames) == (rate, False, frames)


@given(st.lists(st.integers(5, 200), min_size=5, max_size=100).map(lambda gaps: [*gaps, 3 * max(gaps)]))
def test_a_variable_rate_is_evened_out_without_losing_pictures_or_time(gaps: list[int]) -> None:
    times = tuple(itertools.accumulate(gaps, initial=0))
    picture = replace(CLIP, nominal_rate=None, times=times, last=40)
    found = facts(picture)
    average = Fraction(len(gaps) * 1000, sum(gaps))
    assert found.variable_rate
    assert found.duration_ms == times[-1] + 40
    assert found.rate >= min(average * Fraction(99, 100), Fraction(60))
    assert abs(found.frames / found.rate - found.duration_ms * MS) <= 1 / found.rate


@pytest.mark.parametrize(
    ("average", "nominal", "chosen"),
    [
        (Fraction("30.02"), None, "30"),
        (Fraction("29.98"), None, "30000/1001"),
        (Fraction("24.6"), None, "25000/1001"),
        (Fraction("27"), None, "30000/1001"),
        (Fraction("40.3"), None, "50"),
        (Fraction("40.3"), Fraction(60), "60"),
        (Fraction("40.3"), Fraction(1000), "50"),
        (Fraction("90"), None, "60"),
    ],
)
def test_the_even_rate_is_the_own_grid_or_near_or_above(
    average: Fraction, nominal: Fraction | None, chosen: str
) -> None:
    # One gap at the start that is on no grid, then as many pictures as the average asks for.
    span = Fraction(1000) / average * 1000
    times = (0, *(round(span * n / 1000) + 1 for n in range(2, 1000)), round(span) or 1)
    found = facts(replace(CLIP, tick=MS, nominal_rate=nominal, times=tuple(sorted(set(times))), last=30))
    assert found.frame_rate == chosen.replace("25000/1001", "25")


def test_hdr_is_noted() -> None:
    assert facts(replace(CLIP, colour_transfer="smpte2084")).hdr
    assert "HDR" in facts(replace(CLIP, colour_transfer="arib-std-b67")).notes[0]


def test_the_offset_of_the_sound_counts_from_the_first_picture() -> None:
    early = facts(replace(CLIP, times=tuple(range(400, 2400, 40))))
    assert early.audio is not None
    assert early.audio.start_ms == -400
    assert early.duration_ms == 2000
    assert early.notes == ("sound starts 400 ms before the picture",)
    late = facts(sound=replace(TONE, start_s=Fraction(1, 2)))
    assert late.notes == ("sound starts 500 ms after the picture",)


def test_of_several_audio_streams_the_first_is_used_and_that_is_noted() -> None:
    found = facts(CLIP, TONE, replace(TONE, codec="ac3"))
    assert found.audio is not None
    assert found.audio.codec == "aac"
    assert found.notes == ("2 audio streams: the first is used",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (facts(None), "has no picture"),
        (facts(sound=None), "has neither sound nor subtitles"),
        (facts(replace(CLIP, times=())), "has a length of zero"),
        (facts(replace(CLIP, width_px=1280, height_px=720)), r"is landscape \(1280x720\); next: .*--allow-landscape"),
        (facts(replace(CLIP, rotation=90)), r"is landscape \(1280x720\)"),
        (facts(replace(CLIP, width_px=2162, height_px=3840)), "is 2162x3840, more than 2160x3840"),
        (facts(replace(CLIP, width_px=16, height_px=3842)), "is 16x3842, more than 2160x3840"),
        (replace(facts(), duration_ms=1_800_001), r"is 30:00\.001 long, more than 30 minutes"),
    ],
)
def test_what_cannot_be_localised_is_refused_in_one_line_with_the_next_step(given: MediaFacts, said: str) -> None:
    with pytest.raises(MediaError, match=said) as caught:
        accept(given)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("ep01.mp4 ")
    assert "; next: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_was_asked_for_is_accepted() -> None:
    accept(facts(replace(CLIP, width_px=1280, height_px=720)), allow_landscape=True)
    accept(facts(replace(CLIP, width_px=3840, height_px=2160)), allow_landscape=True)
    accept(facts(sound=None), has_text=True)
    accept(facts(replace(CLIP, width_px=720, height_px=720)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"ep01\.mp4 does not exist; next: "):
        ingest.probe(tmp_path / "ep01.mp4", engine=Prober(CLIP))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        ingest.probe(tmp_path, engine=Prober(CLIP))


@pytest.mark.engines
@pytest.mark.parametrize(
    ("name", "size", "frames", "rate", "note"),
    [
        ("clip.mp4", (270, 480), 50, "25", ""),
        ("clip.mkv", (270, 480), 50, "25", ""),
        ("clip.ts", (270, 480), 50, "25", ""),
        ("lying.mp4", (270, 480), 25, "25", "turned by 90 degrees"),
        ("anamorphic.mp4", (270, 480), 25, "25", "180x480 is drawn as 270x480"),
        ("odd.mp4", (270, 480), 25, "25", "271x481 becomes 270x480"),
        ("variable.mp4", (270, 480), 58, "30", "variable frame rate"),
        ("sixty.mp4", (270, 480), 120, "60", "60 frames per second"),
        ("late.mp4", (270, 480), 50, "25", "sound starts 400 ms before the picture"),
        ("hdr.mp4", (270, 480), 50, "25", "HDR"),
        ("two-sounds.mp4", (270, 480), 50, "25", "2 audio streams"),
        ("silent.mp4", (270, 480), 50, "25", "no sound"),
        ("trimmed.mp4", (270, 480), 37, "25", ""),
    ],
)
def test_facts_of_real_files_are_exact(
    media: Media, name: str, size: tuple[int, int], frames: int, rate: str, note: str
) -> None:
    told: list[float] = []
    found = ingest.probe(media(name), engine=ffmpeg, progress=told.append)
    assert (found.width_px, found.height_px, found.frames, found.frame_rate) == (*size, frames, rate)
    assert note in " ".join(found.notes)
    assert bool(found.notes) == bool(note)
    assert told[-1] == 1.0
    accept(found, has_text=True)


@pytest.mark.engines
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.mp4", r"empty\.mp4 is empty"),
        ("text.mp4", r"text\.mp4 is not a video that can be read"),
        ("playlist.mp4", r"playlist\.mp4 is not a video that can be read: it is none of our containers"),
        ("truncated.mp4", r"truncated\.mp4 is cut short"),
        ("corrupt.mp4", r"corrupt\.mp4 is damaged"),
        ("sound.mp4", "ep01.mp4 has no picture"),
        ("silent.mp4", "ep01.mp4 has neither sound nor subtitles"),
        ("landscape.mp4", "ep01.mp4 is landscape"),
        ("giant.mp4", "ep01.mp4 is 4000x4000"),
    ],
)
def test_real_files_that_cannot_be_localised_are_refused(media: Media, name: str, said: str) -> None:
    with pytest.raises(MediaError, match=f"{said}.*; next: "):
        accept(ingest.probe(media(name), engine=ffmpeg))
