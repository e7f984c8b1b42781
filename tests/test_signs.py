"""Signs through the steps: what the source track knows of them reaches the layout and the files beside the video."""

from __future__ import annotations

from pathlib import Path

from localize import pipeline
from localize.cues import Cue, Layout, SourceTrack, TargetLine, TargetTrack
from localize.drawing.safe_area import Rect
from localize.engines.registry import Engines
from localize.findings import Findings
from localize.job import SOURCE, Job
from localize.series import load
from tests.golden_cues import facts

MANIFEST = """
schema = 1
id = "dragon"
title = "龙王归来"
genre = "war-god"
locales = ["en"]
formats = ["srt", "vtt", "ttml"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""


def job(folder: Path, *cues: Cue) -> Job:
    (folder / "series.toml").write_text(MANIFEST, encoding="utf-8")
    series = load(folder / "series.toml")
    (made,) = pipeline.jobs(series, folder / "workspace", pipeline.options(series), Engines())
    lines = tuple(TargetLine(cue.id, f"Line {cue.id}.", "human") for cue in cues)
    with made.workspace.writing(SOURCE, "en") as writer:
        writer.facts(facts(duration_ms=10_000))
        writer.commit("source.json", SourceTrack("zh-Hans", cues, 9), "")
        writer.commit("targets/en.json", TargetTrack("en", lines), "")
    for step in ("fit", "check", "sidecar"):
        outcome = pipeline.run_unit(made, pipeline.Unit(step, "ep01", ("en",))).outcome
        assert outcome.done == ["en"], outcome.failed
    return made


def test_dialogue_makes_way_for_the_signs_of_the_source_and_their_words_stand_by_them(tmp_path: Path) -> None:
    sign = Cue("1", 0, 5000, "8号房", "forced", "ocr", place=Rect(300, 1400, 700, 1450))
    made = job(tmp_path, sign, Cue("2", 1000, 3000, "谁？"), Cue("3", 6000, 8000, "我。")).workspace
    layout = made.need(Layout, "layout/en.json")
    words, during, after = layout.events
    # Dialogue stands above the sign now, and the platform's caption below it: the words stand to its right.
    assert (words.kind, words.text, words.centre_px) == ("forced", "Line 1.", 782)
    assert layout.height_px - during.margin_bottom_px <= 1400
    assert after.margin_bottom_px == 0
    found = made.need(Findings, "findings/en.json").findings
    assert {finding.rule for finding in found} & {"overlap", "sign", "shrunk", "width"} == set()
    srt = made.path("subtitles/en.srt").read_text("utf-8")
    assert srt.startswith("1\n00:00:00,000 --> 00:00:05,000\nLine 1.\n\n2\n00:00:01,000 --> 00:00:03,000\nLine 2.\n")
    assert "position:72%" in made.path("subtitles/en.vtt").read_text("utf-8")
    assert r"{\pos(782," in made.path("subtitles/en.ass").read_text("utf-8")


def test_a_sign_without_a_place_stands_at_the_top_and_moves_no_dialogue(tmp_path: Path) -> None:
    made = job(tmp_path, Cue("1", 0, 5000, "三年后", "forced"), Cue("2", 1000, 3000, "谁？")).workspace
    words, said = made.need(Layout, "layout/en.json").events
    assert words.margin_bottom_px > 1600
    assert said.margin_bottom_px == 0
