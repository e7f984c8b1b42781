"""The steps of the picture, which all locales share: media -> what it says."""

from __future__ import annotations

from localize.engines.base import Progress
from localize.engines.frames import Film
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.stages import read
from localize.steps.common import fresh
from localize.workspace import OCR


def read_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Picture -> `ocr.json`: burned-in subtitles and whatever else can be read in it."""
    reader = job.engines.reader()
    made_of = fingerprint("read", read.VERSION, job.facts.digest, reader.version, job.series.band)
    if fresh(job, made_of, OCR):
        return Outcome(fresh=[SOURCE])
    with job.workspace.writing("picture") as writer:  # not the lease of the source: it is transcribed meanwhile
        if fresh(job, made_of, OCR):
            return Outcome(fresh=[SOURCE])
        film = Film(job.media, job.facts)
        writer.commit(OCR, read.read(film, reader, job.facts, band=job.series.band, progress=progress), made_of)
    return Outcome(done=[SOURCE])
