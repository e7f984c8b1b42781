"""Bad input and a failing machine, through the command line: one line, the right exit code, nothing half-written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from localize.models import Store
from tests.conftest import FullDisk, Media

pytestmark = pytest.mark.engines

SRT = "1\n00:00:00,100 --> 00:00:00,900\n林凡回来了！\n"


@pytest.fixture
def episode(tmp_path: Path, media: Media) -> Path:
    """Two seconds with Chinese subtitles beside them."""
    path = tmp_path / "ep01.mp4"
    path.write_bytes(media("clip.mp4").read_bytes())
    path.with_suffix(".zh.srt").write_text(SRT, encoding="utf-8")
    return path


def run(path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localize", "run", str(path), "--to", "zh-Hant", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=path.parent, env=os.environ | env, timeout=120
    )


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("empty.mp4", "is empty"),
        ("text.mp4", "is not a video"),
        ("sound.mp4", "has no picture"),
        ("silent.mp4", "has neither sound nor subtitles"),  # told once the picture was read
        ("truncated.mp4", "is cut short"),
        ("landscape.mp4", "is landscape (480x270)"),
    ],
)
def test_media_that_cannot_be_localised_is_refused_in_one_line(
    tmp_path: Path, media: Media, name: str, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(media(name).read_bytes())
    done = run(path)
    (line,) = errors(done)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert re.match(rf"error: (ingest|segment) {path.stem}: {name} ", line)
    assert says in line
    assert "; next: " in line
    assert not list(tmp_path.rglob("*.srt"))


def test_landscape_is_taken_when_asked_for(tmp_path: Path, media: Media) -> None:
    path = tmp_path / "wide.mp4"
    path.write_bytes(media("landscape.mp4").read_bytes())
    path.with_suffix(".zh.srt").write_text(SRT, encoding="utf-8")
    assert run(path, "--mode", "sidecar", "--allow-landscape").returncode == 0


@pytest.mark.parametrize("room_bytes", [0, 4_000, 12_000])
def test_a_full_disk_is_exit_5_and_leaves_nothing_half_written(
    episode: Path, full_disk: FullDisk, room_bytes: int
) -> None:
    workspace = episode.parent / "workspace"
    done = run(episode, "--mode", "burn", **full_disk(workspace, room_bytes))
    assert done.returncode == 5
    assert any("the disk is full" in line and "; next: free space" in line for line in errors(done))
    assert not list(workspace.rglob("*.part"))
    assert not list(workspace.rglob(".scratch*"))
    assert run(episode, "--mode", "burn").returncode == 0


def test_a_workspace_that_cannot_be_written_is_exit_5(episode: Path) -> None:
    (episode.parent / "file").write_text("not a folder")
    done = run(episode, "--workspace", "file")
    assert done.returncode == 5
    assert "--workspace DIR" in errors(done)[0]


def test_a_recogniser_that_is_not_installed_is_exit_5_with_the_command_that_installs_it(
    tmp_path: Path, media: Media
) -> None:
    path = tmp_path / "ep01.mp4"
    path.write_bytes(media("clip.mp4").read_bytes())
    done = run(path, LOCALIZE_MODELS=str(tmp_path / "models"))
    (line,) = errors(done)
    assert done.returncode == 5
    assert line.startswith("error: transcribe ep01: whisper-base is missing")
    assert line.endswith("; next: localize models install whisper-base")


def test_a_second_run_from_cron_does_no_work_and_says_so(episode: Path, store: Store) -> None:
    first = run(episode, "--to", "en,zh-Hant", "--mode", "burn,mux,sidecar")
    second = run(episode, "--to", "en,zh-Hant", "--mode", "burn,mux,sidecar")
    assert (first.returncode, second.returncode) == (0, 0)
    assert "burn-ep01" in first.stderr
    assert "ep01: nothing to do, everything is up to date" in second.stderr
    assert second.stdout.split("\t")[1] == "unchanged"
