"""Fuse: what the picture says and what is heard -> one source track, and where the two disagree.

The picture's text is the better one, and its times are those of the frames it stands on (median error 0 ms on the
samples, against 60 ms for speech); speech tells whether a line was said, what was said and never shown, and which words
of a line to doubt. What is shown and not said becomes a forced cue with its place on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from localize.agreement import FOUND
from localize.cues import Cue, SourceTrack, Word
from localize.engines.base import Recognition
from localize.findings import Finding
from localize.picture.hardsub import HardSubs, Shown
from localize.rules import finding
from localize.sourcing import Segmented, spoken_cues
from localize.stages.fuse.inserts import with_inserts
from localize.stages.fuse.lines import Line, apart, joined
from localize.stages.fuse.other import held_against
from localize.stages.fuse.shown import confidence_of, doubts, text_of
from localize.text.alignment import Meeting, Timed, met, plain
from localize.text.chinese import Simplify, is_spoken, respelled, simplified
from localize.text.clauses import DEFAULT, Rules, grouped
from localize.text.homophones import syllables
from localize.timecode import clock

__all__ = ["VERSION", "fuse", "held_against", "with_inserts"]

VERSION = 1

NEAR_MS = 300
"""A word this far outside a subtitle still belongs to it."""
LEAST_CHARS = 2
"""Less than this, heard and not shown, is no line: subtitlers leave 嗯 and 啊 out."""


def fuse(
    found: HardSubs,
    heard: Recognition,
    *,
    duration_ms: int | None = None,
    previous: SourceTrack | None = None,
    rules: Rules = DEFAULT,
    simplify: Simplify = simplified,
) -> Segmented:
    """The dialogue of `found`, borne out by `heard`; what was only heard is kept beside it."""
    shown = sorted((one for one in found.dialogue if is_spoken(one.text)), key=lambda one: (one.start_ms, one.end_ms))
    words = sorted(heard.words, key=lambda word: word.start_ms)
    meetings = met(shown, words)
    owned = _owned(shown, words, meetings)
    lines = [
        _line(one, meeting, [words[i] for i in own], simplify, listened=bool(words))
        for one, meeting, own in zip(shown, meetings, owned, strict=True)
    ]
    taken = {i for own in owned for i in own}
    rest = [[word for _, word in run] for run in _runs([(i, w) for i, w in enumerate(words) if i not in taken])]
    unshown, little = _unshown(rest, shown, duration_ms, rules, simplify)
    return joined(apart([*lines, *unshown], duration_ms), little, previous)


def _owned(shown: Sequence[Shown], words: Sequence[Word], meetings: Sequence[Meeting]) -> list[list[int]]:
    """Which words belong to each text: those between its first and last that sound alike, and what is said while it
    stands."""
    owner: dict[int, int] = {}
    for number, meeting in enumerate(meetings):
        if meeting.share >= FOUND:
            numbers = [other.line for _, other in meeting.pairs]
            for i in range(min(numbers), max(numbers) + 1):
                owner.setdefault(i, number)
    for i, word in enumerate(words):
        if i not in owner:
            middle_ms = (word.start_ms + word.end_ms) // 2
            near = [(_away(one, middle_ms), number) for number, one in enumerate(shown)]
            if near and min(near)[0] <= NEAR_MS:
                owner[i] = min(near)[1]
    owned: list[list[int]] = [[] for _ in shown]
    for i, number in sorted(owner.items()):
        owned[number].append(i)
    return owned


def _away(one: Timed, at_ms: int) -> int:
    return max(one.start_ms - at_ms, at_ms - one.end_ms, 0)


def _line(one: Shown, meeting: Meeting, words: Sequence[Word], simplify: Simplify, *, listened: bool) -> Line:
    """The cue of a text, and what a reviewer should know of it."""
    text = text_of(one, simplify)
    cue = Cue("", one.start_ms, one.end_ms, text, origin="ocr", words=tuple(words), confidence=confidence_of(one))
    heard = respelled("".join(word.text for word in words), simplify)
    notes = []
    if not is_spoken(heard):
        if listened:
            message = f"{text!r} stands in the picture and nothing was heard: a thought, a caption, or missed speech"
            notes.append(finding("not-heard", message))
    elif plain(heard) != plain(text):
        alike = syllables(plain(heard)) == syllables(plain(text))
        how = ", which sounds the same" if alike else ""
        message = f"shown {text!r}, heard {heard!r}{how}"
        notes.append(finding("readings-differ", message, measured=heard, severity="info" if alike else None))
    borne_out = {mine.at for mine, other in meeting.pairs if mine.char == other.char}
    if unsure := doubts(one, borne_out):
        notes.append(unsure)
    return Line(cue, tuple(notes), one)


def _runs(rest: Sequence[tuple[int, Word]]) -> list[list[tuple[int, Word]]]:
    """Words that follow each other in the recognition."""
    runs: list[list[tuple[int, Word]]] = []
    for i, word in rest:
        if not runs or runs[-1][-1][0] + 1 != i:
            runs.append([])
        runs[-1].append((i, word))
    return runs


def _unshown(
    rest: Sequence[Sequence[Word]], shown: Sequence[Shown], duration_ms: int | None, rules: Rules, simplify: Simplify
) -> tuple[list[Line], list[Finding]]:
    """Lines that were heard and never shown, and notes on what is too little for one."""
    lines, little = list[Line](), list[Finding]()
    for run in rest:
        for cue in spoken_cues(grouped(run, rules, simplify), duration_ms, rules):
            if len(plain(cue.text)) < LEAST_CHARS:
                message = f"{clock(cue.start_ms)} {cue.text!r} was heard and not shown; too little for a line"
                little.append(finding("not-shown", message, severity="info"))
                continue
            message = f"{cue.text!r} was heard and not shown; it is kept as a line"
            lines.append(Line(cue, (finding("not-shown", message, measured=cue.confidence),)))
    return lines, little
