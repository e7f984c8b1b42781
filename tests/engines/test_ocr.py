"""RapidOCR itself, and the sample series through it; its truth says what is in the picture and when."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from localize.engines import ffmpeg
from localize.engines.frames import Film
from localize.engines.ocr import RapidOCR
from localize.picture.hardsub import HardSubs
from localize.stages import ingest, read
from localize.stages.read.lines import around

SAMPLES = Path(__file__).parents[2] / "samples" / "dragon-king"

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def reader() -> RapidOCR:
    return RapidOCR()


def seen(reader: RapidOCR, episode: str) -> HardSubs:
    media = SAMPLES / f"{episode}.mp4"
    facts = ingest.probe(media, engine=ffmpeg)
    return read.read(Film(media, facts), reader, facts)


def written(*lines: str) -> np.ndarray:
    """White on grey, 40 pixels high, one line each 80 pixels."""
    picture = Image.new("RGB", (480, 80 * len(lines)), (70, 70, 80))
    face = ImageFont.truetype("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 40, index=2)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((240, 80 * number + 40), line, "white", face, "mm")
    return np.array(picture)[..., ::-1]


def test_every_line_is_found_and_read_with_a_confidence_for_each_character(reader: RapidOCR) -> None:
    picture = written("你终于回来了", "三年前的雨夜")
    readings = [reader.read(picture, at) for at in reader.find(picture, 320)]
    assert [reading.text for reading in readings] == ["你终于回来了", "三年前的雨夜"]
    for reading in readings:
        assert len(reading.text) == len(reading.confidences) == len(reading.centres)
        assert min(reading.confidences) > 0.9
        assert list(reading.centres) == sorted(reading.centres)


def test_a_line_is_found_where_it_stands_whatever_size_it_is_looked_for_in(reader: RapidOCR) -> None:
    picture = written("龙王归来")
    for longest_px in (480, 240):
        ((left, top, right, bottom),) = [
            (box.left, box.top, box.right, box.bottom) for box in map(around, reader.find(picture, longest_px))
        ]
        assert left == pytest.approx(160, abs=14)
        assert right == pytest.approx(320, abs=14)
        assert 0 <= top < 24
        assert 56 < bottom <= 80


def test_where_nothing_is_written_nothing_is_found_or_read(reader: RapidOCR) -> None:
    blank = np.full((80, 480, 3), 90, np.uint8)
    assert reader.find(blank, 320) == []
    assert reader.read(blank, ((0, 0), (480, 0), (480, 80), (0, 80))).text == ""


def test_a_film_with_subtitles_a_card_and_a_message_is_read_to_the_frame(reader: RapidOCR) -> None:
    found = seen(reader, "ep03")
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["episodes"]["ep03"]["on_screen"]
    said = [shown for shown in truth if shown["kind"] == "subtitle"]
    assert [one.text for one in found.dialogue] == [shown["text"] for shown in said]
    for one, shown in zip(found.dialogue, said, strict=True):
        # A picture lasts 40 ms, and the script that was burned in counts hundredths.
        assert abs(one.start_ms - shown["start_ms"]) <= 40
        assert abs(one.end_ms - shown["end_ms"]) <= 40
        assert shown["box"][1] - 0.01 < one.box.top / 1280 < one.box.bottom / 1280 < shown["box"][3] + 0.02
    assert {(one.sort, one.text) for one in found.inserts} == {
        ("card", "顾北辰\n顾氏集团总裁"),
        ("message", "今晚在酒店见。"),
    }
    assert [one.text for one in found.ignored] == ["星河短剧"]
    (band,) = found.bands
    assert band.lines == 2
    assert int(band.colour[1:], 16) > 0xF0F0F0


def test_a_film_without_subtitles_has_no_band_and_a_reason(reader: RapidOCR) -> None:
    found = seen(reader, "ep02")
    assert found.bands == found.shown == ()
    assert found.reason == "there is no text in the picture"
