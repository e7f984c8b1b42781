"""An episode is replaced by another cut: everybody decides again, and nothing that a person wrote is lost."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from localize import pipeline
from localize.cues import TargetTrack
from localize.episode import MediaFacts
from localize.findings import Findings
from localize.review import source
from localize.review.log import Who
from localize.series import load
from localize.workspace import findings_file, target_file
from tests.chaos.episode import CLIP, LINES, WORDS, Episode, clip

pytestmark = pytest.mark.engines


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    """Translated, edited and approved in English; Thai waits."""
    clip(tmp_path / CLIP)
    made = Episode(tmp_path / "series", tmp_path / CLIP, modes=("sidecar",))
    made.run()
    made.write("en", 0, "On your knees!")
    made.approve("en")
    assert made.run().delivered == ("en",)
    return made


def replaced(episode: Episode, *, seconds: float = 1.6) -> None:
    """Another cut under the same name: other pictures, other bytes."""
    path, other = episode.folder / "ep01.mp4", episode.folder / "other.mp4"
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-i",
        path,
        "-t",
        str(seconds),
        "-vf",
        "negate",
        "-preset",
        "ultrafast",
        other,
    ]
    subprocess.run(argv, check=True)
    other.replace(path)


def facts(episode: Episode) -> MediaFacts:
    return episode.job().facts


def test_what_was_approved_of_another_cut_is_asked_again_and_lines_of_people_stand(episode: Episode) -> None:
    before = facts(episode).digest
    replaced(episode)
    result = episode.run()
    assert facts(episode).digest != before
    assert result.delivered == ()
    messages = {(error.stage, error.locale): error.message for error in result.waiting}
    assert messages["translation", "en"] == "the film was replaced after Chen approved it"
    assert episode.line("en", 0) == ("On your knees!", True)
    episode.approve("en")
    assert episode.run().delivered == ("en",)


def test_a_file_that_was_only_copied_again_asks_nobody(episode: Episode) -> None:
    path = episode.folder / "ep01.mp4"
    path.write_bytes(path.read_bytes())
    os.utime(path, (1, 1))
    assert episode.run().delivered == ("en",)


def test_lines_of_cues_that_the_new_cut_does_not_have_are_kept_as_suggestions(
    episode: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The new cut says something else where the edited line was.
    monkeypatch.setitem(LINES, "起来！", {"en": "Get up!", "th": "ลุกขึ้น!"})
    monkeypatch.setattr("tests.chaos.episode.WORDS", ((100, 400, "起"), (400, 700, "来！"), *WORDS[2:]))
    replaced(episode)
    episode.run()
    track = episode.job().workspace.need(TargetTrack, target_file("en"))
    assert [line.text for line in track.lines] == ["Get up!", "I am back."]
    assert [(line.text, line.human) for line in track.retired] == [("On your knees!", True)]


def test_a_source_that_was_mended_for_another_cut_is_an_error_that_closes_the_gate(episode: Episode) -> None:
    cue = episode.job().source().cues[0]
    mended = source.CueEdit(cue.id, "跪下！", cue.start_ms + 40, cue.end_ms, source.version(cue))
    source.edit(episode.job(), [mended], Who("Chen"))
    assert not [error for error in episode.run().waiting if error.stage == "transcript"]
    replaced(episode)
    result = episode.run()
    (waiting,) = [error for error in result.waiting if error.stage == "transcript"]
    assert "localize review approve" in (waiting.next_step or "")
    found = episode.job().workspace.need(Findings, findings_file("zh-Hans"))
    (moved,) = [one for one in found.findings if one.rule == "source-moved-on"]
    assert moved.severity == "error"
    assert "delete source.json" in moved.message
    # It stays, until a person says that it fits.
    assert [error.stage for error in episode.run().waiting] == ["transcript"]
    pipeline.decide(episode.job(), "transcript", None, "approved", "Chen")
    assert "transcript" not in [error.stage for error in episode.run().waiting]
    assert episode.job().source().cues[0].start_ms == cue.start_ms + 40


def test_a_shorter_cut_takes_no_cue_past_its_end(episode: Episode) -> None:
    replaced(episode, seconds=1.2)
    episode.run()
    assert all(cue.end_ms <= facts(episode).duration_ms for cue in episode.job().source().cues)
    assert load(episode.folder / "series.toml").episode[0].id == "ep01"
