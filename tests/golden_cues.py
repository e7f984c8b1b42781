"""The golden set: difficult cues of every locale, each with what a good subtitler would still make of it.

`tests/golden/cues/<locale>.toml` holds `[[cue]]` tables:

    id           unique in its locale
    duration_ms  how long the cue is on screen
    text         the line as a translator wrote it; `\\n` where its author broke it
    shorter      the same meaning in fewer words, readable in that time; terms and numbers are kept
    keep         names and amounts that survive shortening and stay on one line where they fit on one
    lines        the broken lines, where only one way is right
    why          what makes it difficult

Invisible characters (no-break spaces, the full-width space) are written as escapes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path

import regex
import rjieba

from localize import linebreak
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack, graphemes
from localize.drawing import fonts
from localize.episode import MediaFacts
from localize.locales import LOCALES, SOURCE, Locale, locale
from localize.series import Style
from localize.stages.fit import fit
from localize.text.chinese import simplified
from tests.facts import framed

FOLDER = Path(__file__).parent / "golden" / "cues"
STYLE = Style()
# What has to be so only where it fits has to be so with this much room to spare.
FITS = 0.95
# So long a pause that no cue is shown together with the next.
_PAUSE_MS = 2_000


@dataclass(frozen=True, slots=True)
class GoldenCue:
    """One difficult cue of `profile`."""

    profile: Locale
    id: str
    duration_ms: int
    text: str
    shorter: str
    why: str
    keep: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.profile.tag} {self.id}"


@cache
def load(tag: str) -> tuple[GoldenCue, ...]:
    """The cues of one locale, as the file has them; an unknown key is a TypeError."""
    cues = tomllib.loads((FOLDER / f"{tag}.toml").read_text("utf-8"))["cue"]
    return tuple(
        GoldenCue(locale(tag), **cue | {name: tuple(cue.get(name, ())) for name in ("keep", "lines")}) for cue in cues
    )


def everything() -> tuple[GoldenCue, ...]:
    """The cues of all locales."""
    return tuple(cue for tag in LOCALES for cue in load(tag))


def facts(width_px: int = 1080, height_px: int = 1920, duration_ms: int = 3_600_000) -> MediaFacts:
    """What layout has to know of a film of that size at 25 frames per second."""
    size = (width_px, height_px)
    return framed(*size, duration_ms=duration_ms)


def fitted(
    source: SourceTrack,
    target: TargetTrack,
    platform: str,
    *,
    frame: MediaFacts | None = None,
    band: tuple[float, float] | None = None,
    keep: Mapping[str, Sequence[str]] | None = None,
) -> Layout:
    """`target` laid out in `STYLE`, on a frame of 1080x1920 unless told otherwise."""
    profile = locale(target.locale)
    return fit(source, target, profile, frame or facts(), style=STYLE, platform=platform, band=band, keep=keep)


def timed(cues: Sequence[GoldenCue], text: Callable[[GoldenCue], str] = lambda _: "你") -> SourceTrack:
    """A source track of `cues` one after the other, numbered from 0, as a person would have timed them."""
    made, at_ms = [], 0
    for number, cue in enumerate(cues):
        made.append(Cue(str(number), at_ms, at_ms + cue.duration_ms, text(cue), origin="human"))
        at_ms += cue.duration_ms + _PAUSE_MS
    return SourceTrack(SOURCE.tag, tuple(made), len(made))


def laid_out(cues: Sequence[GoldenCue], platform: str) -> Layout:
    """`cues` of one locale, each shown for its own time."""
    lines = tuple(TargetLine(str(number), cue.text, "golden") for number, cue in enumerate(cues))
    keep = {str(number): cue.keep for number, cue in enumerate(cues)}
    return fitted(timed(cues), TargetTrack(cues[0].profile.tag, lines), platform, keep=keep)


def events_of(cues: Sequence[GoldenCue], layout: Layout) -> list[tuple[GoldenCue, list[Event]]]:
    """Each of `cues` with its events in `layout`, which `laid_out` made of them."""
    shown = {ids: list(events) for ids, events in groupby(layout.events, key=lambda event: event.cue_ids)}
    return [(cue, shown[str(number),]) for number, cue in enumerate(cues)]


def lines_of(events: Sequence[Event]) -> list[str]:
    return [line for event in events for line in event.text.split("\n")]


def width_px(line: str, profile: Locale, em_px: float) -> float:
    """Width of `line` in `STYLE`, without outline."""
    return fonts.width_px(line, profile, em_px, STYLE.bold)


def inside(layout: Layout) -> float:
    """The width in pixels that lines of `layout` may have, without outline."""
    return layout.width_px - 2 * layout.margin_x_px - 2 * STYLE.look.reach * min(layout.width_px, layout.height_px)


def torn(cue: GoldenCue, events: Sequence[Event], layout: Layout) -> list[str]:
    """Those of `cue.keep` that are broken over lines although they fit on one, with room to spare for their endings."""
    lines, em_px = lines_of(events), max(event.em_px or layout.em_px for event in events)
    return [
        name
        for name in cue.keep
        if width_px(name, cue.profile, em_px) <= FITS * inside(layout) and not any(name in line for line in lines)
    ]


def bare(text: str) -> str:
    """`text` without white space."""
    return regex.sub(r"\s", "", text)


def clusters(text: str) -> int:
    """Grapheme clusters of `text` without white space; a text whose lines have more of them was cut inside one."""
    return len(graphemes(bare(text)))


def broken_words(cue: GoldenCue, events: Sequence[Event]) -> int:
    """Line breaks inside a word; of Chinese by a dictionary as well, which breaks are not made from."""
    lines = lines_of(events)
    count = linebreak.hard_breaks(cue.text, lines, cue.profile)
    if cue.profile.script == "Hant":
        ends = set(accumulate(map(len, rjieba.cut(simplified(bare(cue.text))))))
        count += len(set(accumulate(len(bare(line)) for line in lines)) - ends)
    return count
