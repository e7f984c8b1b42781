from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import metadata, pipeline
from localize.cues import TargetLine, TargetTrack
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.errors import WorkspaceError
from localize.findings import Findings
from localize.gates import run_command
from localize.job import SOURCE, Job
from localize.lines import Overlong
from localize.metadata import Limit
from localize.review import edits
from localize.review.edits import Edit
from localize.review.log import Who
from localize.series import METADATA, PLATFORMS, load
from localize.stages.check.length import of_length
from localize.workspace import findings_file, target_file

MANIFEST = """
schema = 1
id = "tide"
title = "潮"
{synopsis}
genre = "war-god"
locales = ["en"]
platform = "shorts"
[gates]
translation = "required"
[[episode]]
id = "ep01"
file = "ep01.mp4"
title = "归来"
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
        self.shorter: tuple[str, ...] = ()

    def job(self) -> Job:
        text = MANIFEST.format(synopsis=f'synopsis = "{self.synopsis}"' if self.synopsis else "")
        (self.folder / "series.toml").write_text(text, encoding="utf-8")

        def shorter(_line: Overlong, _tag: str) -> tuple[str, ...]:
            return self.shorter

        engines = Engines(argos=FakeTranslator(lambda text, _tag: self.said[text], shorter=shorter))
        series = load(self.folder / "series.toml")
        (job,) = pipeline.jobs(series, self.folder / "workspace", pipeline.options(series), engines, [METADATA])
        return job

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
    assert run_command(titles.job().series, titles.job().workspace).endswith("series.toml --episode metadata")
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


def test_titles_are_no_episode_unless_they_are_named(titles: Titles) -> None:
    series = titles.job().series
    jobs = pipeline.jobs(series, titles.folder, pipeline.options(series), Engines())
    assert [job.episode.id for job in jobs] == ["ep01", "ep02"]
