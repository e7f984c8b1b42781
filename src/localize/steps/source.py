"""The steps of the source, which all locales share: media -> facts, shots, words, source track."""

from __future__ import annotations

import os
from dataclasses import replace

from localize import sourcing
from localize.cues import SourceTrack
from localize.engines import ffmpeg, shots
from localize.engines.base import Progress, Recognition
from localize.episode import MediaFacts, PictureFacts
from localize.errors import MediaError, StageError, SubtitleError
from localize.findings import Findings
from localize.fingerprint import file_digest, fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.stages import cover, ingest, transcribe
from localize.steps.common import fresh
from localize.steps.covers import cover_plan
from localize.steps.readings import CROPS, Readings, cut_crops, draw_band, known_names, misheard
from localize.timing.shots import VERSION as SHOTS_VERSION
from localize.workspace import AGREEMENT, BAND_PICTURE, OCR, SHOTS, findings_file


def ingest_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media file -> exact facts in `episode.json`; the limits are judged on every run, the decoding only once."""
    if not job.media.is_file():
        raise MediaError(
            f"{job.media.name} does not exist", next_step=f"mend [[episode]] file in {job.series.manifest}"
        )
    if job.text_source == "file" and job.supplied is None:
        next_step = f'add subtitles = "FILE" to its [[episode]] in {job.series.manifest}, or choose another --source'
        raise SubtitleError("no subtitles came with it", next_step=next_step)
    if job.supplied and not job.supplied.is_file():
        next_step = f"mend [[episode]] subtitles in {job.series.manifest}"
        raise SubtitleError(f"{job.supplied.name} does not exist", next_step=next_step)
    facts, outcome = _known_facts(job), Outcome(fresh=[SOURCE])
    if facts is None:
        facts, outcome = ingest.probe(job.media, engine=ffmpeg, progress=progress), Outcome(done=[SOURCE])
    if facts != job.workspace.state.facts:
        with job.workspace.writing(SOURCE) as writer:
            writer.facts(facts)
    ingest.accept(
        facts,
        file=job.media.name,
        max_minutes=job.series.max_minutes,
        allow_landscape=job.options.allow_landscape,
        # Whether the picture has any is known when it was read.
        has_text=job.supplied is not None or job.text_source != "speech",
    )
    return outcome


def _known_facts(job: Job) -> MediaFacts | None:
    """The facts of an earlier run where they still hold; a file that was only touched or copied keeps them."""
    known, stat = job.workspace.state.facts, job.media.stat()
    if known is None or known.version != ingest.VERSION:
        return None
    as_it_was = (known.size_bytes, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
    if as_it_was and not job.options.verify:
        return known
    if not os.access(job.media, os.R_OK):
        raise MediaError(f"{job.media.name} cannot be read", next_step=f"check the permissions of {job.media}")
    return replace(known, mtime_ns=stat.st_mtime_ns) if known.digest == file_digest(job.media) else None


def shots_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Picture -> `shots.json`: where each shot begins, for subtitles to come and go with the cuts."""
    made_of = fingerprint("shots", SHOTS_VERSION, job.facts.digest)
    if fresh(job, made_of, SHOTS):
        return Outcome(fresh=[SOURCE])
    with job.workspace.writing("shots") as writer:  # not the lease of the source: both are made at once
        if fresh(job, made_of, SHOTS):
            return Outcome(fresh=[SOURCE])
        writer.commit(SHOTS, shots.detect(job.media, job.facts, progress=progress), made_of)
    return Outcome(done=[SOURCE])


def transcribe_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Audio -> `words.json`; nothing to do where subtitles were supplied.

    Whether speech is needed is not known before the picture was read. So a recogniser that fails is noted there, unless
    nothing but speech was asked for, and tried again next time.
    """
    ws, name, only_speech = job.workspace, "words.json", job.text_source == "speech"
    if job.facts.audio is None or (job.supplied and job.text_source in {"auto", "file"}):
        return Outcome(fresh=[SOURCE])
    engine = job.engines.transcriber(job.options.transcriber)
    made_of = fingerprint("transcribe", transcribe.VERSION, job.facts.digest, engine.version, job.series.names)
    if fresh(job, made_of, name):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer:
        if fresh(job, made_of, name):
            return Outcome(fresh=[SOURCE])
        try:
            recognition = transcribe.transcribe(job.media, engine=engine, names=job.series.names)
        except StageError as error:
            if only_speech:
                raise
            made_of = ""
            recognition = Recognition(engine.version, (), failure=error.message, next_step=error.next_step or "")
            if recognition == ws.read(Recognition, name):
                return Outcome(fresh=[SOURCE])
        writer.commit(name, recognition, made_of)
    return Outcome(done=[SOURCE])


def segment_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """What was read, heard or supplied -> `source.json`, the findings of the source, and how the readings agree.

    A source that a person mended is never segmented anew: its edits go on from here, whatever changes before it.
    """
    ws, name, found_name = job.workspace, "source.json", findings_file(job.series.source_locale)
    readings = Readings.of(job)
    uncovered = cover.findings(cover_plan(job))
    known = known_names(job)
    made_of = readings.fingerprint()
    found_of = fingerprint(made_of, uncovered, known)

    def made_already() -> bool:
        pictures = [file for file in ws.state.artefacts if file.startswith((CROPS, BAND_PICTURE))]
        as_found = fresh(job, found_of, found_name, AGREEMENT) and all(map(ws.exists, pictures))
        return as_found and fresh(job, made_of, name)

    if made_already():
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer:
        if made_already():
            return Outcome(fresh=[SOURCE])
        previous = ws.read(SourceTrack, name)
        made = readings.track(previous)
        made = replace(made, track=replace(made.track, film=job.facts.digest))
        if previous and (sourcing.mended(previous) or ws.edited(name, verify=job.options.verify)):
            record = ws.state.artefacts.get(name)
            moved_on = record is not None and record.fingerprint != made_of
            made = sourcing.keep_mended(previous, made, moved_on=moved_on, film=job.facts.digest)
        notes = (*made.findings, *uncovered, *misheard(made.track, known))
        pictures = cut_crops(job, writer, made, found_of)
        notes = tuple(replace(note, picture=pictures.get(note.cue_id or "", "")) for note in notes)
        if not ws.fresh(BAND_PICTURE, (band_of := fingerprint("band", ws.digest(OCR)))):
            draw_band(job, writer, readings.found, band_of)
        writer.picture(PictureFacts(readings.found.bands, readings.found.reason))
        writer.commit(found_name, Findings(job.series.source_locale, notes), found_of)
        writer.commit(AGREEMENT, readings.agreement(made.track), found_of)
        writer.commit(name, made.track, made_of)
    return Outcome(done=[SOURCE])
