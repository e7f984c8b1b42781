"""Fit: target track -> layout, the lines as they are drawn, inside the frame in every locale.

Lines are timed first, then broken. What does not fit in the lines of the locale is set smaller, then shown as two
subtitles one after the other, then in one line more. Text is never cut. Fit reports nothing: `check` measures what came
out. Where the lines stand is `placing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property

import regex

from localize import fonts, linebreak, reading, timing
from localize.cues import Cue, Event, Layout, SourceTrack, TargetTrack, graphemes
from localize.episode import MediaFacts
from localize.errors import ManifestError
from localize.locales import SOURCE, Locale, locale
from localize.placing import Place, Sign
from localize.reading import Reading
from localize.safe_area import Rect, on_frame
from localize.series import Style
from localize.styles import SMALL
from localize.timecode import Grid

VERSION = 5

SIZES = (1.0, 0.9, 0.8)
# 38 px on a frame 1080 wide: smaller type was hard to read on a phone.
LEAST_EM = 38 / 1080
# Rendered ink was up to 2.4 % wider than the shaped advance in 7 scripts.
FILL = 0.97
_MOST_LINES = 12
_SEEN = regex.compile(r"[^\p{Cf}\p{Cc}]")
_DASH = regex.compile(r"[-–—‐](?!-)")
_HYPHENED = regex.compile(r"\p{L}[-‐]\p{L}")
_TURN = regex.compile(rf"\n(?={_DASH.pattern})")


def fit(
    source: SourceTrack,
    target: TargetTrack,
    profile: Locale,
    facts: MediaFacts,
    *,
    style: Style,
    platform: str,
    band: tuple[float, float] | None,
    covered: bool = False,
    row: Reading | None = None,
    keep: Mapping[str, Sequence[str]] | None = None,
    shots: Sequence[int] = (),
    signs: Sequence[Sign] = (),
) -> Layout:
    """Lay out `target` on the frame of `facts`.

    `band` is (top, bottom) of burned-in source text, shares of the height; lines stand on it where it is `covered`,
    else clear of it, and always clear of `signs`; a forced line stands beside what it says. `row` is the reading
    profile as the series wants it, `keep` has the names and terms that stay on one line by cue id, `shots` are the
    first milliseconds of new shots.
    Raises EngineRejected where a font of the locale is not installed, ManifestError where the font that the series
    names lacks a letter.
    """
    profile, row = style.profile(profile), row or reading.of(profile.tag)
    width, height = facts.width_px, facts.height_px
    look, short_px = style.look, min(width, height)
    area = on_frame(platform, width, height, rtl=profile.direction == "rtl")
    setter = _Setter(
        cues={cue.id: cue for cue in source.cues},
        profile=profile,
        row=row,
        style=style,
        keep=keep or {},
        grid=facts.grid,
        shots=shots,
        em_px=round(look.size * short_px),
        least_em_px=round(LEAST_EM * short_px),
        line_px=FILL * (width - 2 * area.margin_x_px - 2 * look.reach * short_px),
    )
    events = setter.set_all(target, facts.duration_ms)
    if style.font_of(profile.tag):
        _require(events, profile, look.bold)
    place = Place(area, look.position, look.reach * short_px, band, covered, setter.em_px / 4, signs)
    boxes = [(setter.width_px(event), setter.block_px(event)) for event in events]
    # At least the height of all lines, so that all locales stand at one place.
    usual_px = max([row.lines.value * fonts.size_px(profile.font, setter.em_px, look.bold), *(box[1] for box in boxes)])
    margin_px = place.margin_bottom_px(usual_px)
    return Layout(
        locale=profile.tag,
        width_px=width,
        height_px=height,
        font=profile.font,
        em_px=setter.em_px,
        margin_x_px=area.margin_x_px,
        margin_bottom_px=margin_px,
        events=tuple(
            _placed(event, place, box, margin_px, setter.sign(event)) for event, box in zip(events, boxes, strict=True)
        ),
    )


def _placed(event: Event, place: Place, box: tuple[float, float], usual_px: int, says: Rect | None) -> Event:
    """`event`, whose lines have the width and height of `box`, where it stands if that is not the usual place."""
    own_px = place.event_margin_px(event, *box, usual_px=usual_px, says=says)
    moved = event if own_px == usual_px else replace(event, margin_bottom_px=own_px)
    return replace(moved, middle_px=place.middle_px(says, box[0])) if says else moved


def _require(events: Iterable[Event], profile: Locale, bold: bool) -> None:
    for event in events:
        if lacking := fonts.unwritable(event.text, profile, bold):
            own = locale(profile.tag).font
            raise ManifestError(
                f"cue {event.cue_ids[0]}: the font {profile.font} has no {lacking[0]} (U+{ord(lacking[0]):04X})",
                next_step=f"name another [style] font for {profile.tag}, or none: {own} of {fonts.package(own)} has it",
            )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one person says in an event; `keep` stays on one line each."""

    text: str
    speaker: str
    keep: tuple[str, ...]


