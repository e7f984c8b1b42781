"""What each step reads, writes, and what its fingerprint holds. `pipeline` says in which order and with which gates.

A step works on one episode and on the locales it is given (`()` for the steps of the source), writes through the
workspace, and answers per scope whether it did the work or found it done. A locale that fails never takes others along.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial

from localize import __version__, adherence, fonts, gates, lease, runs, subtitles
from localize.assignment import Assignment
from localize.cues import Layout, SourceTrack, TargetTrack
from localize.engines import ffmpeg
from localize.engines.base import Progress, Recognition
from localize.episode import MediaFacts
from localize.errors import EngineRejected, EngineUnavailable, LocalizeError, MediaError, StageError, SubtitleError, at
from localize.evidence import Evidence
from localize.findings import Findings
from localize.fingerprint import file_digest, fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.locales import locale
from localize.spending import Usage, spent_since
from localize.stages import check, fit, ingest, render, report, segment, transcribe, translate
from localize.workspace import (
    Writer,
    drafts_file,
    findings_file,
    layout_file,
    render_file,
    subtitle_file,
    target_file,
)

Step = Callable[[Job, tuple[str, ...], Progress], Outcome]


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
    if ws.fresh(name, made_of, verify=job.options.verify) and ws.fresh(found, made_of):
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
        writer.commit(found, Findings(job.series.source_locale, made.findings), made_of)
        writer.commit(name, made.track, made_of)
    return Outcome(done=[SOURCE])


def translate_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source track -> `targets/<locale>.json` for all locales of one route of engines, the pivot computed once."""
    ws, outcome = job.workspace, Outcome()
    made_of: dict[str, str] = {}
    work = Assignment(job)
    for tag in locales:
        try:
            with at(stage="translate", episode_id=job.episode.id, locale=tag):
                made_of[tag] = work.fingerprint(tag)
        except LocalizeError as error:
            outcome.failed[tag] = error
            continue
        if ws.fresh(target_file(tag), made_of[tag], verify=job.options.verify):
            outcome.fresh.append(tag)
    with _locked(job, "translate", made_of.keys() - set(outcome.fresh), outcome) as writers:
        outcome.fresh += [tag for tag in writers if ws.fresh(target_file(tag), made_of[tag])]
        todo = [tag for tag in locales if tag in writers and tag not in outcome.fresh]
        with _counted(job, work, todo, outcome):
            made_tracks = _translated(work, todo, outcome)
        for tag, made in made_tracks.items():
            if made.unfinished:
                writers[tag].commit(drafts_file(tag), made.track, "")
                outcome.failed[tag] = _unfinished(job, tag, made)
                continue
            # Another engine is asked for what this one could not write for now, and this one again next time.
            writers[tag].commit(target_file(tag), made.track, "" if made.provisional else made_of[tag])
            outcome.done.append(tag)
    return outcome


def _translated(work: Assignment, tags: Sequence[str], outcome: Outcome) -> dict[str, translate.Translated]:
    """All of `tags` at once; where an engine refuses, each alone, so that one bad locale takes no other along."""
    if not tags:
        return {}
    try:
        return work.run(tags)
    except EngineRejected as error:
        if len(tags) > 1:
            alone = [_translated(work, [tag], outcome) for tag in tags]
            return {tag: made for one in alone for tag, made in one.items()}
        outcome.failed[tags[0]] = error
        error.stage, error.episode_id, error.locale = "translate", work.job.episode.id, tags[0]
        return {}


@contextmanager
def _counted(job: Job, work: Assignment, tags: Sequence[str], outcome: Outcome) -> Iterator[None]:
    """Note in `outcome` what the engines of `tags` cost while the body runs, even where it fails."""
    engines = work.engines(tags[0]) if tags else ()
    before = [engine.usage(job.episode.id) for engine in engines]
    try:
        yield
    finally:
        for engine, earlier in zip(engines, before, strict=True):
            for tag, usage in spent_since(earlier, engine.usage(job.episode.id)).items():
                outcome.costs[tag] = outcome.costs.get(tag, Usage()) + usage


def _unfinished(job: Job, tag: str, made: translate.Translated) -> LocalizeError:
    """What keeps a track from being finished for now; the lines it has are kept."""
    there, all_ = len(made.track.lines), len(job.source().cues)
    message = f"{all_ - there} of {all_} lines are missing ({made.unfinished}); the others are kept"
    where = {"stage": "translate", "episode_id": job.episode.id, "locale": tag}
    if "budget" in made.unfinished:
        return EngineRejected(message, next_step="run again with a larger --budget", **where)
    return EngineUnavailable(message, next_step="run the same command again", **where)


