"""A small series that was translated by a machine: six lines in English, Thai and Arabic, laid out and checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from localize import pipeline
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.episode import AudioFacts, MediaFacts
from localize.findings import Findings
from localize.job import SOURCE, Job
from localize.pipeline import Unit
from localize.series import load

MANIFEST = """
schema = 1
id = "tide"
title = "潮"
genre = "war-god"
locales = ["en", "th", "ar"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
[[episode]]
id = "ep02"
file = "ep01.mp4"
"""
FACTS = MediaFacts(
    digest="m", size_bytes=1, mtime_ns=1, duration_ms=14_000, width_px=270, height_px=480, coded_width_px=270,
    coded_height_px=480, rotation=0, sample_aspect="1:1", frame_rate="25", variable_rate=False, frames=350,
    video_codec="h264", pixel_format="yuv420p", colour_space="bt709", colour_transfer="bt709",
    colour_primaries="bt709", colour_range="tv", audio=AudioFacts("aac", 48_000, 2, 0),
)  # fmt: skip
SAID = ("跪下！", "林凡回来了。", "你知道龙王是谁吗？", "三年前，我就是将军。", "<b>你是谁？</b>", "我回来了。")
DRAFTS = {
    "en": ("Kneel!", "Lin Fan is back.", "Do you know who the Dragon King is?", "Three years ago I was the general.",
           "<script>alert(1)</script>", "I am back."),
    "th": ("คุกเข่า!", "หลินฝานกลับมาแล้ว", "แกรู้ไหมว่าราชามังกรเป็นใคร",
           "สามปีก่อน ฉันคือแม่ทัพ", "คุณเป็นใคร", "ผมกลับมาแล้ว"),
    "ar": ("اركع!", "لقد عاد لين فان!", "هل تعرف من هو ملك التنانين؟",
           "قبل ثلاث سنوات، كنت الجنرال.", "من أنت؟", "لقد عدت."),
}  # fmt: skip

TITLES = {
    "en": {"潮": "Tide", "他回来了。": "He is back.", "归来": "The Return"},
    "th": {"潮": "กระแสน้ำ", "他回来了。": "เขากลับมาแล้ว", "归来": "การกลับมา"},
    "ar": {"潮": "المد", "他回来了。": "لقد عاد.", "归来": "العودة"},
}


def translated(root: Path, manifest: str = MANIFEST) -> list[Job]:
    """The jobs of the series in `root`, whose workspace lies beside its manifest."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "series.toml").write_text(manifest, encoding="utf-8")
    (root / "glossary").mkdir(exist_ok=True)
    (root / "glossary" / "en.csv").write_text("source,target\n林凡,Lin Fan\n", encoding="utf-8")
    series = load(root / "series.toml")
    made = pipeline.jobs(series, root / "workspace", pipeline.options(series), Engines())
    for number, job in enumerate(made):
        _translate(job, number)
        for step in ("fit", "check"):
            assert not pipeline.run_unit(job, Unit(step, job.episode.id, series.locales)).outcome.failed
    return made


def entitled(root: Path) -> Job:
    """The job of the titles of the series in `root`, which gets a synopsis and a title for its second episode."""
    manifest = (
        MANIFEST.replace('title = "潮"', 'title = "潮"\nsynopsis = "他回来了。"\nplatform = "shorts"')
        + 'title = "归来"\n'
    )
    (root / "series.toml").write_text(manifest, encoding="utf-8")
    series = load(root / "series.toml")
    engines = Engines(argos=FakeTranslator(lambda text, tag: TITLES[tag][text]))
    job = pipeline.jobs(series, root / "workspace", pipeline.options(series), engines)[-1]
    assert not pipeline.advance(job).errors
    return job


def _translate(job: Job, number: int) -> None:
    cues = tuple(Cue(f"c{n:04d}", 2200 * n - 1900, 2200 * n - 200, text) for n, text in enumerate(SAID, 1))
    if number:
        cues = (*cues[:5], replace(cues[5], confidence=0.3))
    with job.workspace.writing(SOURCE, *DRAFTS) as writer:
        writer.facts(FACTS)
        writer.commit("source.json", SourceTrack("zh-Hans", cues, len(cues) + 1), "made of media")
        writer.commit("findings/zh-Hans.json", Findings("zh-Hans"), "made of source")
        for tag, texts in DRAFTS.items():
            lines = tuple(
                TargetLine(cue.id, text, "argos", text, "made of line", (), source_fingerprint(cue))
                for cue, text in zip(cues, texts, strict=True)
            )
            writer.commit(f"targets/{tag}.json", TargetTrack(tag, lines), "made of source")
