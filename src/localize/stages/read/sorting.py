"""Sorting: what is in the picture beside the dialogue, grouped into texts and told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localize.drawing.safe_area import Rect
from localize.picture.hardsub import Ignored, Shown, Sort
from localize.stages.read.lines import Box, stacked, union
from localize.stages.read.survey import Track, at_once
from localize.stages.read.vote import voted
from localize.text.chinese import has_han, simplified

_SURE = 0.85
"""A texture that looks like writing is read with less."""
_LEAST_MS = 400


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a picture, to bring shares of it into pixels."""

    width_px: int
    height_px: int

    def rect(self, box: Box) -> Rect:
        return Rect(
            max(0, int(box.left * self.width_px)), max(0, int(box.top * self.height_px)),
            min(self.width_px, -int(-box.right * self.width_px // 1)),
            min(self.height_px, -int(-box.bottom * self.height_px // 1)),
        )  # fmt: skip


def inserts(tracks: Sequence[Track], frame: Frame) -> list[Shown]:
    """Texts of what stands for a while and is not dialogue; lines that come, go and stand together are one text."""
    sure = [t for t in tracks if _is_writing(t)]
    found: list[Shown] = []
    while sure:
        seed = sure[0]
        together = [t for t in sure if at_once(seed, t)]
        # `stacked` wants boxes in pixels, so that they are as wide as they look.
        boxes = [t.box.scaled(frame.width_px, frame.height_px) for t in together]
        group = next(group for group in stacked(boxes) if together.index(seed) in group)
        lines = [together[number] for number in group]
        sure = [t for t in sure if not any(t is line for line in lines)]
        found.append(_shown(lines, frame))
    return sorted(found, key=lambda shown: (shown.start_ms, shown.box.top))


def ignored(standing: Sequence[Track], frame: Frame) -> list[Ignored]:
    """What stands most of the time, each text once."""
    found: dict[str, Ignored] = {}
    for track in standing:
        if any(track.box.shared(other.box) > 0.7 and other.box.area > track.box.area for other in standing):
            continue
        text = voted(track.readings)[0].text
        where = "a disclaimer at the edge" if track.box.centre[1] > 0.85 else "a watermark or logo"
        found.setdefault(text, Ignored(text, frame.rect(track.box), f"it stands most of the time: {where}"))
    return list(found.values())


def _is_writing(track: Track) -> bool:
    return has_han(track.best.text) and track.best.confidence >= _SURE and track.last_ms - track.first_ms >= _LEAST_MS


def _shown(lines: Sequence[Track], frame: Frame) -> Shown:
    texts: list[str] = []
    confidences: list[float] = []
    others: list[str] = []
    for number, line in enumerate(lines):
        reading, other = voted(line.readings)
        texts.append(simplified(reading.text))
        confidences += [*([1.0] if number else []), *reading.confidences]
        others += other
    return Shown(
        min(line.first_ms for line in lines), max(line.last_ms for line in lines), "\n".join(texts),
        frame.rect(union([line.box for line in lines])), _sort(lines), tuple(confidences),
        max(len(line.readings) for line in lines), tuple(others),
    )  # fmt: skip


def _sort(lines: Sequence[Track]) -> Sort:
    """A message is dark on the light of a screen or a paper; a card names a person: two short lines."""
    if all(sum(int(line.colour[n : n + 2], 16) for n in (1, 3, 5)) < 240 for line in lines):
        return "message"
    short = all(len(line.best.text) <= 12 for line in lines)
    beside = abs(union([line.box for line in lines]).centre[0] - 0.5) > 0.08 or any(line.turned for line in lines)
    larger_name = lines[0].box.height > 1.1 * lines[-1].box.height
    if len(lines) == 2 and short and (beside or larger_name):
        return "card"
    return "sign"
