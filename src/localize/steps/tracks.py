"""The steps that go locale by locale: lay a track out, check it, write its subtitle files."""

from __future__ import annotations

from collections.abc import Callable

from localize import adherence, fonts, subtitles
from localize.cues import Layout, TargetTrack
from localize.engines.base import Progress
from localize.evidence import Evidence
from localize.findings import Findings
from localize.fingerprint import fingerprint
from localize.job import Job, Outcome
from localize.locales import locale
from localize.stages import check, fit
from localize.steps.common import each, frame
from localize.timing import Shots
from localize.workspace import SHOTS, Writer, findings_file, layout_file, subtitle_file, target_file


def fit_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Target track -> `layout/<locale>.json` and the drawn `subtitles/<locale>.ass`."""

    def one(tag: str, writer: Writer, made_of: str) -> None:
        layout, style = _layout(job, tag), job.series.style
        drawn = subtitles.to_ass(layout, style.profile(locale(tag)), style)
        writer.commit(subtitle_file(tag, "ass"), drawn, made_of)
        writer.commit(layout_file(tag), layout, made_of)

    names = (layout_file, lambda tag: subtitle_file(tag, "ass"))
    return each(job, "fit", locales, lambda tag: _fit_reads(job, tag), one, names)


def _layout(job: Job, tag: str) -> Layout:
    series = job.series
    return fit.fit(
        job.source(), job.workspace.need(TargetTrack, target_file(tag)), series.style.profile(locale(tag)), job.facts,
        style=series.style, platform=series.platform, band=series.band, covered=series.cover != "none",
        row=series.reading.of(tag), keep=_kept(job, tag), shots=_cuts(job),
    )  # fmt: skip


def _fit_reads(job: Job, tag: str) -> tuple[object, ...]:
    series, ws, profile = job.series, job.workspace, job.series.style.profile(locale(tag))
    texts = (*(ws.digest(name) for name in ("source.json", SHOTS, target_file(tag))), _kept(job, tag))
    place = (frame(job.facts), job.facts.variable_rate, series.platform, series.band, series.cover)
    type_ = (profile, series.style, series.style.look, fonts.digest(profile, series.style.bold))
    return (fit.VERSION, subtitles.VERSION, *texts, *place, *type_, series.reading.of(tag))


def _kept(job: Job, tag: str) -> dict[str, list[str]]:
    """Names and terms that stay on one line, by cue id."""
    lines = ((line.cue.id, line.terms.get(tag, ())) for line in Evidence(job, tag).lines)
    return {cue_id: [form for term in terms for form in term.forms] for cue_id, terms in lines if terms}


def laid_out(job: Job, tag: str) -> bool:
    """Whether the layout shows the track as it stands now.

    A track changes without its text as well, as when it is approved: then only laying it out once more tells.
    """
    name = layout_file(tag)
    if job.workspace.fresh(name, fingerprint("fit", *_fit_reads(job, tag))):
        return True
    return job.workspace.need(Layout, name) == _layout(job, tag)


def check_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source, target, layout and what they are judged by -> `findings/<locale>.json`; changes nothing else."""
    evidence = {tag: Evidence(job, tag) for tag in locales}

    def one(tag: str, writer: Writer, made_of: str) -> None:
        ws, seen, style = job.workspace, evidence[tag], job.series.style
        target = ws.need(TargetTrack, target_file(tag))
        found = check.check(
            job.source(), target, ws.need(Layout, layout_file(tag)), style.profile(locale(tag)), job.facts, style=style,
            lines=seen.lines, english=seen.english, earlier=seen.earlier, sensitive=seen.sensitive,
            shots=_cuts(job), row=job.series.reading.of(tag), band=_open_band(job),
        )  # fmt: skip
        writer.commit(findings_file(tag), Findings(tag, found, adherence.uses(seen.lines, target)), made_of)

    def reads(tag: str) -> tuple[object, ...]:
        ws, style = job.workspace, job.series.style
        profile = style.profile(locale(tag))
        texts = (ws.digest(name) for name in ("source.json", SHOTS, target_file(tag), layout_file(tag)))
        measured_with = (style, fonts.digest(profile, style.bold), job.series.reading.of(tag), _open_band(job))
        return (check.VERSION, profile, frame(job.facts), *measured_with, *texts, evidence[tag].fingerprint())

    return each(job, "check", locales, reads, one, (findings_file,))


def _cuts(job: Job) -> tuple[int, ...]:
    """Starts of shots; none where the workspace is older than their detection."""
    found = job.workspace.read(Shots, SHOTS)
    return found.times_ms if found else ()


def _open_band(job: Job) -> tuple[float, float] | None:
    """Where burned-in source text stands, unless it is covered."""
    return job.series.band if job.series.cover == "none" else None


def sidecar_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Layout -> `subtitles/<locale>.srt`, `.vtt`, whatever the series wants."""

    def one(tag: str, writer: Writer, made_of: str) -> None:
        layout, profile = job.workspace.need(Layout, layout_file(tag)), locale(tag)
        for kind in job.series.formats:
            writer.commit(subtitle_file(tag, kind), subtitles.sidecar(kind, layout, profile, job.facts.rate), made_of)

    def named(kind: str) -> Callable[[str], str]:
        return lambda tag: subtitle_file(tag, kind)

    names = tuple(named(kind) for kind in job.series.formats)
    return each(job, "sidecar", locales, lambda tag: sidecar_reads(job, tag), one, names)


def sidecar_reads(job: Job, tag: str) -> tuple[object, ...]:
    return (subtitles.VERSION, job.workspace.digest(layout_file(tag)), job.facts.frame_rate)
