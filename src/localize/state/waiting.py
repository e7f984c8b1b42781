"""Waiting: what of an episode waits at which gate, for whom and since when."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from localize.decisions import Decision, GateName
from localize.gates import decision_file, review_command, reviewed_digest, run_command
from localize.job import Job
from localize.state.status import view
from localize.workspace import layout_file, render_file, subtitle_file, target_file

Whom = Literal["reviewer", "editor"]


@dataclass(frozen=True, slots=True)
class Wait:
    """One locale at one gate; `locale` is None for the transcript, which all share."""

    episode: str
    gate: GateName
    locale: str | None
    why: str
    whom: Whom
    """A text that was rejected waits for who mends it, everything else for a reviewer."""
    since: str
    """When what waits was made or sent back, ISO 8601 in UTC."""
    digest: str
    """Of what a decision would be about."""
    next_step: str
    """What to type; what was sent back is mended first."""


def waiting(job: Job) -> list[Wait]:
    """Everything of the episode that waits, in the order of the gates and of the run's locales."""
    seen = view(job)
    stands: list[tuple[GateName, str | None, str]] = [
        (gate.gate, state.profile.tag, gate.words) for state in seen.states for gate in state.gates if gate.waits
    ]
    if seen.transcript.waits:
        stands = [("transcript", None, seen.transcript.words)]
    stands.sort(key=lambda stand: ("transcript", "translation", "final").index(stand[0]))
    return [_wait(job, gate, tag, why) for gate, tag, why in stands]


def _wait(job: Job, gate: GateName, tag: str | None, why: str) -> Wait:
    ws, tags = job.workspace, (tag,) if tag else ()
    digest = reviewed_digest(job.series, ws, gate, tag)
    decision = ws.read(Decision, decision_file(gate, tag))
    sent_back = decision is not None and (decision.verdict, decision.digest) == ("rejected", digest)
    since = decision.at if decision and sent_back else _made(job, gate, tag)
    whom: Whom = "editor" if sent_back else "reviewer"
    step = run_command(job.series, ws, tags) if sent_back else review_command(job.series, job.episode, gate, tags, ws)
    return Wait(job.episode.id, gate, tag, why, whom, since, digest, step)


def _made(job: Job, gate: GateName, tag: str | None) -> str:
    """When the newest file of what a reviewer looks at was written."""
    tag = tag or ""
    files = {
        "transcript": ["source.json"],
        "translation": [target_file(tag)],
        "final": [layout_file(tag), render_file(tag), *(subtitle_file(tag, kind) for kind in job.series.formats)],
    }
    there = [path.stat().st_mtime for name in files[gate] if (path := job.workspace.path(name)).exists()]
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(max(there)))
