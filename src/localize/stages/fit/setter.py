"""The setter: a track, timed, and each event set so that it fits: smaller, then as two, then in a line more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import regex

from localize import linebreak, timing
from localize.cues import Cue, Event, TargetTrack, graphemes
from localize.series import Style
from localize.stages.fit.parts import DASH, Part, by_dashes, joined
from localize.stages.fit.typesetter import MOST_LINES, Typesetter
from localize.styles import SMALL
from localize.timecode import Grid

_SEEN = regex.compile(r"[^\p{Cf}\p{Cc}]")
_HYPHENED = regex.compile(r"\p{L}[-‐]\p{L}")


@dataclass(frozen=True)
class Setter:
    """Sets the lines of one locale in the type of `types`; `keep` has what stays on one line, by cue id."""

    types: Typesetter
    cues: Mapping[str, Cue]
    style: Style
    keep: Mapping[str, Sequence[str]]
    grid: Grid
    shots: Sequence[int]

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
            timed, grid=self.grid, shots=self.shots, limits=self.types.row.limits, duration_ms=duration_ms,
            fits=self.types.fits, joint="\u3000" if self.types.profile.script == "Jpan" else " ",
        )  # fmt: skip
        return [part for event in events for part in self._set(event, self._parts(event, texts))]

    def _parts(self, event: Event, texts: Mapping[str, str]) -> list[Part]:
        """The event's text, cut where the speaker changes if that is to be seen."""
        cues = [self.cues[cue_id] for cue_id in event.cue_ids]
        keep = {cue.id: tuple(self.keep.get(cue.id, ())) for cue in cues}
        speakers = {cue.speaker for cue in cues if cue.speaker}
        if self.style.speakers == "none" or len(speakers) < 2:
            one = next(iter(speakers), "") if self.style.speakers != "none" and len(speakers) == 1 else ""
            kept = tuple(word for words in keep.values() for word in words)
            return [Part(text, one, kept) for text in by_dashes(event.text)]
        parts: list[Part] = []
        for cue in cues:
            part = Part(texts[cue.id], cue.speaker or "", keep[cue.id])
            if parts and parts[-1].speaker == part.speaker:
                before = parts.pop()
                part = Part(f"{before.text}\n{part.text}", part.speaker, before.keep + part.keep)
            parts.append(part)
        dash = self.types.row.dash.value if self.style.speakers == "dash" else ""
        return [part if DASH.match(part.text) else replace(part, text=dash + part.text) for part in parts]

    def _set(self, event: Event, parts: list[Part], largest_px: int | None = None) -> list[Event]:
        """`event` with its text broken into lines that fit: one event, or several of one size one after the other."""
        most = max(self.types.row.lines.value, len(parts))
        sizes = [em_px for em_px in self.types.sizes if largest_px is None or em_px <= largest_px] or [largest_px or 1]
        # Smaller type, and two events too, read better than "good-for-" on one line and "nothing" on the next.
        if whole := self._whole(event, parts, sizes, most, hyphens=False):
            return [whole]
        if halves := self._halves(event, parts):
            made = [self._set(*half, largest_px) for half in halves]
            tried_px = {part.em_px or self.types.em_px for events in made for part in events}
            if len(tried_px) > 1:
                made = [self._set(*half, min(tried_px)) for half in halves]
            return [part for events in made for part in events]
        hyphened = any(_HYPHENED.search(part.text) for part in parts)
        if hyphened and (whole := self._whole(event, parts, sizes, most, hyphens=True)):
            return [whole]
        em_px = sizes[-1]
        # More text than the time allows: everything stays on the frame, and `check` says that it is too much.
        loose = [replace(part, keep=()) for part in parts]
        for more, kept, hard in ((most + 1, parts, False), (most, loose, False), (most + 1, loose, True)):
            if lines := self.types.lines(kept, em_px, more, hard=hard):
                return [self._event(event, lines, em_px)]
        while not (lines := self.types.lines(loose, em_px, MOST_LINES, hard=True)) and em_px > 1:
            em_px = em_px * 4 // 5
        return [self._event(event, lines or [(part.text, part.speaker) for part in parts], em_px)]

    def _whole(
        self, event: Event, parts: Sequence[Part], sizes: Sequence[int], most: int, *, hyphens: bool
    ) -> Event | None:
        """`event` in one piece, at the largest of `sizes` at which it fits; `hyphens`: words may break at theirs."""
        for em_px in sizes:
            if lines := self.types.lines(parts, em_px, most, hyphens=hyphens):
                return self._event(event, lines, em_px)
        return None

    def _event(self, event: Event, lines: Sequence[tuple[str, str]], em_px: int) -> Event:
        speakers = tuple(speaker for _, speaker in lines) if self.style.speakers == "colour" else ()
        return replace(
            event,
            text="\n".join(line for line, _ in lines),
            em_px=0 if em_px == self.types.em_px else em_px,
            above=self._above(event, SMALL * em_px) if self.style.bilingual else "",
            speakers=speakers if any(speakers) else (),
        )

    def _above(self, event: Event, em_px: float) -> str:
        """The source of the event, broken to fit at `em_px`."""
        text = " ".join(self.cues[cue_id].text for cue_id in event.cue_ids)
        return self.types.source(linebreak.normalise(text), em_px)

    def _halves(self, event: Event, parts: list[Part]) -> list[tuple[Event, list[Part]]] | None:
        """Two events that share the time of `event` as they share its text, cut between speakers or phrases."""
        cut = self._cut(parts)
        if cut is None:
            return None
        first, second = (sum(len(graphemes(part.text)) for part in half) for half in cut)
        times = timing.divide(
            event.start_ms, event.end_ms, Fraction(first, max(first + second, 1)),
            grid=self.grid, limits=self.types.row.limits, shots=self.shots,
        )  # fmt: skip
        if times is None:
            return None
        return [
            (replace(event, end_ms=times[0], text=joined(cut[0])), cut[0]),
            (replace(event, start_ms=times[1], text=joined(cut[1])), cut[1]),
        ]

    def _cut(self, parts: list[Part]) -> tuple[list[Part], list[Part]] | None:
        if len(parts) > 1:
            return parts[:1], parts[1:]
        texts = self.types.halves(parts[0])
        return ([replace(parts[0], text=texts[0])], [replace(parts[0], text=texts[1])]) if texts else None
