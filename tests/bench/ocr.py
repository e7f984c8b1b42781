"""Burned-in subtitles: found, read and timed, on films whose texts are known, and how long that takes.

Limits: characters wrong at most 0.5 % in clean styles and 2 % in hard ones, every cue found, its start and end off by
at most 100 ms (median) and 250 ms; a band found in every style and none where there is none; no decoy read as dialogue.
The speed is that of one core, in seconds of film for a second of all processes together, ffmpeg's decoding included.
`BENCH_SEED=5` in the environment draws other texts, times and colours than the limits were set on, `BENCH_FILMS` names
films (separated by commas) to be read alone, and `BENCH_ONLY=accuracy` or `speed` leaves the other out.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from localize.engines import ffmpeg
from localize.engines.frames import Film as Footage
from localize.engines.ocr import RapidOCR
from localize.picture.hardsub import HardSubs
from localize.stages import ingest, read
from localize.stages.read.vote import plain
from tests.bench import ocr_films
from tests.bench.harness import Figure, Part, Say, asked
from tests.bench.ocr_films import CARD, DISCLAIMER, MESSAGE, SAMPLES, WATERMARK, Film, Text

CLEAN, HARD = 0.5, 2.0
MEDIAN_MS, MAX_MS = 100, 250
BAND_TIMES, STEP_TIMES = 5.0, 1.5
LONG_S = 90
_DECOYS = (WATERMARK, DISCLAIMER, MESSAGE, *CARD)


@dataclass(frozen=True, slots=True)
class Score:
    """How a film was read. Errors in time are found less true; `lost` and `invented` are texts."""

    film: str
    edits: int
    characters: int
    found: int
    cues: int
    starts_ms: tuple[int, ...]
    ends_ms: tuple[int, ...]
    lost: tuple[str, ...]
    invented: tuple[str, ...]
    spaces: int
    """Spaces of the truth that were kept, of those in matched texts."""
    all_spaces: int
    inserts: int
    """Cards and messages found among what is not dialogue."""
    band: bool

    @property
    def error_rate(self) -> float:
        return 100 * self.edits / max(1, self.characters)

    @property
    def decoys(self) -> int:
        """Dialogue that is a decoy, or nobody's."""
        return len(self.invented)


def score(film: str, truth: Sequence[Text], found: HardSubs) -> Score:
    """Match each text of the dialogue to what was found at its time, the likest first."""
    rest, pairs, lost = list(found.dialogue), [], []
    said = [replace(text, text=_chinese(text.text)) for text in truth if text.kind == "subtitle"]
    for text in said:
        at_once = [one for one in rest if one.start_ms < text.end_ms and text.start_ms < one.end_ms]
        best = max(at_once, key=lambda one, text=text: _alike(one.text, text.text), default=None)
        if best is None or _alike(best.text, text.text) < 0.5:
            lost.append(text)
        else:
            rest.remove(best)
            pairs.append((text, best))
    wanted = [text.text for text in truth if text.kind in {"card", "message"}]
    spaced = [(text.text.count(" "), text, one) for text, one in pairs if plain(text.text) == plain(one.text)]
    return Score(
        film,
        edits=sum(Levenshtein.distance(plain(text.text), plain(one.text)) for text, one in pairs)
        + sum(len(plain(text.text)) for text in lost) + sum(len(plain(one.text)) for one in rest),
        characters=sum(len(plain(text.text)) for text in said),
        found=len(pairs),
        cues=len(said),
        starts_ms=tuple(one.start_ms - text.start_ms for text, one in pairs),
        ends_ms=tuple(one.end_ms - text.end_ms for text, one in pairs),
        lost=tuple(text.text for text in lost),
        invented=tuple(one.text for one in rest),
        spaces=sum(count for count, text, one in spaced if text.text == one.text),
        all_spaces=sum(count for count, _, _ in spaced),
        inserts=sum(any(_alike(text, one.text) > 0.7 for one in found.inserts) for text in wanted),
        band=bool(found.bands),
    )  # fmt: skip


