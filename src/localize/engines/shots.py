"""Shots: one pass of ffmpeg over the picture, and the shot changes in it.

The pass costs what decoding costs: pictures are shrunk to thumbnails in brightness alone, and nothing is encoded.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.errors import EngineRejected
from localize.media import GUARDS, url
from localize.timecode import ms_from_frames
from localize.timing.shots import SIDE, Shots, Thumbnails, shot_changes

_TIMES, _LUMA = "times.txt", "luma.gray"
# `metadata` prints the time of a picture only beside a value, so each is given one.
_FILTERS = (
    f"settb=1/1000000,scale={SIDE}:{SIDE}:flags=area,format=gray,"
    f"metadata=add:key=seen:value=1,metadata=print:key=seen:file={_TIMES}"
)
_PICTURE = re.compile(r"^frame:\d+ +pts:(-?\d+) ", re.MULTILINE)


def detect(
    media: Path, facts: MediaFacts, *, progress: Progress | None = None, cancel: ffmpeg.Cancel | None = None
) -> Shots:
    """The shot changes of `media`, on the frames of its rate where that is constant.

    Raises what `ffmpeg.run` raises.
    """
    seen = thumbnails(media, facts.duration_ms, progress=progress, cancel=cancel)
    starts_us = [seen.times_us[number] for number in shot_changes(seen)]
    return Shots(tuple(first_ms(us, None if facts.variable_rate else facts.rate) for us in starts_us))


def thumbnails(
    media: Path, duration_ms: int, *, progress: Progress | None = None, cancel: ffmpeg.Cancel | None = None
) -> Thumbnails:
    """Every picture a viewer of `media` sees, small and grey; times count from the first of them."""
    guards = [part for key, value in GUARDS.items() for part in (f"-{key}", str(value))]
    output = ["-map", "0:V:0", "-vf", _FILTERS, "-fps_mode", "passthrough", "-f", "rawvideo", _LUMA]
    argv = [*guards, "-noautorotate", "-i", url(media), *output]
    with TemporaryDirectory(prefix="localize-shots-") as name:
        folder = Path(name)
        ffmpeg.execute(argv, media, folder, duration_ms, progress, cancel)
        times_us = [int(pts) for pts in _PICTURE.findall((folder / _TIMES).read_text(encoding="ascii"))]
        luma = (folder / _LUMA).read_bytes()
    if not times_us or len(luma) != len(times_us) * SIDE * SIDE:
        raise EngineRejected(f"ffmpeg lost pictures of {media.name}", next_step="localize doctor")
    return Thumbnails([us - times_us[0] for us in times_us], luma)


def first_ms(us: int, rate: Fraction | None) -> int:
    """The first whole millisecond of a picture; containers round its time, so a constant rate knows better."""
    if rate is None:
        return -(-us // 1000)
    return ms_from_frames(round(us * rate / 1_000_000), rate)
