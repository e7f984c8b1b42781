"""Fit: target track -> layout, the lines as they are drawn, inside the frame in every locale.

What does not fit in two lines is broken anew, then set smaller, then in three lines, then shown as two subtitles one
after the other. Text is never cut. Fit reports nothing: `check` measures what came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from localize import fonts, linebreak
from localize.cues import Event, Kind, Layout, SourceTrack, TargetTrack, graphemes
from localize.episode import MediaFacts
from localize.locales import Locale
from localize.series import Style

VERSION = 1

LINES = 2
LAST_RESORT_LINES = 3
SIZES = (1.0, 0.9, 0.8)
# 38 px on a frame 1080 wide: smaller type was hard to read on a phone.
LEAST_EM = 38 / 1080
# Rendered ink was up to 2.4 % wider than the shaped advance in 7 scripts.
FILL = 0.97
# 5/6 s: Netflix's shortest subtitle (Timed Text Style Guide, general requirements).
SHORTEST_MS = 833
# ASS counts centiseconds: events that start closer than this cannot be told apart there.
_SAME_START_MS = 10
_MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class SafeArea:
    """Shares of the frame under a platform's own interface: `side` of the width, the others of the height."""

    side: float
    top: float
    bottom: float


# Provisional until a platform publishes its own figures. The sides are symmetric, so that centred text stays centred.
_SIDE = 90 / 1080
SAFE_AREAS: Mapping[str, SafeArea] = {
    # adfuseai.com: 150 above, 440 below on 1080x1920; 20 more keep the outline clear.
    "tiktok": SafeArea(_SIDE, 150 / 1920, 460 / 1920),
    # houseofmarketers.com, after Meta's advice for Reels: 14 % above, 35 % below.
    "reels": SafeArea(_SIDE, 0.14, 690 / 1920),
    # Assumed: no figure was found, so that of the platform with the same layout.
    "shorts": SafeArea(_SIDE, 150 / 1920, 460 / 1920),
    "reelshort": SafeArea(_SIDE, 150 / 1920, 460 / 1920),
    # Nothing drawn over the picture: the 5 % title-safe area of SMPTE ST 2046-1.
    "full": SafeArea(_SIDE, 0.05, 0.05),
}


def fit(
    source: SourceTrack,
    target: TargetTrack,
    profile: Locale,
    facts: MediaFacts,
    *,
    style: Style,
    platform: str,
    band: tuple[float, float] | None,
) -> Layout:
    """Lay out `target` on the frame of `facts`; `band` is (top, bottom) of burned-in source text, shares of the height.

    Raises EngineRejected where a font of the locale is not installed.
    """
    width, height = facts.width_px, facts.height_px
    # Interfaces lie over upright video only; the em is a share of the shorter side, which there is the width.
    area = SAFE_AREAS[platform if height >= width else "full"]
    short_px = min(width, height)
    margin_x = round(area.side * width)
    setter = _Setter(
        profile=profile,
        bold=style.bold,
        em_px=round(style.size * short_px),
        least_em_px=round(LEAST_EM * short_px),
        line_px=FILL * (width - 2 * margin_x - 2 * style.outline * short_px),
        measure_em=cache(lambda line: fonts.width_px(line, profile, 1, style.bold)),
    )
    events = tuple(part for event in _timed(source, target, facts.duration_ms) for part in setter.set(event))
    return Layout(
        locale=profile.tag,
        width_px=width,
        height_px=height,
        font=profile.font,
        em_px=setter.em_px,
        margin_x_px=margin_x,
        margin_bottom_px=_margin_bottom_px(height, area, setter.block_px(events), band, gap_px=setter.em_px / 4),
        events=events,
    )


