"""Edits of target lines: each says which version it was made from, and one that somebody else overtook is not lost.

A version is a hash of the source text and of the line, so that it needs no counter and holds for edits made in a text
editor as well. Approving is no new version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from localize.cues import STALE, Cue, TargetLine, TargetTrack, graphemes, retired, source_fingerprint
from localize.errors import InputError, at
from localize.fingerprint import fingerprint
from localize.job import Job
from localize.review import log
from localize.review.log import Event, What, Who
from localize.workspace import Writer, target_file

LONGEST = 1000
"""Grapheme clusters; far more than a phone shows, and less than somebody pastes by mistake."""

_CONTROLS = regex.compile(r"[\p{Cc}--[\n]]|[\u2028\u2029]", regex.V1)


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text for one cue's line, made by somebody who saw `version` of it."""

    cue_id: str
    text: str
    version: str


@dataclass(frozen=True, slots=True)
class Clash:
    """An edit that was not made, since the line had become `line` meanwhile, by `who` where that is known."""

    edit: Edit
    line: TargetLine
    version: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of some edits: `lines` stand as they are now, each `clash` is for a person to decide."""

    lines: tuple[TargetLine, ...] = ()
    versions: Mapping[str, str] | None = None
    clashes: tuple[Clash, ...] = ()
    event: Event | None = None


def version(cue: Cue, line: TargetLine | None) -> str:
    """What an edit of this line has to name; a missing line has one too."""
    return fingerprint("version", cue.text, line.text if line else "")[:16]


def save(
    job: Job, tag: str, edits: Sequence[Edit], who: Who, *, what: What = "edit", approve: bool = False, text: str = ""
) -> Saved:
    """Write `edits` into the track of `tag`, all of them at once but for those that clash.

    `approve` marks the lines as let through as well. InputError on a cue that is not there or a text that is far too
    long: then nothing is written. What a clash held is kept in the log.
    """
    edits = [replace(edit, text=_clean(edit.text)) for edit in edits]
    with at(stage="review", episode_id=job.episode.id, locale=tag), job.workspace.writing(tag) as writer:
        cues = {cue.id: cue for cue in job.source().cues}
        track = job.workspace.read(TargetTrack, target_file(tag)) or TargetTrack(tag, ())
        lines = lines_of(track, cues)
        for edit in edits:
            if edit.cue_id not in cues:
                raise InputError(f"there is no cue {edit.cue_id} any more", next_step="load the episode again")
        good = [e for e in edits if e.version == version(cues[e.cue_id], lines.get(e.cue_id))]
        clashing = [e for e in edits if e not in good]
        made = {e.cue_id: _edited(cues[e.cue_id], lines.get(e.cue_id), e.text, approve) for e in good}
        changed = {id_: line for id_, line in made.items() if line != lines.get(id_)}
        event = None
        if changed:
            before = tuple(lines[id_] for id_ in changed if id_ in lines)
            event = _event(who, what, tag, changed, before, tuple(changed.values()), text)
            _commit(job, writer, track, lines | changed, event, cues)
        clashes = tuple(_clash(job, tag, edit, cues[edit.cue_id], lines.get(edit.cue_id)) for edit in clashing)
        for clash in clashes:
            _keep(job, tag, clash, who)
    now = {id_: version(cues[id_], line) for id_, line in made.items()}
    return Saved(tuple(made.values()), now, clashes, event)


def approve(job: Job, tag: str, versions: Mapping[str, str], who: Who, *, approved: bool = True) -> Saved:
    """Let lines pass as they stand, or take that back; `versions` says which text was seen of which cue."""
    with at(stage="review", episode_id=job.episode.id, locale=tag), job.workspace.writing(tag) as writer:
        cues = {cue.id: cue for cue in job.source().cues}
        track = job.workspace.need(TargetTrack, target_file(tag))
        lines = lines_of(track, cues)
        known = {id_: seen for id_, seen in versions.items() if id_ in lines and id_ in cues}
        good = [id_ for id_, seen in known.items() if seen == version(cues[id_], lines[id_])]
        changed = {id_: _approved(cues[id_], lines[id_], approved) for id_ in good}
        changed = {id_: line for id_, line in changed.items() if line != lines[id_]}
        event = None
        if changed:
            before = tuple(lines[id_] for id_ in changed)
            event = _event(
                who, "approve", tag, changed, before, tuple(changed.values()), "" if approved else "withdrawn"
            )
            _commit(job, writer, track, lines | changed, event, cues)
        clashes = tuple(
            _clash(job, tag, Edit(id_, lines[id_].text, seen), cues[id_], lines[id_])
            for id_, seen in known.items()
            if id_ not in good
        )
    now = {id_: version(cues[id_], lines[id_]) for id_ in good}
    return Saved(tuple(changed.get(id_, lines[id_]) for id_ in good), now, clashes, event)


def restore(job: Job, tag: str, event: Event, who: Who) -> Saved:
    """Put back the lines that `event` changed, as they were before it; what changed since then clashes."""
    with at(stage="review", episode_id=job.episode.id, locale=tag), job.workspace.writing(tag) as writer:
        cues = {cue.id: cue for cue in job.source().cues}
        track = job.workspace.need(TargetTrack, target_file(tag))
        lines = lines_of(track, cues)
        before = {line.id: line for line in event.lines_before}
        ours = [after for after in event.lines_after if after.id in cues]
        good = [a for a in ours if (standing := lines.get(a.id)) and standing.text == a.text]
        # A line that did not exist before is left empty: a track holds one line for each cue.
        back = {after.id: before.get(after.id, replace(after, text="", approved=False)) for after in good}
        undone = None
        if back:
            stood = tuple(lines[id_] for id_ in back)
            undone = _event(who, "undo", tag, back, stood, tuple(back.values()), "", of=event.id)
            _commit(job, writer, track, lines | back, undone, cues)
        clashes = tuple(
            _clash(job, tag, Edit(after.id, before[after.id].text if after.id in before else "", ""), cues[after.id],
                   lines.get(after.id))
            for after in ours
            if after not in good
        )  # fmt: skip
    now = {id_: version(cues[id_], line) for id_, line in back.items()}
    return Saved(tuple(back.values()), now, clashes, undone)


def lines_of(track: TargetTrack, cues: Collection[str]) -> dict[str, TargetLine]:
    """The line of each of `cues` that has one; a cue that came back, as by an undone split, has its old line again."""
    return {line.id: line for line in (*track.retired, *track.lines) if line.id in cues}


def _commit(
    job: Job, writer: Writer, track: TargetTrack, lines: Mapping[str, TargetLine], event: Event, cues: Collection[str]
) -> None:
    name = target_file(track.locale)
    record = job.workspace.state.artefacts.get(name)
    kept = tuple(lines[id_] for id_ in cues if id_ in lines)
    made = replace(track, lines=kept, retired=retired(track, cues))
    logged(job, event, lambda: writer.commit(name, made, record.fingerprint if record else ""))


def logged(job: Job, event: Event, commit: Callable[[], None]) -> None:
    """Commit what `event` tells of, with the event in the log; neither where the commit fails."""
    path = log.append(job.workspace, event)
    try:
        commit()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _event(
    who: Who, what: What, scope: str, ids: Iterable[str], before: tuple[TargetLine, ...],
    after: tuple[TargetLine, ...], text: str, of: str = "",
) -> Event:  # fmt: skip
    id_, time = log.stamp()
    return Event(id_, time, who, what, scope, tuple(ids), before, after, text=text, of=of)


def _edited(cue: Cue, line: TargetLine | None, text: str, approve: bool) -> TargetLine:
    """A person's line: what a machine wrote stays in it as its draft, what was said of that text goes."""
    if line and line.text == text:
        return _approved(cue, line, True) if approve else line
    draft = None if line is None else line.draft if line.draft is not None else None if line.human else line.text
    return TargetLine(
        id=cue.id,
        text=text,
        by="human",
        draft=draft,
        source_fingerprint=source_fingerprint(cue),
        approved=approve,
    )


