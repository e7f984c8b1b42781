"""Transcription: the pipeline against a bare faster-whisper call, and how well both hear.

Limit: at most 1.10 times as long, on at least three minutes of speech. The pipeline decodes with ffmpeg, recognises,
judges what was invented and cuts cues; the bare call gets the file's path, the same settings and the same weights. Both
models are loaded, and have transcribed a few seconds, before anything is timed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from localize import series
from localize.cues import Cue
from localize.engines.audio import cores
from localize.engines.base import prompt_of
from localize.engines.faster_whisper import BEAM, VAD, FasterWhisper
from localize.models import DEFAULT_SPEECH, Store
from localize.stages import segment, transcribe
from localize.text import homophones
from tests.bench.accuracy import Spoken, error_rate, starts
from tests.bench.harness import Figure, Part, Say, interleaved, percentile, ratio, timed, wall

SAMPLES = Path(__file__).parents[2] / "samples"
AUDIO, LINES = SAMPLES / "bench" / "speech.m4a", SAMPLES / "bench" / "speech.json"
SERIES, TRUTH = SAMPLES / "dragon-king" / "series.toml", SAMPLES / "dragon-king" / "truth.json"
AT_MOST = 1.10
LEAST_S = 180
WARM_UP_S = 5
QUICK_S = 20


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Time both on `AUDIO`; then hear the sample episodes once through the pipeline."""
    lines, names = spoken(json.loads(LINES.read_text(encoding="utf-8"))["lines"]), series.load(SERIES).names
    with tempfile.TemporaryDirectory() as scratch:
        audio = AUDIO
        if quick:
            audio = _beginning(AUDIO, QUICK_S, Path(scratch))
            lines = [line for line in lines if line.end_ms <= QUICK_S * 1000]
        pipeline, bare = _Pipeline(names), _Bare(names)
        warm_up = _beginning(AUDIO, WARM_UP_S, Path(scratch))
        for side in (pipeline, bare):
            side.hear(warm_up)
        runs = {"pipeline": timed(lambda: pipeline.hear(audio)), "bare": timed(lambda: bare.hear(audio))}
        seconds = interleaved(runs, repeats, say)
        length_s = _length_s(audio)
    if not quick and length_s < LEAST_S:
        raise ValueError(f"{AUDIO} is {length_s:.0f} s long, less than {LEAST_S}")
    figures = [
        wall("pipeline: decode, recognise, judge, cut cues", seconds["pipeline"]),
        wall("bare WhisperModel.transcribe", seconds["bare"]),
        ratio("pipeline / bare", seconds["pipeline"], seconds["bare"], at_most=AT_MOST),
        Figure("seconds of speech per second", length_s / statistics.median(seconds["pipeline"]), "x"),
        _wrong("bare: CER, unchosen lines", lines, bare.heard),
        _wrong("pipeline: CER, unchosen lines", lines, [cue.text for cue in pipeline.cues]),
        *_start_errors("unchosen lines", lines, pipeline.cues),
    ]
    say("hearing without the names")
    unprimed = _Pipeline(())
    unprimed.hear(audio)
    figures.append(
        _wrong("without the names in the prompt: CER, unchosen lines", lines, [c.text for c in unprimed.cues])
    )
    figures += _proposals(lines, unprimed.cues, names)
    if not quick:
        for name, media, truth in _episodes():
            say(f"hearing {name}")
            pipeline.hear(media)
            figures.append(_wrong(f"pipeline: CER, {name}", truth, [cue.text for cue in pipeline.cues]))
            figures += _start_errors(name, truth, pipeline.cues)
    about = (
        f"{length_s:.0f} s of synthetic Mandarin (`samples/bench/`), {len(lines)} lines that no episode was made of: "
        f"nobody chose them for being heard well. Both sides: {pipeline.engine.version}, temperature 0, {cores()} "
        f"threads, prompted with {len(names)} names.",
        "CER counts characters replaced, missing or invented, after Simplified spelling, Chinese numerals, 他 for 她 "
        "and 它, without marks and spaces. Starts: cues and lines are matched by the alignment of their texts with the "
        "fewest edits, where both begin with the same recognised character and overlap in time; the error is the cue's "
        "start against the first audible sample of the line.",
    )
    return Part("Speech", about, tuple(figures))


