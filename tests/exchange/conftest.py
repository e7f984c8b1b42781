from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from localize import pipeline
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.registry import Engines
from localize.exchange import handout, workbook
from localize.exchange.handout import Handout
from localize.findings import Findings
from localize.job import SOURCE, Job
from localize.review import edits
from localize.review.edits import Edit
from localize.review.log import Who
from localize.rules import finding
from localize.series import load
from tests.facts import FACTS

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
[[episode]]
id = "ep02"
file = "ep02.mp4"
"""
SAID = ("跪下！", "我回来了。", "你是谁？", "一加一")
DRAFTS = {
    "en": ("Kneel!", "I am back.", "Who are you?", "=1+1"),
    "th": ("คุกเข่า", "ผมกลับมา", "คุณเป็นใคร", "- หนึ่ง"),
    "ar": ("اركع!", "لقد عدت.", "من أنت (Lin)؟", "@واحد"),
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "series.toml"
    path.write_text(MANIFEST, encoding="utf-8")
    return path


@pytest.fixture
def jobs(manifest: Path) -> list[Job]:
    """Two episodes of four lines, translated by a machine into English, Thai and Arabic; nothing was laid out."""
    series = load(manifest)
    made = pipeline.jobs(series, manifest.parent / "workspace", pipeline.options(series), Engines())
    for job in made:
        cues = tuple(Cue(f"c{n:04d}", 2000 * n, 2000 * n + 1800, text) for n, text in enumerate(SAID, 1))
        with job.workspace.writing(SOURCE, *DRAFTS) as writer:
            writer.facts(FACTS)
            writer.commit("source.json", SourceTrack("zh-Hans", cues, 5), "made of media")
            for tag, texts in DRAFTS.items():
                lines = tuple(
                    TargetLine(cue.id, text, "argos", text, "made of line", (), source_fingerprint(cue))
                    for cue, text in zip(cues, texts, strict=True)
                )
                writer.commit(f"targets/{tag}.json", TargetTrack(tag, lines), "made of source")
            found = (finding("cps", "21 characters a second", "c0002", 21, 17), finding("empty", "no text", "c0002"))
            writer.commit("findings/th.json", Findings("th", found), "made of layout")
    return made


@pytest.fixture
def job(jobs: list[Job]) -> Job:
    return jobs[0]


@pytest.fixture
def given(jobs: list[Job]) -> Callable[[str], list[Handout]]:
    return lambda tag: [handout.of(job, tag) for job in jobs]


@pytest.fixture
def texts(job: Job) -> Callable[[str], list[str]]:
    return lambda tag: [line.text for line in job.workspace.need(TargetTrack, f"targets/{tag}.json").lines]


@pytest.fixture
def write(job: Job) -> Callable[[str, str, str], None]:
    """Somebody edits a line at the desk."""

    def made(tag: str, cue_id: str, text: str) -> None:
        (cue,) = (cue for cue in job.source().cues if cue.id == cue_id)
        (line,) = (line for line in job.workspace.need(TargetTrack, f"targets/{tag}.json").lines if line.id == cue_id)
        saved = edits.save(job, tag, [Edit(cue_id, text, edits.version(cue, line))], Who("Ben"))
        assert saved.event

    return made


class Book:
    """A workbook in a reviewer's hands."""

    def __init__(self, data: bytes) -> None:
        self.book: Workbook = load_workbook(io.BytesIO(data))
        self.sheet: Worksheet = self.book["ep01"]

    def cell(self, name: str, row: int) -> str:
        columns = [cell.value for cell in self.sheet[1]]
        return f"{'ABCDEFGHIJK'[columns.index(name)]}{row}"

    def type(self, name: str, row: int, text: object) -> Book:
        self.sheet[self.cell(name, row)].value = text
        return self

    def bytes(self) -> bytes:
        file = io.BytesIO()
        self.book.save(file)
        return file.getvalue()


@pytest.fixture
def book(given: Callable[[str], list[Handout]]) -> Callable[[str], Book]:
    return lambda tag: Book(workbook.export(given(tag)))
