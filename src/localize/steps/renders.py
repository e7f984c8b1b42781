"""The steps that make what is delivered and shown: burned masters, files of all tracks, the report."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from localize import __version__, gates, runs, space, subtitles
from localize.cues import Layout
from localize.drawing import fonts
from localize.engines import ffmpeg
from localize.engines.base import Progress
from localize.errors import StageError
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.locales import Locale, locale
from localize.picture import cover_filters
from localize.stages import render, report
from localize.steps.common import fresh, locked
from localize.steps.covers import cover_plan, cover_reads, filled
from localize.steps.tracks import sidecar_reads
from localize.workspace import layout_file, render_file, subtitle_file, target_file


def burn_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + cover + `.ass` -> `renders/<locale>.mp4`, all given locales from one decode."""
    ws, outcome = job.workspace, Outcome()
    made_of = {tag: burn_fingerprint(job, tag) for tag in locales}
    outcome.fresh = [tag for tag in locales if fresh(job, made_of[tag], render_file(tag))]
    stale = [tag for tag in locales if tag not in outcome.fresh]
    if not stale:
        return outcome
    with locked(job, "burn", stale, outcome) as writers, ws.scratch() as scratch:
        outcome.fresh += [tag for tag in writers if fresh(job, made_of[tag], render_file(tag))]
        todo = [tag for tag in locales if tag in writers and tag not in outcome.fresh]
        if not todo:
            return outcome
        texts = {tag: ws.path(subtitle_file(tag, "ass")) for tag in todo}
        plan = render.plan_burn(job.media, job.facts, texts, cover_plan(job), filled(job))
        with space.room(scratch, len(todo) * render.most_bytes(job.facts), f"burning {len(todo)} locales"):
            made = ffmpeg.run(plan, folder=scratch, progress=progress)
        for tag in todo:
            writers[tag].adopt(render_file(tag), made[tag], made_of[tag])
            outcome.done.append(tag)
    return outcome


def burn_fingerprint(job: Job, tag: str) -> str:
    drawn = job.workspace.digest(subtitle_file(tag, "ass"))
    type_ = fonts.digest(_drawn(job, tag), job.series.style.bold)
    return fingerprint("burn", render.BURN, job.facts.digest, drawn, type_, ffmpeg.version(), *cover_reads(job))


def _drawn(job: Job, tag: str) -> Locale:
    """The locale with the font that the series draws it with."""
    return job.series.style.profile(locale(tag))


def mux_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + every locale's subtitles -> `<episode>.multi.mp4` and `.mkv`, streams copied.

    A picture that is copied keeps its burned-in text. Where ours stand on it, each track of the Matroska file draws an
    opaque pane between the two; players choose the place of an MP4's tracks themselves.
    """
    ws = job.workspace
    files = {kind: f"{job.episode.id}.multi.{kind}" for kind in render.KINDS}
    made_of = mux_fingerprint(job, locales)
    if fresh(job, made_of, *files.values()):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer, ws.scratch() as scratch:
        if fresh(job, made_of, *files.values()):
            return Outcome(fresh=[SOURCE])
        tracks = [
            render.MuxTrack(_drawn(job, tag), ws.need(Layout, layout_file(tag)), _track(job, tag)) for tag in locales
        ]
        for kind, name in files.items():
            plan = render.plan_mux(
                job.media, job.facts, tracks, kind, title=job.series.title, bold=job.series.style.bold
            )
            with space.room(scratch, 2 * job.facts.size_bytes, f"muxing {name}"):
                writer.adopt(name, ffmpeg.run(plan, folder=scratch, progress=progress)[kind], made_of)
    return Outcome(done=[SOURCE])


def _track(job: Job, tag: str) -> Path | bytes:
    """The script that the Matroska file carries."""
    script, plan = job.workspace.path(subtitle_file(tag, "ass")), cover_plan(job)
    return cover_filters.drawn(script.read_text("utf-8"), plan).encode() if plan else script


def mux_fingerprint(job: Job, locales: Iterable[str]) -> str:
    ws, bold = job.workspace, job.series.style.bold
    layouts = [(tag, ws.digest(subtitle_file(tag, "ass")), fonts.digest(_drawn(job, tag), bold)) for tag in locales]
    written_by = (render.MUX, render.BURN, subtitles.VERSION, ffmpeg.version())
    return fingerprint("mux", written_by, job.facts.digest, layouts, job.series.title, *cover_reads(job))


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
            made_of |= dict.fromkeys(multi, mux_fingerprint(job, selectable(job)))
    return frozenset(name for name, expected in made_of.items() if there.get(name, expected) != expected)


def selectable(job: Job) -> list[str]:
    """The locales that a file of all of them holds: those laid out whose translation may go on."""
    there = job.workspace.state.artefacts
    laid_out = [tag for tag in job.locales if layout_file(tag) in there and job.workspace.exists(layout_file(tag))]
    return [tag for tag in laid_out if _let_through(job, tag)]


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
    if fresh(job, made_of, *files):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer, ws.scratch() as scratch:
        frame = partial(ffmpeg.frame, folder=scratch)
        made_report = report.build(job.series, job.episode, ws, locales, stale=stale, frame=frame)
        if made_report.contact_sheet:
            writer.commit("contact-sheet.png", made_report.contact_sheet, made_of)
        writer.commit("report.html", made_report.html, made_of)
    return Outcome(done=[SOURCE])
