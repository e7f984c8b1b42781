"""SRT and ASS, for reviewers who work in a subtitle editor, and how their cues find their way back.

ASS says it itself: the Effect of an event is the id of its cue and the version of its line, which Aegisub and Subtitle
Edit show and keep; the Name is the speaker, and a comment above each event is the source. SRT has no room for that: a
cue belongs to the one whose times it has or overlaps most, each to one only, in the record of what went out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pysubs2
import regex

from localize.cues import Event, Layout
from localize.errors import InputError, SubtitleError
from localize.exchange import records
from localize.exchange.handout import Handout, Key, Line
from localize.exchange.records import Record
from localize.exchange.returned import Returned, Row, refuse_large, twice
from localize.job import Job
from localize.locales import locale
from localize.subtitles import TimedText, escape_ass, to_srt
from localize.subtitles.ass import from_ass
from localize.subtitles.encoding import decode
from localize.subtitles.srt import from_srt
from localize.subtitles.text import directed, newlines, plain

SUFFIXES = (".srt", ".ass")
_INFO = ("Localize Series", "Localize Episode", "Localize Locale")
_GIVEN = "Localize Given"
_CARRIED = regex.compile(r"\s*([A-Za-z0-9]+)\s+([0-9a-f]{16})\s*")
_SOURCE = "source"
MOST_CUES = 10_000
_OVERLAP = 0.5
"""Share of the shorter of two that both last, from which on a cue with other times is still the same."""


def name(handout: Handout, kind: str) -> str:
    """A file name that says what is in it, and of SRT which record it was made from."""
    first = f"{handout.series}.{handout.episode}.{handout.locale}"
    return f"{first}.{handout.digest}.srt" if kind == "srt" else f"{first}.{kind}"


def export(job: Job, handout: Handout, kind: str) -> bytes:
    """One episode as SRT or ASS, in the times of its cues."""
    if kind == "ass":
        return _ass(handout).encode("utf-8-sig")
    records.keep(job, handout)
    events = tuple(Event(line.start_ms, line.end_ms, line.target, (line.cue_id,)) for line in handout.lines)
    return to_srt(Layout(handout.locale, 0, 0, "", 0, 0, 0, events), locale(handout.locale)).encode()


def read(data: bytes, file: str, jobs: Sequence[Job], tag: str = "") -> Returned:
    """What came back in a file called `file`, which is of one of `jobs` and in `tag`, where it does not say it itself.

    InputError where it is no subtitle file, or nothing tells what it was made from.
    """
    refuse_large(data)
    try:
        text = newlines(_decoded(data, file, jobs, tag))
        return _from_ass(text, jobs, tag) if file.lower().endswith(".ass") else _from_srt(text, file, jobs, tag)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, TypeError) as error:
        raise SubtitleError(f"{file} cannot be parsed: {error}", next_step="save it again in your editor") from error


def _decoded(data: bytes, file: str, jobs: Sequence[Job], tag: str) -> str:
    """As UTF-8; as an older encoding only where the locale is known, since those read anything as something."""
    known = {one for job in jobs for one in job.locales}
    named = tag or next((part for part in file.split(".")[::-1] if part in known), "")
    if named:
        return decode(data, Path(file), locale(named))[0]
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SubtitleError(f"{file} is not UTF-8", next_step="save it as UTF-8, or give --to LOCALE") from None


def _ass(handout: Handout) -> str:
    script = pysubs2.SSAFile()
    script.info |= dict(zip(_INFO, (handout.series, handout.episode, handout.locale), strict=True))
    script.info |= {"PlayResX": "1080", "PlayResY": "1920", "WrapStyle": "2"}
    script.info[_GIVEN] = " ".join(line.cue_id for line in handout.lines)
    small = pysubs2.SSAStyle(fontsize=48.0, marginv=200)
    script.styles = {"Default": small}
    profile = locale(handout.locale)
    for line in handout.lines:
        said = "\n".join((line.source, *line.findings, *line.comments))
        text = r"\N".join(directed(escape_ass(part), profile) for part in line.target.split("\n"))
        above = pysubs2.SSAEvent(type="Comment", text=escape_ass(said), effect=f"{_SOURCE} {line.cue_id}")
        drawn = pysubs2.SSAEvent(text=text, effect=f"{line.cue_id} {line.version}")
        for event in (above, drawn):
            event.start, event.end, event.name = line.start_ms, line.end_ms, line.speaker
            script.events.append(event)
    return str(script.to_string("ass", header_notice=""))


def _from_ass(text: str, jobs: Sequence[Job], tag: str) -> Returned:
    script = pysubs2.SSAFile.from_string(text, "ass")
    series, episode, tagged = (str(script.info.get(name_, "")).strip() for name_ in _INFO)
    if not episode and len(jobs) == 1:
        episode = jobs[0].episode.id
    if not (episode and (tagged or tag)):
        raise InputError("the file does not say what it is of any more", next_step="give --to LOCALE and --episode ID")
    drawn = [event for event in script.events if not event.is_comment]
    carried = [_CARRIED.fullmatch(event.effect) for event in drawn]
    given: dict[Key, str] = {(episode, cue_id): "" for cue_id in str(script.info.get(_GIVEN, "")).split()}
    given |= {(episode, found[1]): found[2] for found in carried if found}
    if not any(carried):
        raise InputError(
            "no event of the file says which cue it is: its Effect fields are gone",
            episode_id=episode, next_step="export as ASS again, or save it as SRT and import that",
        )  # fmt: skip
    sources = dict(_sources(script))
    rows = tuple(
        Row(
            f"{episode}, event {number}", episode, found[1] if found else "", entry.timed.text,
            sources.get(found[1], "") if found else "",
        )
        for number, (entry, found) in enumerate(zip(from_ass(text), carried, strict=True), 1)
    )  # fmt: skip
    return Returned(series, tagged or tag, given, rows, tuple(twice(rows)))


def _sources(script: pysubs2.SSAFile) -> Iterator[tuple[str, str]]:
    for event in script.events:
        kind, _, cue_id = event.effect.strip().partition(" ")
        if event.is_comment and kind == _SOURCE:
            yield cue_id, plain(event.text.split(r"\N")[0])


def _from_srt(text: str, file: str, jobs: Sequence[Job], tag: str) -> Returned:
    timed = [entry.timed for entry in from_srt(text)]
    if len(timed) > MOST_CUES:
        raise SubtitleError(f"{file} holds {len(timed)} subtitles", next_step="give the file that was exported")
    if not timed:
        raise SubtitleError(f"{file} holds no subtitle", next_step="give the file that was exported")
    found = [
        (job, record)
        for job in jobs
        for one in ((tag,) if tag else job.locales)
        if (record := records.find(job, one, file, timed))
    ]
    named = [one for one in found if one[1].digest in file]
    if len(named or found) != 1:
        known = "several exports" if found else "no export"
        raise InputError(
            f"{file} is of {known} of this workspace", next_step="give --to LOCALE and --episode ID; "
            "for subtitles made elsewhere: localize import",
        )  # fmt: skip
    _, record = (named or found)[0]
    return _matched(record, timed)


def _matched(record: Record, timed: Sequence[TimedText]) -> Returned:
    handout = record.handout
    given = {(handout.episode, line.cue_id): line.version for line in handout.lines}
    lines = _lines_of(timed, handout.lines)
    rows = tuple(
        Row(
            f"{handout.episode}, cue {number}", handout.episode, line.cue_id if line else "",
            # As it went out, where only what SRT has no room for is lost.
            line.target if line and plain(line.target) == one.text else one.text,
            line.source if line else "",
        )
        for number, (one, line) in enumerate(zip(timed, lines, strict=True), 1)
    )  # fmt: skip
    return Returned(handout.series, handout.locale, given, rows)


def _lines_of(timed: Sequence[TimedText], lines: Sequence[Line]) -> list[Line | None]:
    """The line of each cue of a file: of the same times, else the one that it shares most time with; each once."""
    by_times: Mapping[tuple[int, int], Line] = {(line.start_ms, line.end_ms): line for line in lines}
    found: list[Line | None] = []
    free = {line.cue_id: line for line in lines}
    for one in timed:
        line = by_times.get((one.start_ms, one.end_ms))
        found.append(free.pop(line.cue_id, None) if line else None)
    for number, one in enumerate(timed):
        if found[number] is None:
            near = max(free.values(), key=lambda line: _shared(one, line), default=None)
            if near and _shared(one, near) >= _OVERLAP:
                found[number] = free.pop(near.cue_id)
    return found


def _shared(one: TimedText, line: Line) -> float:
    both_ms = min(one.end_ms, line.end_ms) - max(one.start_ms, line.start_ms)
    return both_ms / max(min(one.end_ms - one.start_ms, line.end_ms - line.start_ms), 1)
