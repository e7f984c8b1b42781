"""Pictures of generated media as arrays; what is in each, and when, stands in `conftest`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from localize.engines import ffmpeg
from localize.engines.frames import Film
from localize.errors import EngineRejected, MediaError
from localize.stages import ingest
from tests.conftest import Media

pytestmark = pytest.mark.engines


def film(path: Path) -> Film:
    return Film(path, ingest.probe(path, engine=ffmpeg))


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("clip.mp4", list(range(0, 2000, 40))),
        ("clip.mkv", list(range(0, 2000, 40))),
        ("late.mp4", list(range(0, 2000, 40))),
        ("sixty.mp4", [-(-n * 1000 // 60) for n in range(120)]),
        ("variable.mp4", [-(-n * 1000 // 30) for n in (*range(20), *range(21, 60, 3))]),
    ],
)
def test_every_picture_comes_with_its_time_from_the_first_one_on(media: Media, name: str, times: list[int]) -> None:
    assert [seen.at_ms for seen in film(media(name)).strips([(0.5, 0.6)], 90)] == times


def test_parts_are_cut_from_where_they_stand_in_the_picture(media: Media) -> None:
    """A white square of 60 of 270 pixels stands in the upper left corner, so in the upper 22 %."""
    first = next(film(media("corner.mp4")).strips([(0.0, 0.22), (0.5, 0.72)], 240))
    above, below = first.parts
    assert above.shape == below.shape == (30, 240, 3)
    assert above[4:24, 4:26].min() > 200
    assert above[:, 40:].max() < 30 > below.max()


def test_a_film_stored_lying_down_is_seen_upright(media: Media) -> None:
    """Turned clockwise, its upper left corner is the upper right one."""
    (picture,) = next(film(media("lying.mp4")).frames(90, 240)).parts
    assert picture.shape == (160, 90, 3)
    assert picture[2:16, 74:88].min() > 200
    assert picture[:, :60].max() < 30


def test_pixels_that_are_not_square_are_stretched(media: Media) -> None:
    (picture,) = next(film(media("anamorphic.mp4")).frames(90, 240)).parts
    assert picture.shape == (160, 90, 3)


def test_surveyed_pictures_are_a_while_apart(media: Media) -> None:
    assert [seen.at_ms for seen in film(media("clip.mp4")).frames(90, 240)] == list(range(0, 2000, 240))


def test_blue_comes_first(media: Media) -> None:
    """The clip begins navy."""
    (picture,) = next(film(media("clip.mp4")).frames(90, 240)).parts
    blue, green, red = np.median(picture, axis=(0, 1))
    assert blue > 100 > 30 > max(green, red)


def test_progress_reaches_its_end(media: Media) -> None:
    told: list[float] = []
    for _ in film(media("clip.mp4")).frames(90, 240, told.append):
        pass
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_film_that_is_left_early_leaves_no_ffmpeg_behind(media: Media) -> None:
    pictures = film(media("clip.mp4")).frames(270, 40)
    next(pictures)
    pictures.close()  # type: ignore[attr-defined]
    children = Path("/proc/self/task")
    told = [task.joinpath("children").read_text() for task in children.iterdir() if (task / "children").exists()]
    assert not any(Path(f"/proc/{pid}/comm").read_text() == "ffmpeg\n" for line in told for pid in line.split())


def test_a_damaged_film_is_an_error(media: Media) -> None:
    whole = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    with pytest.raises((MediaError, EngineRejected)):
        list(Film(media("corrupt.mp4"), whole).strips([(0.0, 1.0)], 90))


def test_a_playlist_opens_nothing(media: Media) -> None:
    whole = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    with pytest.raises(EngineRejected):
        list(Film(media("playlist.mp4"), whole).frames(90, 240))