@dataclass(frozen=True, slots=True)
class _Setter:
    """Sets one text at a time: `line_px` is the width a line may have, `em_px` the size wanted.

    Width grows in step with the em, so a line is measured once, in em, for all sizes it is tried at.
    """

    profile: Locale
    bold: bool
    em_px: int
    least_em_px: int
    line_px: float
    measure_em: linebreak.Measure

    def set(self, event: Event) -> list[Event]:
        """`event` with its text broken into lines that fit: one event, or several one after the other."""
        sizes = [max(round(self.em_px * share), min(self.em_px, self.least_em_px)) for share in SIZES]
        for em_px in sizes:
            if lines := self._break(event.text, LINES, em_px):
                return [self._event(event, lines, em_px)]
        em_px = sizes[-1]
        if lines := self._break(event.text, LAST_RESORT_LINES, em_px, hard=True):
            return [self._event(event, lines, em_px)]
        if event.end_ms - event.start_ms >= 2 * SHORTEST_MS and (halves := self._halves(event)):
            return [part for half in halves for part in self.set(half)]
        # More text than the time allows: everything stays on the frame, and `check` says that nobody can read it.
        while not (lines := self._break(event.text, _MOST_LINES, em_px, hard=True)) and em_px > 1:
            em_px = em_px * 4 // 5
        return [self._event(event, lines or [event.text], em_px)]

    def block_px(self, events: Iterable[Event]) -> float:
        """Height of the tallest block of lines; at least that of two, so that all locales stand at one place."""
        heights = [
            (1 + event.text.count("\n")) * fonts.size_px(self.profile.font, event.em_px or self.em_px, self.bold)
            for event in events
        ]
        return max(LINES * fonts.size_px(self.profile.font, self.em_px, self.bold), *heights, 0.0)

    def _break(self, text: str, max_lines: int, em_px: int, *, hard: bool = False) -> list[str] | None:
        return linebreak.balance(text, self.profile, self.line_px / em_px, max_lines, self.measure_em, hard=hard)

    def _event(self, event: Event, lines: list[str], em_px: int) -> Event:
        return replace(event, text="\n".join(lines), em_px=0 if em_px == self.em_px else em_px)

    def _halves(self, event: Event) -> tuple[Event, Event] | None:
        """Two events that share the time of `event` as they share its text."""
        # Two "lines" of at most three fifths of the text are its halves, cut where a line would break best.
        widest = 0.6 * self.measure_em(event.text.replace("\n", " "))
        texts = linebreak.balance(event.text, self.profile, widest, 2, self.measure_em)
        if not texts or len(texts) != 2:
            return None
        first, second = (len(graphemes(text)) for text in texts)
        middle_ms = event.start_ms + (event.end_ms - event.start_ms) * first // max(first + second, 1)
        middle_ms = min(max(middle_ms, event.start_ms + SHORTEST_MS), event.end_ms - SHORTEST_MS)
        return replace(event, end_ms=middle_ms, text=texts[0]), replace(event, start_ms=middle_ms, text=texts[1])


def _timed(source: SourceTrack, target: TargetTrack, duration_ms: int) -> list[Event]:
    """One event per cue that has text, in order of time; of two that overlap the earlier ends where the later starts.

    Dialogue and forced text are timed apart, since a sign may be on screen while somebody speaks.
    """
    texts = target.text_of()
    by_kind: dict[Kind, list[Event]] = {}
    for cue in sorted(source.cues, key=lambda cue: (cue.start_ms, cue.end_ms)):
        if not (text := linebreak.normalise(texts.get(cue.id, ""))):
            continue
        end_ms = min(cue.end_ms, duration_ms) if cue.start_ms < duration_ms else cue.end_ms
        event = Event(cue.start_ms, end_ms, text, (cue.id,), cue.kind)
        events = by_kind.setdefault(cue.kind, [])
        if events and event.start_ms - events[-1].start_ms < _SAME_START_MS:
            event = _together(events.pop(), event)
        elif events and events[-1].end_ms > event.start_ms:
            events[-1] = replace(events[-1], end_ms=event.start_ms)
        events.append(event)
    return sorted((e for events in by_kind.values() for e in events), key=lambda e: (e.start_ms, e.end_ms))


def _together(first: Event, second: Event) -> Event:
    return replace(
        first,
        end_ms=max(first.end_ms, second.end_ms),
        text=f"{first.text}\n{second.text}",
        cue_ids=first.cue_ids + second.cue_ids,
    )


def _margin_bottom_px(
    height_px: int, area: SafeArea, block_px: float, band: tuple[float, float] | None, gap_px: float
) -> int:
    """Distance of the lowest line from the bottom: the platform's, or clear of `band`, above it if there is room."""
    usual = area.bottom * height_px
    if band is None:
        return round(usual)
    band_top, band_bottom = band[0] * height_px - gap_px, band[1] * height_px + gap_px
    bottom_edge = height_px - usual
    if bottom_edge <= band_top or bottom_edge - block_px >= band_bottom:
        return round(usual)
    if band_top - block_px >= area.top * height_px:
        return round(height_px - band_top)
    below = height_px - (band_bottom + block_px)
    return round(below if below >= 0 else usual)
