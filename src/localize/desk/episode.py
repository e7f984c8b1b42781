"""The page of one episode in one locale, and the parts of it that scripts ask for again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, HTTPException
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from localize import gates
from localize.cues import TargetTrack
from localize.desk import drawing, peaks, revisions, rows
from localize.desk.guards import SignedIn, TheDesk
from localize.desk.i18n import Messages
from localize.desk.pages import fragments, page, words
from localize.desk.places import Place, place
from localize.desk.presence import presence
from localize.desk.rows import Row, Sheet
from localize.desk.users import User
from localize.errors import LocalizeError
from localize.evidence import Evidence
from localize.job import SOURCE, Job
from localize.lines import Similar
from localize.memory import Asked, Match, Memory
from localize.review import log
from localize.review.diff import diff
from localize.state import locale_state
from localize.state.locale_state import GateState
from localize.workspace import layout_file, render_file, target_file

router = APIRouter()


@router.get("/series/{series_id}/{episode_id}/{tag}")
def episode(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, order: str = "time"
) -> HTMLResponse:
    at = place(desk, series_id, episode_id, tag)
    job = at.job
    if not job.workspace.exists("source.json"):
        command = gates.run_command(job.series, job.workspace)
        return page(request, "not_begun.html", status=404, at=at, command=command)
    revision = at.revision
    sheet = rows.sheet(job, tag)
    lines = told(request, at, sheet.rows, user)
    notes = {line["id"]: Markup(line.pop("html")) for line in lines}
    revisions.remember(at.path, user.name, revision, {line["id"]: line["key"] for line in lines})
    presence(desk).note(at.key, user.name)
    ids = [*desk.jobs(series_id)]
    number = ids.index(job.episode.id)
    order = order if order in {"time", "risk"} else "time"
    shown = sorted(sheet.rows, key=lambda row: -row.risk.score) if order == "risk" else sheet.rows
    return page(
        request, "episode.html", at=at, sheet=sheet, shown=shown, order=order, may=may(at, user),
        gates=gate_states(job, tag), limits=job.series.reading.of(tag).limits,
        notes=notes, data=_data(request, at, sheet, user, revision, lines),
        before=ids[number - 1] if number else "", after=ids[number + 1] if number + 1 < len(ids) else "",
    )  # fmt: skip


@router.get("/series/{series_id}/{episode_id}/{tag}/cue/{cue_id}")
def cue(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, cue_id: str
) -> HTMLResponse:
    """What is known of one cue: terms, memory, the machine's draft, comments, history."""
    at = place(desk, series_id, episode_id, tag)
    job = at.job
    found = rows.sheet(job, tag, {cue_id}).rows
    if not found:
        raise HTTPException(404)
    row = found[0]
    line = next((line for line in Evidence(job, tag).lines if line.cue.id == cue_id), None)
    exact, similar = _remembered(job, tag, row)
    track = job.workspace.read(TargetTrack, target_file(tag))
    before = {line.id: line.text for line in (*track.retired, *track.lines)} if track else {}
    events = [*log.of_cue([*log.read(job.workspace, tag), *log.read(job.workspace, SOURCE)], cue_id)]
    return HTMLResponse(
        fragments(request)(
            "panel.html", at=at, row=row, terms=line.terms.get(tag, ()) if line else (), exact=exact,
            similar=similar, draft=diff(row.draft, row.text) if row.draft and row.draft != row.text else (),
            suggestions=[before[was] for was in row.cue.was if before.get(was)], may=may(at, user), diff=diff,
            history=sorted((e for e in events if e.what not in ("comment", "resolve")), key=lambda e: e.id)[::-1][:20],
        )
    )  # fmt: skip


@router.get("/series/{series_id}/{episode_id}/{tag}/peaks")
def waveform(desk: TheDesk, series_id: str, episode_id: str, tag: str) -> Response:
    """How loud the episode is, a byte for each 20 ms; empty where it has no sound."""
    job = place(desk, series_id, episode_id, tag).job
    found = b""
    with suppress(LocalizeError):
        found = peaks.peaks(job.media)
    headers = {"cache-control": "private, max-age=600"}
    return Response(found, media_type="application/octet-stream", headers=headers)