def _chinese(text: str) -> str:
    """Without the lines that have nothing Chinese where others have: of two languages one is read."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.isascii()) or text


def _alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(plain(one), plain(other))


def look(media: Path, reader: RapidOCR) -> HardSubs:
    facts = ingest.probe(media, engine=ffmpeg)
    return read.read(Footage(media, facts), reader, facts)


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Read every film once, then the samples; accuracy is the same each time, so only speed takes `repeats`."""
    reader = RapidOCR()
    figures: list[Figure] = []
    seed = int(os.environ.get("BENCH_SEED", "0"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = ocr_films.chosen([f for f in ocr_films.films(seed=seed) if not quick or f.background == "drawn"])
        if asked("accuracy"):
            figures += _reading(made, folder, reader, say)
            unusual = [film for film in ocr_films.unusual() if not seed and (not quick or not film.readable)]
            figures += _unusual(ocr_films.chosen(unusual), folder, reader, say)
            if not seed and "BENCH_FILMS" not in os.environ:
                figures += _samples(reader)
        if asked("speed"):
            figures += _speed(folder, reader, 20 if quick else LONG_S, repeats, say)
    about = (
        f"{len(made)} films of 24 s at 720x1280: {len(ocr_films.STYLES)} styles on {len(ocr_films.BACKGROUNDS)} "
        "backgrounds; hard are coloured, karaoke, fading and thin letters, and whatever stands on white.",
        f"{reader.version}, one thread.",
    )
    return Part("Burned-in subtitles", about, tuple(figures))


def _reading(films: Sequence[Film], folder: Path, reader: RapidOCR, say: Say) -> Iterator[Figure]:
    scores = [(film, _scored(film, folder, reader, say)) for film in films]
    hard = [one for film, one in scores if film.style.hard or film.background == "white"]
    yield from _accuracy("clean styles", [one for _, one in scores if one not in hard], CLEAN)
    yield from _accuracy("hard styles", hard, HARD)


def _scored(film: Film, folder: Path, reader: RapidOCR, say: Say) -> Score:
    media = ocr_films.make(film, folder)
    found = look(media, reader)
    media.unlink()
    result = score(film.name, film.texts, found)
    say(f"{film.name}: {told(result)}{f'; no band: {found.reason}' if found.reason else ''}")
    return result


def told(score: Score) -> str:
    """One line about `score`."""
    starts, ends = [list(map(abs, errors)) or [0] for errors in (score.starts_ms, score.ends_ms)]
    return (
        f"{score.error_rate:.2f} % wrong, {score.found} of {score.cues} cues, starts {statistics.median(starts):.0f} "
        f"(max {max(starts)}) ms, ends {statistics.median(ends):.0f} (max {max(ends)}) ms, spaces {score.spaces} of "
        f"{score.all_spaces}, {score.inserts} inserts, lost {list(score.lost)}, invented {list(score.invented)}"
    )


def _accuracy(name: str, scores: Sequence[Score], at_most: float) -> Iterator[Figure]:
    if not scores:
        return
    worst = max(scores, key=lambda one: one.error_rate)
    edits, characters = sum(s.edits for s in scores), sum(s.characters for s in scores)
    note = f"worst film: {worst.film}, {worst.error_rate:.2f} %"
    yield Figure(f"{name}: characters wrong", 100 * edits / characters, "%", at_most=at_most, note=note)
    cues, found = sum(s.cues for s in scores), sum(s.found for s in scores)
    yield Figure(f"{name}: cues found", 100 * found / cues, "%", at_least=100, note=f"{found} of {cues}")
    for side, errors in (
        ("starts", [e for s in scores for e in s.starts_ms]),
        ("ends", [e for s in scores for e in s.ends_ms]),
    ):
        sizes = [abs(error) for error in errors] or [0]
        yield Figure(f"{name}: {side} off by, median", statistics.median(sizes), "ms", at_most=MEDIAN_MS)
        yield Figure(f"{name}: {side} off by, most", max(sizes), "ms", at_most=MAX_MS)
    yield Figure(f"{name}: lines read that nobody says", sum(s.decoys for s in scores), at_most=0)
    bands = sum(s.band for s in scores)
    yield Figure(f"{name}: bands found", 100 * bands / len(scores), "%", at_least=100, note=f"{bands} of {len(scores)}")
    kept, spaces = sum(s.spaces for s in scores), sum(s.all_spaces for s in scores)
    yield Figure(f"{name}: spaces kept", 100 * kept / max(1, spaces), "%", note=f"{kept} of {spaces}")
    inserts = sum(s.inserts for s in scores)
    yield Figure(f"{name}: cards and messages found", 100 * inserts / (2 * len(scores)), "%")


def _unusual(films: Sequence[Film], folder: Path, reader: RapidOCR, say: Say) -> Iterator[Figure]:
    for film in films:
        media = ocr_films.make(film, folder)
        found = look(media, reader)
        media.unlink()
        if not film.readable:
            say(f"{film.name}: {found.reason or 'read'}")
            yield Figure(f"{film.name}: bands", len(found.bands), at_most=0, note=found.reason)
            continue
        result = score(film.name, film.texts, found)
        say(f"{film.name}: {told(result)}")
        note = f"{result.found} of {result.cues} cues, {result.decoys} invented"
        yield Figure(f"{film.name}: characters wrong", result.error_rate, "%", at_most=CLEAN, note=note)
        errors = [abs(e) for e in (*result.starts_ms, *result.ends_ms)]
        yield Figure(f"{film.name}: starts and ends off by, most", max(errors, default=0), "ms", at_most=MAX_MS)


def _samples(reader: RapidOCR) -> Iterator[Figure]:
    """The sample series, in which ep02 has no subtitles in the picture."""
    truth = json.loads((SAMPLES / "dragon-king" / "truth.json").read_text(encoding="utf-8"))["episodes"]
    for episode in ("ep01", "ep02", "ep03"):
        found = look(SAMPLES / "dragon-king" / f"{episode}.mp4", reader)
        shown = truth[episode].get("on_screen", [])
        texts = [Text("subtitle", t["start_ms"], t["end_ms"], t["text"]) for t in shown if t["kind"] == "subtitle"]
        if not texts:
            yield Figure(f"sample {episode}: bands", len(found.bands), at_most=0, note=found.reason)
            continue
        result = score(episode, texts, found)
        yield Figure(f"sample {episode}: characters wrong", result.error_rate, "%", at_most=CLEAN, note=told(result))


def _speed(folder: Path, reader: RapidOCR, seconds: int, repeats: int, say: Say) -> Iterator[Figure]:
    """Of one core: every process of ours is bound to it."""
    film = replace(ocr_films.films(seconds)[1], name="long", width_px=1080, height_px=1920)
    media = ocr_films.make(film, folder)
    facts = ingest.probe(media, engine=ffmpeg)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    steps, bands = [], []
    try:
        for number in range(repeats):
            watched = _Timed(media, facts)
            started = _cpu_s()
            read.read(watched, reader, facts)
            steps.append(seconds / (_cpu_s() - started))
            bands.append(seconds / watched.strips_s)
            say(f"round {number + 1} of {repeats}: band {bands[-1]:.1f} x, step {steps[-1]:.1f} x")
    finally:
        os.sched_setaffinity(0, cores)
    about = f"{seconds} s of 1080x1920 at 25 fps"
    for name, times, least in (("band read", bands, BAND_TIMES), ("whole step", steps, STEP_TIMES)):
        value = statistics.median(times)
        yield Figure(
            f"{name}, times real time per core", value, "x", min(times), max(times), at_least=least, note=about
        )


class _Timed(Footage):
    """Footage that counts what goes by while its strips are taken: decoding them, and whatever is done with them."""

    strips_s = 0.0

    def strips(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        started = _cpu_s()
        yield from super().strips(*args, **kwargs)
        self.strips_s = _cpu_s() - started


def _cpu_s() -> float:
    """Of this process and those it has waited for."""
    return sum(os.times()[:4])
