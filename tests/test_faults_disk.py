"""Disks that are full or broken, and folders with very much in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localize import intake, nightly
from localize.engines.registry import Engines
from localize.errors import EXIT_ENGINE
from localize.fingerprint import file_digest
from localize.series import load
from tests.conftest import FullDisk

MANIFEST = """schema = 1
id = "{id}"
title = "潮"
genre = "war-god"
locales = ["en"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""


def test_a_thousand_files_of_one_size_are_each_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SETTLE_S", -1)
    for number in range(1, 1001):
        (tmp_path / f"第{number}集.mp4").write_text(f"{number:04}")
    (tmp_path / "集尾.mp4").write_text("0500")
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return file_digest(path)

    monkeypatch.setattr(intake, "file_digest", counted)
    found = intake.look(tmp_path)
    assert len(found.episodes) == 1000
    assert found.episodes[999].id == "ep1000"
    assert found.doubles == (("集尾.mp4", "第500集.mp4"),)
    assert len(read) == len(set(read)) == 1001


def test_an_inbox_on_a_full_disk_is_one_line_and_the_other_series_go_on(tmp_path: Path, full_disk: FullDisk) -> None:
    for name in ("full", "well"):
        (tmp_path / name / "inbox").mkdir(parents=True)
        (tmp_path / name / "series.toml").write_text(MANIFEST.format(id=name), encoding="utf-8")
        (tmp_path / name / "inbox" / "ep02.mp4").write_text("new")
        (tmp_path / name / "inbox" / "ep02.mp4.ready").touch()
    before = (tmp_path / "full" / "series.toml").read_bytes()
    argv = [sys.executable, "-m", "localize", "nightly", str(tmp_path), "--mode", "sidecar"]
    env = os.environ | full_disk(tmp_path / "full", 0)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env, timeout=120)
    assert done.returncode == EXIT_ENGINE, done.stderr
    assert "Traceback" not in done.stderr
    problems = [line for line in done.stdout.splitlines() if "the disk is full" in line]
    assert problems
    assert all("; next: free space, then run again" in line for line in problems)
    assert (tmp_path / "full" / "series.toml").read_bytes() == before
    assert "  new: ep02" in done.stdout
    assert [episode.id for episode in load(tmp_path / "well" / "series.toml").episode] == ["ep01", "ep02"]
    nightly.night([tmp_path / "full"], modes=("sidecar",), engines=Engines())
    assert [episode.id for episode in load(tmp_path / "full" / "series.toml").episode] == ["ep01", "ep02"]
