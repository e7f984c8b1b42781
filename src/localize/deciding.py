"""Deciding: how a decision, a person's or a gate's own, gets into the workspace.

The desk, the command line, an imported file and the form in Prefect all end in `decide`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from localize import gates
from localize.cues import TargetTrack
from localize.decisions import BY_ITSELF, CueComment, Decision, GateName, Verdict
from localize.errors import InputError, ReviewError, StaleApproval, at
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job
from localize.review import comments, edits, log
from localize.workspace import Writer, target_file


def decide(
    job: Job,
    gate: GateName,
    tag: str | None,
    verdict: Verdict,
    reviewer: str,
    comment: str = "",
    *,
    cues: Sequence[CueComment] = (),
    seen: str | None = None,
    self_declared: bool = True,
) -> Decision:
    """Write a reviewer's decision about what stands in the workspace now.

    `seen` is the digest of what the reviewer had before them: StaleApproval where something else stands there by now.
    A verdict that stands already, and to which nothing is added, is not made again: who gave it first did. InputError
    on a name that is none, on comments to cues that are not there, and at the final gate of titles.
    """
    if not (reviewer := reviewer.strip()) or reviewer.casefold() == BY_ITSELF:
        raise InputError(
            f"{reviewer!r} is not a reviewer: a decision needs the name of who decides",
            next_step="give --reviewer NAME",
        )
    if gate == "final" and not job.episode.has_film:
        step = gates.review_command(job.series, job.episode, "translation", (tag,) if tag else (), job.workspace)
        raise InputError(
            "titles are not drawn and have no final gate", stage=gate, episode_id=job.episode.id, locale=tag,
            next_step=step,
        )  # fmt: skip
    with at(stage=gate, episode_id=job.episode.id, locale=tag), job.workspace.writing(tag or SOURCE) as writer:
        _refuse_strangers(job, cues)
        digest = gates.reviewed_digest(job.series, job.workspace, gate, tag)
        if seen is not None and seen != digest:
            review = gates.review_command(job.series, job.episode, gate, (tag,) if tag else (), job.workspace)
            raise StaleApproval(f"edited before {reviewer} decided; nothing was decided", next_step=review)
        decision = Decision(
            gate, verdict, reviewer, _now(), digest, comment, self_declared, tuple(cues), film=_film(job)
        )
        if standing := _standing(job, tag, decision):
            return standing
        who = log.Who(reviewer, not self_declared)

        def write() -> None:
            if gate == "translation" and tag and (marked := _marked(job, tag, decision)):
                name = target_file(tag)
                record = job.workspace.state.artefacts.get(name)
                writer.commit(name, marked, record.fingerprint if record else "")
            _write(writer, decision, tag)

        id_, time_ = log.stamp()
        words = f"{gate} {verdict}{f': {comment}' if comment else ''}"
        edits.logged(job, log.Event(id_, time_, who, "decide", tag or SOURCE, text=words), write)
        for note in cues:
            comments.add(job, tag or SOURCE, note.cue_id, note.comment, who)
    return decision


def gate_error(job: Job, gate: GateName, tag: str | None) -> ReviewError | None:
    """What keeps `gate` closed for locale `tag` (None: the transcript, which all share), None where it is open."""
    return gates.gate_error(job.series, job.episode, job.workspace, gate, tag)


def settle(job: Job, gate: GateName, tag: str | None) -> ReviewError | None:
    """What keeps `gate` closed for locale `tag` (None: the transcript); where it opens by itself, a decision says so.

    Such a decision approves no line and teaches the memory nothing: nobody read them. It is not written again while
    the text and the limit stay the same.
    """
    if waiting := gate_error(job, gate, tag):
        return waiting
    if _unsaid(job, gate, tag):
        with at(stage=gate, episode_id=job.episode.id, locale=tag), job.workspace.writing(tag or SOURCE) as writer:
            # Once more with the lease: a person may have edited or decided meanwhile.
            if waiting := gate_error(job, gate, tag):
                return waiting
            if unsaid := _unsaid(job, gate, tag):
                _write(writer, unsaid, tag)
    return None


def _unsaid(job: Job, gate: GateName, tag: str | None) -> Decision | None:
    """The decision of an open gate that passes by itself, None where one stands already or a person's does."""
    rule = job.series.gates.rule(gate, tag)
    if rule.mode != "auto":
        return None
    digest = gates.reviewed_digest(job.series, job.workspace, gate, tag)
    said = job.workspace.read(Decision, gates.decision_file(gate, tag))
    if said and said.digest == digest and said.limit in (None, rule.at) and not said.of_other_film(_film(job)):
        return None
    comment = f"no finding at {rule.at} severity or above"
    return Decision(
        gate, "approved", BY_ITSELF, _now(), digest, comment, self_declared=False, limit=rule.at, film=_film(job)
    )


def _film(job: Job) -> str:
    facts = job.workspace.state.facts
    return facts.digest if facts else ""


def _write(writer: Writer, decision: Decision, tag: str | None) -> None:
    writer.commit(gates.decision_file(decision.gate, tag), decision, fingerprint("decision", decision))


def _refuse_strangers(job: Job, cues: Collection[CueComment]) -> None:
    there = [cue.id for cue in job.source().cues] if cues else []
    if strange := [note.cue_id for note in cues if note.cue_id not in there]:
        raise InputError(f"there is no cue {strange[0]!r}", next_step=f"choose among {there[0]} to {there[-1]}")


def _marked(job: Job, tag: str, decision: Decision) -> TargetTrack | None:
    """What a reviewer approved, no machine writes anew; a rejection takes it back, of the cues it names or of all.

    None where the track is marked so already.
    """
    approved, named = decision.verdict == "approved", {note.cue_id for note in decision.cues}
    track = job.workspace.need(TargetTrack, target_file(tag))
    lines = (
        replace(line, approved=approved) if approved or not named or line.id in named else line for line in track.lines
    )
    marked = replace(track, lines=tuple(lines))
    return marked if marked != track else None


def _standing(job: Job, tag: str | None, decision: Decision) -> Decision | None:
    """The decision that stands, where `decision` would only say it again: in a second tab, or elsewhere meanwhile.

    One of a name that was only typed is made again by somebody who signed in.
    """
    said = job.workspace.read(Decision, gates.decision_file(decision.gate, tag))
    if said is None or said.limit or decision.comment or decision.cues:
        return None
    if (said.verdict, said.digest, said.film) != (decision.verdict, decision.digest, decision.film):
        return None
    if said.self_declared and not decision.self_declared:
        return None
    return None if decision.gate == "translation" and tag and _marked(job, tag, decision) else said


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
