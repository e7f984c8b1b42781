"""Edits of the source track: text and times of a cue, splits and merges. Every gate that saw the old ones closes.

A split or merge makes new ids, since an id is never given to another text; the new cues say which they were, and target
lines of those stay as suggestions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from localize.cues import Cue, SourceTrack, Word
from localize.errors import InputError, ReviewConflict, at
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job
from localize.review import log
from localize.review.edits import logged
from localize.review.log import Event, What, Who
from localize.text.chinese import ends_clause, has_han

MIN_CUE_MS = 200
"""Shorter than this nobody sees a subtitle."""

Change = Callable[[SourceTrack], SourceTrack]


@dataclass(frozen=True, slots=True)
class CueEdit:
    """New text and times for one cue, made by somebody who saw `version` of it."""

    cue_id: str
    text: str
    start_ms: int
    end_ms: int
    version: str


def version(cue: Cue) -> str:
    return fingerprint("cue", cue.id, cue.start_ms, cue.end_ms, cue.text)[:16]


def edit(job: Job, edits: Sequence[CueEdit], who: Who) -> Event | None:
    """Give cues another text or other times; None where nothing changed.

    ReviewConflict where somebody changed one of them meanwhile, InputError on times that cannot be: nothing is written.
    """

    def change(track: SourceTrack) -> SourceTrack:
        wanted = {one.cue_id: one for one in edits}
        for one in edits:
            _current(track, one.cue_id, one.version)
        cues = [
            _mended(cue, wanted[cue.id].text, wanted[cue.id].start_ms, wanted[cue.id].end_ms)
            if cue.id in wanted
            else cue
            for cue in track.cues
        ]
        return replace(track, cues=tuple(sorted(cues, key=lambda cue: cue.start_ms)))

    return _changed(job, who, "retime" if all(_same_text(job, one) for one in edits) else "edit", change)


def split(job: Job, cue_id: str, seen: str, who: Who, *, at_char: int, at_ms: int | None = None) -> Event | None:
    """Make two cues of one, after `at_char` code points of its text, at `at_ms` or where its words say."""

    def change(track: SourceTrack) -> SourceTrack:
        cue = _current(track, cue_id, seen)
        first, second = cue.text[:at_char].rstrip("，, \n"), cue.text[at_char:].lstrip("，, \n")
        if not (first and second):
            raise InputError("a split leaves text on both sides", next_step="choose a place inside the line")
        cut_ms = _cut_ms(cue, at_char) if at_ms is None else at_ms
        halves = (
            _mended(replace(cue, words=_words(cue, cue.start_ms, cut_ms)), first, cue.start_ms, cut_ms),
            _mended(replace(cue, words=_words(cue, cut_ms, cue.end_ms)), second, cut_ms, cue.end_ms),
        )
        return _put(track, [cue], halves)

    return _changed(job, who, "split", change)


def merge(job: Job, seen: Sequence[tuple[str, str]], who: Who) -> Event | None:
    """Make one cue of several that follow one another; `seen` has the id and the version of each."""

    def change(track: SourceTrack) -> SourceTrack:
        cues = sorted((_current(track, id_, version_) for id_, version_ in seen), key=lambda cue: cue.start_ms)
        # Writing in the picture runs beside what is said, and parts nobody's line.
        row = [cue for cue in track.cues if cue.kind == cues[0].kind]
        first = row.index(cues[0]) if cues[0] in row else 0
        if len(cues) < 2 or row[first : first + len(cues)] != cues:
            raise InputError("only cues that follow one another can be merged", next_step="choose neighbours")
        text = cues[0].text
        for cue in cues[1:]:
            between = "" if ends_clause(text) else "，" if has_han(text[-1:]) and has_han(cue.text[:1]) else " "
            text += between + cue.text
        speakers = {cue.speaker for cue in cues}
        whole = replace(
            cues[0],
            words=tuple(word for cue in cues for word in cue.words),
            speaker=cues[0].speaker if len(speakers) == 1 else None,
        )
        return _put(track, cues, [_mended(whole, text, cues[0].start_ms, max(cue.end_ms for cue in cues))])

    return _changed(job, who, "merge", change)


def restore(job: Job, event: Event, who: Who) -> Event | None:
    """Put back the cues that `event` changed; ReviewConflict where they have changed since."""

    def change(track: SourceTrack) -> SourceTrack:
        standing = {cue.id: cue for cue in track.cues}
        for after in event.cues_after:
            now = standing.get(after.id)
            if now is None or version(now) != version(after):
                raise _conflict(after.id)
        gone = {cue.id for cue in event.cues_after}
        cues = [cue for cue in track.cues if cue.id not in gone]
        return replace(track, cues=tuple(sorted((*cues, *event.cues_before), key=lambda cue: cue.start_ms)))

    return _changed(job, who, "undo", change, of=event.id)


def _changed(job: Job, who: Who, what: What, change: Change, *, of: str = "") -> Event | None:
    if not job.episode.has_film:
        raise InputError(
            "titles are read from the manifest, their source is not edited here", stage="review",
            episode_id=job.episode.id, next_step=f"write the text into {job.series.manifest}, then run the series",
        )  # fmt: skip
    with at(stage="review", episode_id=job.episode.id), job.workspace.writing(SOURCE) as writer:
        track = job.source()
        made = change(track)
        before = tuple(cue for cue in track.cues if cue not in made.cues)
        after = tuple(cue for cue in made.cues if cue not in track.cues)
        if not (before or after):
            return None
        _refuse(after, made, job)
        id_, time = log.stamp()
        ids = tuple(dict.fromkeys(cue.id for cue in (*before, *after)))
        event = Event(id_, time, who, what, SOURCE, ids, cues_before=before, cues_after=after, of=of)
        record = job.workspace.state.artefacts.get("source.json")
        logged(job, event, lambda: writer.commit("source.json", made, record.fingerprint if record else ""))
    return event


def _refuse(changed: Sequence[Cue], track: SourceTrack, job: Job) -> None:
    """InputError where a cue is too short, leaves the film, or runs into its neighbour."""
    end_ms = job.facts.duration_ms
    for cue in changed:
        if not cue.text:
            raise InputError(f"{cue.id} would be left without text", next_step="merge it with a neighbour instead")
        if cue.duration_ms < MIN_CUE_MS:
            raise InputError(f"{cue.id} would last {cue.duration_ms} ms", next_step=f"give it at least {MIN_CUE_MS} ms")
        if cue.end_ms > end_ms:
            raise InputError(f"{cue.id} would end after the film, at {cue.end_ms} ms", next_step=f"at most {end_ms} ms")
        others = (other for other in track.cues if other.id != cue.id and other.kind == cue.kind == "dialogue")
        if into := next((o for o in others if o.start_ms < cue.end_ms and cue.start_ms < o.end_ms), None):
            raise InputError(f"{cue.id} would be shown together with {into.id}", next_step="move that one first")


def _current(track: SourceTrack, cue_id: str, seen: str) -> Cue:
    cue = next((cue for cue in track.cues if cue.id == cue_id), None)
    if cue is None or version(cue) != seen:
        raise _conflict(cue_id)
    return cue


def _conflict(cue_id: str) -> ReviewConflict:
    return ReviewConflict(f"{cue_id} was changed by somebody else meanwhile", next_step="load the episode again")


def _same_text(job: Job, one: CueEdit) -> bool:
    return any(cue.id == one.cue_id and cue.text == one.text.strip() for cue in job.source().cues)


def _mended(cue: Cue, text: str, start_ms: int, end_ms: int) -> Cue:
    text = text.strip()
    if (text, start_ms, end_ms) == (cue.text, cue.start_ms, cue.end_ms):
        return cue
    if not 0 <= start_ms < end_ms:
        raise InputError(f"{cue.id} would last from {start_ms} to {end_ms} ms", next_step="end it after its start")
    return replace(cue, text=text, start_ms=start_ms, end_ms=end_ms, origin="human")


def _put(track: SourceTrack, old: Sequence[Cue], new: Sequence[Cue]) -> SourceTrack:
    """`new` in the place of `old`, with ids that no cue ever had."""
    was = tuple(cue.id for cue in old)
    named = [replace(cue, id=f"c{track.next_id + i:04d}", was=was, origin="human") for i, cue in enumerate(new)]
    cues = [cue for cue in track.cues if cue not in old]
    in_order = sorted((*cues, *named), key=lambda cue: cue.start_ms)
    return replace(track, cues=tuple(in_order), next_id=track.next_id + len(new))


def _words(cue: Cue, start_ms: int, end_ms: int) -> tuple[Word, ...]:
    return tuple(word for word in cue.words if start_ms <= (word.start_ms + word.end_ms) // 2 < end_ms)


def _cut_ms(cue: Cue, at_char: int) -> int:
    """Where the text before `at_char` has been said: between two words, or in proportion where none are known."""
    said = 0
    for word, after in zip(cue.words, cue.words[1:], strict=False):
        said += len(word.text.strip())
        if said >= at_char:
            return (word.end_ms + after.start_ms) // 2
    return cue.start_ms + cue.duration_ms * at_char // len(cue.text)
