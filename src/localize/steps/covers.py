"""The step that decides what of the picture is covered, and what others ask about it: where text stands, what hides it.

The plan follows from what was read and what the series asks for, so that those who lay lines out need not wait for the
step. What takes time is done in it: `inpaint` fills letters in, once for all locales.
"""

from __future__ import annotations

from pathlib import Path

from localize import space
from localize.engines import ffmpeg, inpaint
from localize.engines.base import Progress
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.picture import cover_filters
from localize.picture.covering import CoverPlan
from localize.picture.hardsub import HardSubs
from localize.stages import cover, render
from localize.steps.common import fresh
from localize.workspace import COVER, FILLED, OCR


def cover_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """What the picture says -> `cover.json`, and with `inpaint` the video of what was filled in."""
    ws, plan = job.workspace, cover_plan(job)
    made_of, filled_of = fingerprint("cover", plan), _filled_of(job, plan)
    if fresh(job, made_of, COVER) and (not filled_of or fresh(job, filled_of, FILLED)):
        return Outcome(fresh=[SOURCE])
    # Not the lease of the source: nobody who mends it has to wait for a video.
    with ws.writing("cover") as writer, ws.scratch() as scratch:
        if filled_of and not fresh(job, filled_of, FILLED):
            made, argv = scratch / FILLED, render.plan_area(job.media, job.facts, plan.area)
            with space.room(scratch, _raw_bytes(job, plan), "filling in the picture under the cover"):
                inpaint.inpaint(argv, job.media, job.facts, plan, made, progress)
            writer.adopt(FILLED, made, filled_of)
        writer.commit(COVER, plan, made_of)
    return Outcome(done=[SOURCE])


def _filled_of(job: Job, plan: CoverPlan) -> str:
    """Fingerprint of the video of filled-in letters, empty where the plan needs none."""
    if plan.method != "inpaint":
        return ""
    return fingerprint("filled", inpaint.version(), job.facts.digest, plan.patches, ffmpeg.version())


def _raw_bytes(job: Job, plan: CoverPlan) -> int:
    """What the covered part of the picture takes without any compression, in planes of YUV 4:2:0."""
    area = plan.area
    return (area.right - area.left) * (area.bottom - area.top) * 3 // 2 * job.facts.frames


def filled(job: Job) -> Path | None:
    """The video of filled-in letters, where the cover is made of it."""
    return job.workspace.path(FILLED) if cover_plan(job).method == "inpaint" else None


def cover_plan(job: Job) -> CoverPlan:
    """What is covered in the episode as things stand now."""
    return cover.plan(job.workspace.read(HardSubs, OCR), job.facts, cover=job.series.cover, band=job.series.band)


def source_band(job: Job) -> tuple[tuple[float, float] | None, bool]:
    """Where burned-in text stands, in shares of the height, and whether it is covered: the place for ours, then."""
    if plan := cover_plan(job):
        return plan.band, True
    read = job.workspace.read(HardSubs, OCR)
    return job.series.band or (read.reach if read else None), False


def cover_reads(job: Job) -> tuple[object, ...]:
    """What a picture with the cover on it is made of; nothing where there is none, as if covering did not exist."""
    plan = cover_plan(job)
    return (cover_filters.VERSION, plan.method, plan.patches, _filled_of(job, plan)) if plan else ()
