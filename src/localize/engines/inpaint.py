"""Inpainting: the part of a picture that patches cover, with only the letters filled in, as a lossless video.

The film goes by twice. First it is learnt which pixels are letters: those that, for most of a text's time, stand out
from what lies above and below the text; whatever moves behind them does not last. Then OpenCV fills these in, picture
by picture, from what is beside them. What was no letter comes out bit for bit.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from localize.drawing.safe_area import Rect
from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.errors import EngineUnavailable
from localize.picture.covering import CoverPlan, Patch

if TYPE_CHECKING:
    from numpy import ndarray

_OWN = ("-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-xerror")
_KEPT_BYTES = 8_000
# Of 255: what letters and their outlines differ by from the picture around, at least.
_APART = 24
# Of the pictures of a text: letters fade in and out, and are filled from left to right in songs.
_LASTING = 0.35
# In ems: how far an outline that is hardly unlike the picture reaches around a letter, and how far OpenCV looks.
_SOFT, _AROUND = 0.12, 0.06


def version() -> str:
    return f"1 opencv {_opencv().__version__}"


def inpaint(
    argv: Sequence[str], media: Path, facts: MediaFacts, plan: CoverPlan, made: Path, progress: Progress | None = None
) -> None:
    """Write the pictures of `plan.area` without letters to `made`, a Matroska file with as many pictures as masters.

    `argv` is what makes ffmpeg hand them out raw, in planes of YUV 4:2:0. Pictures without a patch are black. Raises
    what `ffmpeg.run` raises.
    """
    film = _Band(argv, media, facts, plan.area)
    letters = _letters(film, plan)
    with film.writing(made) as out:
        for number, planes in enumerate(film.pictures()):
            active = [patch for patch in plan.patches if film.shows(patch, number)]
            mask = film.united([letters[patch] for patch in active])
            filled = [_filled(plane, part, plan.em_px) for plane, part in zip(planes, mask, strict=True)]
            out.write(b"".join(plane.tobytes() if active else bytes(plane.size) for plane in filled))
            if progress:
                progress(min(1.0, number / max(1, facts.frames)))


def _letters(film: _Band, plan: CoverPlan) -> dict[Patch, ndarray]:
    """The pixels of each patch's letters, as a plane of luma."""
    import numpy as np

    cv2 = _opencv()
    seen = {patch: np.zeros(film.shape, np.uint16) for patch in plan.patches}
    pictures = dict.fromkeys(plan.patches, 0)
    for number, planes in enumerate(film.pictures()):
        for patch in plan.patches:
            if film.shows(patch, number):
                seen[patch][film.core(patch)] += film.stands_out(planes, patch)
                pictures[patch] += 1
    found = {}
    for patch, count in seen.items():
        reach = 2 * max(1, round(_SOFT * patch.em_px)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        lasting = (count > _LASTING * max(1, pictures[patch])).astype(np.uint8)
        # An outline and its letter are one: what they enclose is closed as well.
        found[patch] = cv2.dilate(cv2.morphologyEx(lasting, cv2.MORPH_CLOSE, kernel), kernel)
    return found


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise EngineUnavailable(f"OpenCV cannot be loaded: {error}", next_step="make setup") from error
    return cv2


def _filled(plane: ndarray, mask: ndarray, em_px: int) -> ndarray:
    if not mask.any():
        return plane
    cv2 = _opencv()
    filled: ndarray = cv2.inpaint(plane, mask, max(2.0, _AROUND * em_px), cv2.INPAINT_TELEA)
    return filled


class _Band:
    """The covered part of the film, picture by picture."""

    def __init__(self, argv: Sequence[str], media: Path, facts: MediaFacts, area: Rect) -> None:
        self._argv, self._media, self._rate, self._area = argv, media, Fraction(facts.frame_rate), area
        self.shape = area.bottom - area.top, area.right - area.left

    def shows(self, patch: Patch, number: int) -> bool:
        """Whether picture `number` is one of `patch`, or so near that rounding may make it one."""
        at_ms, two_ms = 1000 * number / self._rate, 2000 / self._rate
        return patch.start_ms - two_ms <= at_ms < patch.end_ms + two_ms

    def core(self, patch: Patch) -> tuple[slice, slice]:
        """Where it is in a plane of luma."""
        core, area = patch.core, self._area
        return slice(core.top - area.top, core.bottom - area.top), slice(core.left - area.left, core.right - area.left)

    def stands_out(self, planes: Sequence[ndarray], patch: Patch) -> ndarray:
        """The pixels of its core that are unlike a slope from its upper to its lower rim, in light or in colour."""
        import numpy as np

        rows, columns = self.core(patch)
        apart = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
        for plane, step in zip(planes, (1, 2, 2), strict=True):
            part = plane[rows.start // step : rows.stop // step, columns.start // step : columns.stop // step]
            part = part.astype(np.int16)
            down = np.linspace(0, 1, len(part), dtype=np.float32)[:, None]
            differs = np.abs(part - (part[0] * (1 - down) + part[-1] * down)) > _APART / step
            apart |= differs.repeat(step, 0).repeat(step, 1)
        return apart

    def united(self, letters: Sequence[ndarray]) -> tuple[ndarray, ndarray, ndarray]:
        """All of `letters` as a mask for each plane; where one of four pixels is of a letter, their colour is."""
        import numpy as np

        luma = np.zeros(self.shape, np.uint8)
        for one in letters:
            luma |= one
        chroma = luma.reshape(self.shape[0] // 2, 2, self.shape[1] // 2, 2).max((1, 3))
        return luma, chroma, chroma

    def pictures(self) -> Iterator[tuple[ndarray, ndarray, ndarray]]:
        import numpy as np

        height, width = self.shape
        luma, chroma = height * width, height * width // 4
        with _running(self._argv, self._media, stdout=subprocess.PIPE) as process:
            assert process.stdout
            while len(data := process.stdout.read(luma + 2 * chroma)) == luma + 2 * chroma:
                picture = np.frombuffer(data, np.uint8)
                y, u, v = np.split(picture, (luma, luma + chroma))
                yield y.reshape(height, width), u.reshape(height // 2, -1), v.reshape(height // 2, -1)

    @contextmanager
    def writing(self, made: Path) -> Iterator[IO[bytes]]:
        height, width = self.shape
        raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{height}", "-framerate", self._rate]
        lossless = ["-c:v", "ffv1", "-level", "3", "-f", "matroska"]
        argv = [*map(str, raw), "-i", "pipe:0", *lossless, f"file:{made.absolute()}"]
        with _running(argv, made, stdin=subprocess.PIPE) as process:
            assert process.stdin
            with process.stdin as pipe:
                yield pipe


@contextmanager
def _running(argv: Sequence[str], media: Path, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    ffmpeg.version()
    given: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL} | pipes
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(
                [*ffmpeg.end_with_parent(), "ffmpeg", *_OWN, *argv], **given, stderr=log, start_new_session=True
            )
        except OSError as error:
            raise EngineUnavailable(f"ffmpeg does not start: {error.strerror}", next_step="run again") from error
        with process:
            try:
                yield process
                status = process.wait()
            except BrokenPipeError:
                status = process.wait() or 1
            finally:
                ffmpeg.stop(process)
        if status:
            log.seek(max(0, log.tell() - _KEPT_BYTES))
            said = log.read().decode(errors="replace").splitlines()
            raise ffmpeg.failure(media, media.parent, status, said)
