"""The source track from one run to the next: ids that stay, what a person mended, and one spelling for what is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from localize.cues import Cue, SourceTrack, Word
from localize.findings import Finding
from localize.locales import SOURCE
from localize.picture.hardsub import Shown
from localize.text.chinese import Simplify, has_han, respelled, simplified
from localize.text.clauses import DEFAULT, Rules

MIN_CUE_MS = 40
"""One frame at 25 fps: no cue is shorter, whatever a recogniser says."""


@dataclass(frozen=True, slots=True)
class Segmented:
    """A source track, and what a person should know about how it came about.

    `shown` has the text of the picture that a finding is about, by cue id: what a reviewer wants to see.
    """

    track: SourceTrack
    findings: tuple[Finding, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)


def numbered(cues: Iterable[Cue], previous: SourceTrack | None) -> SourceTrack:
    """`cues` with ids: what `previous` has with the same text at the same time keeps its own, the rest gets new."""
    return added(SourceTrack(SOURCE.tag, (), previous.next_id if previous else 1), cues, previous)


def added(track: SourceTrack, cues: Iterable[Cue], previous: SourceTrack | None) -> SourceTrack:
    """`track` and `cues` in order of time, those that are new with ids as in `numbered`."""
    next_id, taken = track.next_id, {cue.id for cue in track.cues}
    free = [cue for cue in previous.cues if cue.id not in taken] if previous else []
    result = list(track.cues)
    for cue in cues:
        same = next((old for old in free if _same(old, cue)), None)
        if same:
            free.remove(same)
            result.append(replace(cue, id=same.id, speaker=cue.speaker or same.speaker))
        else:
            result.append(replace(cue, id=f"c{next_id:04d}"))
            next_id += 1
    if track.cues:
        result.sort(key=lambda cue: (cue.start_ms, cue.kind, cue.end_ms))
    return replace(track, cues=tuple(result), next_id=next_id)


def _same(old: Cue, new: Cue) -> bool:
    met = old.start_ms < new.end_ms and new.start_ms < old.end_ms
    return met and old.text == new.text and old.kind == new.kind


def mended(track: SourceTrack) -> bool:
    """Whether a person has changed `track` since it was made."""
    return any(cue.origin == "human" for cue in track.cues)


def keep_mended(previous: SourceTrack, made: Segmented, *, moved_on: bool, film: str = "") -> Segmented:
    """`previous` as a person left it, the cues that `made` has otherwise marked as a person's.

    Findings about cues a person changed are answered; `moved_on` says that what `made` was made from has changed. Where
    `film`, the SHA-256 of the media, is another cut than it was mended for, that is an error: somebody has to look.
    """
    as_made = {(cue.id, cue.start_ms, cue.end_ms, cue.text) for cue in made.track.cues}
    cues = tuple(
        cue if (cue.id, cue.start_ms, cue.end_ms, cue.text) in as_made else replace(cue, origin="human")
        for cue in previous.cues
    )
    untouched = {cue.id for cue in cues if cue.origin != "human"}
    findings = [finding for finding in made.findings if finding.cue_id in untouched]
    # What was left out stays worth knowing, but a person has seen the track since.
    findings += [_at_most_warning(finding) for finding in made.findings if finding.cue_id is None]
    if previous.film and film and previous.film != film:
        message = (
            "the film was replaced by another cut since a person edited this track; approve the transcript if it fits "
            "the new one, or delete source.json to take it anew"
        )
        findings.append(Finding("source-moved-on", "error", message))
    elif moved_on:
        message = (
            "what this track was made from has changed since a person edited it; delete source.json to take it anew"
        )
        findings.append(Finding("source-moved-on", "warning", message))
    numbers = (int(digits) for cue in cues if (digits := cue.id.removeprefix("c")).isdigit())
    next_id = max(previous.next_id, max(numbers, default=0) + 1)
    shown = {cue_id: shown for cue_id, shown in made.shown.items() if cue_id in untouched}
    return Segmented(replace(previous, cues=cues, next_id=next_id), tuple(findings), shown)


def _at_most_warning(finding: Finding) -> Finding:
    return replace(finding, severity="warning") if finding.severity == "error" else finding


def respelled_lines(raw: str, simplify: Simplify = simplified) -> list[str]:
    """The lines of a subtitle in one spelling, without the empty ones."""
    return [text for line in raw.splitlines() if (text := respelled(line, simplify))]


def one_line(lines: Sequence[str]) -> str:
    """The text of one voice; its line breaks are layout."""
    text = ""
    for line in lines:
        # Chinese subtitles leave marks out at the end of a line: the break was the comma.
        both_han = bool(text) and has_han(text[-1]) and has_han(line[0])
        text += ("，" if both_han else " " if text and text[-1].isascii() and line[0].isascii() else "") + line
    return text


def spoken_cues(groups: Sequence[list[Word]], duration_ms: int | None, rules: Rules = DEFAULT) -> list[Cue]:
    """Cues that follow one another: start with the first word, end after the last, never into the next cue."""
    starts: list[int] = []
    for group in groups:
        starts.append(max(group[0].start_ms, starts[-1] + MIN_CUE_MS if starts else 0))
    cues = []
    for i, group in enumerate(groups):
        end_ms = max(group[-1].end_ms + rules.tail_ms, starts[i] + rules.min_duration_ms)
        if i + 1 < len(starts):
            end_ms = min(end_ms, starts[i + 1])
        elif duration_ms is not None:
            end_ms = max(min(end_ms, duration_ms), starts[i] + MIN_CUE_MS)
        cues.append(
            Cue(
                id="",
                start_ms=starts[i],
                end_ms=end_ms,
                text="".join(word.text for word in group).strip(),
                words=tuple(group),
                confidence=_confidence(group),
            )
        )
    return cues


def _confidence(words: Sequence[Word]) -> float:
    """The mean over characters: a long word weighs more than a short one."""
    chars = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / chars, 4)
