"""The steps of the source, which all locales share: media -> facts, shots, words, source track."""

from __future__ import annotations

import os
from dataclasses import replace

from localize import subtitles
from localize.cues import SourceTrack
from localize.engines import ffmpeg, shots
from localize.engines.base import Progress, Recognition
from localize.episode import MediaFacts
from localize.errors import MediaError, SubtitleError
from localize.findings import Findings
from localize.fingerprint import file_digest, fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.stages import cover, ingest, segment, transcribe
from localize.steps.covers import cover_plan
from localize.timing.shots import VERSION as SHOTS_VERSION
from localize.workspace import SHOTS, findings_file


def ingest_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media file -> exact facts in `episode.json`; the limits are judged on every run, the decoding only once."""
    if not job.media.is_file():
        raise MediaError(
            f"{job.media.name} does not exist", next_step=f"mend [[episode]] file in {job.series.manifest}"
        )
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
        has_text=job.supplied is not None,
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
    if job.workspace.fresh(SHOTS, made_of, verify=job.options.verify):
        return Outcome(fresh=[SOURCE])
    with job.workspace.writing("shots") as writer:  # not the lease of the source: both are made at once
        writer.commit(SHOTS, shots.detect(job.media, job.facts, progress=progress), made_of)
    return Outcome(done=[SOURCE])


def transcribe_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Audio -> `words.json`; nothing to do where subtitles were supplied."""
    if job.supplied:
        return Outcome(fresh=[SOURCE])
    engine = job.engines.transcriber(job.options.transcriber)
    made_of = fingerprint("transcribe", transcribe.VERSION, job.facts.digest, engine.version, job.series.names)
    if job.workspace.fresh("words.json", made_of, verify=job.options.verify):
        return Outcome(fresh=[SOURCE])
    with job.workspace.writing(SOURCE) as writer:
        recognition = transcribe.transcribe(job.media, engine=engine, names=job.series.names)
        writer.commit("words.json", recognition, made_of)
    return Outcome(done=[SOURCE])


def segment_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Words, or the supplied subtitles, -> `source.json` and the findings of the source.

    A source that a person mended is never segmented anew: its edits go on from here, whatever changes before it.
    """
    ws, name, found = job.workspace, "source.json", findings_file(job.series.source_locale)
    supplied = subtitles.read(job.supplied) if job.supplied else None
    read = fingerprint(supplied, job.series.names) if supplied else ws.digest("words.json")
    made_of = fingerprint("segment", segment.VERSION, read, job.facts.duration_ms)
    uncovered = cover.findings(cover_plan(job))
    found_of = fingerprint(made_of, uncovered) if uncovered else made_of
    if ws.fresh(name, made_of, verify=job.options.verify) and ws.fresh(found, found_of):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer:
        previous, duration_ms = ws.read(SourceTrack, name), job.facts.duration_ms
        if supplied:
            made = segment.from_subtitles(supplied, names=job.series.names, duration_ms=duration_ms, previous=previous)
        else:
            words = ws.need(Recognition, "words.json")
            made = segment.segment(words, duration_ms=duration_ms, previous=previous)
        if previous and (segment.mended(previous) or ws.edited(name, verify=job.options.verify)):
            record = ws.state.artefacts.get(name)
            made = segment.keep_mended(previous, made, moved_on=record is not None and record.fingerprint != made_of)
        writer.commit(found, Findings(job.series.source_locale, (*made.findings, *uncovered)), found_of)
        writer.commit(name, made.track, made_of)
    return Outcome(done=[SOURCE])
