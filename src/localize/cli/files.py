"""Commands for subtitle files made elsewhere: import one as a locale's track, check one by itself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import regex
import typer

from localize.cli import work
from localize.cli.common import Json, Only, PathArgument, To, Workspace, jobs_of, not_begun, split, tell
from localize.errors import EXIT_DONE, EXIT_FINDINGS, InputError

if TYPE_CHECKING:
    from localize.cues import Layout
    from localize.episode import MediaFacts
    from localize.importing import Fit, Imported
    from localize.job import Job
    from localize.locales import Locale
    from localize.pipeline import EpisodeResult
    from localize.series import Style
    from localize.subtitles import SubtitleFile

_SHIFT = regex.compile(r"([+-]?)(\d+(?:\.\d+)?)(ms|s)")


def check(
    path: Annotated[
        Path, typer.Argument(help="A series.toml, one media file, or one subtitle file.", show_default=False)
    ],
    to: To = "",
    workspace: Workspace = None,
    episode: Only = "",
    locale: Annotated[str, typer.Option("--locale", help="The locale of a subtitle file.")] = "",
    media: Annotated[
        Path | None, typer.Option("--media", help="The video of a subtitle file; else 1080x1920 at 25 fps.")
    ] = None,
    platform: Annotated[str, typer.Option("--platform", help="Whose safe area a subtitle file keeps to.")] = "tiktok",
    as_json: Json = False,
    rules: work.Rules = False,
) -> None:
    """Check tracks of a workspace again, or a subtitle file by itself; exit 3 on findings at error severity."""
    from localize.subtitles import SUFFIXES

    if path.suffix.lower() not in SUFFIXES:
        if locale or media:
            raise InputError(f"{path.name} is no subtitle file", next_step=f"give one of {', '.join(SUFFIXES)}")
        work.check(path, to=to, workspace=workspace, episode=episode, as_json=as_json, rules=rules)
        return
    if not locale:
        raise InputError(f"{path.name} does not say its locale", next_step="give --locale, such as --locale th")
    _check_file(path, locale, media, platform, as_json=as_json)


def _check_file(path: Path, tag: str, media: Path | None, platform: str, *, as_json: bool) -> None:
    from localize import console
    from localize.engines import ffmpeg, shots
    from localize.findings import worst
    from localize.locales import locale
    from localize.series import Style
    from localize.stages import ingest
    from localize.stages.check.file import check_file, no_media
    from localize.subtitles import parse

    profile = locale(tag)
    file = parse(path, profile)
    facts = ingest.probe(media, engine=ffmpeg) if media else no_media(file)
    style = Style()
    frame = _frame(profile, facts, style, platform)
    cuts = shots.detect(media, facts).times_ms if media else ()
    found = check_file(file, profile, frame, facts, style=style, shots_ms=cuts)
    rows: list[dict[str, object]] = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "cue": finding.cue_id,
            "time": _time(file, finding.cue_id),
            "measured": finding.measured,
            "limit": finding.limit,
            "message": finding.message,
        }
        for finding in found
    ]
    if as_json:
        counted = {"file": str(path), "locale": tag, "cues": len(file.entries)}
        console.record({**counted, "findings": rows})
    else:
        for row in rows:
            console.data("\t".join(str(row[key] or "-") for key in ("severity", "rule", "cue", "time", "message")))
        console.talk(f"{path.name}: {len(file.entries)} cues, {len(rows)} findings")
    raise typer.Exit(EXIT_FINDINGS if worst(found) == "error" else EXIT_DONE)


def _frame(profile: Locale, facts: MediaFacts, style: Style, platform: str) -> Layout:
    """What is laid out where there is nothing to say: the size of the type and the safe area."""
    from localize.cues import SourceTrack, TargetTrack
    from localize.locales import SOURCE
    from localize.series import PLATFORMS
    from localize.stages import fit

    if platform not in PLATFORMS:
        raise InputError(f"{platform!r} is not a platform", next_step=f"choose among {', '.join(PLATFORMS)}")
    nothing = SourceTrack(SOURCE.tag, (), 1), TargetTrack(profile.tag, ())
    return fit.fit(*nothing, profile, facts, style=style, platform=platform, band=None)


def _time(file: SubtitleFile, cue_id: str | None) -> str | None:
    """When the cue begins."""
    from localize.timecode import clock

    return clock(file.entries[int(cue_id) - 1].timed.start_ms) if cue_id else None


def import_file(
    file: Annotated[Path, typer.Argument(help="SRT, ASS, VTT or TTML in the target locale.", show_default=False)],
    path: PathArgument,
    to: Annotated[str, typer.Option("--to", help="The locale of the file.", show_default=False)],
    episode: Annotated[str, typer.Option("--episode", help="The episode, where the series has several.")] = "",
    by: Annotated[str, typer.Option("--by", help="Whose work it is; noted on every line.")] = "",
    shift: Annotated[str, typer.Option("--shift", help="Added to the times of the file: -1.2s, 800ms.")] = "",
    rate: Annotated[str, typer.Option("--rate", help="23.976:25, made for the first, runs at the second.")] = "",
    allow_unmatched: Annotated[
        bool, typer.Option("--allow-unmatched", help="Leave out cues that belong to no line of the source.")
    ] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Take a professional's subtitles as the track of their locale: a person's lines, checked like the rest."""
    from localize import console
    from localize.gates import run_command
    from localize.importing import bring_in

    fit = _fit(shift, rate)
    job = _one_job(path, to, episode, workspace)
    made = bring_in(job, to, file, by=by, fit=fit, allow_unmatched=allow_unmatched)
    result = _checked(job, to)
    tell(result)
    if as_json:
        console.record(_plain(job, to, made, result))
    else:
        _say(job, to, made, result)
        console.talk(f"next: {run_command(job.series, job.workspace, (to,))}")
    raise typer.Exit(result.exit_code)