class _Pipeline:
    """The two steps as `localize.steps` calls them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.engine = FasterWhisper()
        self.cues: tuple[Cue, ...] = ()
        self._names = names

    def hear(self, media: Path) -> None:
        recognition = transcribe.transcribe(media, engine=self.engine, names=self._names)
        self.cues = segment.segment(recognition).track.cues


class _Bare:
    """What a user of the library would write."""

    def __init__(self, names: Sequence[str]) -> None:
        from faster_whisper import WhisperModel

        folder = str(Store().path(DEFAULT_SPEECH))
        self._model: Any = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=cores())
        self._prompt = prompt_of(names)
        self.heard: list[str] = []

    def hear(self, media: Path) -> None:
        segments, _ = self._model.transcribe(
            str(media),
            language="zh",
            beam_size=BEAM,
            temperature=0.0,
            word_timestamps=True,
            vad_filter=True,
            vad_parameters=VAD,
            initial_prompt=self._prompt,
        )
        self.heard = [found.text for found in segments]


def spoken(lines: Sequence[Mapping[str, Any]]) -> list[Spoken]:
    """Lines of a truth file, which may say more about each."""
    return [Spoken(line["start_ms"], line["end_ms"], line["text"]) for line in lines]


def _episodes() -> Iterator[tuple[str, Path, list[Spoken]]]:
    """Name, media and spoken lines of every episode of the sample series."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))["episodes"]
    manifest = series.load(SERIES)
    for episode in manifest.episode:
        yield episode.id, manifest.path_of(episode.file), spoken(truth[episode.id]["lines"])


def _wrong(name: str, truth: Sequence[Spoken], heard: Sequence[str]) -> Figure:
    return Figure(name, 100 * error_rate([line.text for line in truth], heard), "%")


def _proposals(truth: Sequence[Spoken], cues: Sequence[Cue], names: Sequence[str]) -> Iterator[Figure]:
    """Of names that were misheard, how many are proposed; and what is proposed for lines that are right."""
    known = homophones.Known(names)
    said, right = (sum(line.text.count(name) for line in lines for name in names) for lines in (truth, cues))
    proposed = sum(len(known.proposals(cue.text)) for cue in cues)
    wrong = sum(len(known.proposals(line.text)) for line in truth)
    yield Figure(
        "misheard names that are proposed",
        100 * proposed / max(said - right, 1),
        "%",
        note=f"{proposed} of {said - right}",
    )
    yield Figure("proposals for lines as they are", wrong, "", at_most=0, note=f"in {len(truth)} lines")


def _start_errors(name: str, truth: Sequence[Spoken], cues: Sequence[Cue]) -> Iterator[Figure]:
    found = starts(truth, cues)
    sizes = [abs(error) for error in found.errors_ms]
    if not sizes:
        return
    counts = (
        f"{len(sizes)} of {len(truth)} lines start a cue, {found.inside} begin inside one, {found.unheard} unheard; "
        f"{found.split} of {len(cues)} cues start no line"
    )
    bias = f"cues are {statistics.median(found.errors_ms):+.0f} ms from the voice (median, with its sign)"
    yield Figure(f"cue starts off by, {name}: median", statistics.median(sizes), "ms", note=counts)
    yield Figure(f"cue starts off by, {name}: p90", percentile(sizes, 0.9), "ms", note=bias)


def _beginning(media: Path, seconds: int, folder: Path) -> Path:
    made = folder / f"first{seconds}.wav"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", media, "-t", str(seconds), made], check=True)
    return made


def _length_s(media: Path) -> float:
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(media)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
