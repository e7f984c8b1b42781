"""Read: what the picture of an episode says, burned-in subtitles first, without being told where they stand.

A survey reads whole pictures about once a second and tells where dialogue stands; then every picture of that band goes
by, so that each line gets its frames and is read a few times. What is outside the band comes from the survey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import regex

from localize.drawing.safe_area import Rect
from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.picture.sight import Footage, Reader, Reading
from localize.stages.read import band as bands
from localize.stages.read.lines import Box, union
from localize.stages.read.sorting import Frame, ignored, inserts
from localize.stages.read.strip import EM_PX
from localize.stages.read.survey import Survey, survey
from localize.stages.read.vote import voted
from localize.stages.read.watch import Run, Watch
from localize.text.chinese import simplified

VERSION = 3

_LATIN_ONLY = regex.compile(r"[^\p{Han}]*\p{Latin}[^\p{Han}]*")
_END_EM = 0.2
_LONGEST_PX = 1600
"""Width of a strip at most: small letters are blown up, but not without end."""


def read(
    footage: Footage, reader: Reader, facts: MediaFacts, *, band: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> HardSubs:  # fmt: skip
    """What `footage` shows; `band` is (top, bottom) in shares of the height where the operator knows it."""
    frame = Frame(facts.width_px, facts.height_px)
    first, second = _halves(progress)
    seen = survey(footage, reader, facts.width_px, facts.height_px, facts.duration_ms, first)
    found = bands.given(*band, seen.tracks, facts.duration_ms) if band else bands.find(seen.tracks, facts.duration_ms)
    runs = _watched(footage, reader, frame, found, second)
    lines = [(place, run) for place, watched in zip(found.places, runs, strict=True) for run in watched]
    bilingual = _bilingual([run for _, run in lines])
    dialogue = [shown for place, run in lines if (shown := _shown(place, run, frame, bilingual))]
    rest = _rest(seen, found, dialogue, frame)
    every = tuple(sorted((*dialogue, *rest), key=lambda one: (one.start_ms, one.box.top)))
    made = tuple(
        _band(place, watched, frame, bilingual) for place, watched in zip(found.places, runs, strict=True) if watched
    )
    reason = found.reason or ("" if made else "nothing could be read where subtitles were looked for")
    if progress:
        progress(1.0)
    return HardSubs(made, reason, every, tuple(ignored(found.standing, frame)))


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    """What two passes over the film report to, each half of the whole."""
    if progress is None:
        return None, None
    return lambda share: progress(share / 2), lambda share: progress(0.5 + share / 2)


def _watched(
    footage: Footage, reader: Reader, frame: Frame, found: bands.Found, progress: Progress | None
) -> list[list[Run]]:
    """The texts of every place, each list in the order of time."""
    if not found.places:
        return []
    width_px = _strip_px(found.places[0].em, frame)
    watches = [
        Watch(reader, standing=_standing(found, place, width_px, frame), centred=place.centred)
        for place in found.places
    ]
    for seen in footage.strips([(place.top, place.bottom) for place in found.places], width_px, progress):
        for place, watch, strip in zip(found.places, watches, seen.parts, strict=True):
            if place.start_ms <= seen.at_ms < place.end_ms:
                watch.see(seen.at_ms, strip)
    return [watch.finish(place.end_ms) for watch, place in zip(watches, found.places, strict=True)]


def _strip_px(em: float, frame: Frame) -> int:
    """The width at which letters are as high as the watch wants them."""
    return min(_LONGEST_PX, round(frame.width_px * EM_PX / (em * frame.height_px) / 4) * 4)


def _standing(found: bands.Found, place: bands.Place, width_px: int, frame: Frame) -> list[Box]:
    """What stands all the time, in pixels of the strip of `place`."""
    down = width_px / frame.width_px * frame.height_px
    boxes = [track.box for track in found.standing]
    return [
        Box(b.left * width_px, (b.top - place.top) * down, b.right * width_px, (b.bottom - place.top) * down)
        for b in boxes
    ]


def _bilingual(runs: Sequence[Run]) -> bool:
    """Whether a line in Latin letters stands beside the Chinese one more often than not."""
    both = [run for run in runs if any(map(_is_latin, run.lines)) and any(not _is_latin(line) for line in run.lines)]
    return 2 * len(both) > len(runs)


def _is_latin(line: Sequence[Reading]) -> bool:
    return bool(_LATIN_ONLY.fullmatch(voted(line)[0].text))


def _shown(place: bands.Place, run: Run, frame: Frame, bilingual: bool) -> Shown | None:
    """The text of `run`; its box is that of all its lines, those in another language too: they are covered as one."""
    kept = [line for line in run.lines if not (bilingual and _is_latin(line))]
    texts: list[str] = []
    confidences: list[float] = []
    others: list[str] = []
    for number, line in enumerate(kept):
        reading, other = voted(line)
        texts.append(_simplified(reading.text))
        confidences += [*([1.0] if number else []), *reading.confidences]
        others += other
    if not any(texts) or run.end_ms <= run.start_ms:
        return None
    return Shown(
        run.start_ms, run.end_ms, "\n".join(texts), _rect(place, _whole(union(run.boxes)), frame), "subtitle",
        tuple(confidences), run.readings, tuple(others),
    )  # fmt: skip


def _whole(box: Box) -> Box:
    """With a mark at its end, which detectors see too little of."""
    return Box(box.left - _END_EM * EM_PX, box.top, box.right + _END_EM * EM_PX, box.bottom)


def _rect(place: bands.Place, box: Box, frame: Frame) -> Rect:
    scale = frame.width_px / _strip_px(place.em, frame)
    top = place.top * frame.height_px
    return frame.rect(
        Box(box.left * scale, top + box.top * scale, box.right * scale, top + box.bottom * scale)
        .scaled(1 / frame.width_px, 1 / frame.height_px)
    )  # fmt: skip


def _simplified(text: str) -> str:
    """Character by character, so that each keeps its confidence."""
    plain = simplified(text)
    return plain if len(plain) == len(text) else "".join(simplified(char)[:1] or char for char in text)


def _band(place: bands.Place, runs: Sequence[Run], frame: Frame, bilingual: bool) -> Band:
    """What is known of a place once its texts were read."""
    boxes = [_rect(place, box, frame) for run in runs for box in run.boxes]
    colours = [colour for run in runs for colour in run.colours]
    scale = frame.width_px / _strip_px(place.em, frame)
    start_ms, end_ms = place.start_ms, place.end_ms
    return Band(
        top=round(min(box.top for box in boxes) / frame.height_px, 4),
        bottom=round(max(box.bottom for box in boxes) / frame.height_px, 4),
        colour=max(colours, key=colours.count),
        em=round(median(em for run in runs for em in run.ems) * scale / frame.height_px, 4),
        lines=max(len(run.lines) for run in runs), start_ms=start_ms, end_ms=end_ms,
    )  # fmt: skip


def _rest(seen: Survey, found: bands.Found, dialogue: Sequence[Shown], frame: Frame) -> list[Shown]:
    """Texts of the survey that are not dialogue, and such dialogue as the watch has missed."""
    moving = [track for track in seen.tracks if not any(track is other for other in found.standing)]
    inside = [track for track in moving if any(place.holds(track) for place in found.places)]
    outside = [track for track in moving if not any(track is other for other in inside)]
    unread = [
        track for track in inside
        if not any(one.start_ms < track.last_ms and track.first_ms < one.end_ms for one in dialogue)
    ]  # fmt: skip
    missed = [
        replace(one, sort="subtitle")
        for one in inserts([t for t in unread if abs(t.box.centre[0] - 0.5) < 0.12], frame)
    ]
    return [*missed, *inserts(outside, frame)]