def _approved(cue: Cue, line: TargetLine, approved: bool) -> TargetLine:
    """Who lets a line pass has seen it beside the source as it is now."""
    if not approved:
        return replace(line, approved=False)
    flags = tuple(flag for flag in line.flags if flag != STALE)
    return replace(line, approved=True, flags=flags, source_fingerprint=source_fingerprint(cue))


def _clean(text: str) -> str:
    """As typed, but for what no subtitle has: controls, and blanks at its ends."""
    text = _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(graphemes(text)) > LONGEST:
        raise InputError(f"a line has at most {LONGEST} characters", next_step="shorten it, then save again")
    return "\n".join(part.strip() for part in text.strip().split("\n"))


def _clash(job: Job, tag: str, edit: Edit, cue: Cue, line: TargetLine | None) -> Clash:
    last = [e for e in log.of_cue(log.read(job.workspace, tag), cue.id) if e.lines_after]
    standing = line or TargetLine(cue.id, "", "human")
    return Clash(edit, standing, version(cue, line), last[-1].who.name if last else "")


def _keep(job: Job, tag: str, clash: Clash, who: Who) -> None:
    id_, time = log.stamp()
    lost = replace(clash.line, text=clash.edit.text, by="human", approved=False)
    log.append(job.workspace, Event(id_, time, who, "clash", tag, (lost.id,), (clash.line,), (lost,)))