def _one_job(path: Path, tag: str, episode: str, workspace: Path | None) -> Job:
    """The job of the one locale of the one episode; InputError where either is not one, or nothing was made yet."""
    if len(split(tag)) != 1:
        raise InputError("a file is in one locale", next_step="give it with --to, such as --to th")
    series, jobs = jobs_of(path, to=tag, workspace=workspace, episode=episode)
    if not (jobs := [job for job in jobs if job.episode.has_film]):
        raise InputError("titles have no times that a subtitle file could fit", next_step="localize review import")
    if len(jobs) != 1:
        ids = ", ".join(job.episode.id for job in jobs)
        raise InputError(f"{series.id} has several episodes: {ids}", next_step="give one of them with --episode")
    if absent := not_begun(jobs[0]):
        raise absent
    return jobs[0]


def _fit(shift: str, rate: str) -> Fit | None:
    """None where nothing was asked for: then the times have to fit as they are."""
    from localize import sync
    from localize.importing import Fit

    if not shift and not rate:
        return None
    given = _SHIFT.fullmatch(shift or "0s")
    if not given:
        raise InputError(f"--shift {shift!r} is not a time", next_step="write it as -1.2s or 800ms")
    sign, number, unit = given.groups()
    try:
        if rate:
            sync.factor(rate)
    except ValueError:
        raise InputError(f"--rate {rate!r} is not two frame rates", next_step="write it as 23.976:25") from None
    return Fit(round(float(f"{sign}{number}") * (1000 if unit == "s" else 1)), rate)


def _checked(job: Job, tag: str) -> EpisodeResult:
    """Lay the new track out and judge it."""
    from localize import pipeline
    from localize.findings import Findings
    from localize.workspace import findings_file

    result = pipeline.EpisodeResult(job.episode.id)
    for step, tags in (("shots", ()), ("fit", (tag,)), ("check", (tag,))):
        done = pipeline.run_unit(job, pipeline.Unit(step, job.episode.id, tags))
        result.finished.append(done)
        result.errors += done.outcome.failed.values()
        if done.outcome.failed:
            return result
    found = job.workspace.read(Findings, findings_file(tag))
    result.findings = [(tag, finding) for finding in found.findings] if found else []
    return result


def _say(job: Job, tag: str, made: Imported, result: EpisodeResult) -> None:
    from localize import console

    aligned, where = made.aligned, f"{job.episode.id} [{tag}]"
    console.talk(f"{where}: {len(aligned.texts)} of {len(made.track.lines)} lines imported")
    for what, ids in _kinds(made).items():
        if ids:
            console.talk(f"{where}: {what}: {', '.join(ids)}")
    for timed in aligned.unmatched:
        console.talk(f"{where}: left out, as it belongs to no line of the source: {timed.text!r}")
    for _, finding in result.findings:
        row = (job.episode.id, tag, finding.severity, finding.rule, finding.cue_id or "-", finding.message)
        console.data("\t".join(row))


def _kinds(made: Imported) -> dict[str, list[str]]:
    """Cue ids by what a reviewer should know of them."""
    return {
        "shown with another line": [f"{cue} with {home}" for cue, home in made.aligned.shown_with.items()],
        "without a text in the file": list(made.left_out),
        "in other words than a person wrote before": list(made.replaced),
    }


def _plain(job: Job, tag: str, made: Imported, result: EpisodeResult) -> dict[str, object]:
    return {
        "episode": job.episode.id,
        "locale": tag,
        "exit_code": result.exit_code,
        "imported": list(made.aligned.texts),
        "shown_with": made.aligned.shown_with,
        "left_out": list(made.left_out),
        "replaced": list(made.replaced),
        "unmatched": [timed._asdict() for timed in made.aligned.unmatched],
        "findings": [asdict(finding) for _, finding in result.findings],
    }