@dataclass(frozen=True)
class _Setter:
    """Sets one text at a time: `line_px` is the width a line may have, `em_px` the size wanted.

    Width grows in step with the em, so a line is measured once, in em, for all sizes it is tried at.
    """

    cues: Mapping[str, Cue]
    profile: Locale
    row: Reading
    style: Style
    keep: Mapping[str, Sequence[str]]
    grid: Grid
    shots: Sequence[int]
    em_px: int
    least_em_px: int
    line_px: float

    def set_all(self, target: TargetTrack, duration_ms: int) -> list[Event]:
        """All lines of `target`, timed and broken."""
        texts = {line.id: linebreak.normalise(line.text) for line in target.lines}
        timed = [
            timing.Timed(
                cue.id, cue.start_ms, cue.end_ms, text, cue.kind,
                by_human=cue.origin in {"human", "file"}, speaker=cue.speaker,
            )
            for cue in self.cues.values()
            if _SEEN.search(text := texts.get(cue.id, ""))
        ]  # fmt: skip
        events = timing.schedule(
            timed, grid=self.grid, shots=self.shots, limits=self.row.limits, duration_ms=duration_ms,
            fits=self._fits, joint="\u3000" if self.profile.script == "Jpan" else " ",
        )  # fmt: skip
        return [part for event in events for part in self._set(event, self._parts(event, texts))]

    def sign(self, event: Event) -> Rect | None:
        """The writing in the picture that `event` says in the locale's words."""
        return self.cues[event.cue_ids[0]].place if event.kind == "forced" else None

    def width_px(self, event: Event) -> float:
        em_px = event.em_px or self.em_px
        return em_px * max(self._measure(line) for line in event.text.split("\n"))

    def block_px(self, event: Event) -> float:
        """Height of the event's lines, the source's above them included."""
        em_px, bold = event.em_px or self.em_px, self._bold
        height = (1 + event.text.count("\n")) * fonts.size_px(self.profile.font, em_px, bold)
        if event.above:
            height += (1 + event.above.count("\n")) * fonts.size_px(SOURCE.font, SMALL * em_px, bold)
        return height

    @property
    def _sizes(self) -> list[int]:
        return [max(round(self.em_px * share), min(self.em_px, self.least_em_px)) for share in SIZES]

    @cached_property
    def _bold(self) -> bool:
        return self.style.bold

    @cached_property
    def _measure(self) -> linebreak.Measure:
        profile, bold = self.profile, self._bold
        return cache(lambda line: fonts.width_px(line, profile, 1, bold))

    @cached_property
    def _broken(self) -> Callable[[str, int, int, bool, bool, tuple[str, ...]], list[str] | None]:
        """The lines of a text at a size, in so many lines at most, by where words may be broken, and what is kept."""
        shape: reading.Shape = "balanced" if self.row.shape.value == "balanced" else "bottom-heavy"

        @cache
        def broken(
            text: str, em_px: int, most: int, hard: bool, hyphens: bool, keep: tuple[str, ...]
        ) -> list[str] | None:
            line_em = self.line_px / em_px
            return linebreak.balance(
                text, self.profile, line_em, most, self._measure, hard=hard, hyphens=hyphens, keep=keep, shape=shape
            )

        return broken

    def _fits(self, text: str) -> bool:
        return self._lines([_Part(text, "", ())], self.em_px, self.row.lines.value) is not None

    def _parts(self, event: Event, texts: Mapping[str, str]) -> list[_Part]:
        """The event's text, cut where the speaker changes if that is to be seen."""
        cues = [self.cues[cue_id] for cue_id in event.cue_ids]
        keep = {cue.id: tuple(self.keep.get(cue.id, ())) for cue in cues}
        speakers = {cue.speaker for cue in cues if cue.speaker}
        if self.style.speakers == "none" or len(speakers) < 2:
            one = next(iter(speakers), "") if self.style.speakers != "none" and len(speakers) == 1 else ""
            kept = tuple(word for words in keep.values() for word in words)
            return [_Part(text, one, kept) for text in _by_dashes(event.text)]
        parts: list[_Part] = []
        for cue in cues:
            part = _Part(texts[cue.id], cue.speaker or "", keep[cue.id])
            if parts and parts[-1].speaker == part.speaker:
                before = parts.pop()
                part = _Part(f"{before.text}\n{part.text}", part.speaker, before.keep + part.keep)
            parts.append(part)
        dash = self.row.dash.value if self.style.speakers == "dash" else ""
        return [part if _DASH.match(part.text) else replace(part, text=dash + part.text) for part in parts]

    def _set(self, event: Event, parts: list[_Part], largest_px: int | None = None) -> list[Event]:
        """`event` with its text broken into lines that fit: one event, or several of one size one after the other."""
        most = max(self.row.lines.value, len(parts))
        sizes = [em_px for em_px in self._sizes if largest_px is None or em_px <= largest_px] or [largest_px or 1]
        # Smaller type reads better than "good-for-" on one line and "nothing" on the next.
        for hyphens in (False, True) if any(_HYPHENED.search(part.text) for part in parts) else (True,):
            for em_px in sizes:
                if lines := self._lines(parts, em_px, most, hyphens=hyphens):
                    return [self._event(event, lines, em_px)]
        if halves := self._halves(event, parts):
            made = [self._set(*half, largest_px) for half in halves]
            tried_px = {part.em_px or self.em_px for events in made for part in events}
            if len(tried_px) > 1:
                made = [self._set(*half, min(tried_px)) for half in halves]
            return [part for events in made for part in events]
        em_px = sizes[-1]
        # More text than the time allows: everything stays on the frame, and `check` says that it is too much.
        loose = [replace(part, keep=()) for part in parts]
        for more, kept, hard in ((most + 1, parts, False), (most, loose, False), (most + 1, loose, True)):
            if lines := self._lines(kept, em_px, more, hard=hard):
                return [self._event(event, lines, em_px)]
        while not (lines := self._lines(loose, em_px, _MOST_LINES, hard=True)) and em_px > 1:
            em_px = em_px * 4 // 5
        return [self._event(event, lines or [(part.text, part.speaker) for part in parts], em_px)]

    def _lines(
        self, parts: Sequence[_Part], em_px: int, most: int, *, hard: bool = False, hyphens: bool = True
    ) -> list[tuple[str, str]] | None:
        """Lines with who says them; each part begins on a line of its own."""
        made: list[tuple[str, str]] = []
        for number, part in enumerate(parts):
            room = most - len(made) - (len(parts) - number - 1)
            lines = self._broken(part.text, em_px, room, hard, hyphens, part.keep)
            if lines is None:
                return None
            made += [(line, part.speaker) for line in lines]
        return made

    def _event(self, event: Event, lines: Sequence[tuple[str, str]], em_px: int) -> Event:
        speakers = tuple(speaker for _, speaker in lines) if self.style.speakers == "colour" else ()
        return replace(
            event,
            text="\n".join(line for line, _ in lines),
            em_px=0 if em_px == self.em_px else em_px,
            above=self._above(event, SMALL * em_px) if self.style.bilingual else "",
            speakers=speakers if any(speakers) else (),
        )

    def _above(self, event: Event, em_px: float) -> str:
        """The source of the event, broken to fit at `em_px`."""
        text = linebreak.normalise(" ".join(self.cues[cue_id].text for cue_id in event.cue_ids))
        measure = _source_measure(self._bold)
        for most in (self.row.lines.value, _MOST_LINES):
            if lines := linebreak.balance(text, SOURCE, self.line_px / em_px, most, measure, hard=True):
                return "\n".join(lines)
        return text

    def _halves(self, event: Event, parts: list[_Part]) -> list[tuple[Event, list[_Part]]] | None:
        """Two events that share the time of `event` as they share its text, cut between speakers or phrases."""
        cut = self._cut(parts)
        if cut is None:
            return None
        first, second = (sum(len(graphemes(part.text)) for part in half) for half in cut)
        times = timing.divide(
            event.start_ms, event.end_ms, Fraction(first, max(first + second, 1)),
            grid=self.grid, limits=self.row.limits, shots=self.shots,
        )  # fmt: skip
        if times is None:
            return None
        return [
            (replace(event, end_ms=times[0], text=_text(cut[0])), cut[0]),
            (replace(event, start_ms=times[1], text=_text(cut[1])), cut[1]),
        ]

    def _cut(self, parts: list[_Part]) -> tuple[list[_Part], list[_Part]] | None:
        if len(parts) > 1:
            return parts[:1], parts[1:]
        (part,) = parts
        # Two "lines" of at most seven tenths of the text are its halves, cut where a line would break best.
        widest = 0.7 * self._measure(part.text.replace("\n", " "))
        texts = linebreak.balance(part.text, self.profile, widest, 2, self._measure, keep=part.keep, shape="balanced")
        if not texts or len(texts) != 2:
            return None
        return [replace(part, text=texts[0])], [replace(part, text=texts[1])]


def _by_dashes(text: str) -> list[str]:
    """`text` cut before each dash that begins a line, where the first one begins with a dash too: two speakers."""
    turns = _TURN.split(text)
    return turns if len(turns) > 1 and _DASH.match(text) else [text]


def _text(parts: Sequence[_Part]) -> str:
    return "\n".join(part.text for part in parts)


@cache
def _source_measure(bold: bool) -> Callable[[str], float]:
    return cache(lambda line: fonts.width_px(line, SOURCE, 1, bold))
