"""The localised title, synopsis and episode titles, as they are delivered: `metadata.json`, and a CSV per locale."""

from __future__ import annotations

import hashlib
import json

from localize import metadata
from localize.cues import SourceTrack, TargetTrack
from localize.decisions import GateName
from localize.delivery.collect import Collected, Held, Ready, closed, not_made, quality
from localize.delivery.manifest import ALL_LOCALES, Quality
from localize.errors import DeliveryError, InputError, LocalizeError, at
from localize.gates import run_command
from localize.job import Job
from localize.series import METADATA
from localize.sheet import to_csv
from localize.stages.check.length import of_length
from localize.workspace import target_file

COLUMNS = ("field", "episode", "source", "text", "limit", "unit")
_GATES: tuple[GateName, ...] = ("transcript", "translation")


def collect(job: Job, platform: str) -> Collected:
    """What `job`, which is that of the metadata, has ready; its texts wait at the gates like those of an episode.

    They were checked for the platform of the series; for another `platform`, what is too long there is held.
    """
    tracks: dict[str, tuple[TargetTrack, Quality]] = {}
    held: list[Held] = []
    # metadata.json is one file of all locales: asking for one of them must not drop the others from it.
    for tag in job.locales:
        try:
            with at(stage="deliver", episode_id=METADATA, locale=tag):
                tracks[tag] = _track(job, tag, platform), quality(job, tag, _GATES)
        except LocalizeError as error:
            error.stage = "deliver"
            if tag in job.options.locales:
                held.append(Held(METADATA, tag, None, error))
    if not tracks:
        return Collected(held=tuple(held))
    files = [_csv(job, tag, platform, track, qc) for tag, (track, qc) in tracks.items()]
    every = tuple(qc for _, qc in tracks.values())
    files.append(_ready(ALL_LOCALES, "json", _json(job, {tag: track for tag, (track, _) in tracks.items()}), every))
    return Collected(tuple(files), tuple(held))


def _track(job: Job, tag: str, platform: str) -> TargetTrack:
    """The track of `tag` where it passed its gates, says what the manifest does, and is not too long elsewhere."""
    ws = job.workspace
    if not ws.exists(target_file(tag)):
        raise not_made(job, "the titles were not translated yet")
    if waiting := closed(job, tag, _GATES):
        raise waiting
    if not metadata.up_to_date(job.series, ws.need(SourceTrack, "source.json")):
        step = run_command(job.series, ws, job.options.locales)
        raise DeliveryError("the manifest has other titles than those that were translated", next_step=step)
    track = ws.need(TargetTrack, target_file(tag))
    too_long = list(of_length(track, platform)) if platform != job.series.platform else []
    if too_long:
        why = "; ".join(f"{found.cue_id}: {found.message}" for found in too_long)
        raise InputError(why, next_step=f"shorten it in {ws.path(target_file(tag))} or at the desk")
    return track


def _json(job: Job, tracks: dict[str, TargetTrack]) -> bytes:
    """Title, synopsis and episode titles by locale, the source's own first; what the manifest leaves out is absent."""
    texts: dict[str, dict[str, str]] = {job.series.source_locale: metadata.texts(job.series)}
    texts |= {tag: track.text_of() for tag, track in tracks.items()}
    made = {"schema": 1, "series": job.series.id, "locales": {tag: _fields(of) for tag, of in texts.items()}}
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def _fields(texts: dict[str, str]) -> dict[str, object]:
    own = {id_: text for id_, text in texts.items() if metadata.episode_of(id_) is None}
    return {**own, "episodes": {id_: text for cue, text in texts.items() if (id_ := metadata.episode_of(cue))}}


def _csv(job: Job, tag: str, platform: str, track: TargetTrack, qc: Quality) -> Ready:
    said = track.text_of()
    rows = []
    for id_, text in metadata.texts(job.series).items():
        episode, most = metadata.episode_of(id_), metadata.limit(platform, id_)
        rows.append(("title" if episode else id_, episode, text, said[id_], most.most, most.unit))
    return _ready(tag, "csv", to_csv(COLUMNS, rows, excel=True), (qc,))


def _ready(tag: str, ext: str, data: bytes, qc: tuple[Quality, ...]) -> Ready:
    return Ready("metadata", METADATA, tag, ext, data, len(data), hashlib.sha256(data).hexdigest(), 0, qc)
