"""Segment: recognised words, or supplied subtitles, -> the source track.

Only words and their times count; a recogniser's own segments run over several lines of dialogue or half of one. The aim
is a whole sentence in one cue wherever it fits, because that is what a translation engine understands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import regex

from localize.cues import Cue, SourceTrack
from localize.engines.base import Dropped, Recognition
from localize.findings import Finding
from localize.sourcing import MIN_CUE_MS, Segmented, numbered, one_line, respelled_lines, spoken_cues
from localize.text.chinese import Simplify, simplified
from localize.text.clauses import DEFAULT, Rules, grouped
from localize.timecode import clock

__all__ = ["MIN_CUE_MS", "Segmented", "from_subtitles", "segment"]

VERSION = 3
SAME_START_MS = 200
"""Supplied cues that begin this close together are meant to be seen together."""
_DASH = regex.compile(r"[-－—–‐]+\s*")
# In the second line alone: no minus, and no break in the first one's sentence.
_ANSWER = regex.compile(r"[-－–‐](?![-－–‐\d])\s*")
_TURN = regex.compile(r"(?<=[。！？!?….”」])\s*(?=[-－–‐](?![-－–‐]))")


def segment(
    recognition: Recognition,
    *,
    duration_ms: int | None = None,
    previous: SourceTrack | None = None,
    rules: Rules = DEFAULT,
    simplify: Simplify = simplified,
) -> Segmented:
    """Cues from the words of `recognition`, in its order; a cue that is in `previous` as it is now keeps its id."""
    groups = grouped(recognition.words, rules, simplify)
    track = numbered(spoken_cues(groups, duration_ms, rules), previous)
    findings = inventions(recognition)
    if not track.cues:
        findings.append(Finding("no-speech", "error", "nothing was recognised in the audio"))
    return Segmented(track, tuple(findings))


def inventions(recognition: Recognition) -> list[Finding]:
    """What was taken out of `recognition`, for a person to see that it is not missed."""
    return [_invented(dropped) for dropped in recognition.dropped if dropped.passage.words]


def _invented(dropped: Dropped) -> Finding:
    words = dropped.passage.words
    text = "".join(word.text for word in words).strip()
    message = f"{clock(words[0].start_ms)} {text!r} was taken for an invention of the recogniser: {dropped.reason}"
    return Finding("invented-speech", "warning", message)


def from_subtitles(
    supplied: Iterable[tuple[int, int, str] | tuple[int, int, str, str]],
    *,
    names: Sequence[str] = (),
    duration_ms: int | None = None,
    previous: SourceTrack | None = None,
    simplify: Simplify = simplified,
) -> Segmented:
    """Cues from `(start_ms, end_ms, text)` as supplied; whatever had to be clipped, joined or left out is a finding.

    The speaker is who the file names after the text, or a name tag before it (林凡：你来了) that is one of `names`.
    Two voices in one supplied cue, each behind a dash, are two cues of the same times, and so are two supplied cues
    that begin together: each has its own line in every locale, and they are shown together.
    """
    cues: list[Cue] = []
    # A finding names its cue by place until the cues have their ids.
    noted: list[tuple[int | None, Finding]] = []
    for number, (start_ms, end_ms, raw, *said_by) in sorted(
        enumerate(supplied, 1), key=lambda item: (item[1][:2], item[0])
    ):
        start_ms, lines = max(start_ms, 0), _voices(raw, simplify)
        name = f"supplied cue {number} at {clock(start_ms)}"
        if useless := _useless(name, start_ms, end_ms, "".join(lines), duration_ms):
            noted.append((None, useless))
            continue
        shown_until_ms = end_ms if duration_ms is None else min(end_ms, duration_ms)
        tagged = [_name_tag(line, names) for line in lines]
        spoken = [
            Cue("", start_ms, shown_until_ms, text, origin="file", speaker="".join(said_by) or tag or None)
            for tag, text in tagged
        ]
        if cues and start_ms < cues[-1].end_ms:
            before, overlap_ms = cues[-1], cues[-1].end_ms - start_ms
            together = start_ms - before.start_ms < SAME_START_MS
            done = "both are shown together" if together else "that one was clipped"
            message = f"{name} begins {overlap_ms} ms before the cue before it ends; {done}"
            noted.append((len(cues) - 1, Finding("supplied-overlap", "warning", message, measured=overlap_ms, limit=0)))
            at_once = [cue for cue in cues if cue.start_ms == before.start_ms]
            cues = cues[: -len(at_once)]
            if together:
                at_once += spoken
                end_ms_of_all = max(cue.end_ms for cue in at_once)
                spoken = [replace(cue, start_ms=before.start_ms, end_ms=end_ms_of_all) for cue in at_once]
            else:
                cues += [replace(cue, end_ms=start_ms) for cue in at_once]
        cues += spoken
        if shown_until_ms < end_ms:
            message = f"{name} ran past the end of the media and was clipped to it"
            clipped = Finding("supplied-past-end", "warning", message, measured=end_ms, limit=duration_ms)
            noted.append((len(cues) - 1, clipped))
    track = numbered(cues, previous)
    findings = [f if place is None else replace(f, cue_id=track.cues[place].id) for place, f in noted]
    if not track.cues:
        findings.append(Finding("no-cues", "error", "the supplied subtitles hold no cue that can be shown"))
    return Segmented(track, tuple(findings))


def _useless(name: str, start_ms: int, end_ms: int, text: str, duration_ms: int | None) -> Finding | None:
    """Why a supplied cue cannot be shown; where it has text, losing it is an error."""
    if not text:
        return Finding("supplied-empty", "warning", f"{name} has no text and was left out")
    if end_ms <= start_ms:
        message = f"{name} ends before it begins and was left out: {text!r}"
        return Finding("supplied-no-duration", "error", message, measured=end_ms - start_ms, limit=0)
    if duration_ms is not None and start_ms >= duration_ms:
        message = f"{name} begins after the end of the media and was left out: {text!r}"
        return Finding("supplied-past-end", "error", message, measured=start_ms, limit=duration_ms)
    return None


def _voices(raw: str, simplify: Simplify) -> list[str]:
    """What each person says in a supplied cue: a dash begins the words of the next one."""
    lines = respelled_lines(raw, simplify)
    dash = _DASH if lines and _DASH.match(lines[0]) else _ANSWER
    if dash is _DASH:
        lines = [turn for line in lines for turn in _TURN.split(line)]
    voices: list[list[str]] = []
    for line in lines:
        if (mark := dash.match(line)) or not voices:
            voices.append([line[mark.end() :] if mark else line])
        else:
            voices[-1].append(line)
    # One dash alone may be anything.
    return [one_line(voice) for voice in voices if any(voice)] if len(voices) > 1 else [one_line(lines)]


def _name_tag(text: str, names: Sequence[str]) -> tuple[str, str]:
    """A speaker's name in front of a line, and the line without it; a text that is nothing else stays as it is."""
    match = regex.match(r"(?:[（(【\[]([^）)】\]：:]+)[）)】\]][：:]?|([^：:（(【\[]+)[：:])\s*(?=\S)", text)
    name = (match[1] or match[2]).strip() if match else ""
    return (name, text[match.end() :]) if match and name in names else ("", text)
