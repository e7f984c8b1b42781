"""Files that are damaged on the disk, and things that change under a run: made anew, or told in one line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from localize import pipeline
from localize.engines.fake import FakeTranslator
from localize.errors import ManifestError
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.series import load
from localize.stages import report
from tests.chaos.episode import CLIP, LINES, Episode, clip, outcome

pytestmark = pytest.mark.engines


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    clip(tmp_path / CLIP)
    return Episode(tmp_path / "series", tmp_path / CLIP)


@pytest.fixture
def done(episode: Episode) -> Episode:
    """Taken to the end."""
    episode.run()
    for tag in ("en", "th"):
        episode.approve(tag)
    assert episode.run().delivered == ("en", "th")
    return episode


MACHINE_MADE = ("renders/en.mp4", "ep01.multi.mkv", "layout/th.json", "subtitles/en.ass", "subtitles/th.srt",
                "words.json", "shots.json", "findings/en.json", "cover.json", "ocr.json")  # fmt: skip


def broken(path: Path, *, unseen: bool) -> None:
    """A few bytes are others; `unseen`: size and time are as they were."""
    stat, data = path.stat(), path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + b"\0\0\0" + data[len(data) // 2 + 3 :])
    if unseen:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("unseen", [False, True])
def test_damaged_files_are_made_anew_and_named(done: Episode, unseen: bool) -> None:
    usual = outcome(done.home)
    for name in MACHINE_MADE:
        broken(done.home / name, unseen=unseen)
    if unseen:
        assert not done.run().worked
    result = done.run(verify=unseen)
    assert not result.errors
    found = [finding.message for _, finding in result.findings if finding.rule == "damaged-file"]
    assert sorted(message.split()[0] for message in found) == sorted(MACHINE_MADE)
    page = (done.home / "report.html").read_text(encoding="utf-8")
    job = done.job()
    told = report.markdown(job.series, job.episode, job.workspace, job.locales)
    assert all(message in page and message.replace("_", "\\_") in told for message in found)
    assert outcome(done.home) == usual
    assert not [finding for _, finding in done.run(verify=True).findings if finding.rule == "damaged-file"]


def test_a_track_that_cannot_be_read_is_one_error_and_the_other_locale_goes_on(done: Episode) -> None:
    path = done.home / "targets" / "th.json"
    path.write_bytes(path.read_bytes()[:40])
    result = done.run()
    assert {(error.stage, error.locale) for error in result.errors} <= {("translate", "th"), ("report", None)}
    assert all("is damaged" in error.message and str(path) in (error.next_step or "") for error in result.errors)
    assert result.delivered == ("en",)


@pytest.mark.parametrize("again", [pipeline.recheck, pipeline.rerender])
def test_an_english_track_that_cannot_be_read_takes_no_other_locale_along(
    done: Episode, again: Callable[[Job], EpisodeResult]
) -> None:
    done.write("th", 0, "คุกเข่าเดี๋ยวนี้!")
    path = done.home / "targets" / "en.json"
    path.write_bytes(path.read_bytes()[:40])
    result = again(done.job())
    assert [(error.stage, error.locale) for error in result.errors if error.stage != "report"] == [("fit", "en")]
    assert ("check", ["th"]) in [(unit.unit.step, unit.outcome.done) for unit in result.finished]


def during_translation(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    translate = FakeTranslator.translate

    def meanwhile(self: FakeTranslator, *given: object) -> object:
        what()
        return translate(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeTranslator, "translate", meanwhile)


def test_a_manifest_that_changes_while_a_run_works_is_read_by_the_next_one(
    episode: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = episode.folder / "series.toml"
    during_translation(monkeypatch, lambda: manifest.write_text("schema = 1\nid =", encoding="utf-8"))
    job = episode.job()
    result = pipeline.advance(job)
    assert not result.errors
    assert [error.stage for error in result.waiting] == ["translation", "translation"]
    with pytest.raises(ManifestError, match=r"series\.toml cannot be read.*next: "):
        load(manifest)


def test_a_series_that_is_deleted_while_a_run_works_is_an_error_and_the_next_run_begins_anew(
    episode: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    during_translation(monkeypatch, lambda: shutil.rmtree(episode.home.parent))
    result = episode.run()
    assert result.errors
    assert all(error.exit_code == 5 and error.next_step for error in result.errors)
    monkeypatch.undo()
    again = episode.run()
    assert not again.errors
    assert [line for line, _ in (episode.line("en", 0), episode.line("en", 1))] == [row["en"] for row in LINES.values()]


def test_a_renamed_episode_is_told_with_what_to_mend(episode: Episode) -> None:
    (episode.folder / "ep01.mp4").rename(episode.folder / "ep1.mp4")
    (error,) = episode.run().errors
    assert str(error).startswith("ingest ep01: ep01.mp4 does not exist; next: mend [[episode]] file in ")
