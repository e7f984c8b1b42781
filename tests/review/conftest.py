from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from localize import pipeline
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.registry import Engines
from localize.episode import AudioFacts, MediaFacts
from localize.job import SOURCE, Job
from localize.series import load

FACTS = MediaFacts(
    digest="m", size_bytes=1, mtime_ns=1, duration_ms=20_000, width_px=1080, height_px=1920, coded_width_px=1080,
    coded_height_px=1920, rotation=0, sample_aspect="1:1", frame_rate="25", variable_rate=False, frames=500,
    video_codec="h264", pixel_format="yuv420p", colour_space="bt709", colour_transfer="bt709",
    colour_primaries="bt709", colour_range="tv", audio=AudioFacts("aac", 48_000, 2, 0),
)  # fmt: skip
MANIFEST = """
schema = 1
id = "tide"
title = "潮"
genre = "war-god"
source_locale = "zh-Hans"
locales = ["en", "th", "ar"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""
SAID = ("跪下！", "我回来了。", "你是谁？")
DRAFTS = {"en": ("Kneel!", "I am back.", "Who are you?"), "th": ("คุกเข่า", "ผมกลับมา", "คุณเป็นใคร")}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """An episode of three lines, translated by a machine into English and Thai; nothing was laid out or decided."""
    (tmp_path / "series.toml").write_text(MANIFEST, encoding="utf-8")
    series = load(tmp_path / "series.toml")
    (made,) = pipeline.jobs(series, tmp_path / "workspace", pipeline.options(series), Engines())
    cues = tuple(Cue(f"c{n:04d}", 2000 * n, 2000 * n + 1800, text) for n, text in enumerate(SAID, 1))
    with made.workspace.writing(SOURCE, *DRAFTS) as writer:
        writer.facts(FACTS)
        writer.commit("source.json", SourceTrack("zh-Hans", cues, 4), "made of media")
        for tag, texts in DRAFTS.items():
            lines = tuple(
                TargetLine(cue.id, text, "argos", text, "made of line", ("fallback",), source_fingerprint(cue))
                for cue, text in zip(cues, texts, strict=True)
            )
            writer.commit(f"targets/{tag}.json", TargetTrack(tag, lines), "made of source")
    return made


@pytest.fixture
def text_of(job: Job) -> Callable[[str], dict[str, str]]:
    return lambda tag: job.workspace.need(TargetTrack, f"targets/{tag}.json").text_of()
