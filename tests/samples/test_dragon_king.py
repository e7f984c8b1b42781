"""The sample series is what its truth says it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localize import subtitles
from localize.series import load
from samples.build_dragon_king.story import EPISODES
from samples.models.build import corpus

FOLDER = Path(__file__).parents[2] / "samples" / "dragon-king"
TRUTH: dict[str, Any] = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))["episodes"]


@pytest.mark.parametrize("episode", TRUTH)
@pytest.mark.engines
def test_an_episode_is_short_vertical_and_small(episode: str) -> None:
    path = FOLDER / f"{episode}.mp4"
    asked = [
        "-show_entries",
        "stream=codec_name,width,height,r_frame_rate,pix_fmt,color_space",
        "-show_entries",
        "format=duration",
    ]
    said = subprocess.run(
        ["ffprobe", "-v", "error", *asked, "-of", "json", path], capture_output=True, check=True
    ).stdout
    found = json.loads(said)
    video, audio = found["streams"]
    assert (video["codec_name"], audio["codec_name"]) == ("h264", "aac")
    assert (video["width"], video["height"], video["r_frame_rate"]) == (720, 1280, "25/1")
    assert (video["pix_fmt"], video["color_space"]) == ("yuv420p", "bt709")
    assert 12 <= float(found["format"]["duration"]) <= 18
    assert abs(float(found["format"]["duration"]) * 1000 - TRUTH[episode]["duration_ms"]) <= 40
    assert path.stat().st_size < 4_000_000


@pytest.mark.parametrize("episode", TRUTH)
def test_every_spoken_line_is_a_combination_no_starter_package_was_trained_on(episode: str) -> None:
    trained = {filling.key for filling in corpus.split().train}
    for line in TRUTH[episode]["lines"]:
        filling = corpus.Filling(line["template"], line["slots"])
        assert filling.key not in trained
        assert corpus.load("zh").render(filling) == line["text"]


@pytest.mark.parametrize("episode", TRUTH)
def test_the_truth_is_the_story_in_order(episode: str) -> None:
    lines = TRUTH[episode]["lines"]
    assert [line["text"] for line in lines] == [line.text for line in EPISODES[episode].lines]
    times = [time for line in lines for time in (line["start_ms"], line["end_ms"])]
    assert times == sorted(times)
    assert times[-1] < TRUTH[episode]["duration_ms"]


def test_ep02_was_chosen_to_be_heard_right() -> None:
    assert max(line["cer"] for line in TRUTH["ep02"]["lines"]) <= 0.10


def test_ep03_comes_with_its_lines_as_subtitles_to_the_millisecond() -> None:
    supplied = [
        (cue.start_ms, cue.end_ms, cue.text.replace("\n", "")) for cue in subtitles.read(FOLDER / "ep03.zh.srt")
    ]
    assert supplied == [(line["start_ms"], line["end_ms"], line["text"]) for line in TRUTH["ep03"]["lines"]]


@pytest.mark.parametrize(
    ("episode", "kinds"),
    [
        ("ep01", {"subtitle", "watermark", "disclaimer"}),
        ("ep02", set()),
        ("ep03", {"subtitle", "watermark", "name_card", "message"}),
    ],
)
def test_each_episode_shows_what_it_is_there_for(episode: str, kinds: set[str]) -> None:
    shown = TRUTH[episode]["on_screen"]
    assert {text["kind"] for text in shown} == kinds
    assert any("\n" in text["text"] for text in shown if text["kind"] == "subtitle") == (episode == "ep03")


@pytest.mark.parametrize(("manifest", "gate"), [("series.toml", "off"), ("reviewed.toml", "required")])
def test_both_manifests_load_with_the_gates_they_are_named_for(manifest: str, gate: str) -> None:
    series = load(FOLDER / manifest)
    assert series.gates.translation.mode == gate
    assert len(series.locales) == 17
    assert series.names[:2] == ("林凡", "龙王")
