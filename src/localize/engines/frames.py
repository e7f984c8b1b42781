"""Frames: pictures of a film as arrays, each with the exact time it comes on screen, one after the other.

Nothing is kept: ffmpeg waits until the picture before was taken, so that memory does not grow with the film.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.engines.shots import first_ms
from localize.episode import MediaFacts
from localize.errors import EngineRejected, EngineUnavailable
from localize.media import GUARDS, url
from localize.picture.sight import Seen

if TYPE_CHECKING:
    from numpy import ndarray

_OWN = ("-hide_banner", "-nostdin", "-loglevel", "error", "-xerror")
_KEPT_BYTES = 8_000
_TOLD_EVERY_MS = 1_000


class Film:
    """The pictures of `media`, which `facts` describes, turned and stretched as a viewer sees them.

    Raises what `ffmpeg.run` raises. Pictures that are not taken to their end stop ffmpeg.
    """

    def __init__(self, media: Path, facts: MediaFacts) -> None:
        self._media = media
        self._facts = facts

    def frames(self, width_px: int, apart_ms: int, progress: Progress | None = None) -> Iterator[Seen]:
        """Whole pictures; a little sooner than `apart_ms` is still apart, as frames seldom divide it."""
        height_px = self._height_px(width_px, 1.0)
        chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{apart_ms / 1000 - 0.001:.3f})'"
        graph = f"{chosen},scale={width_px}:{height_px}:flags=area"
        for at_ms, picture in self._pictures(graph, width_px, height_px, progress):
            yield Seen(at_ms, (picture,))

    def strips(
        self, parts: Sequence[tuple[float, float]], width_px: int, progress: Progress | None = None
    ) -> Iterator[Seen]:
        """Parts stand one below the other while they are on their way, so that one decoding serves them all."""
        heights = [self._height_px(width_px, bottom - top) for top, bottom in parts]
        cut = ";".join(
            f"[c{number}]crop=iw:ceil(ih*{bottom - top:.6f}):0:floor(ih*{top:.6f}),"
            f"scale={width_px}:{height}:flags=area,setsar=1[s{number}]"
            for number, ((top, bottom), height) in enumerate(zip(parts, heights, strict=True))
        )
        copies = "".join(f"[c{number}]" for number in range(len(parts)))
        ready = "".join(f"[s{number}]" for number in range(len(parts)))
        stack = f"{ready}vstack={len(parts)}" if len(parts) > 1 else f"{ready}null"
        for at_ms, picture in self._pictures(
            f"split={len(parts)}{copies};{cut};{stack}", width_px, sum(heights), progress
        ):
            ends = [sum(heights[: number + 1]) for number in range(len(heights))]
            yield Seen(at_ms, tuple(picture[end - height : end] for end, height in zip(ends, heights, strict=True)))

    def _height_px(self, width_px: int, share: float) -> int:
        """Even, as the converters of colour want it."""
        return max(2, round(share * self._facts.height_px * width_px / self._facts.width_px / 2) * 2)

    def _pictures(
        self, graph: str, width_px: int, height_px: int, progress: Progress | None
    ) -> Iterator[tuple[int, ndarray]]:
        import numpy as np

        size = width_px * height_px * 3
        first_us, told_ms, rate = None, 0, None if self._facts.variable_rate else self._facts.rate
        with _running(self._media, graph) as (pictures, times):
            while len(data := pictures.read(size)) == size:
                us = _next_us(times)
                first_us = us if first_us is None else first_us
                at_ms = first_ms(us - first_us, rate)
                if progress and at_ms - told_ms >= _TOLD_EVERY_MS:
                    progress(min(1.0, at_ms / self._facts.duration_ms))
                    told_ms = at_ms
                yield at_ms, np.frombuffer(data, np.uint8).reshape(height_px, width_px, 3)
        if first_us is None:
            raise EngineRejected(f"ffmpeg found no picture in {self._media.name}", next_step="localize doctor")
        if progress:
            progress(1.0)


@contextmanager
def _running(media: Path, graph: str) -> Iterator[tuple[IO[bytes], IO[str]]]:
    """ffmpeg at work: its pictures as raw bytes, and their times as the `metadata` filter prints them.

    The time of a picture is written before the picture is, and never long before: neither pipe can block the other.
    """
    ffmpeg.version()
    guards = [part for key, value in GUARDS.items() for part in (f"-{key}", str(value))]
    told_to, tell = os.pipe()
    # A picture's time is printed beside a value only, so each is given one; direct: at once, not by the buffer.
    timed = f"settb=1/1000000,metadata=add:key=seen:value=1,metadata=print:key=seen:direct=1:file='pipe\\:{tell}'"
    argv = [*guards, "-i", url(media), "-map", "0:V:0", "-an", "-sn", "-vf", f"{graph},{timed}"]
    output = ["-fps_mode", "passthrough", "-pix_fmt", "bgr24", "-f", "rawvideo", "pipe:1"]
    with os.fdopen(told_to, encoding="ascii") as times, tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(
                [*ffmpeg.end_with_parent(), "ffmpeg", *_OWN, *argv, *output],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, pass_fds=(tell,), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise EngineUnavailable(f"ffmpeg does not start: {error.strerror}", next_step="run again") from error
        finally:
            os.close(tell)
        with process:
            assert process.stdout
            try:
                yield process.stdout, times
                status = process.wait()
            finally:
                ffmpeg.stop(process)
        if status:
            log.seek(max(0, log.tell() - _KEPT_BYTES))
            said = log.read().decode(errors="replace").splitlines()
            raise ffmpeg.failure(media, media.parent, status, said)


def _next_us(times: IO[str]) -> int:
    for line in times:
        if line.startswith("frame:"):
            return int(line.partition("pts:")[2].split()[0])
    raise EngineRejected("ffmpeg lost the time of a picture", next_step="localize doctor")
