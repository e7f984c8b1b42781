"""The survey: every text of the whole picture, read about once a second, and when it came and went.

Between two readings a text is followed by its looks, four times a second, so that it is known to a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localize.engines.base import Progress
from localize.picture.sight import Footage, Reader, Reading, Seen
from localize.stages.read.lines import Box, around, turned
from localize.stages.read.pixels import letter_colour, light, likeness, strokes
from localize.stages.read.vote import similarity

if TYPE_CHECKING:
    from numpy import ndarray

LONG_PX = 960
"""The longer side of a surveyed picture."""
APART_MS = 240
READ_MS = 1000
_TOGETHER_MS = 600
_FIND_PX = 480
"""For finding alone, which costs most of the time: letters of 1.4 % of the height are 7 pixels high there."""
# Mean difference in grey levels of a picture at a twelfth of its size: a cut is far above, movement below.
_CUT = 24.0
_STILL = 1.0
_COARSE = 12
_ALIKE = 0.6
_READINGS = 4
_KEPT_MS = 10_000
"""How far back a text is looked for once it was found: of the smallest letters a detector finds one in ten."""
_OVER = 0.5


@dataclass(slots=True)
class Track:
    """One line of text while it stands: boxes in shares of the picture, times in milliseconds, `[first, last)`."""

    first_ms: int
    last_ms: int
    boxes: list[Box]
    turned: bool
    colour: str
    readings: list[Reading] = field(default_factory=list)

    @property
    def box(self) -> Box:
        """The one in the middle of its time."""
        return self.boxes[len(self.boxes) // 2]

    @property
    def best(self) -> Reading:
        return max(self.readings, key=lambda reading: reading.confidence)


def at_once(one: Track, other: Track) -> bool:
    """Whether two lines come and go together, as far as a survey tells."""
    return abs(one.first_ms - other.first_ms) <= _TOGETHER_MS and abs(one.last_ms - other.last_ms) <= _TOGETHER_MS


@dataclass(frozen=True, slots=True)
class Survey:
    tracks: tuple[Track, ...]
    read: int
    """How many pictures were read."""


@dataclass(slots=True)
class _Live:
    track: Track
    patch: ndarray
    """Its strokes when it was last seen, and where."""
    at: Box
    seen_ms: int


def survey(
    footage: Footage, reader: Reader, width_px: int, height_px: int, duration_ms: int, progress: Progress | None = None
) -> Survey:
    """Texts of `footage`, whose pictures are `width_px` x `height_px` as a viewer sees them."""
    work = _Surveyor(reader)
    scale = min(1.0, LONG_PX / max(width_px, height_px))
    for seen in footage.frames(max(2, round(width_px * scale / 2) * 2), APART_MS, progress):
        work.see(seen)
    return Survey(tuple(work.finished(duration_ms)), work.read)


class _Surveyor:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._live: list[_Live] = []
        self._done: list[Track] = []
        self._recent: list[tuple[int, ndarray]] = []
        """Grey pictures of the last seconds, since the last that was read at least."""
        self._coarse: ndarray | None = None
        self._read_coarse: ndarray | None = None
        self._due_ms = 0
        self.read = 0

    def see(self, seen: Seen) -> None:
        (picture,) = seen.parts
        grey = light(picture)
        self._recent.append((seen.at_ms, grey))
        coarse = grey[::_COARSE, ::_COARSE].astype("int16")
        if self._coarse is not None and abs(coarse - self._coarse).mean() > _CUT:
            # Not this picture, which may be the middle of a dissolve.
            self._due_ms = min(self._due_ms, seen.at_ms + 1)
        self._coarse = coarse
        if seen.at_ms < self._due_ms:
            return
        self._due_ms = seen.at_ms + READ_MS
        still = self._read_coarse is not None and abs(coarse - self._read_coarse).max() <= _STILL
        if not still:
            self._read(seen.at_ms, picture, grey)
            self._read_coarse = coarse
            self._recent = [(ms, one) for ms, one in self._recent if ms >= seen.at_ms - _KEPT_MS]

    def finished(self, duration_ms: int) -> Iterator[Track]:
        for live in self._live:
            self._end(live, duration_ms)
        yield from sorted(self._done, key=lambda track: (track.first_ms, track.box.top))

    def _read(self, at_ms: int, picture: ndarray, grey: ndarray) -> None:
        self.read += 1
        height, width = grey.shape
        before, self._live = self._live, []
        found = [(corners, _inside(around(corners), width, height)) for corners in self._reader.find(picture, _FIND_PX)]
        for corners, box in found:
            if box.width < 4 or box.height < 4:
                continue
            known = max(before, key=lambda live: live.at.overlap(box), default=None)
            if known is not None and known.at.overlap(box) < 0.3:
                known = None
            same = known is not None and likeness(known.patch, _strokes(grey, known.at)) > _ALIKE
            if same and known is not None and len(known.track.readings) >= _READINGS:
                self._go_on(before, known, at_ms, grey, known.at)
                continue
            reading = self._reader.read(picture, corners)
            if not same:
                known = next((live for live in before if _moved(live, box, reading, width)), None)
            if known is not None:
                known.track.readings.append(reading)
                self._go_on(before, known, at_ms, grey, box)
            elif reading.text.strip():
                share = box.scaled(1 / width, 1 / height)
                crop = picture[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
                patch = _strokes(grey, box)
                track = Track(self._began(at_ms, patch, box), at_ms, [share], turned(corners), letter_colour(crop))
                track.readings.append(reading)
                self._live.append(_Live(track, patch, box, at_ms))
        for live in before:
            taken = any(live.at.shared(box) > _OVER for _, box in found)
            if not taken and likeness(live.patch, _strokes(grey, live.at)) > _ALIKE:
                # It stands there still, and was overlooked.
                live.seen_ms = at_ms
                self._live.append(live)
            else:
                self._end(live, at_ms)

    def _go_on(self, before: list[_Live], live: _Live, at_ms: int, grey: ndarray, box: Box) -> None:
        height, width = grey.shape
        live.track.boxes.append(box.scaled(1 / width, 1 / height))
        live.at, live.patch, live.seen_ms = box, _strokes(grey, box), at_ms
        before.remove(live)
        self._live.append(live)

    def _began(self, at_ms: int, patch: ndarray, box: Box) -> int:
        """When the picture first looked like `patch`, as far back as pictures are kept and nothing else stood there."""
        began = at_ms
        height, width = self._recent[-1][1].shape
        share = box.scaled(1 / width, 1 / height)
        floor_ms = max((done.last_ms for done in self._done if done.box.shared(share) > _OVER), default=0)
        for earlier_ms, grey in reversed(self._recent[:-1]):
            if earlier_ms < floor_ms or likeness(patch, _strokes(grey, box)) < _ALIKE:
                break
            began = earlier_ms
        return began

    def _end(self, live: _Live, at_ms: int) -> None:
        """It was not found at `at_ms`: it ended with the last picture before that still looks like it."""
        end_ms = at_ms
        for later_ms, grey in self._recent:
            if later_ms > live.seen_ms and likeness(live.patch, _strokes(grey, live.at)) < _ALIKE:
                end_ms = later_ms
                break
        live.track.last_ms = end_ms
        self._done.append(live.track)


def _moved(live: _Live, box: Box, reading: Reading, width: int) -> bool:
    """Whether `live` says the same near by: writing in the scene moves with the camera."""
    far = abs(live.at.centre[0] - box.centre[0]) + abs(live.at.centre[1] - box.centre[1])
    return far < 0.25 * width and similarity(live.track.best.text, reading.text) > 0.6


def _inside(box: Box, width: int, height: int) -> Box:
    return Box(max(box.left, 0), max(box.top, 0), min(box.right, width), min(box.bottom, height))


def _strokes(grey: ndarray, box: Box) -> ndarray:
    patch = grey[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    return strokes(patch, max(3, int(box.height / 3)))
