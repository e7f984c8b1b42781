"""Watching a band: every picture of it goes by, a few are read, and each text gets the frames it begins and ends with.

A text that stands still looks the same in every picture, whatever moves behind it; so it is read again only where its
looks change or a further vote is wanted, and its borders are where the picture stops to look like it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from localize.picture.sight import Reader, Reading
from localize.stages.read import borders
from localize.stages.read.borders import STANDS
from localize.stages.read.lines import EM_OF_BOX, Box, union
from localize.stages.read.pixels import letter_colour, light, likeness, strokes
from localize.stages.read.spaces import with_spaces
from localize.stages.read.strip import (
    EM_PX,
    HALF,
    Found,
    amount_of,
    cells_differ,
    crop,
    found_in,
    inside,
    part_of,
    shared,
    unchanged,
)
from localize.stages.read.vote import plain, same_text, similarity

if TYPE_CHECKING:
    from numpy import ndarray

SAMPLE_MS = 200
_KEPT_MS = 1_200
_VOTE_MS = (200, 600, 1_200, 2_400)
"""After how long a text is read again."""
_ENOUGH = 3
_FADES = 0.3
_LOOKS = 0.55
_TOUCHING_MS, _BRIEF_MS, _ALMOST = 80, 480, 0.6
_SURE, _WHOLE = 0.8, 0.9


@dataclass(slots=True)
class Run:
    """One text in the band: its lines' readings one list each, boxes in pixels of the strip."""

    start_ms: int
    end_ms: int
    lines: list[list[Reading]]
    boxes: list[Box]
    colours: list[str]
    ems: list[float]
    looks: ndarray = field(repr=False)
    read_ms: int = 0
    found_ms: int = 0
    held_ms: int = 0
    """The last time it was seen to stand there."""
    settled: bool = False
    """Whether its start is known to the frame."""

    @property
    def text(self) -> str:
        return "\n".join(max(line, key=lambda reading: reading.confidence).text for line in self.lines)

    @property
    def readings(self) -> int:
        return max(len(line) for line in self.lines)

    @property
    def sure(self) -> bool:
        """Whether no further vote is wanted: three that agree are enough, and in the end five that do not."""
        agreed = all(len({plain(reading.text) for reading in line}) == 1 for line in self.lines)
        doubt = min((share for line in self.lines for one in line for share in one.confidences), default=0.0) < _SURE
        return self.readings > len(_VOTE_MS) or (self.readings >= _ENOUGH and agreed and not doubt)


