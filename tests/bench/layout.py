"""Layout: lines inside the safe area by pixel, speed, breaks inside words, and the way from too long to readable.

Limits: every rendered line inside the safe area; 5,000 cues laid out in 2 s of one core; no break inside a word, a
cluster, a name or an amount; 98 % of the golden cues readable after the loop, and a finding for every other one.

- rendered: `layout_ink`, on every platform; and the sample series as its manifest has it, where lines have to be clear
  of the burned-in band too. As a control the same lines are set half as large again: those that cannot stay inside
  have to be seen outside.
- speed: the phrases of the golden cues in another order, so that hardly a width is measured twice; processor time on
  one thread, fonts and phrase models loaded.
- loop: `layout_loop`.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from localize import linebreak
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines import ffmpeg
from localize.locales import LOCALES, SOURCE, locale
from localize.series import PLATFORMS
from localize.series import load as series_of
from localize.stages import ingest, render
from localize.text.chinese import traditional
from samples.models.build import corpus
from tests.bench import layout_loop
from tests.bench.harness import Figure, Part, Say
from tests.bench.layout_ink import INK, Laid, drawn
from tests.golden_cues import GoldenCue, broken_words, clusters, events_of, fitted, laid_out, lines_of, load, torn

CUES, AT_MOST_S = 5_000, 2.0
CONTROL = 1.5
# A control line this much wider than the area leaves it whatever its side bearings are.
SURELY = 1.05
QUICK_TAGS = ("en", "ar", "th", "ja")
SAMPLES = Path(__file__).parents[2] / "samples" / "dragon-king"


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """`quick`: four locales, one platform, a tenth of the cues."""
    tags = QUICK_TAGS if quick else tuple(LOCALES)
    platforms = PLATFORMS[:1] if quick else PLATFORMS
    golden = [Laid(platform, laid_out(load(tag), platform)) for platform in platforms for tag in tags]
    samples = list(_samples(tags))
    figures = (
        *_inside("golden cues", golden, say),
        *_inside("sample series", samples, say),
        _control(golden[: len(tags)], say),
        _speed(tags, CUES // 10 if quick else CUES, repeats, say),
        *_broken(golden),
        *layout_loop.figures(tags, quick=quick, say=say),
    )
    about = (
        f"The golden set, {sum(len(load(tag)) for tag in tags)} difficult cues in {len(tags)} locales, on "
        f"{', '.join(platforms)}, 1080x1920; {sum(len(one.layout.events) for one in samples)} events of the samples.",
        f"{render.BURN}; ink is what differs from the ground by more than {INK} of 255.",
    )
    return Part("Layout", about, figures)


def _inside(name: str, laid: Sequence[Laid], say: Say) -> Iterator[Figure]:
    events = drawn(laid, say)
    outside = [event for event in events if not event.inside]
    for event in outside[:20]:
        say(f"outside: {event.laid.platform} {event.laid.layout.locale}: {event.event.text!r}: {event.ink}")
    lines = sum(event.lines for event in events)
    share = 100 - 100 * sum(event.lines for event in outside) / lines
    yield Figure(f"{name}: rendered lines inside the safe area", share, "%", at_least=100, note=f"{lines} lines")
    wider = [100 * (event.ink.right - event.ink.left) / event.shaped_px - 100 for event in events if event.ink]
    yield Figure(f"{name}: ink wider than shaped", statistics.median(wider), "%", min(wider), max(wider))


def _control(laid: Sequence[Laid], say: Say) -> Figure:
    events = drawn([one.enlarged(CONTROL) for one in laid], say)
    wide = [event for event in events if event.shaped_px > SURELY * (event.laid.area.right - event.laid.area.left)]
    seen = 100 * sum(not event.inside for event in wide) / len(wide)
    return Figure("control: too wide, and seen outside", seen, "%", at_least=100, note=f"{len(wide)} events")


def _samples(tags: Iterable[str]) -> Iterator[Laid]:
    """The sample series in those of `tags` that it has, in the words that its scripts are rendered from."""
    series = series_of(SAMPLES / "series.toml")
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["episodes"]
    for episode in series.episode:
        frame = ingest.probe(series.path_of(episode.file), engine=ffmpeg)
        spoken = truth[episode.id]["lines"]
        cues = tuple(Cue(str(n), line["start_ms"], line["end_ms"], line["text"]) for n, line in enumerate(spoken))
        source = SourceTrack(SOURCE.tag, cues, len(cues))
        for tag in tags:
            if tag in series.locales:
                lines = tuple(TargetLine(str(n), _spoken_in(tag, line), "bench") for n, line in enumerate(spoken))
                layout = fitted(source, TargetTrack(tag, lines), series.platform, frame=frame, band=series.band)
                yield Laid(series.platform, layout, series.band)


def _spoken_in(tag: str, line: Mapping[str, Any]) -> str:
    if locale(tag).engine == "opencc":
        return traditional(line["text"])
    filling = corpus.Filling(line["template"], dict(line["slots"]))
    return corpus.load(locale(tag).argos or "en").render(filling)


def _speed(tags: Sequence[str], count: int, repeats: int, say: Say) -> Figure:
    chance, each = random.Random(1), -(-count // len(tags))
    work = [[_shuffled(cue, chance) for cue in chance.choices(load(tag), k=each)] for tag in tags]
    seconds = []
    for number in range(1, repeats + 1):
        started = time.process_time()
        events = sum(len(laid_out(cues, "tiktok").events) for cues in work)
        seconds.append(time.process_time() - started)
        say(f"round {number} of {repeats}: {each * len(tags)} cues, {events} events, {seconds[-1]:.2f} s")
    cues = each * len(tags)
    at_most = AT_MOST_S * cues / CUES
    return Figure(
        f"layout of {cues:,} cues", statistics.median(seconds), "s", min(seconds), max(seconds), at_most,
        note="processor time, one thread",
    )  # fmt: skip


def _shuffled(cue: GoldenCue, chance: random.Random) -> GoldenCue:
    """`cue` with its phrases in another order."""
    text = linebreak.normalise(cue.text.replace("\n", " "))
    places = [0, *(b.at for b in linebreak.opportunities(text, cue.profile)), len(text)]
    phrases = [text[start:end].strip() for start, end in pairwise(places)]
    chance.shuffle(phrases)
    return replace(cue, text=(" " if cue.profile.spaced else "").join(phrases))


def _broken(golden: Sequence[Laid]) -> Iterator[Figure]:
    words = cut = names = 0
    for laid in golden:
        for cue, events in events_of(load(laid.layout.locale), laid.layout):
            lines = lines_of(events)
            words += broken_words(cue, events)
            cut += sum(map(clusters, lines)) - clusters(cue.text)
            names += len(torn(cue, events, laid.layout))
    yield Figure("breaks inside a word", words, at_most=0)
    yield Figure("breaks inside a cluster", cut, at_most=0)
    yield Figure("names and amounts broken that fit on a line", names, at_most=0)
