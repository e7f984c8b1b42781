from __future__ import annotations

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from localize import estimate, failures, metadata, nightly, pipeline
from localize.cli import review
from localize.cues import TargetLine, TargetTrack
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.errors import InputError, WorkspaceError
from localize.findings import Findings
from localize.gates import run_command
from localize.job import SOURCE, Job
from localize.lines import Overlong
from localize.metadata import Limit
from localize.review import edits
from localize.review.edits import Edit
from localize.review.log import Who
from localize.series import METADATA, PLATFORMS, load
from localize.stages import report
from localize.stages.check.length import of_length
from localize.state import standing, status
from localize.workspace import findings_file, target_file
from tests.facts import FACTS

MANIFEST = """
schema = 1
id = "tide"
title = "潮"
{synopsis}
genre = "war-god"
locales = {locales}
platform = "shorts"
[gates]
translation = "required"
[[episode]]
id = "ep01"
file = "ep01.mp4"
title = "{title}"
[[episode]]
id = "ep02"
file = "ep02.mp4"
"""


class Titles:
    """The titles of a series without any media, and an engine that says what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = {"潮": "Tide", "归来": "The Return", "龙王归来": "The Dragon King Returns"}
        self.synopsis = ""
        self.locales = ["en"]
        self.of_episode = "归来"
        self.shorter: tuple[str, ...] = ()

    def job(self) -> Job:
        (job,) = self.jobs(METADATA)
        return job

    def jobs(self, *only: str) -> list[Job]:
        synopsis = f'synopsis = "{self.synopsis}"' if self.synopsis else ""
        text = MANIFEST.format(synopsis=synopsis, title=self.of_episode, locales=self.locales)
        (self.folder / "series.toml").write_text(text, encoding="utf-8")

        def shorter(_line: Overlong, _tag: str) -> tuple[str, ...]:
            return self.shorter

        engines = Engines(argos=FakeTranslator(lambda text, _tag: self.said[text], shorter=shorter))
        series = load(self.folder / "series.toml")
        return pipeline.jobs(series, self.folder / "workspace", pipeline.options(series), engines, only)

    def cell(self) -> str:
        """Where English stands."""
        (cell,) = standing.standing(self.job()).cells
        return cell.state

    def run(self) -> pipeline.EpisodeResult:
        return pipeline.advance(self.job())

    def lines(self) -> dict[str, str]:
        return self.job().workspace.need(TargetTrack, target_file("en")).text_of()

    def rules(self) -> set[str]:
        found = self.job().workspace.need(Findings, findings_file("en"))
        return {finding.rule for finding in found.findings}


@pytest.fixture
def titles(tmp_path: Path) -> Titles:
    return Titles(tmp_path)


def test_every_platform_has_a_limit_for_every_text_and_each_names_its_source() -> None:
    assert metadata.LIMITS.keys() == {*PLATFORMS}
    for limits in metadata.LIMITS.values():
        assert limits.keys() == {"title", "synopsis", "episode"}
        assert all(limit.source and limit.asked <= limit.most for limit in limits.values())


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_never_longer_in_graphemes_than_in_code_units_nor_than_in_bytes(text: str) -> None:
    graphemes, units, size = (Limit(1, unit, "").measure(text) for unit in ("graphemes", "utf-16", "bytes"))
    assert graphemes <= units <= size


def test_what_the_manifest_leaves_out_has_no_cue(titles: Titles) -> None:
    assert metadata.texts(titles.job().series) == {"title": "潮", "episode.ep01": "归来"}


def test_titles_are_translated_without_media_and_wait_for_review(titles: Titles) -> None:
    result = titles.run()
    assert (result.errors, [str(w).split(";")[0] for w in result.waiting]) == (
        [], ["translation metadata [en]: waits for review"]
    )  # fmt: skip
    assert titles.lines() == {"title": "Tide", "episode.ep01": "The Return"}
    pipeline.decide(titles.job(), "translation", "en", "approved", "mei")
    titles.run()
    again = titles.run()
    assert (again.waiting, again.delivered, again.worked) == ([], ("en",), False)


def test_a_new_title_reopens_the_gate_and_leaves_what_was_approved(titles: Titles) -> None:
    titles.run()
    pipeline.decide(titles.job(), "translation", "en", "approved", "mei")
    titles.synopsis, titles.said["潮"] = "龙王归来", "Wave"
    assert len(titles.run().waiting) == 1
    assert titles.lines() == {"title": "Tide", "synopsis": "The Dragon King Returns", "episode.ep01": "The Return"}


def test_a_title_edited_at_the_desk_is_a_person_s_line_like_any_other(titles: Titles) -> None:
    titles.run()
    job = titles.job()
    cue = next(cue for cue in job.source().cues if cue.id == "title")
    line = next(line for line in job.workspace.need(TargetTrack, target_file("en")).lines if line.id == "title")
    edits.save(job, "en", [Edit("title", "Spring Tide", edits.version(cue, line))], Who("mei"))
    titles.said["潮"] = "Wave"
    titles.run()
    assert titles.lines()["title"] == "Spring Tide"


def test_a_title_is_asked_for_shorter_and_one_that_stays_too_long_is_an_error(titles: Titles) -> None:
    titles.said["潮"] = "tide " * 30
    titles.run()
    assert "length" in titles.rules()
    titles.shorter = ("Tide",)
    titles.said["潮"] = "tides " * 30
    titles.job().workspace.path(target_file("en")).unlink()
    titles.run()
    assert titles.lines()["title"] == "Tide"
    assert "length" not in titles.rules()


def test_a_length_is_measured_in_the_platform_s_own_unit() -> None:
    track = TargetTrack("th", (TargetLine("synopsis", "ก" * 1700, "fake"), TargetLine("title", "👨‍👩‍👧" * 20, "fake")))
    assert [(f.cue_id, f.measured, f.limit) for f in of_length(track, "shorts")] == [
        ("synopsis", 5100, 5000), ("title", 160, 100)
    ]  # fmt: skip
    assert [f.cue_id for f in of_length(track, "full")] == ["synopsis"]


def test_a_source_that_a_person_edited_is_not_overwritten_by_the_manifest(titles: Titles) -> None:
    titles.run()
    path = titles.job().workspace.path("source.json")
    path.write_text(path.read_text(encoding="utf-8").replace("归来", "回家"), encoding="utf-8")
    (error,) = titles.run().errors
    assert isinstance(error, WorkspaceError)
    assert "write the text into" in str(error)
    assert "回家" in path.read_text(encoding="utf-8")
    assert error.episode_id == METADATA
    assert SOURCE not in str(error.locale)


def test_a_check_judges_the_titles_again(titles: Titles) -> None:
    titles.run()
    path = titles.job().workspace.path(target_file("en"))
    path.write_text(path.read_text(encoding="utf-8").replace('"text": "Tide"', '"text": "潮"'), encoding="utf-8")
    assert {finding.rule for _, finding in pipeline.recheck(titles.job()).findings} >= {"untranslated"}


@pytest.mark.parametrize(
    ("only", "ids"),
    [
        ((), ["ep01", "ep02", METADATA]),
        (("1-20",), ["ep01", "ep02"]),
        (("ep02", METADATA), ["ep02", METADATA]),
        ((METADATA,), [METADATA]),
    ],
)
def test_titles_come_last_in_a_run_of_the_whole_series_and_else_where_they_are_named(
    titles: Titles, only: tuple[str, ...], ids: list[str]
) -> None:
    assert [job.episode.id for job in titles.jobs(*only)] == ids


def test_a_series_that_says_no_more_than_its_name_has_titles_once_they_were_worked_on(titles: Titles) -> None:
    titles.of_episode = ""
    assert [job.episode.id for job in titles.jobs()] == ["ep01", "ep02"]
    job = titles.job()
    assert run_command(job.series, job.workspace).endswith("series.toml --episode metadata")
    titles.run()
    assert [job.episode.id for job in titles.jobs()] == ["ep01", "ep02", METADATA]
    assert run_command(job.series, job.workspace).endswith("series.toml")


def test_titles_are_done_with_their_translation_and_have_work_again_once_the_manifest_says_more(
    titles: Titles,
) -> None:
    titles.run()
    assert (titles.cell(), nightly._state(titles.job())) == ("waiting", "waiting")
    pipeline.decide(titles.job(), "translation", "en", "approved", "mei")
    assert (titles.cell(), nightly._state(titles.job())) == ("delivered", "unchanged")
    (row,) = status.status(titles.job())
    assert (row.waits_for, row.next_step) == ("", "")
    titles.synopsis = "龙王归来"
    assert (titles.cell(), nightly._state(titles.job())) == ("under way", "work")


def test_a_synopsis_keeps_the_full_stops_that_subtitles_leave_out(titles: Titles) -> None:
    titles.locales, titles.said["潮"] = ["ja"], "潮が満ちる。"
    titles.run()
    track = titles.job().workspace.need(TargetTrack, target_file("ja"))
    assert track.lines[0].text == "潮が満ちる。"


def test_titles_have_no_final_gate(titles: Titles) -> None:
    titles.run()
    pipeline.decide(titles.job(), "translation", "en", "approved", "mei")
    with pytest.raises(InputError, match=r"have no final gate; next: localize review approve .* translation "):
        pipeline.decide(titles.job(), "final", "en", "approved", "mei")


def test_who_approves_the_final_gate_of_a_whole_series_is_not_told_of_its_titles(
    titles: Titles, capsys: pytest.CaptureFixture[str]
) -> None:
    titles.run()
    pipeline.decide(titles.job(), "translation", "en", "approved", "mei")
    with pytest.raises(typer.Exit):
        review.approve(titles.folder / "series.toml", review.Gate.final, "mei", workspace=titles.folder / "workspace")
    said = capsys.readouterr().err
    assert ("ep01 [en]: nothing to review yet" in said, METADATA in said) == (True, False)


def test_nothing_of_titles_is_rendered_and_they_have_no_report(titles: Titles) -> None:
    titles.run()
    for again in (pipeline.rerender, pipeline.rereport):
        result = again(titles.job())
        assert (result.errors, result.finished) == ([], [])


def test_the_summary_of_titles_names_the_text_where_others_have_a_time(titles: Titles) -> None:
    titles.said["潮"] = "tide " * 30
    titles.run()
    job = titles.job()
    text = report.markdown(job.series, job.episode, job.workspace, ("en",))
    assert "| Severity | Rule | Locale | Text | What |" in text
    assert "| error | length | en | title | " in text


def test_titles_that_failed_stay_parked_whatever_else_comes_into_the_folder(titles: Titles) -> None:
    before = failures.inputs(titles.job())
    (titles.folder / "new.mp4").write_bytes(b"")
    assert failures.inputs(titles.job()) == before
    titles.synopsis = "龙王归来"
    assert failures.inputs(titles.job()) != before


def test_titles_count_for_nothing_in_an_estimate(titles: Titles) -> None:
    (job,) = titles.jobs("ep01")
    with job.workspace.writing(SOURCE) as writer:
        writer.facts(FACTS)
    known = {"translate": 1.0}
    films = titles.jobs("ep01", "ep02")
    assert estimate.remaining_s(titles.jobs(), known) == estimate.remaining_s(films, known)
