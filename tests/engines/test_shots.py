"""Shot changes of generated media, whose truth is in how it was made; and of the sample series."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from localize.engines import ffmpeg, shots
from localize.errors import EngineRejected, MediaError
from localize.stages import ingest
from localize.timecode import ms_from_frames
from localize.timing import Thumbnails, shot_changes
from localize.timing.shots import SIDE
from tests.conftest import Media

SAMPLES = Path(__file__).parents[2] / "samples" / "dragon-king"
# Two shots with movement and structure; the size keeps a test under half a second.
ONE, TWO = "testsrc2=s=180x320", "mandelbrot=s=180x320"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")

pytestmark = pytest.mark.engines


def made(path: Path, graph: str, *options: str) -> Path:
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-filter_complex", graph, *options, *H264, path], check=True
    )
    return path


def cut(rate: str, *, more: str = "null") -> str:
    """30 pictures of one shot, then 30 of the other."""
    ends = "trim=end_frame=30,setpts=PTS-STARTPTS,format=yuv420p"
    return f"{ONE}:r={rate},{ends}[a];{TWO}:r={rate},{ends}[b];[a][b]concat,{more}"


def found(media: Path) -> tuple[int, ...]:
    return shots.detect(media, ingest.probe(media, engine=ffmpeg)).times_ms


@pytest.mark.parametrize("episode", ["ep01", "ep02", "ep03"])
def test_every_shot_change_of_the_samples_is_found_to_the_frame_and_nothing_else(episode: str) -> None:
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["episodes"][episode]
    assert list(found(SAMPLES / f"{episode}.mp4")) == truth["shot_changes_ms"]


@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001", "30", "50", "60000/1001", "60"])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_shot_begins_on_its_first_frame_at_every_rate(tmp_path: Path, rate: str, container: str) -> None:
    """Matroska rounds the time of a picture to a millisecond; the frame is exact all the same."""
    assert found(made(tmp_path / f"a.{container}", cut(rate))) == (ms_from_frames(30, Fraction(rate)),)


def test_a_variable_rate_gives_the_time_of_the_real_picture(tmp_path: Path) -> None:
    """Of 60 pictures at 30 a second every third is left out: the second shot begins 1,000 ms in, on picture 20."""
    media = made(tmp_path / "a.mp4", cut("30", more="select='mod(n+1,3)'"), "-fps_mode", "vfr")
    assert found(media) == (1000,)


@pytest.mark.parametrize(
    ("name", "at_ms"),
    [("clip.mp4", 800), ("late.mp4", 800), ("trimmed.mp4", 280), ("sixty.mp4", 800), ("hdr.mp4", 800)],
)
def test_times_count_from_the_first_picture_a_viewer_sees(media: Media, name: str, at_ms: int) -> None:
    """clip.mp4 changes at 800 ms; late.mp4 starts 400 ms after its sound, trimmed.mp4 starts with its picture 13."""
    assert found(media(name)) == (at_ms,)


@pytest.mark.parametrize(
    "effect",
    [
        "drawbox=c=white:t=fill:enable='eq(n,12)'",
        "drawbox=c=white:t=fill:enable='between(n,12,14)'",
        "drawbox=c=black:t=fill:enable='eq(n,12)'",
        "eq=brightness='if(between(n,12,20),0.5*(1-(n-12)/8),0)':eval=frame",
        "fade=out:10:12",
        "fade=in:0:12",
        "fade=out:10:6:color=white",
    ],
    ids=["flash", "flash of three pictures", "black picture", "lightning", "fade out", "fade in", "fade to white"],
)
def test_light_alone_is_no_shot_change(tmp_path: Path, effect: str) -> None:
    graph = f"{ONE}:r=25,trim=end_frame=40,setpts=PTS-STARTPTS,{effect}"
    assert found(made(tmp_path / "a.mp4", graph)) == ()


def test_a_dissolve_is_no_shot_change(tmp_path: Path) -> None:
    graph = f"{ONE}:r=25,trim=end_frame=40[a];{TWO}:r=25,trim=end_frame=40[b];[a][b]xfade=fade:duration=0.6:offset=0.6"
    assert found(made(tmp_path / "a.mp4", graph)) == ()


def test_a_white_picture_at_a_cut_belongs_to_the_cut(tmp_path: Path) -> None:
    """White at 30 and 31, the first two pictures of the new shot: what follows them is new."""
    graph = cut("25", more="drawbox=c=white:t=fill:enable='between(n,30,31)'")
    assert found(made(tmp_path / "a.mp4", graph)) == (1280,)


def test_a_picture_turned_by_its_container_is_seen_as_any_other(media: Media) -> None:
    assert found(media("lying.mp4")) == ()


def test_a_file_without_pictures_is_refused(media: Media) -> None:
    whole = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    with pytest.raises(MediaError):
        shots.detect(media("empty.mp4"), whole)


def test_a_playlist_opens_nothing(media: Media) -> None:
    whole = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    with pytest.raises(EngineRejected):
        shots.detect(media("playlist.mp4"), whole)


@pytest.mark.parametrize("count", [0, 1])
def test_a_film_of_no_or_one_picture_has_no_shot_change(count: int) -> None:
    assert shot_changes(Thumbnails(range(count), bytes(count * SIDE * SIDE))) == []


def test_thumbnails_that_are_not_all_there_are_refused() -> None:
    with pytest.raises(ValueError, match="2 pictures have 1024 bytes"):
        Thumbnails([0, 40_000], bytes(SIDE * SIDE))


def film(seed: int, *, move: float, contrast: float, light: bool) -> tuple[Thumbnails, list[int]]:
    """Twelve shots of 2 s at 25 fps over fields of light and shade, and where they begin.

    The camera drifts and shakes by `move` of 128 pixels a picture; `light` puts a flash and a lightning into each shot.
    """
    chance = np.random.default_rng(seed)
    grid = np.indices((256, 256)).reshape(2, -1) * 2 * np.pi / 256
    shots_ = []
    for _ in range(12):
        waves = chance.uniform(-8, 8, (16, 2)) @ grid + chance.uniform(0, 7, (16, 1))
        field = (np.cos(waves).sum(axis=0) * 22).reshape(256, 256)
        at = np.cumsum(chance.normal(size=2) * move + chance.normal(size=(50, 2)) * move / 2, axis=0) + 64
        corners = np.clip(at, 0, 127).astype(int)
        views = [field[y : y + 128, x : x + 128].reshape(SIDE, 4, SIDE, 4).mean((1, 3)) for x, y in corners]
        shot = 100 * contrast + contrast * np.array(views) + chance.normal(size=(50, SIDE, SIDE)) * 0.3
        if light:
            shot[10 : 10 + chance.integers(1, 4)] = 250
            shot[25:37] *= np.linspace(1.8, 1, 12)[:, None, None]
        shots_.append(shot)
    grey = np.clip(np.concatenate(shots_), 0, 255).astype(np.uint8)
    return Thumbnails(range(0, 40_000 * len(grey), 40_000), grey.tobytes()), [50 * n for n in range(1, 12)]


@pytest.mark.parametrize(
    ("move", "contrast", "light"),
    [(0.1, 0.9, True), (0.5, 0.9, False), (0.5, 0.15, True)],
    ids=["still, flashes and lightning", "hand-held", "dark, flashes and lightning"],
)
def test_shots_of_generated_films_are_found(move: float, contrast: float, light: bool) -> None:
    films = [film(seed, move=move, contrast=contrast, light=light) for seed in range(2)]
    found_, truth = [set(shot_changes(seen)) for seen, _ in films], [set(cuts) for _, cuts in films]
    missed = sum(len(cuts - seen) for seen, cuts in zip(found_, truth, strict=True))
    invented = sum(len(seen - cuts) for seen, cuts in zip(found_, truth, strict=True))
    assert max(missed, invented) <= 1, f"of 22 cuts {missed} were missed, {invented} invented"
