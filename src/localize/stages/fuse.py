"""Fuse: what the picture says and what is heard -> one source track, and where the two disagree.

The picture's text is the better one, and its times are those of the frames it stands on (median error 0 ms on the
samples, against 60 ms for speech); speech tells whether a line was said, what was said and never shown, and which words
of a line to doubt. What is shown and not said becomes a forced cue with its place on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import regex

from localize.agreement import FOUND
from localize.cues import Cue, SourceTrack, Word
from localize.engines.base import Recognition
from localize.findings import Finding
from localize.picture.hardsub import HardSubs, Shown
from localize.rules import finding
from localize.sourcing import MIN_CUE_MS, Segmented, added, numbered, one_line, respelled_lines, spoken_cues
from localize.sync import misfit
from localize.text.alignment import Meeting, Timed, met, plain
from localize.text.chinese import Simplify, is_spoken, respelled, simplified
from localize.text.clauses import DEFAULT, Rules, grouped
from localize.text.homophones import syllables
from localize.timecode import clock

VERSION = 1

_SPACE = regex.compile(r"(?<=\p{Han})[ \u3000]+(?=\p{Han})")

UNSURE = 0.8
"""A character read with less confidence is worth a look, unless speech has the same one."""
NEAR_MS = 300
"""A word this far outside a subtitle still belongs to it."""
READ_ALOUD = 0.6
"""Share of an insert's characters that are heard at its time for it to need no second translation."""
LEAST_CHARS = 2
"""Less than this, heard and not shown, is no line: subtitlers leave 嗯 and 啊 out."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A cue before it has an id, with what is to be said about it."""

    cue: Cue
    notes: tuple[Finding, ...] = ()
    shown: Shown | None = None


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
    return _made(_apart([*lines, *unshown], duration_ms), little, previous)


def with_inserts(
    made: Segmented, found: HardSubs, *, previous: SourceTrack | None = None, simplify: Simplify = simplified
) -> Segmented:
    """`made` with a forced cue for every sign, card and message that nobody reads aloud while it stands."""
    dialogue = [cue for cue in made.track.cues if cue.kind == "dialogue"]
    inserts = [one for one in found.inserts if is_spoken(one.text) and one.start_ms < one.end_ms]
    silent = [one for one in inserts if not _read_aloud(one, dialogue)]
    cues = [
        Cue(
            "", one.start_ms, one.end_ms, _text(one, simplify), kind="forced", origin="ocr",
            confidence=_confidence(one), place=one.box,
        )
        for one in silent
    ]  # fmt: skip
    track = added(made.track, cues, previous)
    old = {cue.id for cue in made.track.cues}
    new = sorted((cue for cue in track.cues if cue.id not in old), key=lambda cue: cue.start_ms)
    by_place = {(one.start_ms, one.end_ms, one.box): one for one in silent}
    notes, shown = list[Finding](), dict(made.shown)
    for cue, one in ((cue, by_place[cue.start_ms, cue.end_ms, cue.place]) for cue in new if cue.place):
        if unsure := _unsure(one):
            notes.append(replace(unsure, cue_id=cue.id))
            shown[cue.id] = one
    return Segmented(track, (*made.findings, *notes), shown)


def held_against(made: Segmented, found: HardSubs, *, name: str) -> Segmented:
    """`made`, whose text came from `name`, with a finding for every line that the picture has in other words."""
    shown = sorted((one for one in found.dialogue if is_spoken(one.text)), key=lambda one: one.start_ms)
    cues = [cue for cue in made.track.cues if cue.kind == "dialogue"]
    notes, seen = list[Finding](), dict(made.shown)
    by_ms = 0
    if off := misfit([cue.start_ms for cue in cues], [one.start_ms for one in shown]):
        by_ms = off.shift_ms
        made_for = f" and was made for another frame rate ({off.rate})" if off.rate else ""
        way = "late" if by_ms < 0 else "early"
        message = f"{name} is {abs(by_ms)} ms {way} against the subtitles in the picture{made_for}"
        notes.append(finding("out-of-step", message, measured=by_ms, limit=0))
    meetings = met(shown, [Word(cue.start_ms + by_ms, cue.end_ms + by_ms, cue.text) for cue in cues])
    for one, meeting in zip(shown, meetings, strict=True):
        if meeting.share < FOUND:
            message = f"{clock(one.start_ms)} the picture has {_text(one)!r}, {name} has nothing like it"
            notes.append(finding("only-shown", message))
            continue
        theirs = dict.fromkeys(other.line for _, other in meeting.pairs)
        if plain(one.text) == plain("".join(cues[number].text for number in theirs)):
            continue
        cue = cues[next(iter(theirs))]
        message = f"{name} has {cue.text!r}, the picture {_text(one)!r}"
        notes.append(finding("readings-differ", message, cue.id, measured=_text(one)))
        seen[cue.id] = one
    return Segmented(made.track, (*made.findings, *notes), seen)


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


