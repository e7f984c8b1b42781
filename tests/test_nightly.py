"""A night of cron: series by priority, the inbox, what is parked, two nights at once, and the summary."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from localize import failures, lease, nightly, pipeline
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.errors import EXIT_DONE, EXIT_INPUT, EXIT_REVIEW, InputError
from localize.nightly import SeriesNight, night, summary
from localize.series import load
from tests.conftest import Media

MANIFEST = """schema = 1
id = "{id}"
title = "{id}"
genre = "war-god"
locales = ["en", "fr"]
priority = {priority}
[gates]
transcript = "off"
translation = "{gate}"
final = "off"
[[episode]]
id = "ep01"
file = "ep01.mp4"
subtitles = "ep01.zh.srt"
"""
SRT = "1\n00:00:00,100 --> 00:00:01,800\n我回来了。\n"


class Studio:
    """A folder of series, and engines that need no model."""

    def __init__(self, root: Path, media: Media) -> None:
        self.root, self.media = root, media
        self.asked: list[str] = []

    def series(self, id_: str, *, priority: int = 0, gate: str = "off") -> Path:
        folder = self.root / id_
        folder.mkdir()
        self.episode(folder, "ep01")
        text = MANIFEST.format(id=id_, priority=priority, gate=gate)
        (folder / "series.toml").write_text(text, encoding="utf-8")
        return folder

    def episode(self, folder: Path, name: str) -> None:
        shutil.copy(self.media("clip.mp4"), folder / f"{name}.mp4")
        (folder / f"{name}.zh.srt").write_text(SRT, encoding="utf-8")

    def night(self, *roots: Path, dry_run: bool = False) -> list[SeriesNight]:
        def write(line: str, tag: str) -> str:
            self.asked.append(f"{line} {tag}")
            return f"I am back, {tag}."

        engines = Engines(argos=FakeTranslator(write))
        return night(roots or (self.root,), modes=("sidecar",), dry_run=dry_run, engines=engines)


@pytest.fixture
def studio(tmp_path: Path, media: Media) -> Studio:
    (tmp_path / "studio").mkdir()
    return Studio(tmp_path / "studio", media)


@pytest.mark.engines
def test_a_night_takes_every_series_the_urgent_first_and_the_next_night_finds_nothing_to_do(studio: Studio) -> None:
    studio.series("calm")
    studio.series("urgent", priority=5)
    first, asked = studio.night(), len(studio.asked)
    assert [(one.name, one.states) for one in first] == [("urgent", {"done": ["ep01"]}), ("calm", {"done": ["ep01"]})]
    assert nightly.code(first) == EXIT_DONE
    second = studio.night()
    assert [one.states for one in second] == [{"unchanged": ["ep01"]}] * 2
    assert len(studio.asked) == asked


@pytest.mark.engines
def test_titles_are_translated_in_the_night_and_left_alone_after_it(studio: Studio) -> None:
    folder = studio.series("tide")
    text = (folder / "series.toml").read_text(encoding="utf-8")
    titled = text.replace('genre = "war-god"', 'genre = "war-god"\nsynopsis = "他回来了。"')
    (folder / "series.toml").write_text(titled, encoding="utf-8")
    (planned,) = studio.night(dry_run=True)
    assert planned.states == {"work": ["ep01", "metadata"]}
    (one,) = studio.night()
    assert one.states == {"done": ["ep01", "metadata"]}
    assert "他回来了。 fr" in studio.asked
    (again,) = studio.night(dry_run=True)
    assert again.states == {"unchanged": ["ep01", "metadata"]}


@pytest.mark.engines
def test_what_waits_for_a_person_is_counted_and_waits_on(studio: Studio) -> None:
    studio.series("tide", gate="required")
    (one,) = studio.night()
    assert one.states == {"waiting": ["ep01"]}
    assert nightly.code([one]) == EXIT_REVIEW
    lines = summary([one], took_s=200)
    assert lines[0].endswith(", about 3 min")
    assert lines[1] == "tide: 1 waiting"
    assert lines[2].startswith("  waits at translation: en 1, fr 1; next: localize status ")


@pytest.mark.engines
def test_one_bad_file_stops_nobody_and_is_left_alone_until_somebody_mends_it(studio: Studio) -> None:
    folder = studio.series("tide")
    text = (folder / "series.toml").read_text(encoding="utf-8")
    entry = '[[episode]]\nid = "ep02"\nfile = "ep02.mp4"\nsubtitles = "ep01.zh.srt"\n'
    (folder / "series.toml").write_text(text + entry, encoding="utf-8")
    (folder / "ep02.mp4").write_bytes(studio.media("text.mp4").read_bytes())
    (one,) = studio.night()
    assert one.states == {"done": ["ep01"], "failed": ["ep02"]}
    assert nightly.code([one]) == EXIT_INPUT
    (again,) = studio.night()
    assert again.states == {"unchanged": ["ep01"], "parked": ["ep02"]}
    assert again.problems[0].startswith("ingest ep02: ")
    assert "; next: " in again.problems[0]
    shutil.copy(studio.media("clip.mp4"), folder / "ep02.mp4")
    (mended,) = studio.night()
    assert mended.states == {"unchanged": ["ep01"], "done": ["ep02"]}
    job = pipeline.jobs(load(folder / "series.toml"), folder / "workspace", pipeline.options(load(folder / "series.toml")), Engines())[1]  # fmt: skip  # noqa: E501
    assert failures.read(job) is None


@pytest.mark.engines
def test_what_may_pass_next_time_is_tried_every_night(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = studio.series("tide")
    (folder / "workspace").mkdir()
    (folder / "workspace" / "tide").mkdir()
    with lease.hold(folder / "workspace" / "tide" / "ep01" / "locks", ["en"]):
        monkeypatch.setattr("localize.lease.PATIENCE_S", 0.0)
        monkeypatch.setattr("localize.lease.Lease.rival", lambda self: self.holder if self.path.stem == "en" else None)
        (one,) = studio.night()
    monkeypatch.undo()
    assert one.states == {"partly": ["ep01"]} or one.states == {"failed": ["ep01"]}
    (again,) = studio.night()
    assert again.states == {"done": ["ep01"]}


@pytest.mark.engines
def test_new_videos_in_the_inbox_become_episodes_once_they_are_whole(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = studio.series("tide")
    (folder / "inbox").mkdir()
    studio.episode(folder / "inbox", "ep02")
    (young,) = studio.night()
    assert (young.added, young.states) == ((), {"done": ["ep01"]})
    assert young.notes == ("ep02.mp4 is still being copied, and is left for the next time",)
    monkeypatch.setattr("localize.intake.SETTLE_S", 0)
    (planned,) = studio.night(dry_run=True)
    assert planned.added == ("ep02",)
    assert len(load(folder / "series.toml").episode) == 1
    (taken,) = studio.night()
    assert (taken.added, taken.states) == (("ep02",), {"unchanged": ["ep01"], "done": ["ep02"]})


@pytest.mark.engines
def test_a_dry_run_says_what_would_be_done_and_writes_nothing(studio: Studio) -> None:
    folder = studio.series("tide")
    (planned,) = studio.night(dry_run=True)
    assert planned.states == {"work": ["ep01"]}
    assert not (folder / "workspace").exists()
    studio.night()
    (nothing,) = studio.night(dry_run=True)
    assert nothing.states == {"unchanged": ["ep01"]}


@pytest.mark.engines
def test_a_file_in_the_inbox_that_clashes_is_named_and_what_the_series_has_goes_on(studio: Studio) -> None:
    folder = studio.series("tide")
    (folder / "inbox").mkdir()
    studio.episode(folder / "inbox", "ep01")
    with (folder / "inbox" / "ep01.mp4").open("ab") as other_cut:
        other_cut.write(b"another cut")
    (folder / "inbox" / "ep01.mp4.ready").touch()
    (one,) = studio.night()
    assert one.states == {"done": ["ep01"]}
    assert "inbox/ep01.mp4 would be ep01, which series.toml has already" in one.problems[0]
    assert nightly.code([one]) == EXIT_INPUT


def test_a_second_night_leaves_a_series_to_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST.format(id="tide", priority=0, gate="off"), encoding="utf-8")
    # Held by another process: one's own lease is no rival.
    with lease.hold(tmp_path / "workspace" / ".locks", ["nightly-tide"]) as (held,):
        monkeypatch.setattr("localize.lease.Lease.rival", lambda _self: held.holder)
        (one,) = night([tmp_path], modes=("sidecar",), engines=Engines())
        monkeypatch.undo()
    assert one.states == {}
    assert one.codes == [EXIT_DONE]
    assert one.problems == []
    assert "another night is at work on it" in one.notes[0]


def test_a_broken_manifest_is_one_line_and_the_other_series_go_on(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "series.toml").write_text("schema = 1\nid =", encoding="utf-8")
    nights = night([tmp_path], modes=("sidecar",), engines=Engines())
    assert [one.codes for one in nights] == [[EXIT_INPUT], [EXIT_INPUT]]
    assert all("series.toml cannot be read" in one.problems[0] for one in nights)


def test_a_folder_without_a_series_is_an_error_with_the_next_command(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no series\.toml; next: localize series new"):
        night([tmp_path], engines=Engines())


def test_many_failures_are_cut_to_what_fits_on_a_screen(tmp_path: Path) -> None:
    one = SeriesNight(tmp_path / "series.toml", problems=[f"ep{n:02}: bad" for n in range(30)])
    assert len(summary([one])) < 10
    assert "and 25 more: localize failures" in "\n".join(summary([one]))


def test_an_inbox_of_a_thousand_files_is_a_few_lines_of_mail(tmp_path: Path) -> None:
    ids = tuple(f"ep{n:04}" for n in range(1, 1001))
    one = SeriesNight(tmp_path / "series.toml", added=ids, notes=tuple(f"{name} is still being copied" for name in ids))
    said = summary([one])
    assert len(said) < 10
    assert "  new: ep0001 to ep1000, 1000 episodes" in said
    assert f"  and 995 more: localize series add {one.manifest}" in said
