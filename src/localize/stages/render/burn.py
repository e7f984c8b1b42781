"""Media + drawn subtitles -> plans for burned masters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg

from localize.drawing.safe_area import Rect
from localize.episode import MediaFacts
from localize.media import Output, RenderPlan
from localize.picture import cover_filters
from localize.picture.covering import CoverPlan
from localize.stages.render.encoding import BURN, CLEAN, audio, encoded, late, opened, upright

PER_PROCESS = 3
"""Masters from one decode. Measured on 2 cores, 12 locales of 1080x1920: 3 in each of 2 single-threaded processes took
0.96x of one decode and 12 bare encodes, 1 in each 1.07x, all 12 in one process 1.16x and 2.8 GB."""
_SOUND_BITS = 512_000
"""A second of sound that is copied has at most so many in films for phones."""


def groups(locales: Sequence[str], workers: int) -> list[tuple[str, ...]]:
    """`locales` in order, a tuple for each encoder process: at most `PER_PROCESS`, and as even as `workers` need."""
    count = -(-len(locales) // PER_PROCESS)
    count = min(-(-count // workers) * workers, len(locales))
    bounds = [len(locales) * number // count for number in range(count + 1)] if count else []
    return [tuple(locales[start:end]) for start, end in pairwise(bounds)]


def plan_burn(
    media: Path,
    facts: MediaFacts,
    texts: Mapping[str, Path],
    cover: CoverPlan | None = None,
    filled: Path | None = None,
) -> RenderPlan:
    """One master per locale of `texts` (locale -> its `.ass` file), all from one decode and with one cover.

    `filled` is the video that a cover by `inpaint` is made of.
    """
    source = opened(media)
    picture = upright(source["V:0"], facts)
    made, outputs = list[Any](), dict[str, Output]()
    inputs: dict[str, Path | bytes] = {}
    if cover:
        picture, inputs = cover_filters.covered(picture, cover, rate=facts.rate, filled=filled)
    branches = picture.filter_multi_output("split", len(texts)) if len(texts) > 1 else {"0": picture}
    for number, (tag, ass) in enumerate(texts.items()):
        text, file = f"text{number}.ass", f"burned{number}.mp4"
        drawn = late(branches[str(number)].filter("ass", text, shaping=BURN.shaping), facts)
        sound = [source["a:0"]] if facts.audio else []
        made.append(ffmpeg.output(drawn, *sound, file, **_master(facts)))
        inputs[text] = ass
        outputs[tag] = Output(file, frames=None if facts.variable_rate else facts.frames, sound=facts.audio is not None)
    argv = tuple(ffmpeg.merge_outputs(*made).compile()[1:])
    return RenderPlan(media, facts.duration_ms, facts.rate, argv, outputs, inputs)


def most_bytes(facts: MediaFacts) -> int:
    """The most that one master takes on a disk: the highest rate that the encoder may use, a full buffer, the sound."""
    picture_bits, buffer_bits = (int(rate.removesuffix("M")) * 1_000_000 for rate in (BURN.maxrate, BURN.bufsize))
    return (facts.duration_ms * (picture_bits + _SOUND_BITS) // 1000 + buffer_bits) // 8


def plan_area(media: Path, facts: MediaFacts, area: Rect) -> tuple[str, ...]:
    """What makes ffmpeg hand out `area` of every picture of a master, raw and without text, on its standard output."""
    size = area.right - area.left, area.bottom - area.top
    picture = upright(opened(media)["V:0"], facts).filter("crop", *size, area.left, area.top)
    raw = {"f": "rawvideo", "pix_fmt": BURN.pixel_format, "fps_mode": "passthrough"}
    return tuple(ffmpeg.output(picture, "pipe:1", **raw).compile()[1:])


def _master(facts: MediaFacts) -> dict[str, Any]:
    return encoded(facts) | audio(facts, {"aac"}) | CLEAN | {"movflags": "+faststart"}
