"""The steps that make what is delivered and shown: burned masters, files of all tracks, the report."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from localize import __version__, fonts, gates, runs, subtitles
from localize.cues import Layout
from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.errors import StageError
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.locales import Locale, locale
from localize.stages import render, report
from localize.steps.common import locked
from localize.steps.tracks import sidecar_reads
from localize.workspace import layout_file, render_file, subtitle_file, target_file


def burn_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + `.ass` -> `renders/<locale>.mp4`, all given locales from one decode."""
    ws, outcome = job.workspace, Outcome()
    made_of = {tag: burn_fingerprint(job, tag) for tag in locales}
    outcome.fresh = [tag for tag in locales if ws.fresh(render_file(tag), made_of[tag], verify=job.options.verify)]
    stale = [tag for tag in locales if tag not in outcome.fresh]
    if not stale:
        return outcome
    with locked(job, "burn", stale, outcome) as writers, ws.scratch() as scratch:
        outcome.fresh += [tag for tag in writers if ws.fresh(render_file(tag), made_of[tag])]
        todo = [tag for tag in locales if tag in writers and tag not in outcome.fresh]
        if not todo:
            return outcome
        texts = {tag: ws.path(subtitle_file(tag, "ass")) for tag in todo}
        made = ffmpeg.run(render.plan_burn(job.media, job.facts, texts), folder=scratch, progress=progress)
        for tag in todo:
            writers[tag].adopt(render_file(tag), made[tag], made_of[tag])
            outcome.done.append(tag)
    return outcome


def burn_fingerprint(job: Job, tag: str) -> str:
    drawn = job.workspace.digest(subtitle_file(tag, "ass"))
    type_ = fonts.digest(_drawn(job, tag), job.series.style.bold)
    return fingerprint("burn", render.BURN, job.facts.digest, drawn, type_, ffmpeg.version())


def _drawn(job: Job, tag: str) -> Locale:
    """The locale with the font that the series draws it with."""
    return job.series.style.profile(locale(tag))


def mux_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + every locale's subtitles -> `<episode>.multi.mp4` and `.mkv`, streams copied."""
    ws = job.workspace
    files = {kind: f"{job.episode.id}.multi.{kind}" for kind in render.KINDS}
    made_of = mux_fingerprint(job, locales)
    if all(ws.fresh(name, made_of, verify=job.options.verify) for name in files.values()):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer, ws.scratch() as scratch:
        tracks = [
            render.MuxTrack(_drawn(job, tag), ws.need(Layout, layout_file(tag)), ws.path(subtitle_file(tag, "ass")))
            for tag in locales
        ]
        for kind, name in files.items():
            plan = render.plan_mux(
                job.media, job.facts, tracks, kind, title=job.series.title, bold=job.series.style.bold
            )
            writer.adopt(name, ffmpeg.run(plan, folder=scratch, progress=progress)[kind], made_of)
    return Outcome(done=[SOURCE])


def mux_fingerprint(job: Job, locales: Iterable[str]) -> str:
    ws, bold = job.workspace, job.series.style.bold
    layouts = [(tag, ws.digest(subtitle_file(tag, "ass")), fonts.digest(_drawn(job, tag), bold)) for tag in locales]
    written_by = (render.MUX, render.BURN, subtitles.VERSION, ffmpeg.version())
    return fingerprint("mux", written_by, job.facts.digest, layouts, job.series.title)


def outdated(job: Job) -> frozenset[str]:
    """Finished files that are there but show another text than the workspace does now, by name.

    They are those that a run would make anew: the fingerprint on record is compared with the one that the layout, the
    `.ass` and the media give now, never times of day. A file of all locales is taken to hold every locale whose
    translation may go on. Where ffmpeg or a font is missing nobody can tell for videos, and they pass.
    """
    ws, made_of = job.workspace, dict[str, str]()
    there = {name: record.fingerprint for name, record in ws.state.artefacts.items() if ws.exists(name)}
    tags = [tag for tag in job.locales if layout_file(tag) in there]
    for tag in tags:
        sidecars = (subtitle_file(tag, kind) for kind in job.series.formats)
        made_of |= dict.fromkeys(sidecars, fingerprint("sidecar", *sidecar_reads(job, tag)))
    with suppress(StageError):
        made_of |= {render_file(tag): burn_fingerprint(job, tag) for tag in tags if render_file(tag) in there}
        if multi := [name for kind in render.KINDS if (name := f"{job.episode.id}.multi.{kind}") in there]:
            made_of |= dict.fromkeys(multi, mux_fingerprint(job, [tag for tag in tags if _let_through(job, tag)]))
    return frozenset(name for name, expected in made_of.items() if there.get(name, expected) != expected)


def _let_through(job: Job, tag: str) -> bool:
    """Whether the translation of `tag` may go on to be drawn."""
    there = job.workspace.exists(target_file(tag))
    return there and gates.gate_error(job.series, job.episode, job.workspace, "translation", tag) is None


def report_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Everything of the episode -> `report.html` and `contact-sheet.png`."""
    ws = job.workspace
    made = {name: a.digest for name, a in ws.state.artefacts.items() if not name.startswith(("report", "contact"))}
    stale = outdated(job)
    made_of = fingerprint(
        "report", report.VERSION, __version__, made, stale, locales, ws.state.facts, job.series, job.episode,
        runs.latest(ws),
    )  # fmt: skip
    files = ["report.html", *(name for name in ws.state.artefacts if name == "contact-sheet.png")]
    if all(ws.fresh(name, made_of, verify=job.options.verify) for name in files):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer, ws.scratch() as scratch:
        frame = partial(ffmpeg.frame, folder=scratch)
        made_report = report.build(job.series, job.episode, ws, locales, stale=stale, frame=frame)
        if made_report.contact_sheet:
            writer.commit("contact-sheet.png", made_report.contact_sheet, made_of)
        writer.commit("report.html", made_report.html, made_of)
    return Outcome(done=[SOURCE])
