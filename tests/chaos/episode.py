"""One short episode, what is done to it in a day, and what of it has to be the same however the day went."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from localize import gates, pipeline
from localize.cues import SourceTrack, TargetTrack
from localize.decisions import Decision
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.engines.registry import Engines
from localize.job import SOURCE, Job
from localize.pipeline import EpisodeResult, Execute, in_threads
from localize.review import edits
from localize.review.edits import Edit
from localize.review.log import Who
from localize.series import load
from localize.stages.render import KINDS
from localize.workspace import (
    AGREEMENT,
    COVER,
    OCR,
    SHOTS,
    findings_file,
    from_json,
    layout_file,
    render_file,
    subtitle_file,
    target_file,
)

TAGS = ("en", "th")
FORMATS = ("srt", "vtt")
MANIFEST = """schema = 1
id = "dragon"
title = "龙王归来"
genre = "war-god"
locales = ["en", "th"]
memory = "off"
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""
WORDS = ((100, 400, "跪"), (400, 700, "下！"), (900, 1100, "我"), (1100, 1500, "回来了。"))
LINES = {"跪下！": {"en": "Kneel!", "th": "คุกเข่า!"}, "我回来了。": {"en": "I am back.", "th": "ฉันกลับมาแล้ว"}}
REVIEWER = "Chen"
CLIP = "clip.mp4"
Step = tuple[str, str]
"""A step and its scope: `source`, or a locale."""

# What a run may rightly write otherwise each time: times of day, random names, and who held a lease.
_OWN_TIME = ("runs", "log", "locks")
_HAVE_TIMES = {"episode.json", "report.html"}


def clip(path: Path) -> None:
    """1.6 s, 270x480: a picture that moves, a cut, and a tone."""
    first, second = (f"{kind}=s=270x480:r=25:d=0.8" for kind in ("testsrc2", "smptebars"))
    graph = f"{first}[a];{second}[b];[a][b]concat"
    sound = ["-f", "lavfi", "-i", "sine=440:r=48000:d=1.6", "-c:a", "aac"]
    picture = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", graph, *sound, *picture, path], check=True
    )


class Blind:
    """A reader that finds nothing in any picture."""

    version = "blind 1"

    def find(self, _picture: object, _longest_px: int) -> list[object]:
        return []


class Episode:
    """The episode in `folder`, with engines that answer at once and count what they were asked."""

    def __init__(self, folder: Path, media: Path, modes: Sequence[str] = ("burn", "mux", "sidecar")) -> None:
        self.folder, self.modes = folder, tuple(modes)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ep01.mp4").exists():
            shutil.copy2(media, folder / "ep01.mp4")
        (folder / "series.toml").write_text(MANIFEST, encoding="utf-8")

    def job(self, *, verify: bool = False) -> Job:
        series = load(self.folder / "series.toml")
        engines = Engines(
            faster_whisper=FakeTranscriber(lambda _media, _names: spoken(*WORDS)),
            rapidocr=Blind(),  # type: ignore[arg-type]
            argos=FakeTranslator(lambda line, tag: LINES[line][tag]),
        )
        options = pipeline.options(series, modes=self.modes, verify=verify)
        (job,) = pipeline.jobs(series, self.folder / "workspace", options, engines)
        return job

    @property
    def home(self) -> Path:
        return self.folder / "workspace" / "dragon" / "ep01"

    def run(self, execute: Execute = in_threads, *, verify: bool = False) -> EpisodeResult:
        return pipeline.advance(self.job(verify=verify), execute)

    def write(self, tag: str, number: int, text: str) -> None:
        """A reviewer's edit, let through as well; a reviewer who finds it there already has nothing to do."""
        job = self.job()
        cue = job.source().cues[number]
        line = {line.id: line for line in job.workspace.need(TargetTrack, target_file(tag)).lines}[cue.id]
        if line.text == text and line.approved:
            return
        edit = Edit(cue.id, text, edits.version(cue, line))
        saved = edits.save(job, tag, [edit], Who(REVIEWER), approve=True)
        assert not saved.clashes

    def approve(self, tag: str) -> None:
        pipeline.decide(self.job(), "translation", tag, "approved", REVIEWER)

    def line(self, tag: str, number: int) -> tuple[str, bool]:
        """The text of a line and whether it was approved."""
        source = from_json(SourceTrack, self.home / "source.json")
        track = from_json(TargetTrack, self.home / target_file(tag))
        line = {line.id: line for line in track.lines}[source.cues[number].id]
        return line.text, line.approved

    def approved(self, tag: str) -> bool:
        """Whether a person's approval of the translation stands, for the text that is there now."""
        ws, name = self.job().workspace, gates.decision_file("translation", tag)
        said = ws.read(Decision, name)
        return bool(said) and said.reviewer == REVIEWER and gates.reviewed_digest(
            self.job().series, ws, "translation", tag
        ) == said.digest  # fmt: skip


