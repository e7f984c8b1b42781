"""The steps that go locale by locale: lay a track out, check it, write its subtitle files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from localize import adherence, subtitles
from localize.cues import Layout, SourceTrack, TargetTrack
from localize.drawing import fonts
from localize.drawing.placing import Sign, signs_of
from localize.engines.base import Progress
from localize.evidence import Evidence
from localize.findings import Findings
from localize.fingerprint import fingerprint
from localize.job import Job, Outcome
from localize.locales import locale
from localize.stages import check, fit
from localize.steps.common import each, frame
from localize.steps.covers import source_band
from localize.timing import Shots
from localize.workspace import SHOTS, findings_file, layout_file, subtitle_file, target_file


def fit_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Target track -> `layout/<locale>.json` and the drawn `subtitles/<locale>.ass`."""

    def make(tag: str) -> Mapping[str, object]:
        series, ws, profile = job.series, job.workspace, job.series.style.profile(locale(tag))
        source = job.source()
        target = ws.need(TargetTrack, target_file(tag))
        layout = laid_out(job, tag, source, target, kept(job, tag), signs_of(source.cues))
        return {subtitle_file(tag, "ass"): subtitles.to_ass(layout, profile, series.style), layout_file(tag): layout}

    names = (layout_file, lambda tag: subtitle_file(tag, "ass"))
    return each(job, "fit", locales, lambda tag: _fit_reads(job, tag), make, names)


def _fit_reads(job: Job, tag: str) -> tuple[object, ...]:
    series, ws, profile = job.series, job.workspace, job.series.style.profile(locale(tag))
    band, covered = source_band(job)
    texts = (*(ws.digest(name) for name in ("source.json", SHOTS, target_file(tag))), kept(job, tag))
    place = (frame(job.facts), job.facts.variable_rate, series.platform, band, "covered" if covered else "none")
    type_ = (profile, series.style, series.style.look, fonts.digest(profile, series.style.bold), _beyond(job, tag))
    return (fit.VERSION, subtitles.VERSION, *texts, *place, *type_, series.reading.of(tag))


def laid_out(
    job: Job, tag: str, source: SourceTrack, target: TargetTrack, keep: Mapping[str, Sequence[str]],
    signs: Sequence[Sign],
) -> Layout:  # fmt: skip
    """`target`, or a stretch of it with its `source`, on the frame of the episode as the series wants it.

    `keep` are the words that stay on one line, by cue id; `signs` those in the picture that lines keep clear of.
    """
    series = job.series
    band, covered = source_band(job)
    return fit.fit(
        source, target, series.style.profile(locale(tag)), job.facts, style=series.style, platform=series.platform,
        band=band, covered=covered, row=series.reading.of(tag), keep=keep, shots=_cuts(job), signs=signs,
    )  # fmt: skip


def kept(job: Job, tag: str) -> dict[str, list[str]]:
    """Names and terms that stay on one line, by cue id."""
    lines = ((line.cue.id, line.terms.get(tag, ())) for line in Evidence(job, tag).lines)
    return {cue_id: [form for term in terms for form in term.forms] for cue_id, terms in lines if terms}


def shows_track(job: Job, tag: str) -> bool:
    """Whether the layout shows the track as it stands now.

    A track changes without its text as well, as when it is approved: then only laying it out once more tells.
    """
    name = layout_file(tag)
    if job.workspace.fresh(name, fingerprint("fit", *_fit_reads(job, tag))):
        return True
    source, target = job.source(), job.workspace.need(TargetTrack, target_file(tag))
    again = laid_out(job, tag, source, target, kept(job, tag), signs_of(source.cues))
    return job.workspace.need(Layout, name) == again


def check_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source, target, layout and what they are judged by -> `findings/<locale>.json`; changes nothing else."""
    evidence = {tag: Evidence(job, tag) for tag in locales}

    def make(tag: str) -> Mapping[str, object]:
        ws, seen, style = job.workspace, evidence[tag], job.series.style
        target = ws.need(TargetTrack, target_file(tag))
        found = check.check(
            job.source(), target, ws.need(Layout, layout_file(tag)), style.profile(locale(tag)), job.facts, style=style,
            lines=seen.lines, english=seen.english, earlier=seen.earlier, sensitive=seen.sensitive,
            shots=_cuts(job), row=job.series.reading.of(tag), band=_open_band(job),
        )  # fmt: skip
        return {findings_file(tag): Findings(tag, found, adherence.uses(seen.lines, target))}

    def reads(tag: str) -> tuple[object, ...]:
        ws, style = job.workspace, job.series.style
        profile = style.profile(locale(tag))
        texts = (ws.digest(name) for name in ("source.json", SHOTS, target_file(tag), layout_file(tag)))
        type_ = (style, fonts.digest(profile, style.bold), _beyond(job, tag))
        measured_with = (*type_, job.series.reading.of(tag), _open_band(job))
        return (check.VERSION, profile, frame(job.facts), *measured_with, *texts, evidence[tag].fingerprint())

    return each(job, "check", locales, reads, make, (findings_file,))


def _beyond(job: Job, tag: str) -> tuple[str, ...]:
    """Fonts of other scripts that the track of `tag` is drawn with."""
    track, style = job.workspace.read(TargetTrack, target_file(tag)), job.series.style
    text = "".join(line.text for line in track.lines) if track else ""
    return fonts.beyond(text, style.profile(locale(tag)), style.bold)


def _cuts(job: Job) -> tuple[int, ...]:
    """Starts of shots; none where the workspace is older than their detection."""
    found = job.workspace.read(Shots, SHOTS)
    return found.times_ms if found else ()


def _open_band(job: Job) -> tuple[float, float] | None:
    """Where burned-in source text stands, unless it is covered."""
    band, covered = source_band(job)
    return None if covered else band


def sidecar_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Layout -> `subtitles/<locale>.srt`, `.vtt`, whatever the series wants."""

    def make(tag: str) -> Mapping[str, object]:
        layout, profile = job.workspace.need(Layout, layout_file(tag)), locale(tag)
        return {
            subtitle_file(tag, kind): subtitles.sidecar(kind, layout, profile, job.facts.rate)
            for kind in job.series.formats
        }

    def named(kind: str) -> Callable[[str], str]:
        return lambda tag: subtitle_file(tag, kind)

    names = tuple(named(kind) for kind in job.series.formats)
    return each(job, "sidecar", locales, lambda tag: sidecar_reads(job, tag), make, names)


def sidecar_reads(job: Job, tag: str) -> tuple[object, ...]:
    return (subtitles.VERSION, job.workspace.digest(layout_file(tag)), job.facts.frame_rate)
