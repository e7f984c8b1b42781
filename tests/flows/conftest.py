"""A temporary Prefect server for all tests of flows, and a series for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from localize.models import Store
from tests.conftest import Media

SRT = "1\n00:00:00,100 --> 00:00:00,900\n林凡回来了！\n\n2\n00:00:01,000 --> 00:00:01,900\n住手！\n"


@pytest.fixture(scope="session", autouse=True)
def _server(store: Store) -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def manifest(tmp_path: Path, media: Media) -> Path:
    """Two episodes of two seconds with supplied subtitles; the second one's media is a text file."""
    (tmp_path / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    (tmp_path / "ep01.srt").write_text(SRT, encoding="utf-8")
    (tmp_path / "ep02.mp4").write_text("not a video")
    path = tmp_path / "series.toml"
    path.write_text(
        dedent("""
        schema = 1
        id = "dragon"
        title = "龙王归来"
        genre = "war-god"
        locales = ["en", "zh-Hant"]
        [gates]
        transcript = "off"
        translation = "off"
        final = "off"
        [[episode]]
        id = "ep01"
        file = "ep01.mp4"
        subtitles = "ep01.srt"
        [[episode]]
        id = "ep02"
        file = "ep02.mp4"
        """),
        encoding="utf-8",
    )
    return path
