"""The commands as ops type them: exit codes, what stands on stdout, and a process that is killed or finds no room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localize import pipeline
from localize.series import METADATA
from tests.conftest import FullDisk
from tests.delivery.conftest import Studio

pytestmark = pytest.mark.engines

_KILLED = """
import os, signal
from localize.delivery.target import Target
from localize.cli import main

whole, calls = Target._write, []

def half(self, path, chunks, sha256):
    calls.append(path)
    if len(calls) == 3:
        with open(path, "wb") as file:
            file.write(next(iter(chunks))[:100])
        os.kill(os.getpid(), signal.SIGKILL)
    whole(self, path, chunks, sha256)

Target._write = half
main()
"""


def _run(*arguments: str | Path, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    program = ("-c", code) if code else ("-m", "localize")
    command = [sys.executable, *program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def _part_files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.part")]


def test_a_delivery_prints_its_files_and_ends_with_0(studio: Studio, tmp_path: Path) -> None:
    studio.jobs()
    studio.run(METADATA)
    done = _run("deliver", studio.manifest, "--to-folder", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    names = {line.split("\t")[0] for line in done.stdout.splitlines()}
    assert {"en/001.mp4", "th/001.vtt", "mul/001.mkv", "metadata.json", "metadata/th.csv"} <= names
    assert "11 files written, 0 replaced, 0 unchanged, 0 removed, 0 held" in done.stderr
    done = _run("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--json")
    assert len(json.loads(done.stdout)["unchanged"]) == 11


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(studio: Studio, tmp_path: Path) -> None:
    studio.jobs()
    done = _run("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--dry-run", "--files", "sidecar")
    assert done.returncode == 2, done.stderr
    assert "would be written: en/001.srt" in done.stderr
    assert "4 files would be written" in done.stderr
    assert "the titles were not translated yet; next: localize run" in done.stderr
    assert not (tmp_path / "out").exists()
    assert not (studio.workspace / "tide/deliveries").exists()


def test_nothing_approved_is_exit_4_and_says_what_to_type(studio: Studio, tmp_path: Path) -> None:
    studio.gates["final"] = "required"
    studio.jobs()
    done = _run("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--episode", "ep01")
    assert done.returncode == 4
    assert "waiting: deliver ep01 [en]: waits for review; next: localize review approve" in done.stderr
    assert done.stdout == ""
    (job,) = studio.jobs("ep01")
    pipeline.decide(job, "final", "en", "approved", "mei")
    done = _run("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--episode", "ep01", "--to", "en")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room_bytes", [0, 6_000])
def test_a_full_disk_at_the_target_is_exit_5_and_the_next_delivery_goes_on(
    studio: Studio, tmp_path: Path, full_disk: FullDisk, room_bytes: int
) -> None:
    studio.jobs()
    (tmp_path / "out").mkdir()
    command = ("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--episode", "ep01")
    done = _run(*command, **full_disk(tmp_path / "out", room_bytes))
    assert done.returncode == 5, done.stderr
    assert "the disk is full" in done.stderr
    assert "next: free space, then deliver again" in done.stderr
    assert not _part_files(tmp_path / "out")
    done = _run(*command)
    assert done.returncode == 0, done.stderr


def test_a_delivery_that_was_killed_goes_on_and_leaves_no_half_file(studio: Studio, tmp_path: Path) -> None:
    studio.jobs()
    command = ("deliver", studio.manifest, "--to-folder", tmp_path / "out", "--episode", "ep01")
    assert _run(*command, code=_KILLED).returncode == -9
    assert len(_part_files(tmp_path / "out")) == 1
    done = _run(*command)
    assert done.returncode == 0, done.stderr
    assert "6 files written, 0 replaced, 2 unchanged" in done.stderr
    assert not _part_files(tmp_path / "out")
    home = tmp_path / "out/tide"
    subprocess.run(["sha256sum", "-c", "checksums.sha256"], cwd=home, check=True, capture_output=True)


def test_books_go_to_stdout_or_into_a_file_that_excel_reads(studio: Studio, tmp_path: Path) -> None:
    studio.jobs()
    done = _run("books", studio.manifest)
    header, *rows = done.stdout.splitlines()
    assert header.startswith("series,episode,locale,minutes,cost,currency")
    assert [row.split(",")[:4] for row in rows] == [["tide", "ep01", "en", "0.033"], ["tide", "ep01", "th", "0.033"]]
    done = _run("books", studio.manifest, "--out", tmp_path / "books.csv", "--from", "2020-01-01")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "books.csv").read_bytes().startswith(b"\xef\xbb\xbfseries,")
    assert _run("books", studio.manifest, "--from", "31.1.").returncode == 2
