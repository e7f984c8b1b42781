"""The setter: a track, timed, and each event set so that it fits: smaller, then as two, then in a line more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import regex

from localize import linebreak, timing
from localize.cues import Cue, Event, TargetTrack, graphemes
from localize.drawing.styles import SMALL
from localize.series import Style
from localize.stages.fit.parts import DASH, Part, by_dashes, joined
from localize.stages.fit.typesetter import MOST_LINES, Typesetter
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
        """The event's text, cut where the speaker changes; `speakers` of the style says how else that is seen."""
        voices: list[list[Cue]] = []
        for cue in (self.cues[cue_id] for cue_id in event.cue_ids):
            if voices and _one_voice(voices[-1][-1], cue):
                voices[-1].append(cue)
            else:
                voices.append([cue])
        told = self.style.speakers != "none"
        parts = [
            Part(text, (voice[0].speaker or "") if told else "", self._kept(voice))
            for voice in voices
            for text in by_dashes("\n".join(texts[cue.id] for cue in voice) if len(voices) > 1 else event.text)
        ]
        if len(voices) == 1 or self.style.speakers != "dash":
            return parts
        dash = self.types.row.dash.value
        return [part if DASH.match(part.text) else replace(part, text=dash + part.text) for part in parts]

    def _kept(self, cues: Iterable[Cue]) -> tuple[str, ...]:
        return tuple(word for cue in cues for word in self.keep.get(cue.id, ()))

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
        cues = [self.cues[cue_id] for cue_id in event.cue_ids]
        text = cues[0].text
        for before, cue in pairwise(cues):
            text += (" " if _one_voice(before, cue) else "\n") + cue.text
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


def _one_voice(one: Cue, after: Cue) -> bool:
    """Whether both cues of an event are of one person; nobody says two things at a time."""
    return one.speaker == after.speaker and (one.speaker is not None or one.end_ms <= after.start_ms)
