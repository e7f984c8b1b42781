"""The steps of the titles and the synopsis: out of the manifest, and checked for what platforms take."""

from __future__ import annotations

from collections.abc import Mapping

from localize import metadata
from localize.cues import SourceTrack, TargetTrack
from localize.engines.base import Progress
from localize.errors import WorkspaceError
from localize.evidence import Evidence
from localize.findings import Findings
from localize.fingerprint import fingerprint
from localize.job import SOURCE, Job, Outcome
from localize.locales import locale
from localize.stages import check
from localize.stages.check.length import of_length
from localize.steps.common import each
from localize.workspace import findings_file, target_file


def titles_step(job: Job, _locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Manifest -> `source.json`, a cue for each text."""
    ws, name, found = job.workspace, "source.json", findings_file(job.series.source_locale)
    made_of = fingerprint("titles", metadata.texts(job.series))
    if ws.fresh(name, made_of, verify=job.options.verify) and ws.fresh(found, made_of):
        return Outcome(fresh=[SOURCE])
    with ws.writing(SOURCE) as writer:
        before = ws.read(SourceTrack, name)
        if before and (ws.edited(name) or any(cue.origin == "human" for cue in before.cues)):
            raise WorkspaceError(
                f"{ws.path(name)} was edited, but titles are read from the manifest",
                next_step=f"write the text into {job.series.manifest}, then delete {ws.path(name)}",
            )
        writer.commit(found, Findings(job.series.source_locale), made_of)
        writer.commit(name, metadata.source(job.series), made_of)
    return Outcome(done=[SOURCE])


def check_titles_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source and target -> `findings/<locale>.json`, as of any track that is not drawn, and what is too long."""
    evidence = {tag: Evidence(job, tag) for tag in locales}

    def make(tag: str) -> Mapping[str, object]:
        seen, target = evidence[tag], job.workspace.need(TargetTrack, target_file(tag))
        found = check.check_texts(
            job.source(), target, locale(tag), style=job.series.style, lines=seen.lines, english=seen.english,
            earlier=seen.earlier, sensitive=seen.sensitive,
        )  # fmt: skip
        too_long = of_length(target, job.series.platform)
        return {findings_file(tag): Findings(tag, (*found, *too_long))}

    def reads(tag: str) -> tuple[object, ...]:
        texts = (job.workspace.digest(name) for name in ("source.json", target_file(tag)))
        limits = metadata.LIMITS[job.series.platform]
        return (check.VERSION, locale(tag), job.series.style, limits, *texts, evidence[tag].fingerprint())

    return each(job, "check-titles", locales, reads, make, (findings_file,))
