"""Garbage: what goes, what stays, and what is never touched."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localize import gc
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines.registry import Engines
from localize.job import Job
from localize.pipeline import jobs, options
from localize.series import load
from localize.workspace import drafts_file, target_file

MANIFEST = """schema = 1
id = "tide"
title = "潮"
genre = "war-god"
locales = ["en", "th"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""
HOUR_S = 3600


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "series.toml").write_text(MANIFEST, encoding="utf-8")
    series = load(tmp_path / "series.toml")
    (made,) = jobs(series, tmp_path / "workspace", options(series), Engines())
    made.workspace.folder.mkdir(parents=True)
    return made


@pytest.fixture
def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def old(path: Path) -> Path:
    """Nothing was written there for two hours."""
    at = time.time() - 2 * HOUR_S
    for one in (*path.glob("*"), path) if path.is_dir() else (path,):
        os.utime(one, (at, at))
    return path


def track(tag: str, *lines: str) -> TargetTrack:
    return TargetTrack(tag, tuple(TargetLine(f"c{n:04}", text, "argos") for n, text in enumerate(lines, 1)))


def test_what_killed_processes_left_goes_and_what_runs_stays(job: Job, dead: int) -> None:
    ws = job.workspace
    (ws.path(f".scratch-{dead}-a")).mkdir()
    ws.path(f".scratch-{dead}-a/th.mp4").write_bytes(bytes(5000))
    (ws.path(f".scratch-{os.getpid()}-b")).mkdir()
    for name in ("targets", "log/en"):
        ws.path(name).mkdir(parents=True)
        ws.path(f"{name}/.en.json.{dead}.part").write_bytes(b"half")
    ws.path(f"targets/.th.json.{os.getpid()}.part").write_bytes(b"half")
    young = ws.path(f"targets/.ar.json.{dead}.part")
    young.write_bytes(b"half")
    for path in ws.folder.rglob(".*"):
        if path != young:
            old(path)
    found = gc.find(job)
    assert {(one.kind, one.name, one.size_bytes) for one in found} == {
        ("scratch", f".scratch-{dead}-a", 5000),
        ("half-written", f"targets/.en.json.{dead}.part", 4),
        ("half-written", f"log/en/.en.json.{dead}.part", 4),
    }
    assert gc.collect(job) == found
    assert gc.find(job) == []
    assert young.exists()
    assert ws.path(f".scratch-{os.getpid()}-b").exists()


def test_a_lease_that_nobody_renews_goes_and_one_that_is_held_stays(job: Job) -> None:
    with job.workspace.writing("th"):
        (job.workspace.path("locks") / "en.json").write_text("{}", encoding="utf-8")
        assert [(one.kind, one.name) for one in gc.collect(job)] == [("lease", "locks/en.json")]
        assert (job.workspace.path("locks") / "th.json").exists()


def test_drafts_go_once_their_lines_stand_in_the_track(job: Job) -> None:
    with job.workspace.writing("en", "th") as writer:
        writer.commit("source.json", SourceTrack("zh-Hans", (Cue("c0001", 0, 900, "跪下！"),), 2), "")
        for tag in ("en", "th"):
            writer.commit(drafts_file(tag), track(tag, "One."), "")
        writer.commit(target_file("en"), track("en", "One.", "Two."), "f")
    assert [(one.kind, one.name) for one in gc.collect(job)] == [("drafts", drafts_file("en"))]
    assert drafts_file("en") not in job.workspace.state.artefacts
    assert job.workspace.exists(drafts_file("th"))


def test_what_somebody_works_on_or_changed_by_hand_stays(job: Job) -> None:
    with job.workspace.writing("en") as writer:
        writer.commit(drafts_file("en"), track("en", "One."), "")
        writer.commit(target_file("en"), track("en", "One."), "f")
        assert gc.collect(job) == []  # the locale is being written
    path = job.workspace.path(drafts_file("en"))
    path.write_text(path.read_text(encoding="utf-8").replace("One", "Won"), encoding="utf-8")
    assert gc.collect(job) == []
    assert "Won" in path.read_text(encoding="utf-8")


def test_films_tracks_and_files_that_nobody_recorded_stay_whatever_their_age(job: Job) -> None:
    ws = job.workspace
    for name in (
        "renders/en.mp4",
        "renders/mine.mp4",
        "targets/en.json",
        "notes.txt",
        "ep01.multi.mkv",
        "log/en/1.json",
    ):
        ws.path(name).parent.mkdir(parents=True, exist_ok=True)
        old_one = ws.path(name)
        old_one.write_bytes(b"x")
        old(old_one)
    assert gc.find(job) == []
