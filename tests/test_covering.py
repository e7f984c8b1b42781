"""The cover in the pipeline: what is made anew because of it, what is not, and what a reviewer is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from localize.cues import Layout
from localize.drawing.safe_area import Rect
from localize.findings import Findings
from localize.job import Job
from localize.picture.covering import CoverPlan
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.series import Cover
from localize.steps.renders import burn_fingerprint, mux_fingerprint, outdated
from localize.units import Unit, run_unit
from localize.workspace import COVER, OCR
from tests.test_pipeline import Work, series_folder, work

__all__ = ["series_folder", "work"]

pytestmark = pytest.mark.engines

# Of a clip of 270x480: right above where ours stand on TikTok.
SHOWN = Shown(100, 800, "跪下！", Rect(90, 240, 180, 260))
HARDSUBS = HardSubs((Band(0.5, 0.54, "#ffffff", 0.04, 1, 0, 2000),), "", (SHOWN,))


def job(work: Work, cover: Cover, hardsubs: HardSubs | None = HARDSUBS, **more: object) -> Job:
    """A job whose picture was read; `None`: it was not."""
    made = work.job(modes=("burn", "mux"), locales=("en",))
    made.series = made.series.model_copy(update={"cover": cover, **more})
    if hardsubs:
        with made.workspace.writing("picture") as writer:
            writer.commit(OCR, hardsubs, "read")
    return made


def done(job: Job, *steps: str) -> list[str]:
    """The steps of `steps` that had something to do."""
    worked = []
    for step in steps:
        outcome = run_unit(job, Unit(step, "ep01", () if step in {"segment", "cover"} else ("en",))).outcome
        assert not outcome.failed
        worked += [step] if outcome.done else []
    return worked


def rules(job: Job, tag: str) -> set[str]:
    return {finding.rule for finding in job.workspace.need(Findings, f"findings/{tag}.json").findings}


def test_masters_of_an_episode_without_a_band_are_those_of_a_series_that_covers_nothing(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    for cover in ("auto", "blur", "box", "inpaint", "none"):
        episode = job(work, cover, None)
        assert done(episode, "fit", "check", "burn", "mux") == []
        assert not outdated(episode)


def test_lines_move_onto_a_covered_band_and_everything_is_made_once(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    episode = job(work, "auto")
    steps = ("fit", "check", "cover", "burn", "mux")
    assert done(episode, *steps) == list(steps)
    assert done(episode, *steps) == []
    plan = episode.workspace.need(CoverPlan, COVER)
    assert (plan.method, [patch.start_ms for patch in plan.patches]) == ("blur", [0])
    layout = episode.workspace.need(Layout, "layout/en.json")
    bottom_px = layout.height_px - (layout.events[0].margin_bottom_px or layout.margin_bottom_px)
    middle_px = bottom_px - layout.em_px * 1.362 / 2
    assert middle_px == pytest.approx(0.52 * 480, abs=2)
    assert "band" not in rules(episode, "en")


def test_another_method_burns_anew_and_moves_no_line(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    done(job(work, "auto"), "fit", "check", "cover", "burn", "mux")
    boxed = job(work, "box")
    assert outdated(boxed) == {"renders/en.mp4", "ep01.multi.mp4", "ep01.multi.mkv"}
    assert done(boxed, "fit", "check", "cover", "burn", "mux") == ["cover", "burn", "mux"]


def test_what_is_not_covered_is_kept_clear(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    low = HardSubs((Band(0.66, 0.76, "#ffffff", 0.04, 2, 0, 2000),), "", (SHOWN,))
    episode = job(work, "none", low)
    done(episode, "fit", "check")
    layout = episode.workspace.need(Layout, "layout/en.json")
    assert layout.height_px - layout.margin_bottom_px <= 0.66 * 480
    assert "band" not in rules(episode, "en")


def test_a_reviewer_is_told_that_what_the_series_asks_for_cannot_be_covered(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    nothing = HardSubs(reason="the burned-in text is English")
    for cover, told in (("auto", False), ("blur", True), ("none", False)):
        episode = job(work, cover, nothing)
        done(episode, "segment")
        assert ("not-covered" in rules(episode, "zh-Hans")) == told
        assert done(episode, "segment", "cover", "burn") in ([], ["cover"])


def test_a_track_of_the_mkv_hides_the_text_that_it_stands_on(work: Work, tmp_path: Path) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    episode = job(work, "auto")
    done(episode, "fit", "cover", "mux")
    script = tmp_path / "en.ass"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", work.path("ep01.multi.mkv"), "-map", "0:s:0", "-c", "copy", script],
        check=True,
    )
    assert script.read_text("utf-8").count(",Pane,") == 1
    assert "Pane" not in work.path("subtitles/en.ass").read_text("utf-8")


def test_letters_are_filled_in_once_for_all_locales_and_methods_in_between(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    episode = job(work, "inpaint")
    assert done(episode, "cover", "burn") == ["cover", "burn"]
    made_ns = work.path("cover.mkv").stat().st_mtime_ns
    assert done(episode, "cover", "burn") == []
    done(job(work, "blur"), "cover")
    assert done(job(work, "inpaint"), "cover", "burn") == ["cover"]
    assert work.path("cover.mkv").stat().st_mtime_ns == made_ns


def test_a_band_given_by_hand_without_a_reading_covers_nothing_and_says_why(work: Work) -> None:
    work.run(modes=("burn", "mux"), locales=("en",))
    episode = job(work, "box", None, band=(0.5, 0.54))
    done(episode, "segment", "fit", "cover")
    plan = episode.workspace.need(CoverPlan, COVER)
    assert not plan
    assert "the band that the series names says where" in plan.why
    assert "not-covered" in rules(episode, "zh-Hans")
    assert burn_fingerprint(episode, "en") == burn_fingerprint(job(work, "none", None, band=(0.5, 0.54)), "en")
    assert mux_fingerprint(episode, ["en"]) == mux_fingerprint(job(work, "none", None, band=(0.5, 0.54)), ["en"])