class Act:
    """What a reviewer does to the track of `tag`; `stands` tells afterwards whether it is there."""

    def __init__(self, name: str, tag: str, do: Callable[[Episode], object], stands: Callable[[Episode], bool]) -> None:
        self.name, self.tag, self.do, self.stands = name, tag, do, stands


def _written(tag: str, number: int, text: str) -> Act:
    return Act("edit", tag, lambda e: e.write(tag, number, text), lambda e: e.line(tag, number) == (text, True))


def _approved(tag: str) -> Act:
    return Act("approve", tag, lambda e: e.approve(tag), lambda e: e.approved(tag))


# A run up to the gate, a review, a run to the end, a late edit of one locale, and a run that makes good on it.
DAY: tuple[Act | None, ...] = (
    None, _written("en", 1, "I have returned."), _approved("en"), _written("th", 0, "คุกเข่าลง!"), _approved("th"),
    None, _written("en", 0, "On your knees!"), _approved("en"), None,
)  # fmt: skip
"""`None` is a run of the pipeline."""


def artefacts(step: str, scope: str, episode_id: str = "ep01") -> tuple[str, ...]:
    """What a unit writes: it is complete when all of it is there."""
    return {
        "shots": (SHOTS,),
        "transcribe": ("words.json",),
        "read": (OCR,),
        "segment": ("source.json", findings_file("zh-Hans"), AGREEMENT),
        "cover": (COVER,),
        "translate": (target_file(scope),),
        "fit": (layout_file(scope), subtitle_file(scope, "ass")),
        "check": (findings_file(scope),),
        "sidecar": tuple(subtitle_file(scope, kind) for kind in FORMATS),
        "burn": (render_file(scope),),
        "mux": tuple(f"{episode_id}.multi.{kind}" for kind in KINDS),
        "report": ("report.html", "contact-sheet.png"),
    }.get(step, ())


def _units(tags: Sequence[str]) -> Sequence[Step]:
    return (
        *((step, SOURCE) for step in ("shots", "read", "transcribe", "segment", "cover", "mux", "report")),
        *((step, tag) for step in ("translate", "fit", "check", "sidecar", "burn") for tag in tags),
    )


def complete(home: Path, tags: Sequence[str] = TAGS) -> Mapping[Step, tuple[str, ...]]:
    """The units all of whose files are there as recorded, by the fingerprints of what they were made from."""
    state = home / "episode.json"
    recorded: dict[str, Any] = json.loads(state.read_bytes())["artefacts"] if state.exists() else {}
    found = {}
    for step in _units(tags):
        records = [(home / name, recorded.get(name)) for name in artefacts(*step, home.name)]
        if all(record and path.exists() and _digest(path) == record["digest"] for path, record in records):
            found[step] = tuple(record["fingerprint"] for _, record in records)
    return found


def outcome(home: Path) -> dict[str, str]:
    """A digest of every file that has to be the same after any day, by name; of films that of their packets."""
    found = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        name = path.relative_to(home).as_posix()
        if path.name.startswith(".") or name.startswith(_OWN_TIME) or name in _HAVE_TIMES or "/." in f"/{name}":
            continue
        if name.startswith("decisions/"):
            found[name] = repr(replace(from_json(Decision, path), at=""))
        else:
            found[name] = _packets(path) if path.suffix in {".mp4", ".mkv"} else _digest(path)
    return found


def litter(home: Path) -> list[str]:
    """What a killed process left behind."""
    return sorted(path.name for path in home.rglob(".*") if path.suffix == ".part" or path.name.startswith(".scratch"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _packets(path: Path) -> str:
    """Matroska files have a random id; what they carry is the same."""
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:v", "-map", "0:a", "-map", "0:s?", "-c", "copy"]
    return subprocess.run([*argv, "-f", "streamhash", "-"], capture_output=True, text=True, check=True).stdout
