"""Redo: what an edited term costs, in a series of 20 episodes.

Limits: the text steps and the sidecars of the second run take less than 5 % of the first run's time; the files burned
anew are exactly those of the episodes in which the term stands, in the one locale whose target changed.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from localize import pipeline, series, settings
from localize.engines.registry import Engines
from localize.errors import EngineRejected
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.workspace import render_file
from tests.bench.harness import Figure, Part, Say
from tests.bench.translate import cues

EPISODES, QUICK_EPISODES = 20, 4
LOCALES, EDITED = ("en", "es-419", "th", "ar", "ja", "zh-Hant"), "es-419"
LINES, SECONDS = 10, 20
TERM = "龙王"
AT_MOST = 5.0
TEXT_STEPS = frozenset({"translate", "fit", "check", "sidecar"})


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Run a new series twice, an edit of one term between; once, whatever `repeats` says."""
    count = QUICK_EPISODES if quick else EPISODES
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ[settings.MEMORY] = str(folder / "memory.sqlite")
        with_term = _series(folder, count)
        first, first_s, _ = _run(folder, say)
        before = _burned(first)
        _write_target(folder, "Señor de los Dragones")
        second, second_s, spent = _run(folder, say)
        after = _burned(second)
    again = {key for key, stamp in after.items() if before[key] != stamp}
    wanted = {(episode, EDITED) for episode in with_term}
    text_s = sum(seconds for step, seconds in spent.items() if step in TEXT_STEPS)
    about = (
        f"{count} episodes of {SECONDS} s with {LINES} lines each, held-out fillings of the starter corpus; {TERM} "
        f"stands in {len(with_term)} of them. {len(LOCALES)} locales, burned and with sidecars; then the target of "
        f"{TERM} in {EDITED} is changed in the series' glossary and the same command runs again.",
        "A step's time is the sum over its units, which run on all cores at once.",
    )
    figures = (
        Figure("first run, wall", first_s, "s"),
        Figure("second run, wall", second_s, "s"),
        Figure("second run: translate, fit, check, sidecar", text_s, "s"),
        Figure("of the first run's time", 100 * text_s / first_s, "%", at_most=AT_MOST),
        Figure("files burned anew", len(again), at_most=len(wanted), at_least=len(wanted)),
        Figure("burned anew and not touched, or touched and not burned", len(again ^ wanted), at_most=0),
    )
    return Part("Redo", about, figures)


def _series(folder: Path, count: int) -> list[str]:
    """Write a series of `count` episodes; returns the ids of those that hold the term, every other one."""
    lines = [line for line in cues(count * LINES * 2) if TERM not in line][: count * LINES]
    video = folder / "clip.mp4"
    source = f"testsrc2=s=270x480:r=25:d={SECONDS}"
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        video,
    ]
    subprocess.run(command, check=True)
    tables, with_term = [], []
    for number in range(count):
        episode, own = f"ep{number + 1:02d}", lines[number * LINES : (number + 1) * LINES]
        if number % 2 == 0:
            own[LINES // 2] = f"你知道{TERM}是谁吗？"
            with_term.append(episode)
        # The file's bytes differ, or one would do for all.
        (folder / f"{episode}.mp4").write_bytes(video.read_bytes() + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
        (folder / f"{episode}.srt").write_text(_srt(own), encoding="utf-8")
        tables.append(f'[[episode]]\nid = "{episode}"\nfile = "{episode}.mp4"\nsubtitles = "{episode}.srt"\n')
    head = f'schema = 1\nid = "redo"\ntitle = "redo"\ngenre = "war-god"\nlocales = {list(LOCALES)!r}\n'
    gates = '[gates]\ntranscript = "off"\ntranslation = "off"\nfinal = "off"\n'
    (folder / "series.toml").write_text(head + gates + "\n".join(tables), encoding="utf-8")
    _write_target(folder, "Rey Dragón")
    return with_term


def _srt(lines: Sequence[str]) -> str:
    step_s = SECONDS // len(lines)
    starts = (number * step_s for number in range(len(lines)))
    blocks = [
        f"{number}\n00:00:{start:02},000 --> 00:00:{start + step_s - 1:02},900\n{line}\n"
        for number, (start, line) in enumerate(zip(starts, lines, strict=True), 1)
    ]
    return "\n".join(blocks)


def _write_target(folder: Path, target: str) -> None:
    table = folder / "glossary" / f"{EDITED}.csv"
    table.parent.mkdir(exist_ok=True)
    table.write_text(f"source,target,pos,gender\n{TERM},{target},title,m\n", encoding="utf-8")


def _run(folder: Path, say: Say) -> tuple[list[Job], float, Mapping[str, float]]:
    """Advance every episode; the jobs, the wall-clock seconds, and the seconds of each step."""
    manifest = series.load(folder / "series.toml")
    options = pipeline.options(manifest, modes=("burn", "sidecar"))
    jobs = pipeline.jobs(manifest, folder / "workspace", options, Engines())
    started, spent = time.perf_counter(), dict[str, float]()
    for job in jobs:
        result: EpisodeResult = pipeline.advance(job)
        if result.errors:
            raise EngineRejected(f"{job.episode.id}: {result.errors[0]}", next_step="make models")
        for done in result.finished:
            spent[done.unit.step] = spent.get(done.unit.step, 0.0) + done.seconds
        say(f"{job.episode.id} done")
    return jobs, time.perf_counter() - started, spent


def _burned(jobs: Sequence[Job]) -> dict[tuple[str, str], int]:
    """When each burned file was last written, by episode and locale."""
    files = {(job.episode.id, tag): job.workspace.path(render_file(tag)) for job in jobs for tag in LOCALES}
    return {key: path.stat().st_mtime_ns for key, path in files.items()}
