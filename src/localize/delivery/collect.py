"""Collect: what of a series may be delivered, and why the rest may not. It reads the workspace and changes nothing.

Delivered is what passed every gate and shows the text that passed: anything else is held, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from localize import gates
from localize.decisions import BY_ITSELF, Decision, GateName
from localize.delivery.manifest import ALL_LOCALES, Kind, Passed, Quality
from localize.errors import DeliveryError, InputError, LocalizeError, ReviewError, at
from localize.findings import Findings, worst
from localize.fingerprint import file_digest
from localize.gates import decision_file, gate_error
from localize.job import Job
from localize.stages.render import KINDS
from localize.steps import outdated, selectable, shows_track
from localize.workspace import findings_file, layout_file, render_file, subtitle_file, target_file

FILES: tuple[Kind, ...] = ("burn", "sidecar", "mux")
_GATES: tuple[GateName, ...] = ("transcript", "translation", "final")


@dataclass(frozen=True, slots=True)
class Ready:
    """One file that may be delivered: `content` is where it lies, or what it is where it is made for the delivery."""

    kind: Kind
    episode: str
    locale: str
    ext: str
    content: Path | bytes
    bytes: int
    sha256: str
    duration_ms: int
    qc: tuple[Quality, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is not delivered and why; `kind` is None where it is everything of a locale, `locale` is where it is all."""

    episode: str
    locale: str | None
    kind: Kind | None
    error: LocalizeError

    def covers(self, episode: str, locale: str, kind: Kind) -> bool:
        """Whether this is why a file is not delivered; a file of all locales waits for each of them."""
        concerned = self.locale in {None, locale} or locale == ALL_LOCALES
        return concerned and self.episode == episode and self.kind in {None, kind}


@dataclass(frozen=True, slots=True)
class Collected:
    ready: tuple[Ready, ...] = ()
    held: tuple[Held, ...] = ()

    def __add__(self, other: Collected) -> Collected:
        return Collected(self.ready + other.ready, self.held + other.held)


def collect(job: Job, files: Sequence[Kind] = FILES) -> Collected:
    """What of one episode may be delivered in the locales of the run."""
    if not job.episode.has_film:
        raise ValueError("titles are collected by delivery.texts")
    try:
        with at(stage="deliver", episode_id=job.episode.id):
            return _Episode(job, files).collected()
    except LocalizeError as error:
        return Collected(held=(Held(job.episode.id, None, None, error),))


def not_made(job: Job, what: str) -> InputError:
    return InputError(what, next_step=gates.run_command(job.series, job.workspace, job.options.locales))


def quality(job: Job, tag: str, passed: Sequence[GateName] = _GATES) -> Quality:
    """What the check found in `tag`, and how its gates were passed."""
    found = job.workspace.read(Findings, findings_file(tag))
    findings = found.findings if found else ()
    count = Counter(finding.severity for finding in findings)
    return Quality(
        tag, count["error"], count["warning"], count["info"], worst(findings),
        tuple(_passed(job, gate, None if gate == "transcript" else tag) for gate in passed),
    )  # fmt: skip


def closed(job: Job, tag: str, passed: Sequence[GateName] = _GATES) -> ReviewError | None:
    """The first gate that does not let `tag` through."""
    scoped = ((gate, None if gate == "transcript" else tag) for gate in passed)
    return next((e for gate, scope in scoped if (e := gate_error(job.series, job.episode, job.workspace, gate, scope))),
                None)  # fmt: skip


def _passed(job: Job, gate: GateName, tag: str | None) -> Passed:
    ws = job.workspace
    if job.series.gates.rule(gate, tag).mode == "off":
        return Passed(gate, "off")
    decision = ws.read(Decision, decision_file(gate, tag))
    # One about an older text says nothing of what passed by itself since.
    if decision is None or decision.digest != gates.reviewed_digest(job.series, ws, gate, tag):
        return Passed(gate, BY_ITSELF)
    return Passed(gate, decision.reviewer, decision.at, decision.self_declared)


