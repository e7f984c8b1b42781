"""The step that decides what of the picture is covered, and what others ask about it: where text stands, what hides it.

The plan follows from what was read and what the series asks for, so that those who lay lines out need not wait for the
step; `cover.json` is there for people, and for nothing else to be guessed later.
"""

from __future__ import annotations

from localize import cover_filters
from localize.covering import CoverPlan
from localize.engines.base import Progress
from localize.fingerprint import fingerprint
from localize.hardsub import HardSubs
from localize.job import SOURCE, Job, Outcome
from localize.stages import cover
from localize.steps.common import frame
from localize.workspace import COVER, OCR


def cover_step(job: Job, _locales: tuple[str, ...], _progress: Progress) -> Outcome:
    """What the picture says -> `cover.json`."""
    ws, series = job.workspace, job.series
    made_of = fingerprint("cover", cover.VERSION, ws.digest(OCR), frame(job.facts), series.cover, series.band)
    if ws.fresh(COVER, made_of, verify=job.options.verify):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer:
        writer.commit(COVER, cover_plan(job), made_of)
    return Outcome(done=[SOURCE])


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
    return (cover_filters.VERSION, plan.method, plan.patches) if plan else ()
