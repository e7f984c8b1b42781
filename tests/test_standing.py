"""Where an episode stands in one word, and that it is not looked at again while nothing changed."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline
from localize.deciding import decide
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.job import Job
from localize.series import load
from localize.state import standing
from tests.conftest import Media

pytestmark = pytest.mark.engines


@pytest.fixture
def job(tmp_path: Path, media: Media) -> Job:
    """An episode in two locales, of which Thai waits for a reviewer."""
    shutil.copy(media("clip.mp4"), tmp_path / "ep01.mp4")
    (tmp_path / "ep01.srt").write_text("1\n00:00:00,100 --> 00:00:01,800\n我回来了。\n", encoding="utf-8")
    (tmp_path / "series.toml").write_text(
        dedent("""
        schema = 1
        id = "show"
        title = "show"
        genre = "war-god"
        locales = ["en", "th"]
        [gates]
        translation = "off"
        final = "off"
        [gates.locales.th]
        translation = "required"
        [[episode]]
        id = "ep01"
        file = "ep01.mp4"
        subtitles = "ep01.srt"
        """),
        encoding="utf-8",
    )
    series = load(tmp_path / "series.toml")
    engines = Engines(argos=FakeTranslator(lambda _line, tag: "ผมกลับมาแล้ว" if tag == "th" else "I am back."))
    return pipeline.jobs(series, tmp_path / "workspace", pipeline.options(series, modes=("sidecar",)), engines)[0]


def words(job: Job) -> list[tuple[str, str, str]]:
    return [(cell.locale, cell.state, cell.gate) for cell in standing.standing(job).cells]


def test_a_locale_is_not_begun_waits_is_sent_back_and_is_delivered(job: Job) -> None:
    assert words(job) == [("en", "not begun", ""), ("th", "not begun", "")]
    pipeline.advance(job)
    assert words(job) == [("en", "delivered", ""), ("th", "waiting", "translation")]
    (th,) = [cell for cell in standing.standing(job).cells if cell.locale == "th"]
    assert 0 <= standing.age_s(th.since) < 600
    decide(job, "translation", "th", "rejected", "mei", "names")
    assert words(job)[1] == ("th", "sent back", "translation")
    decide(job, "translation", "th", "approved", "mei")
    assert words(job)[1] == ("th", "under way", "")
    pipeline.advance(job)
    assert standing.counted([standing.standing(job)])["delivered"] == 2


def test_what_failed_is_named_and_a_damaged_file_is_a_failure_of_its_episode(job: Job) -> None:
    job.media.write_bytes(b"")
    pipeline.advance(job)
    seen = standing.standing(job)
    assert {cell.state for cell in seen.cells} == {"failed"}
    assert seen.failed[0].startswith("ingest: ep01.mp4 is empty")
    job.workspace.path("source.json").write_text("{")
    assert "source.json is damaged" in standing.standing(job).failed[0]


def test_an_episode_is_looked_at_again_only_where_a_file_of_it_has_changed(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.advance(job)
    looked: list[str] = []
    look = standing._looked
    monkeypatch.setattr(standing, "_looked", lambda job: looked.append(job.episode.id) or look(job))
    first = standing.standing(job)
    assert standing.standing(job) is first
    job.workspace.path("targets/en.json").touch()
    assert standing.standing(job) == first
    assert looked == ["ep01", "ep01"]


def test_a_clock_that_is_ahead_makes_no_negative_age() -> None:
    ahead = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    assert standing.age_s(ahead) == 0