def fit_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Target track -> `layout/<locale>.json` and the drawn `subtitles/<locale>.ass`."""

    def one(tag: str, writer: Writer, made_of: str) -> None:
        profile = locale(tag)
        layout = fit.fit(
            job.source(), job.workspace.need(TargetTrack, target_file(tag)), profile, job.facts,
            style=job.series.style, platform=job.series.platform, band=job.series.band,
        )  # fmt: skip
        writer.commit(subtitle_file(tag, "ass"), subtitles.to_ass(layout, profile, job.series.style), made_of)
        writer.commit(layout_file(tag), layout, made_of)

    def reads(tag: str) -> tuple[object, ...]:
        series, ws, profile = job.series, job.workspace, locale(tag)
        texts = (ws.digest("source.json"), ws.digest(target_file(tag)))
        place = (_frame(job.facts), series.platform, series.band)
        type_ = (profile, series.style, fonts.digest(profile, series.style.bold))
        return (fit.VERSION, subtitles.VERSION, *texts, *place, *type_)

    return _each(job, "fit", locales, reads, one, (lambda tag: layout_file(tag), lambda tag: subtitle_file(tag, "ass")))


def check_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source, target, layout and what they are judged by -> `findings/<locale>.json`; changes nothing else."""
    evidence = {tag: Evidence(job, tag) for tag in locales}

    def one(tag: str, writer: Writer, made_of: str) -> None:
        ws, seen = job.workspace, evidence[tag]
        target = ws.need(TargetTrack, target_file(tag))
        found = check.check(
            job.source(), target, ws.need(Layout, layout_file(tag)), locale(tag), job.facts, style=job.series.style,
            lines=seen.lines, english=seen.english, earlier=seen.earlier, sensitive=seen.sensitive,
        )  # fmt: skip
        writer.commit(findings_file(tag), Findings(tag, found, adherence.uses(seen.lines, target)), made_of)

    def reads(tag: str) -> tuple[object, ...]:
        ws, profile, style = job.workspace, locale(tag), job.series.style
        names = ("source.json", target_file(tag), layout_file(tag))
        measured_with = (style, fonts.digest(profile, style.bold))
        texts = (ws.digest(name) for name in names)
        return (check.VERSION, profile, _frame(job.facts), *measured_with, *texts, evidence[tag].fingerprint())

    return _each(job, "check", locales, reads, one, (findings_file,))


def sidecar_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Layout -> `subtitles/<locale>.srt` and `.vtt`."""

    def one(tag: str, writer: Writer, made_of: str) -> None:
        layout, profile = job.workspace.need(Layout, layout_file(tag)), locale(tag)
        writer.commit(subtitle_file(tag, "srt"), subtitles.to_srt(layout, profile), made_of)
        writer.commit(subtitle_file(tag, "vtt"), subtitles.to_vtt(layout, profile), made_of)

    names = (lambda tag: subtitle_file(tag, "srt"), lambda tag: subtitle_file(tag, "vtt"))
    return _each(job, "sidecar", locales, lambda tag: _sidecar_reads(job, tag), one, names)


def _sidecar_reads(job: Job, tag: str) -> tuple[object, ...]:
    return (subtitles.VERSION, job.workspace.digest(layout_file(tag)))


def burn_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + `.ass` -> `renders/<locale>.mp4`, all given locales from one decode."""
    ws, outcome = job.workspace, Outcome()
    made_of = {tag: burn_fingerprint(job, tag) for tag in locales}
    outcome.fresh = [tag for tag in locales if ws.fresh(render_file(tag), made_of[tag], verify=job.options.verify)]
    stale = [tag for tag in locales if tag not in outcome.fresh]
    with _locked(job, "burn", stale, outcome) as writers, ws.scratch() as scratch:
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
    type_ = fonts.digest(locale(tag), job.series.style.bold)
    return fingerprint("burn", render.BURN, job.facts.digest, drawn, type_, ffmpeg.version())


def mux_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Media + every locale's subtitles -> `<episode>.multi.mp4` and `.mkv`, streams copied."""
    ws = job.workspace
    files = {kind: f"{job.episode.id}.multi.{kind}" for kind in render.KINDS}
    made_of = mux_fingerprint(job, locales)
    if all(ws.fresh(name, made_of, verify=job.options.verify) for name in files.values()):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer, ws.scratch() as scratch:
        tracks = [
            render.MuxTrack(locale(tag), ws.need(Layout, layout_file(tag)), ws.path(subtitle_file(tag, "ass")))
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
    layouts = [(tag, ws.digest(subtitle_file(tag, "ass")), fonts.digest(locale(tag), bold)) for tag in locales]
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
        sidecars = (subtitle_file(tag, "srt"), subtitle_file(tag, "vtt"))
        made_of |= dict.fromkeys(sidecars, fingerprint("sidecar", *_sidecar_reads(job, tag)))
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


STEPS: Mapping[str, Step] = {
    "ingest": ingest_step,
    "transcribe": transcribe_step,
    "segment": segment_step,
    "translate": translate_step,
    "fit": fit_step,
    "check": check_step,
    "sidecar": sidecar_step,
    "burn": burn_step,
    "mux": mux_step,
    "report": report_step,
}


def _each(
    job: Job,
    step: str,
    locales: tuple[str, ...],
    reads: Callable[[str], tuple[object, ...]],
    one: Callable[[str, Writer, str], None],
    names: tuple[Callable[[str], str], ...],
) -> Outcome:
    """Run `one` for every locale whose files are not fresh; an error stays with its locale."""
    outcome = Outcome()
    for tag in locales:
        try:
            with at(stage=step, episode_id=job.episode.id, locale=tag):
                made_of = fingerprint(step, *reads(tag))
                if all(job.workspace.fresh(name(tag), made_of, verify=job.options.verify) for name in names):
                    outcome.fresh.append(tag)
                    continue
                with job.workspace.writing(tag) as writer:
                    one(tag, writer, made_of)
                outcome.done.append(tag)
        except LocalizeError as error:
            outcome.failed[tag] = error
    return outcome


def _frame(facts: MediaFacts) -> tuple[int, int, int, str]:
    return facts.width_px, facts.height_px, facts.duration_ms, facts.frame_rate


@contextmanager
def _locked(job: Job, step: str, tags: Iterable[str], outcome: Outcome) -> Iterator[dict[str, Writer]]:
    """A writer for each of `tags` that can be had; one that another process holds fails alone."""
    with ExitStack() as stack:
        writers: dict[str, Writer] = {}
        patience_s = lease.PATIENCE_S
        for tag in sorted(tags):
            try:
                with at(stage=step, episode_id=job.episode.id, locale=tag):
                    writers[tag] = stack.enter_context(job.workspace.writing(tag, patience_s=patience_s))
            except LocalizeError as error:
                outcome.failed[tag] = error
                patience_s = 0  # whoever holds one has been waited for
        yield writers