def may(at: Place, user: User) -> dict[str, bool]:
    """What the page offers; the addresses behind it check again."""
    return {
        "edit": user.may_edit(at.tag),
        "source": user.may_edit(at.job.series.source_locale) and at.job.episode.has_film,
        "decide": user.may_decide("translation", at.tag),
        "transcript": user.may_decide("transcript", None),
        "manage": user.may_manage(),
    }


def gate_states(job: Job, tag: str) -> list[GateState]:
    """Where the gates of the locale stand, the transcript's included; titles have no final one."""
    ws, series, one = job.workspace, job.series, job.episode
    there = ws.exists("source.json")
    made = ws.exists(layout_file(tag)) and (ws.exists(render_file(tag)) or ws.exists(f"subtitles/{tag}.srt"))
    translated = there and ws.exists(target_file(tag))
    translation = locale_state.gate_state(series, one, ws, "translation", tag, reached=translated)
    states = [locale_state.gate_state(series, one, ws, "transcript", None, reached=there), translation]
    if one.has_film:
        reached = made and not translation.waits
        states.append(locale_state.gate_state(series, one, ws, "final", tag, reached=reached))
    return states


def told(request: Request, at: Place, found: Sequence[Row], user: User) -> list[dict[str, Any]]:
    """Rows as a script has them. `key` changes with everything that is shown of one."""
    fragment, allowed, t = fragments(request), may(at, user), words(request)
    return [_told(row, t.cue(row.cue.id), fragment("row_notes.html", row=row, at=at, may=allowed)) for row in found]


def _told(row: Row, name: str, html: str) -> dict[str, Any]:
    key = hashlib.blake2b(f"{row.version}{row.source_version}{html}".encode(), digest_size=8).hexdigest()
    return {
        "id": row.cue.id, "name": name, "text": row.text, "version": row.version, "sourceVersion": row.source_version,
        "source": row.cue.text, "start": row.cue.start_ms, "end": row.cue.end_ms, "shown": row.shown_ms,
        "beside": row.beside, "state": row.state, "risk": row.risk.score, "editor": row.editor,
        "findings": len(row.found), "key": key, "html": html,
    } | ({"limit": {"most": row.limit.most, "unit": row.limit.unit}} if row.limit else {})  # fmt: skip


def _data(
    request: Request, at: Place, sheet: Sheet, user: User, revision: str, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the scripts of the page start with."""
    job, limits = at.job, at.job.series.reading.of(at.tag).limits
    return {
        "path": at.path,
        "series": at.job.series.id,
        "episode": at.job.episode.id,
        "locale": at.tag,
        "user": user.name,
        "may": may(at, user),
        "limits": {"cps": limits.cps, "min": limits.min_ms, "max": limits.max_ms},
        "rows": lines,
        "revision": revision,
        "platform": job.series.platform,
        "words": _script_words(words(request)),
        "film": job.episode.has_film,
    } | (_film(job, at.tag, sheet) if job.episode.has_film else {})


def _film(job: Job, tag: str, sheet: Sheet) -> dict[str, Any]:
    """What the page shows over the video, and below it."""
    return {
        "drawing": drawing.frame(job, tag),
        "events": drawing.events(sheet.layout) if sheet.layout else [],
        "covers": drawing.covers(job),
        "shots": drawing.shots(job),
    }


def _script_words(t: Messages) -> dict[str, str]:
    prefix = "script."
    return {key.removeprefix(prefix): text for key, text in t.table.items() if key.startswith(prefix)}


def _remembered(job: Job, tag: str, row: Row) -> tuple[Match | None, Sequence[Similar]]:
    """What the memory has for a line; nothing where it cannot be asked."""
    if job.series.memory == "off":
        return None, ()
    scope = None if job.series.memory == "studio" else job.series.id
    with suppress(LocalizeError), Memory.open() as memory:
        memory.refresh(job.workspace.folder.parents[1], job.series.id)
        asked = Asked(row.cue.text, episode=job.episode.id, cue_id=row.cue.id, series=job.series.id)
        return memory.exact([asked], tag, series=scope)[0], memory.fuzzy(row.cue.text, tag, series=scope)
    return None, ()
