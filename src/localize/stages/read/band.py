"""The band: which of the texts that come and go are what people say, and where those stand.

Dialogue stands at one height, on one axis, in one size, changes every few seconds and is never there for long; a
watermark stays, a card stands once, a sign stands where its wall does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import regex

from localize.stages.read.lines import EM_OF_BOX
from localize.stages.read.survey import Track, at_once
from localize.stages.read.vote import plain, similarity
from localize.text.chinese import has_han, is_spoken

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_LATIN = regex.compile(r"\p{Latin}")
_SMALL, _LARGE = 0.008, 0.075
"""Of the height: the em of what can be a subtitle."""
_SURE = 0.6
_HAN = 0.3
"""Share of texts with Chinese characters in what counts as Chinese; names and numbers stand alone sometimes."""
_MARGIN_EM = 0.35
_ROW_EM = 0.7
"""Between two rows of a text at most: with a line and a half from one to the next, and boxes close to the letters."""
_PART = 0.7
_STANDING_MS, _STANDING_SHARE, _STANDING_LEAST = 8_000, 0.4, 0.8


@dataclass(frozen=True, slots=True)
class Place:
    """Where dialogue stands, in shares of the height, and during which time one has to look."""

    top: float
    bottom: float
    em: float
    centred: bool
    start_ms: int
    end_ms: int

    def holds(self, track: Track) -> bool:
        """Whether `track` stands in it at its time."""
        middle_ms = (track.first_ms + track.last_ms) // 2
        return self.top <= track.box.centre[1] <= self.bottom and self.start_ms <= middle_ms < self.end_ms


@dataclass(frozen=True, slots=True)
class Found:
    places: tuple[Place, ...] = ()
    reason: str = ""
    standing: tuple[Track, ...] = ()
    """What stands most of the time: no subtitle."""


def standing(tracks: Sequence[Track], duration_ms: int) -> list[Track]:
    """Tracks of texts that together stand for most of the film, wherever they do."""
    groups: list[list[Track]] = []
    for track in tracks:
        for group in groups:
            if similarity(group[0].best.text, track.best.text) > 0.7:
                group.append(track)
                break
        else:
            groups.append([track])
    limit_ms = min(max(_STANDING_MS, _STANDING_SHARE * duration_ms), _STANDING_LEAST * duration_ms)
    stays = [t for group in groups if sum(t.last_ms - t.first_ms for t in group) >= limit_ms for t in group]
    # On a restless ground a part of it may be read, or nothing that is like it.
    parts = [t for t in tracks if not any(t is s for s in stays) and any(t.box.shared(s.box) > _PART for s in stays)]
    return [*stays, *parts]


def find(tracks: Sequence[Track], duration_ms: int) -> Found:
    """The places of dialogue among `tracks`, or the reason why there are none that can be used."""
    stays = standing(tracks, duration_ms)
    moving = [track for track in tracks if not any(track is other for other in stays)]
    lines = [track for track in moving if _could_be_dialogue(track)]
    # Of a Chinese line and the same in English below it, the Chinese one.
    level = max(_levels(lines), key=lambda level: _score(level) * (1.0 if _chinese(level) else 0.5), default=None)
    if level is None or _score(level) < 2:
        return Found(reason=_why_none(moving, stays), standing=tuple(stays))
    texts = [track.best.text for track in level]
    if (reason := _foreign(texts)) is not None:
        return Found(reason=reason, standing=tuple(stays))
    main = _place(level, lines, duration_ms)
    return Found((main, *_jumps(main, level, lines, duration_ms)), standing=tuple(stays))


def given(top: float, bottom: float, tracks: Sequence[Track], duration_ms: int) -> Found:
    """The place that the manifest names; the size of its letters is measured."""
    inside = [t for t in tracks if top <= t.box.centre[1] <= bottom]
    stays = standing(tracks, duration_ms)
    ems = [_em(t) for t in inside if not any(t is other for other in stays)]
    em = median(ems) if ems else (bottom - top) / 2
    return Found((Place(top, bottom, em, False, 0, duration_ms),), standing=tuple(stays))


def _em(track: Track) -> float:
    return track.box.height * EM_OF_BOX


def _could_be_dialogue(track: Track) -> bool:
    reading = track.best
    return (
        not track.turned
        and _SMALL < _em(track) < _LARGE
        and is_spoken(reading.text)
        and reading.confidence >= _SURE
        and track.last_ms - track.first_ms < 15_000
    )


def _levels(lines: Sequence[Track]) -> list[list[Track]]:
    """Lines on one height, of one size, on one axis or from one left edge: each is a candidate."""
    found = []
    for seed in lines:
        em = _em(seed)
        level = [
            other
            for other in lines
            if abs(other.box.centre[1] - seed.box.centre[1]) < 0.6 * em and 0.65 < _em(other) / em < 1.5
        ]
        centred = [t for t in level if abs(t.box.centre[0] - 0.5) < 0.08]
        flush = [t for t in level if abs(t.box.left - seed.box.left) < 0.03]
        found.append(centred if len(centred) >= len(flush) else flush)
    return [level for level in found if level]


def _chinese(level: Sequence[Track]) -> bool:
    return sum(has_han(track.best.text) for track in level) >= _HAN * len(level)


def _score(level: Sequence[Track]) -> float:
    """How many different texts; those in the upper part and those off the axis count less."""
    distinct: list[str] = []
    for track in level:
        if all(similarity(track.best.text, other) < 0.7 for other in distinct):
            distinct.append(track.best.text)
    middle = median(track.box.centre[1] for track in level)
    off_axis = median(abs(track.box.centre[0] - 0.5) for track in level)
    return len(distinct) * (1.0 if middle > 0.4 else 0.7) * (1.0 if off_axis < 0.08 else 0.6)


def _place(level: Sequence[Track], lines: Sequence[Track], duration_ms: int) -> Place:
    """The band of a level: its own height, and that of second lines above or below, which come and go with the first;
    what stands there at its own times is a disclaimer or an advertisement."""
    em = median(_em(track) for track in level)
    members = list(level)
    for _ in range(2):
        top, bottom = min(t.box.top for t in members), max(t.box.bottom for t in members)
        members += [
            other
            for other in lines
            if not any(other is member for member in members)
            and max(top - other.box.bottom, other.box.top - bottom) < _ROW_EM * em
            and 0.45 < _em(other) / em < 1.5
            and any(at_once(other, member) for member in level)
            and (abs(other.box.centre[0] - 0.5) < 0.1 or abs(other.box.left - level[0].box.left) < 0.03)
        ]
    top, bottom = min(t.box.top for t in members), max(t.box.bottom for t in members)
    centred = median(abs(track.box.centre[0] - 0.5) for track in level) < 0.08
    return Place(max(0.0, top - _MARGIN_EM * em), min(1.0, bottom + _MARGIN_EM * em), em, centred, 0, duration_ms)


def _jumps(main: Place, level: Sequence[Track], lines: Sequence[Track], duration_ms: int) -> list[Place]:
    """Places where dialogue stands for a shot: its size, axis and colour, elsewhere, while the band is empty."""
    busy = [(t.first_ms, t.last_ms) for t in lines if main.holds(t)]
    colours = [track.colour for track in level]
    found: list[Place] = []
    for track in lines:
        if main.holds(track) or not main.centred or not has_han(track.best.text):
            continue
        if abs(track.box.centre[0] - 0.5) > 0.05 or not 0.85 < _em(track) / main.em < 1.18:
            continue
        if not any(_near(track.colour, colour) for colour in colours):
            continue
        if any(start < track.last_ms - 200 and track.first_ms + 200 < end for start, end in busy):
            continue
        place = Place(
            max(0.0, track.box.top - _MARGIN_EM * main.em), min(1.0, track.box.bottom + _MARGIN_EM * main.em),
            main.em, True, max(0, track.first_ms - 1_000), min(duration_ms, track.last_ms + 1_000),
        )  # fmt: skip
        for number, other in enumerate(found):
            if place.top < other.bottom and other.top < place.bottom:
                found[number] = Place(
                    min(place.top, other.top), max(place.bottom, other.bottom), main.em, True,
                    min(place.start_ms, other.start_ms), max(place.end_ms, other.end_ms),
                )  # fmt: skip
                break
        else:
            found.append(place)
    return found


def _near(one: str, other: str) -> bool:
    """Whether two colours are shades of one."""
    channels = [[int(colour[n : n + 2], 16) for n in (1, 3, 5)] for colour in (one, other)]
    return all(abs(a - b) < 60 for a, b in zip(*channels, strict=True))


def _foreign(texts: Sequence[str]) -> str | None:
    """Why texts of a band are not Chinese; None where they are."""
    if sum(bool(_KANA.search(text)) for text in texts) > 0.3 * len(texts):
        return "the subtitles in the picture are Japanese"
    if sum(has_han(text) for text in texts) >= _HAN * len(texts):
        return None
    latin = sum(bool(_LATIN.search(plain(text))) for text in texts) > 0.5 * len(texts)
    return "the subtitles in the picture are not Chinese" + (": they are in Latin letters" if latin else "")


def _why_none(tracks: Sequence[Track], stays: Sequence[Track]) -> str:
    written = [t for t in tracks if has_han(t.best.text)]
    readable = [t for t in written if t.best.confidence >= _SURE]
    # A recogniser is never sure of what is turned.
    columns, rows = [t for t in written if t.turned], [t for t in readable if not t.turned]
    if len(columns) >= 2 and len(columns) >= len(rows):
        return "the text in the picture is turned, or runs from top to bottom"
    if len([t for t in readable if _em(t) >= _LARGE]) >= 2:
        return "the text in the picture is as large as the picture itself, as karaoke is"
    if len(readable) >= 2:
        return "no text in the picture keeps to one place as subtitles do"
    return "no text in the picture changes as subtitles do" if readable or stays else "there is no text in the picture"