class Watch:
    """Takes the strips of one band in order; `runs` are complete after `finish`."""

    def __init__(self, reader: Reader, *, standing: Sequence[Box] = (), centred: bool = True) -> None:
        self._reader = reader
        self._standing = standing
        self._centred = centred
        self._run: Run | None = None
        self._kept: deque[tuple[int, ndarray]] = deque()
        self._sampled_ms = -SAMPLE_MS
        self._empty: ndarray | None = None
        self.runs: list[Run] = []

    def see(self, at_ms: int, picture: ndarray) -> None:
        small = light(picture[::HALF, ::HALF])
        self._kept.append((at_ms, small))
        while self._kept[0][0] < at_ms - _KEPT_MS:
            self._kept.popleft()
        if at_ms - self._sampled_ms >= SAMPLE_MS - 5:
            self._sampled_ms = at_ms
            self._sample(at_ms, picture, strokes(small, EM_PX // HALF // 2))

    def finish(self, duration_ms: int) -> list[Run]:
        if self._run:
            self._close(duration_ms)
        return merged(self.runs)

    def _sample(self, at_ms: int, picture: ndarray, looks: ndarray) -> None:
        run = self._run
        if run is None:
            if self._empty is not None and unchanged(looks, self._empty):
                return
            self._open(at_ms, looks, picture, found_in(picture, self._reader, self._standing, self._centred))
            return
        here = inside(looks, run.boxes)
        stands, like = amount_of(here, run.looks), likeness(here, run.looks)
        if like > _LOOKS and stands > _FADES and not cells_differ(here, run.looks, run.boxes):
            run.held_ms = at_ms
            if stands < STANDS:
                return
            if stands > 1.1:
                run.looks = here
            self._settle(run)
            if not run.sure and at_ms - run.found_ms >= _VOTE_MS[run.readings - 1]:
                self._again(at_ms, picture, looks, run)
            return
        self._changed(at_ms, picture, looks, run)

    def _again(self, at_ms: int, picture: ndarray, looks: ndarray, run: Run) -> None:
        """One more vote; the third looks for lines anew, in case one was added."""
        if run.readings == 2:
            self._changed(at_ms, picture, looks, run)
            return
        for line, box in zip(run.lines, run.boxes, strict=True):
            line.append(with_spaces(self._reader.read(picture, box.corners), crop(picture, box)))
        run.read_ms = at_ms

    def _changed(self, at_ms: int, picture: ndarray, looks: ndarray, run: Run) -> None:
        found = found_in(picture, self._reader, self._standing, self._centred)
        if found and len(found.readings) == len(run.lines) and _same(run, found.readings):
            for line, reading in zip(run.lines, found.readings, strict=True):
                line.append(reading)
            run.looks, run.boxes = shared(run.looks, inside(looks, found.boxes)), found.boxes
            run.held_ms = run.read_ms = at_ms
            self._settle(run)
            return
        if not found and likeness(inside(looks, run.boxes), run.looks) > _LOOKS:
            run.held_ms = at_ms
            return
        here = inside(looks, run.boxes)
        whole = plain("".join(reading.text for reading in found.readings)) if found else ""
        amount = amount_of(here, run.looks) if likeness(here, run.looks) > _LOOKS else 0.0
        if found and amount >= _WHOLE and whole in plain(run.text):
            run.held_ms = at_ms  # a part of it was overlooked
            return
        if found and amount >= STANDS and plain(run.text) in whole:
            # What stood there stands there still: a part of it was read while it faded in.
            start_ms, settled = run.start_ms, run.settled
            self._open(at_ms, looks, picture, found)
            self._run = replace(self._run or run, start_ms=start_ms, settled=settled)
            return
        self._close(at_ms)
        self._open(at_ms, looks, picture, found)

    def _open(self, at_ms: int, looks: ndarray, picture: ndarray, found: Found | None) -> None:
        if not found:
            self._empty = looks
            return
        self._empty = None
        colours = [letter_colour(crop(picture, box)) for box in found.boxes]
        ems = [box.height * EM_OF_BOX for box in found.boxes]
        self._run = Run(
            at_ms, at_ms, [[reading] for reading in found.readings], found.boxes, colours, ems,
            inside(looks, found.boxes), at_ms, at_ms, at_ms,
        )  # fmt: skip

    def _settle(self, run: Run) -> None:
        """Its start, now that its looks are known in full: the first picture that looks like it."""
        if run.settled:
            return
        run.settled = True
        floor_ms = self.runs[-1].end_ms if self.runs else 0
        earlier = [(at_ms, self._amount_at(small, run)) for at_ms, small in self._kept if at_ms < run.found_ms]
        run.start_ms = borders.first_ms(earlier, run.start_ms, floor_ms)

    def _close(self, at_ms: int) -> None:
        run = self._run
        assert run is not None
        self._settle(run)
        later = [(ms, self._amount_at(small, run)) for ms, small in self._kept if ms > run.held_ms]
        run.end_ms = borders.end_ms(later, at_ms)
        self._run = None
        self.runs.append(run)

    def _amount_at(self, small: ndarray, run: Run) -> float:
        reach = EM_PX // HALF // 2
        rows_, columns = part_of(union(run.boxes))
        # Only around the text: this is done for every picture near its borders.
        top, left = max(rows_.start - reach, 0), max(columns.start - reach, 0)
        around_ = (slice(top, rows_.stop + reach), slice(left, columns.stop + reach))
        return amount_of(strokes(small[around_], reach), run.looks[around_])


def merged(runs: Sequence[Run]) -> list[Run]:
    """`runs`, with those joined that are one text: half faded or half written it reads otherwise."""
    made: list[Run] = []
    for run in runs:
        if made and _one_text(made[-1], run):
            before = made.pop()
            if amount_of(run.looks, before.looks) < borders.BEGUN:
                made.append(before)  # what an encoder leaves of it for a while after it has gone
                continue
            more, less = (before, run) if before.end_ms - before.start_ms > run.end_ms - run.start_ms else (run, before)
            more.start_ms, more.end_ms = before.start_ms, run.end_ms
            if plain(more.text) == plain(less.text) and len(more.lines) == len(less.lines):
                more.lines = [[*one, *other] for one, other in zip(more.lines, less.lines, strict=True)]
            run = more
        made.append(run)
    return made


def _one_text(before: Run, run: Run) -> bool:
    if run.start_ms - before.end_ms > _TOUCHING_MS:
        return False
    first, second = plain(before.text), plain(run.text)
    if first == second:
        return True
    brief = min(before.end_ms - before.start_ms, run.end_ms - run.start_ms) <= _BRIEF_MS
    part = min(first, second, key=len)
    return brief and ((len(part) > 2 and similarity(first, second) >= _ALMOST) or second.startswith(first))


def _same(run: Run, readings: Sequence[Reading]) -> bool:
    for line, reading in zip(run.lines, readings, strict=True):
        best = max(line, key=lambda other: other.confidence)
        if not same_text(best, reading) and similarity(best.text, reading.text) < 0.99:
            return False
    return True
