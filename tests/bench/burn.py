"""Burning in: our encoder processes against the bare work, and against one ffmpeg run after another.

Limits for 12 locales: at most 1.10 times the floor, and at least 1.15 times as fast as 12 runs in a row.

- localize: `plan_burn` per group of locales, the groups side by side, everything the product does around an encoder
  (fonts, progress, verification of every file) included.
- floor: one decode to raw frames in a file, then 12 encodes of those frames one after another, no subtitle, no sound,
  ffmpeg's default threads. A file and not a pipe: a pipe would need 12 decodes, or hold every encoder to one pace. The
  file stays in the page cache, and reading it costs less than decoding; it is on the floor's account all the same.
- in a row: 12 ffmpeg runs, each of which decodes, draws and encodes one locale, with default threads.

Encoder settings are those of the product's own plan in all three; floor and row leave its `-threads` out. Cues cover
70 % of the time.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from localize import subtitles
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines import ffmpeg
from localize.episode import MediaFacts
from localize.job import Outcome
from localize.locales import SOURCE, locale
from localize.pipeline import WORKERS, Done, Unit, in_threads
from localize.series import Style
from localize.stages import fit, ingest, render
from samples.models.build import corpus
from tests.bench.harness import Part, Say, interleaved, ratio, timed, wall

EPISODE = Path(__file__).parents[2] / "samples" / "dragon-king" / "ep02.mp4"
FLOOR_AT_MOST, ROW_AT_LEAST = 1.10, 1.15
TAGS = ("en", "es-419", "pt-BR", "fr", "de", "ru", "ar", "hi", "id", "th", "ja", "ko")
# 2.1 s of every 3 s: 70 % of the time, and what one spoken line takes.
CUE_MS, EVERY_MS = 2_100, 3_000
QUICK_S = 2


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Burn held-out lines of the starter corpus into the sample episode that carries no subtitles of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        media = _beginning(EPISODE, folder) if quick else EPISODE
        facts = ingest.probe(media, engine=ffmpeg)
        texts = {tag: _drawn(tag, facts, folder) for tag in TAGS}
        work = _Work(media, facts, texts, folder)
        runs = {"localize": timed(work.localize), "floor": timed(work.floor), "in a row": timed(work.in_a_row)}
        seconds = interleaved(runs, repeats, say)
    groups = render.groups(TAGS, WORKERS)
    shown = sum(end - begin for begin, end in _cue_times(facts)) / facts.duration_ms
    figures = (
        wall("localize", seconds["localize"], f"{WORKERS} processes at a time, {len(groups)} in all"),
        wall("floor: one decode, 12 bare encodes", seconds["floor"], "default threads"),
        wall("12 ffmpeg runs in a row", seconds["in a row"], "default threads"),
        ratio("localize / floor", seconds["localize"], seconds["floor"], at_most=FLOOR_AT_MOST),
        ratio("in a row / localize", seconds["in a row"], seconds["localize"], at_least=ROW_AT_LEAST),
    )
    about = (
        f"`samples/dragon-king/{EPISODE.name}`, {facts.duration_ms / 1000:.1f} s, {facts.width_px}x{facts.height_px}, "
        f"{float(facts.rate):g} frames per second, cues on {100 * shown:.0f} % of the time; {len(TAGS)} locales "
        f"({', '.join(TAGS)}).",
        f"{render.BURN}; floor and row without its threads. Raw frames go through a file in {tempfile.gettempdir()}, "
        "which the page cache holds.",
    )
    return Part("Burning in", about, figures)


class _Work:
    """The three ways to make 12 masters; each throws its files away."""

    def __init__(self, media: Path, facts: MediaFacts, texts: Mapping[str, Path], folder: Path) -> None:
        self._media, self._facts, self._texts, self._folder = media, facts, texts, folder

    def localize(self) -> None:
        units = [Unit("burn", "bench", tags) for tags in render.groups(list(self._texts), WORKERS)]
        list(in_threads(units, self._group))

    def _group(self, unit: Unit) -> Done:
        texts = {tag: self._texts[tag] for tag in unit.locales}
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            ffmpeg.run(render.plan_burn(self._media, self._facts, texts), folder=Path(scratch))
        return Done(unit, Outcome(done=list(unit.locales)), 0.0)

    def floor(self) -> None:
        frames = self._folder / "frames.yuv"
        shape = ("-f", "rawvideo", "-pix_fmt", render.BURN.pixel_format)
        _ffmpeg("-i", self._media, "-map", "0:V:0", *shape, frames)
        if frames.stat().st_size != self._facts.frames * self._facts.width_px * self._facts.height_px * 3 // 2:
            raise ValueError(f"the raw frames of {self._media.name} are not those that the product encodes")
        size = ("-video_size", f"{self._facts.width_px}x{self._facts.height_px}", "-framerate", self._facts.frame_rate)
        for tag in self._texts:
            _ffmpeg(*shape, *size, "-i", frames, *self._encoder(tag), self._folder / "bare.mp4")
        frames.unlink()

    def in_a_row(self) -> None:
        for tag, text in self._texts.items():
            plan = render.plan_burn(self._media, self._facts, {tag: text})
            for name, given in plan.inputs.items():
                (self._folder / name).write_bytes(given if isinstance(given, bytes) else given.read_bytes())
            _ffmpeg(*_without(plan.argv, "-threads"), cwd=self._folder)

    def _encoder(self, tag: str) -> list[str]:
        """What the product's plan says about the picture of its output: all options after the last `-map`."""
        argv = render.plan_burn(self._media, self._facts, {tag: self._texts[tag]}).argv
        last_map = max(at for at, option in enumerate(argv) if option == "-map")
        return _without(argv[last_map + 2 : -1], "-threads", "-c:a", "-metadata:s:a:0")


def _drawn(tag: str, facts: MediaFacts, folder: Path) -> Path:
    """The `.ass` of a locale: the same lines of the corpus in its language, laid out as the product does it."""
    fillings = [f for f in corpus.split().held_out if not any(value.startswith("XQ") for value in f.slots.values())]
    said = list(zip(_cue_times(facts), fillings, strict=False))
    profile, language = locale(tag), corpus.load(locale(tag).argos or "en")
    cues = tuple(Cue(str(begin), begin, end, corpus.load("zh").render(filling)) for (begin, end), filling in said)
    lines = tuple(TargetLine(str(begin), language.render(filling), "bench") for (begin, _), filling in said)
    source, target = SourceTrack(SOURCE.tag, cues, next_id=1), TargetTrack(tag, lines)
    layout = fit.fit(source, target, profile, facts, style=Style(), platform="tiktok", band=None)
    made = folder / f"{tag}.ass"
    made.write_text(subtitles.to_ass(layout, profile, Style()), encoding="utf-8")
    return made


def _cue_times(facts: MediaFacts) -> list[tuple[int, int]]:
    return [(begin, min(begin + CUE_MS, facts.duration_ms)) for begin in range(0, facts.duration_ms, EVERY_MS)]


def _without(argv: Sequence[str], *options: str) -> list[str]:
    """`argv` less `options` and their values."""
    return [part for at, part in enumerate(argv) if part not in options and not (at and argv[at - 1] in options)]


def _ffmpeg(*argv: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *argv], cwd=cwd, check=True)


def _beginning(media: Path, folder: Path) -> Path:
    made = folder / "beginning.mp4"
    _ffmpeg("-i", media, "-t", str(QUICK_S), "-c:a", "copy", made)
    return made
