"""Processes that are killed, meet one another, or stand still for too long: nothing is lost or made twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localize import lease
from localize.workspace import target_file
from tests.chaos.episode import CLIP, Episode, clip, complete, outcome
from tests.chaos.life import Child, until

pytestmark = pytest.mark.engines


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    clip(tmp_path / CLIP)
    return Episode(tmp_path / "series", tmp_path / CLIP, modes=("sidecar",))


@pytest.fixture
def usual(tmp_path: Path, episode: Episode) -> dict[str, str]:
    """What an undisturbed run makes of the episode."""
    other = Episode(tmp_path / "usual", tmp_path / CLIP, modes=("sidecar",))
    other.run()
    return outcome(other.home)


def test_kills_at_seeded_moments_lose_nothing_and_make_nothing_twice() -> None:
    argv = [sys.executable, "-m", "tests.chaos", "kills", "--kills", "5", "--seed", "3"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stdout
    assert "| all | 5 | 0 | 0 | 0 |" in done.stdout


def test_an_episode_started_twice_at_once_is_made_once(episode: Episode, usual: dict[str, str]) -> None:
    twins = [Child(episode, None), Child(episode, None)]
    lives = [twin.wait() for twin in twins]
    made = [unit for life in lives for unit in life.done if unit[0] not in {"report", "ingest"}]
    assert sorted(made) == sorted(set(made))
    assert not any("bug" in error for life in lives for error in life.errors)
    Child(episode, None).wait()  # one of them may have ended with a lease that was held
    assert outcome(episode.home) == usual


def test_a_process_that_stood_still_for_too_long_commits_nothing(
    episode: Episode, usual: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def linger() -> None:
        """The engine of the sleeper takes its time, and its lease is not renewed meanwhile."""
        monkeypatch.setattr(lease, "HEARTBEAT_S", 60.0)
        monkeypatch.setattr("tests.chaos.episode.FakeTranslator.translate", _slowly)

    sleeper = Child(episode, None, before=linger)
    until(lambda: (episode.home / "locks" / "en.json").exists(), "the lease of en")
    until(lambda: (episode.home / "slow").exists(), "the slow engine")
    sleeper.stop()
    old = time.time() - lease.STALE_S - 1
    for tag in ("en", "th"):
        os.utime(episode.home / "locks" / f"{tag}.json", (old, old))
    newer = Child(episode, None).wait()
    assert not newer.errors
    before = complete(episode.home), (episode.home / target_file("en")).read_bytes()
    sleeper.go_on()
    life = sleeper.wait()
    assert any("was taken over while this process stood still" in error for error in life.errors)
    assert not [unit for unit in life.done if unit[0] == "translate"]
    assert (episode.home / target_file("en")).read_bytes() == before[1]
    (episode.home / "slow").unlink()
    Child(episode, None).wait()
    assert outcome(episode.home) == usual


def _slowly(self: object, lines: object, locales: object, brief: object) -> object:
    from localize.engines.fake import FakeTranslator, as_translation
    from tests.chaos.episode import LINES

    assert isinstance(self, FakeTranslator)
    home = next(Path(argument) for argument in [os.environ["CHAOS_HOME"]])
    (home / "slow").write_text("")
    time.sleep(1)
    return {tag: [as_translation(LINES[line.text][tag]) for line in lines] for tag in locales}  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _home(episode: Episode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAOS_HOME", str(episode.home))


@pytest.mark.parametrize("skew_s", [-7200, 7200])
def test_clocks_that_differ_neither_lose_work_nor_make_it_twice(
    episode: Episode, usual: dict[str, str], skew_s: int
) -> None:
    """A machine whose clock is off made the first half: its files and a lease that it left bear its time."""
    killed = Child(episode, lambda e: e.run(), None).wait()
    assert not killed.errors
    held = episode.home / "locks" / "en.json"
    held.write_text(
        '{"owner": "process 7 on other", "token": "t", "host": "other", "namespace": "pid:[1]", "pid": 7}',
        encoding="utf-8",
    )
    at = time.time() + skew_s
    for path in [path for path in episode.home.rglob("*") if path.is_file() and path.name != "guard.lock"]:
        os.utime(path, (at, at))
    again = Child(episode, None).wait()
    assert not again.errors
    assert not [unit for unit in again.done if unit[0] != "report"]
    episode.write("en", 0, "On your knees!")  # through the lease of the other machine, which nobody renews
    assert episode.line("en", 0) == ("On your knees!", True)


def test_a_desk_that_is_killed_among_requests_keeps_what_it_answered() -> None:
    argv = [sys.executable, "-m", "tests.chaos", "desk", "--kills", "2", "--seed", "3"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\| all, 2 kills \| [1-9]\d* \| 0 \|", done.stdout)
