"""From a folder of episodes to a manifest: order, gaps, doubles, files that are still being copied."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from localize import intake
from localize.errors import InputError, ManifestError
from localize.series import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "潮").mkdir()
    return tmp_path / "潮"


def video(folder: Path, name: str, content: str = "", age_s: float = 3600) -> Path:
    """A file as if it had been copied `age_s` ago; the time of its last change cannot be set, so now is moved."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content or name, encoding="utf-8")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour has passed since the files were made, but for those that a test makes young."""
    now = time.time
    monkeypatch.setattr("localize.intake.time.time", lambda: now() + 3600)


def test_a_folder_becomes_a_series_in_the_order_of_its_numbers(folder: Path) -> None:
    for name in ("第10集.mp4", "第2集.mp4", "第1集.mp4", "notes.txt", ".hidden.mp4"):
        video(folder, name)
    (folder / "第2集.zh.srt").write_text("", encoding="utf-8")
    path = intake.create(folder, intake.look(folder), id_="tide", title='潮 "1"', genre="war-god", locales=["en", "th"])
    series = load(path)
    assert [(e.id, e.file, e.subtitles) for e in series.episode] == [
        ("ep01", "第1集.mp4", None), ("ep02", "第2集.mp4", "第2集.zh.srt"), ("ep10", "第10集.mp4", None),
    ]  # fmt: skip
    assert (series.title, series.locales, series.gates.translation.mode) == ('潮 "1"', ("en", "th"), "required")


def test_gaps_and_doubles_are_told_and_a_double_is_left_out(folder: Path) -> None:
    for name, content in (("ep1.mp4", "a"), ("ep2.mp4", "b"), ("EP02 final.mp4", "c"), ("extra.mp4", "a"),
                          ("ep6.mp4", "d"), ("ep8.mp4", "e")):  # fmt: skip
        video(folder, name, content)
    found = intake.look(folder)
    assert [one.id for one in found.episodes] == ["ep01", "ep02", "ep06", "ep08"]
    assert found.notes == [
        "ep2.mp4 was left out: it doubles EP02 final.mp4",
        "extra.mp4 was left out: it doubles ep1.mp4",
        "there is no episode 3-5, 7",
    ]


def test_a_file_that_is_still_being_copied_is_left_for_the_next_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    video(folder, "ep01.mp4", age_s=0)
    # A copy that keeps the time of its original is as young as its last write.
    video(folder, "ep02.mp4", age_s=9999)
    video(folder, "ep03.mp4.part")
    ready = video(folder, "ep04.mp4", age_s=0)
    ready.with_name("ep04.mp4.ready").touch()
    (folder / "ep05.mp4").touch()
    found = intake.look(folder)
    assert [one.id for one in found.episodes] == ["ep04"]
    assert set(found.unfinished) == {"ep01.mp4", "ep02.mp4", "ep03.mp4.part", "ep05.mp4"}


def test_a_clock_that_is_far_ahead_holds_no_file_for_ever(folder: Path) -> None:
    path = video(folder, "ep01.mp4")
    os.utime(path, (time.time() + 10 * 86_400,) * 2)
    assert intake.settled(path)


def test_new_episodes_are_added_at_the_end_and_nothing_else_of_the_manifest_changes(folder: Path) -> None:
    video(folder, "ep01.mp4")
    path = intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])
    text = path.read_text(encoding="utf-8").replace('title = "潮"', 'title = "潮" # as on the poster')
    path.write_text(text, encoding="utf-8")
    video(folder, "inbox/ep03.mp4")
    known = [folder / "ep01.mp4"]
    found = intake.look(folder / "inbox", root=folder, known=known)
    assert [one.id for one in intake.add(path, found)] == ["ep03"]
    assert path.read_text(encoding="utf-8").startswith(text.rstrip("\n"))
    assert [(e.id, e.file) for e in load(path).episode] == [("ep01", "ep01.mp4"), ("ep03", "inbox/ep03.mp4")]
    # Once there, it is not new.
    known.append(folder / "inbox/ep03.mp4")
    assert intake.look(folder / "inbox", root=folder, known=known).episodes == ()


def test_another_file_for_an_episode_that_is_there_is_for_a_person_to_decide(folder: Path) -> None:
    video(folder, "ep01.mp4")
    path = intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])
    before = path.read_bytes()
    video(folder, "inbox/ep1 new cut.mp4")
    found = intake.look(folder / "inbox", root=folder)
    with pytest.raises(InputError, match=r"would be ep01, which series\.toml has already; next: rename the file"):
        intake.add(path, found)
    assert path.read_bytes() == before


def test_a_manifest_that_is_there_is_not_overwritten(folder: Path) -> None:
    video(folder, "ep01.mp4")
    made = intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])
    with pytest.raises(InputError, match="is there already"):
        intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])
    assert made.exists()


def test_a_manifest_that_would_be_wrong_is_not_left_behind(folder: Path) -> None:
    video(folder, "ep01.mp4")
    with pytest.raises(ManifestError, match="'war' is not a genre"):
        intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war", locales=["en"])
    assert not (folder / "series.toml").exists()


def test_an_empty_folder_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="holds no video"):
        intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])


def test_who_just_copied_the_episodes_is_told_to_wait_and_not_to_copy_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    video(folder, "ep01.mp4", age_s=0)
    with pytest.raises(InputError, match="next: run it again in 60 s, or put"):
        intake.create(folder, intake.look(folder), id_="tide", title="潮", genre="war-god", locales=["en"])
