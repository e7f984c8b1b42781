"""Status against runs: what it says is what the next run does. Real ffmpeg on two seconds, engines that do as told."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.engines.registry import Engines
from localize.gates import review_command, run_command
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.series import load
from localize.state.status import LocaleStatus, starter_note, status
from localize.steps import outdated
from localize.workspace import EpisodeWorkspace
from tests.conftest import Media

pytestmark = pytest.mark.engines


class Desk:
    """One series of one episode with the gates and locales a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.line = "Kneel!"
        self.gates = {"transcript": "off", "translation": "off", "final": "off"}

    def job(self, *modes: str, locales: tuple[str, ...] = ("en",), workspace: str = "workspace") -> Job:
        manifest = self.folder / "series.toml"
        manifest.write_text(
            dedent(f"""
            schema = 1
            id = "dragon"
            title = "龙王归来"
            genre = "war-god"
            locales = {json.dumps(locales)}
            [gates]
            transcript = "{self.gates["transcript"]}"
            translation = "{self.gates["translation"]}"
            final = "{self.gates["final"]}"
            [[episode]]
            id = "ep01"
            file = "ep01.mp4"
            """),
            encoding="utf-8",
        )
        engines = Engines(
            faster_whisper=FakeTranscriber(lambda _media, _names: spoken((100, 500, "跪"), (500, 900, "下！"))),
            argos=FakeTranslator(lambda _line, _tag: self.line),
        )
        series = load(manifest)
        options = pipeline.options(series, modes=modes or ("sidecar",))
        (job,) = pipeline.jobs(series, self.folder / workspace, options, engines)
        return job

    def run(self, *modes: str, locales: tuple[str, ...] = ("en",)) -> EpisodeResult:
        return pipeline.advance(self.job(*modes, locales=locales))

    def row(self) -> LocaleStatus:
        (row,) = status(self.job())
        return row

    def edit(self, old: str, new: str) -> None:
        path = self.job().workspace.path("targets/en.json")
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, media: Media) -> Desk:
    (tmp_path / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    return Desk(tmp_path)


def test_an_episode_that_never_ran_says_what_to_type_and_a_delivered_one_says_nothing(desk: Desk) -> None:
    assert (desk.row().waits_for, desk.row().next_step) == ("", f"localize run {desk.folder}/series.toml")
    desk.run("burn", "sidecar")
    row = desk.row()
    assert (row.lines, row.written_by, row.burned, row.sidecar) == (1, "fake 1", True, True)
    assert (row.out_of_date, row.waits_for, row.next_step) == ((), "", "")


@pytest.mark.parametrize("gate", ["transcript", "translation", "final"])
def test_status_waits_exactly_where_a_run_without_burning_waited(desk: Desk, gate: str) -> None:
    desk.gates[gate] = "required"
    (waiting,) = desk.run("sidecar").waiting
    row = desk.row()
    assert row.waits_for == f"{gate}: waits for review"
    assert row.next_step == waiting.next_step


def test_a_locale_without_an_engine_says_what_to_change(desk: Desk) -> None:
    (row,) = status(desk.job(locales=("vi",)))
    assert row.waits_for == "Vietnamese has no Argos package"
    assert "leave vi out" in row.next_step


def test_an_approved_translation_that_was_not_drawn_yet_says_to_run(desk: Desk) -> None:
    desk.gates["translation"] = "required"
    desk.run("sidecar")
    pipeline.decide(desk.job(), "translation", "en", "approved", "mei")
    assert desk.row().next_step == f"localize run {desk.folder}/series.toml"


def test_a_master_of_an_older_text_is_out_of_date_until_it_is_burned_anew(desk: Desk) -> None:
    desk.run("burn", "mux", "sidecar")
    assert outdated(desk.job()) == frozenset()
    desk.edit("Kneel!", "Down!")
    desk.run("sidecar")
    assert outdated(desk.job()) == {"renders/en.mp4", "ep01.multi.mp4", "ep01.multi.mkv"}
    assert desk.row().out_of_date == ("burned mp4", "multi mp4", "multi mkv")
    assert desk.row().next_step.startswith("localize run ")
    assert "out of date" in desk.job().workspace.path("report.html").read_text(encoding="utf-8")
    desk.run("burn", "mux", "sidecar")
    assert outdated(desk.job()) == frozenset()
    assert "out of date" not in desk.job().workspace.path("report.html").read_text(encoding="utf-8")


def test_the_master_of_an_edited_text_that_waits_for_its_reviewer_is_out_of_date(desk: Desk) -> None:
    desk.gates["translation"] = "required"
    desk.run("burn")
    pipeline.decide(desk.job(), "translation", "en", "approved", "mei")
    assert desk.run("burn").delivered == ("en",)
    desk.edit("Kneel!", "Down!")
    desk.run("burn")
    row = desk.row()
    assert (row.out_of_date, row.waits_for) == (("burned mp4",), "translation: edited after mei approved it")


def test_a_layout_written_again_with_the_same_text_leaves_the_master_up_to_date(desk: Desk) -> None:
    desk.run("burn")
    desk.job().workspace.path("layout/en.json").unlink()
    again = desk.run("burn")
    assert [done.unit.step for done in again.finished if done.outcome.done and done.unit.step != "report"] == ["fit"]
    assert outdated(desk.job()) == frozenset()


def test_a_file_of_all_locales_is_out_of_date_once_another_locale_may_go_on(desk: Desk) -> None:
    desk.run("mux")
    desk.run("sidecar", locales=("en", "th"))
    assert outdated(desk.job(locales=("en", "th"))) == {"ep01.multi.mp4", "ep01.multi.mkv"}


def test_printed_commands_name_another_workspace_and_survive_a_shell(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.folder = tmp_path / "my series"
    desk.folder.mkdir()
    manifest = f"'{tmp_path}/my series/series.toml'"
    here, there = desk.job(), desk.job(workspace="o'ther")
    assert run_command(here.series, here.workspace) == f"localize run {manifest}"
    for_en = (here.series, here.episode, "translation", ("en", "th"))
    assert review_command(*for_en, here.workspace) == (  # type: ignore[arg-type]
        f"localize review approve {manifest} translation --episode ep01 --to en,th --reviewer NAME"
    )
    elsewhere = f"""'{tmp_path}/my series/o'"'"'ther'"""
    assert run_command(there.series, there.workspace) == f"localize run {manifest} --workspace {elsewhere}"
    assert f" --workspace {elsewhere} --reviewer" in review_command(*for_en, there.workspace)  # type: ignore[arg-type]
    # The next terminal may not have the variable: then the default would be another place.
    monkeypatch.setenv("LOCALIZE_WORKSPACE", str(desk.folder / "o'ther"))
    assert run_command(there.series, there.workspace) == f"localize run {manifest} --workspace {elsewhere}"
    assert "--workspace" in run_command(here.series, here.workspace)


def test_a_run_command_names_locales_that_the_manifest_does_not_have(tmp_path: Path, desk: Desk) -> None:
    series, ws = desk.job().series, EpisodeWorkspace(tmp_path / "workspace" / "dragon" / "ep01")
    assert "--to" not in run_command(series, ws, ("en",))
    assert run_command(series, ws, ("en", "ja")).endswith("series.toml --to en,ja")


def test_starter_lines_are_called_a_demonstration_by_locale(desk: Desk) -> None:
    desk.run("sidecar")
    job = desk.job()
    assert starter_note([job]) == ""
    path = job.workspace.path("findings/en.json")
    found = {"rule": "starter", "severity": "warning", "message": "m"}
    path.write_text(json.dumps({"locale": "en", "findings": [found]}), encoding="utf-8")
    assert starter_note([job]).startswith("note: starter packages wrote the lines of en: a demonstration, not a ")
    path.write_text("{", encoding="utf-8")
    assert starter_note([job]) == ""
