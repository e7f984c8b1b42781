"""Cells: where each episode stands in each locale, for a board of thousands; read again only where a file changed."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from localize import decisions, gates
from localize.decisions import Decision, GateName
from localize.disk import Stamp
from localize.errors import LocalizeError, ReviewRejected, StaleApproval
from localize.findings import Finding, Findings
from localize.job import Job
from localize.review.log import Event
from localize.workspace import findings_file, from_json, layout_file, target_file

State = Literal["none", "blocked", "waiting", "changed", "rejected", "approved", "passed", "damaged"]
"""`none`: not translated yet; `blocked`: the transcript waits; `changed`: edited after a decision; `passed`: a gate let
it through by itself, or is off."""
STATES: tuple[State, ...] = ("waiting", "changed", "rejected", "blocked", "approved", "passed", "none", "damaged")
TO_DO = frozenset({"waiting", "changed", "rejected"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One locale of one episode. `since_ns` is when its text last changed; `gate` the one it stands at."""

    state: State = "none"
    gate: GateName = "translation"
    words: str = ""
    errors: int = 0
    warnings: int = 0
    since_ns: int = 0
    editor: str = ""

    @property
    def waits(self) -> bool:
        return self.state in TO_DO


class Cells:
    """The cells of a desk, kept with the stamps of the files that they were read from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[Job, dict[str, tuple[tuple[Stamp | None, ...], Cell]]] = WeakKeyDictionary()

    def of(self, job: Job) -> dict[str, Cell]:
        """Every locale of an episode."""
        there = _stamps(job.workspace.folder)
        return {tag: self._cell(job, tag, there) for tag in job.locales}

    def _cell(self, job: Job, tag: str, there: Mapping[str, Stamp]) -> Cell:
        names = (
            "source.json", target_file(tag), findings_file(tag), layout_file(tag), f"log/{tag}",
            f"decisions/translation.{tag}.json", f"decisions/final.{tag}.json", "decisions/transcript.json",
            findings_file(job.series.source_locale), f"renders/{tag}.mp4", f"subtitles/{tag}.srt",
        )  # fmt: skip
        stamps = tuple(there.get(name) for name in names)
        with self._lock:
            # An edited manifest, with other gates perhaps, has other jobs.
            own = self._known.setdefault(job, {})
            known = own.get(tag)
        if known and known[0] == stamps:
            return known[1]
        try:
            cell = _read(job, tag, there)
        except LocalizeError as error:
            cell = Cell("damaged", words=error.message)
        with self._lock:
            own[tag] = stamps, cell
        return cell


def _stamps(folder: Path) -> dict[str, Stamp]:
    """Of what lies in an episode's folder and one below; one call of the system for each folder, not for each name."""
    found: dict[str, Stamp] = {}
    for inner in ("", "targets/", "findings/", "layout/", "decisions/", "renders/", "subtitles/", "log/"):
        with suppress(OSError), os.scandir(folder / inner) as entries:
            for entry in entries:
                stat = entry.stat()
                found[inner + entry.name] = stat.st_size, stat.st_mtime_ns
    return found


def _read(job: Job, tag: str, there: Mapping[str, Stamp]) -> Cell:
    target = there.get(target_file(tag))
    if "source.json" not in there or target is None:
        return Cell("blocked", "transcript") if _blocked(job, there) else Cell()
    findings = _findings(job, findings_file(tag)) if findings_file(tag) in there else None
    severities = Counter(finding.severity for finding in findings or ())
    begun = Cell(
        "blocked", "transcript", errors=severities["error"], warnings=severities["warning"], since_ns=target[1],
        editor=_editor(job, tag, there),
    )  # fmt: skip
    if _blocked(job, there):
        return begun
    made = layout_file(tag) in there and bool({f"renders/{tag}.mp4", f"subtitles/{tag}.srt"} & there.keys())
    state, words = _gate(job, "translation", tag, there, findings)
    at: GateName = "translation"
    if made and state not in TO_DO:
        at = "final"
        state, words = _gate(job, at, tag, there, findings)
    return replace(begun, state=state, gate=at, words=words)


def _blocked(job: Job, there: Mapping[str, Stamp]) -> bool:
    """Whether the transcript waits for a person; most series decide that by findings."""
    if "source.json" not in there:
        return False
    name = findings_file(job.series.source_locale)
    return _gate(job, "transcript", None, there, _findings(job, name) if name in there else None)[0] in TO_DO


def _gate(
    job: Job, gate: GateName, tag: str | None, there: Mapping[str, Stamp], findings: tuple[Finding, ...] | None
) -> tuple[State, str]:
    """Where a gate stands. What it is about is read only where somebody decided."""
    name = gates.decision_file(gate, tag)
    decision = from_json(Decision, job.workspace.path(name)) if name in there else None
    digest = gates.reviewed_digest(job.series, job.workspace, gate, tag) if decision else ""
    try:
        decisions.passes(job.series.gates.rule(gate, tag), decision, digest, findings, review="")
    except ReviewRejected as error:
        return "rejected", error.message
    except StaleApproval as error:
        return "changed", error.message
    except LocalizeError as error:
        return "changed" if decision else "waiting", error.message
    person = decision and not decision.limit and decision.digest == digest
    return ("approved", decision.reviewer) if decision and person else ("passed", "")


def _findings(job: Job, name: str) -> tuple[Finding, ...]:
    return from_json(Findings, job.workspace.path(name)).findings


def _editor(job: Job, tag: str, there: Mapping[str, Stamp]) -> str:
    """Who did something here last."""
    if f"log/{tag}" not in there:
        return ""
    latest = max(job.workspace.path(f"log/{tag}").glob("[!.]*.json"), default=None)
    return from_json(Event, latest).who.name if latest else ""