class _Episode:
    def __init__(self, job: Job, files: Sequence[Kind]) -> None:
        self._job, self._ws, self._files = job, job.workspace, files
        self._records = self._ws.state.artefacts

    def collected(self) -> Collected:
        if not self._ws.exists("source.json"):
            raise not_made(self._job, "nothing was made yet")
        self._refuse_other_media()
        self._stale = outdated(self._job)
        let_through: dict[str, Quality] = {}
        held: list[Held] = []
        for tag in self._job.options.locales:
            try:
                with at(locale=tag):
                    self._refuse(tag)
                    let_through[tag] = quality(self._job, tag)
            except LocalizeError as error:
                held.append(self._held(tag, None, error))
        made = chain.from_iterable(self._locale(tag, qc) for tag, qc in let_through.items())
        everything = [*made, *(self._all_locales(let_through) if "mux" in self._files and let_through else ())]
        ready = tuple(one for one in everything if isinstance(one, Ready))
        return Collected(ready, (*held, *(one for one in everything if isinstance(one, Held))))

    def _refuse_other_media(self) -> None:
        """What was made of another cut is nobody's delivery; media that went to an archive is no reason."""
        facts, media = self._job.facts, self._job.media
        with suppress(OSError):
            stat = media.stat()
            same = (facts.size_bytes, facts.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
            if not same and file_digest(media) != facts.digest:
                raise self._old(f"{media.name} is another file than the one that was worked on")

    def _refuse(self, tag: str) -> None:
        """Raise what keeps a locale from being delivered."""
        for name in (target_file(tag), layout_file(tag)):
            if not self._ws.exists(name):
                if name != target_file(tag) and (waiting := closed(self._job, tag, _GATES[:2])):
                    raise waiting
                raise not_made(self._job, "was not made yet")
        if waiting := closed(self._job, tag):
            raise waiting
        if not shows_track(self._job, tag):
            raise self._old("the text, its terms or its style changed since it was laid out")

    def _locale(self, tag: str, qc: Quality) -> Iterator[Ready | Held]:
        if "burn" in self._files:
            yield self._file("burn", tag, "mp4", render_file(tag), (qc,))
        if "sidecar" in self._files:
            for ext in self._job.series.formats:
                yield self._file("sidecar", tag, ext, subtitle_file(tag, ext), (qc,))

    def _all_locales(self, let_through: dict[str, Quality]) -> Iterator[Ready | Held]:
        holds = selectable(self._job)
        if not {*holds} <= {*self._job.options.locales}:
            return  # nobody asked for all of them
        more = [tag for tag in holds if tag not in let_through]
        for ext in KINDS:
            if more:
                error = self._old(f"the {ext} of all locales holds {', '.join(more)} as well, which is not delivered")
                yield self._held(ALL_LOCALES, "mux", error)
            else:
                qc = tuple(let_through[tag] for tag in holds)
                yield self._file("mux", ALL_LOCALES, ext, f"{self._job.episode.id}.multi.{ext}", qc)

    def _file(self, kind: Kind, tag: str, ext: str, name: str, qc: tuple[Quality, ...]) -> Ready | Held:
        record = self._records.get(name)
        if record is None or not self._ws.exists(name):
            return self._held(tag, kind, not_made(self._job, f"{name} was not made yet"))
        if name in self._stale:
            return self._held(tag, kind, self._old(f"{name} shows an older text"))
        if self._ws.edited(name):
            why = f"{name} was changed by hand after it was made; no gate has seen it"
            mend = f"delete {self._ws.path(name)}, then run again; what a person wants changed is edited in its track"
            return self._held(tag, kind, DeliveryError(why, next_step=mend))
        return Ready(
            kind, self._job.episode.id, tag, ext, self._ws.path(name), record.size_bytes, record.digest,
            self._job.facts.duration_ms, qc,
        )  # fmt: skip

    def _old(self, why: str) -> DeliveryError:
        step = gates.run_command(self._job.series, self._ws, self._job.options.locales)
        return DeliveryError(why, next_step=step)

    def _held(self, tag: str, kind: Kind | None, error: LocalizeError) -> Held:
        error.stage, error.episode_id, error.locale = "deliver", self._job.episode.id, error.locale or tag
        return Held(self._job.episode.id, tag, kind, error)
