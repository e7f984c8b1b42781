"""The step `read`: what it writes, and when it does it again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from localize import pipeline
from localize.engines import ffmpeg
from localize.engines.registry import Engines
from localize.job import SOURCE, Job
from localize.picture.hardsub import HardSubs
from localize.picture.sight import Corners, Reading
from localize.series import load
from localize.stages import ingest
from localize.steps.picture import read_step
from localize.workspace import OCR
from tests.conftest import Media

pytestmark = pytest.mark.engines


class Blind:
    """Finds nothing, and counts how often it was asked."""

    def __init__(self, version: str = "blind 1") -> None:
        self.version = version
        self.asked = 0

    def find(self, picture: np.ndarray, longest_px: int) -> list[Corners]:
        self.asked += 1
        return []

    def read(self, picture: np.ndarray, at: Corners) -> Reading:
        raise AssertionError("there is nothing to read")


def job(folder: Path, media: Media, reader: Blind, band: str = "") -> Job:
    (folder / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    manifest = folder / "series.toml"
    manifest.write_text(
        dedent(f"""
        schema = 1
        id = "dragon"
        title = "龙王归来"
        genre = "war-god"
        locales = ["en"]
        {band}
        [[episode]]
        id = "ep01"
        file = "ep01.mp4"
        """),
        encoding="utf-8",
    )
    series = load(manifest)
    options = pipeline.options(series, modes=("sidecar",), to=())
    (made,) = pipeline.jobs(series, folder / "workspace", options, Engines(rapidocr=reader))
    with made.workspace.writing(SOURCE) as writer:
        writer.facts(ingest.probe(made.media, engine=ffmpeg))
    return made


def test_what_the_picture_says_is_written_once(tmp_path: Path, media: Media) -> None:
    reader = Blind()
    work = job(tmp_path, media, reader)
    assert read_step(work, (), lambda _: None).done == [SOURCE]
    found = work.workspace.need(HardSubs, OCR)
    assert found.bands == ()
    assert found.reason == "there is no text in the picture"
    asked = reader.asked
    assert asked > 0
    assert read_step(work, (), lambda _: None).fresh == [SOURCE]
    assert reader.asked == asked


def test_another_engine_or_another_band_reads_anew(tmp_path: Path, media: Media) -> None:
    read_step(job(tmp_path, media, Blind()), (), lambda _: None)
    assert read_step(job(tmp_path, media, Blind("blind 2")), (), lambda _: None).done == [SOURCE]
    assert read_step(job(tmp_path, media, Blind("blind 2"), "band = [0.6, 0.8]"), (), lambda _: None).done == [SOURCE]


def test_a_band_of_the_manifest_in_which_nothing_stands_is_reported(tmp_path: Path, media: Media) -> None:
    work = job(tmp_path, media, Blind(), "band = [0.6, 0.8]")
    read_step(work, (), lambda _: None)
    assert "nothing could be read" in work.workspace.need(HardSubs, OCR).reason