def _text(one: Shown, simplify: Simplify = simplified) -> str:
    """What a text of the picture says, in one line; subtitlers put a space where others put a comma.

    Letters that all stand apart are set so for their looks.
    """
    apart = all(len(part) == 1 for part in one.text.split())
    return one_line(respelled_lines(one.text if apart else _SPACE.sub("，", one.text), simplify))


def _away(one: Timed, at_ms: int) -> int:
    return max(one.start_ms - at_ms, at_ms - one.end_ms, 0)


def _line(one: Shown, meeting: Meeting, words: Sequence[Word], simplify: Simplify, *, listened: bool) -> _Line:
    """The cue of a text, and what a reviewer should know of it."""
    text = _text(one, simplify)
    cue = Cue("", one.start_ms, one.end_ms, text, origin="ocr", words=tuple(words), confidence=_confidence(one))
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
    if unsure := _unsure(one, borne_out):
        notes.append(unsure)
    return _Line(cue, tuple(notes), one)


def _unsure(one: Shown, borne_out: Iterable[int] = ()) -> Finding | None:
    """What of a text was read with little confidence, and nothing else bears out."""
    sure = set(borne_out)
    doubted = [
        (confidence, char)
        for at, (char, confidence) in enumerate(zip(one.text, one.confidences, strict=False))
        if confidence < UNSURE and at not in sure and is_spoken(char)
    ]
    if not doubted:
        return None
    chars = "".join(char for _, char in doubted)
    others = f"; other frames have {', '.join(map(repr, one.others))}" if one.others else ""
    message = f"{_text(one)!r} was read with doubts about {chars!r}{others}"
    return finding("unsure-reading", message, measured=round(min(doubted)[0], 2), limit=UNSURE)


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
) -> tuple[list[_Line], list[Finding]]:
    """Lines that were heard and never shown, and notes on what is too little for one."""
    lines, little = list[_Line](), list[Finding]()
    for run in rest:
        for cue in spoken_cues(grouped(run, rules, simplify), duration_ms, rules):
            if len(plain(cue.text)) < LEAST_CHARS:
                message = f"{clock(cue.start_ms)} {cue.text!r} was heard and not shown; too little for a line"
                little.append(finding("not-shown", message, severity="info"))
                continue
            message = f"{cue.text!r} was heard and not shown; it is kept as a line"
            lines.append(_Line(cue, (finding("not-shown", message, measured=cue.confidence),)))
    return lines, little


def _apart(lines: Iterable[_Line], duration_ms: int | None) -> list[_Line]:
    """Lines in order of time, none of which runs into the next or past the end; what was only heard gives way."""
    result: list[_Line] = []
    for line in sorted(lines, key=lambda line: (line.cue.start_ms, line.cue.end_ms)):
        cue = line.cue
        if duration_ms is not None:
            start_ms = min(cue.start_ms, duration_ms - MIN_CUE_MS)
            cue = replace(
                cue, start_ms=max(start_ms, 0), end_ms=max(min(cue.end_ms, duration_ms), start_ms + MIN_CUE_MS)
            )
        if result and cue.start_ms < result[-1].cue.end_ms:
            before = result[-1].cue
            if cue.origin == "speech" and before.end_ms + MIN_CUE_MS <= cue.end_ms:
                cue = replace(cue, start_ms=before.end_ms)
            elif before.start_ms + MIN_CUE_MS <= cue.start_ms:
                result[-1] = replace(result[-1], cue=replace(before, end_ms=cue.start_ms))
            else:  # they begin together: one after the other, as they were read
                at_ms = before.start_ms + MIN_CUE_MS
                result[-1] = replace(result[-1], cue=replace(before, end_ms=at_ms))
                cue = replace(cue, start_ms=at_ms, end_ms=max(cue.end_ms, at_ms + MIN_CUE_MS))
        result.append(replace(line, cue=cue))
    return result


def _made(lines: Sequence[_Line], notes: Sequence[Finding], previous: SourceTrack | None) -> Segmented:
    track = numbered([line.cue for line in lines], previous)
    ids = [cue.id for cue in track.cues]
    own = [replace(note, cue_id=id_) for id_, line in zip(ids, lines, strict=True) for note in line.notes]
    shown = {id_: line.shown for id_, line in zip(ids, lines, strict=True) if line.notes and line.shown}
    return Segmented(track, (*own, *notes), shown)


def _read_aloud(insert: Shown, dialogue: Sequence[Cue]) -> bool:
    """Whether what an insert says is said, or stands in the dialogue's subtitles, while it is there."""
    near = [cue for cue in dialogue if cue.start_ms < insert.end_ms and insert.start_ms < cue.end_ms]
    (meeting,) = met([insert], near)
    return meeting.share >= READ_ALOUD


def _confidence(one: Shown) -> float | None:
    return round(sum(one.confidences) / len(one.confidences), 4) if one.confidences else None
