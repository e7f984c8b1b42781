"""Media: videos with Range requests, subtitle files, fonts. Everything is named by what the manifest and the workspace
say there is: a request chooses among names that are known, and no part of its address ever becomes part of a path.
"""

from __future__ import annotations

import stat
from pathlib import Path

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from localize.desk.guards import TheDesk
from localize.drawing import attachments, fonts
from localize.errors import LocaleError
from localize.job import Job
from localize.locales import Locale, locale
from localize.series import Series
from localize.workspace import render_file, subtitle_file

router = APIRouter()

VIDEO = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska",
    ".webm": "video/webm", ".ts": "video/mp2t",
}  # fmt: skip
_SUBTITLES = {
    "ass": "text/x-ssa; charset=utf-8", "srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8",
    "ttml": "application/ttml+xml",
}  # fmt: skip
# Kept by the browser of whoever signed in, and asked about again each time: it may be made anew.
_KEPT = {"cache-control": "private, no-cache"}
_READS = ["GET", "HEAD"]


@router.api_route("/media/{series_id}/{episode_id}/source", methods=_READS)
def source(desk: TheDesk, series_id: str, episode_id: str) -> Response:
    """The episode as it came in: the file that the manifest names, wherever it lies."""
    media = desk.job(series_id, episode_id).media
    return _file(media, VIDEO.get(media.suffix.lower()))


@router.api_route("/media/{series_id}/{episode_id}/renders/{tag}", methods=_READS)
def render(desk: TheDesk, series_id: str, episode_id: str, tag: str) -> Response:
    """The burned master of a locale."""
    job = desk.job(series_id, episode_id)
    return _artefact(job, render_file(_target(job, tag)), VIDEO[".mp4"])


@router.api_route("/media/{series_id}/{episode_id}/subtitles/{tag}/{kind}", methods=_READS)
def subtitles(desk: TheDesk, series_id: str, episode_id: str, tag: str, kind: str) -> Response:
    """A subtitle file of a locale, to keep."""
    job = desk.job(series_id, episode_id)
    if kind not in _SUBTITLES:
        raise HTTPException(404)
    name = f"{series_id}.{episode_id}.{_target(job, tag)}.{kind}"
    return _artefact(job, subtitle_file(tag, kind), _SUBTITLES[kind], download=name)


@router.api_route("/media/{series_id}/{episode_id}/contact-sheet", methods=_READS)
def contact_sheet(desk: TheDesk, series_id: str, episode_id: str) -> Response:
    return _artefact(desk.job(series_id, episode_id), "contact-sheet.png", "image/png")


@router.get("/fonts/{series_id}/{tag}/style.css")
def font_faces(desk: TheDesk, series_id: str, tag: str) -> Response:
    """The faces that draw locale `tag` in the masters of a series, and the class `drawn-<tag>` that uses them."""
    series = desk.series(series_id)
    profile = _drawn(series, tag)
    names = [f"drawn-{tag}-{at}" for at in range(len(profile.fonts))]
    faces = [
        f"@font-face {{ font-family: '{name}'; src: url('{at}'); font-display: block; }}"
        for at, name in enumerate(names)
    ]
    chain = ", ".join(f"'{name}'" for name in names)
    weight = 700 if series.style.bold else 400
    rule = f".drawn-{tag} {{ font-family: {chain}, sans-serif; font-weight: {weight}; }}"
    return Response("\n".join((*faces, rule, "")), media_type="text/css", headers=_KEPT)


@router.get("/fonts/{series_id}/{tag}/{at}")
def font(request: Request, desk: TheDesk, series_id: str, tag: str, at: str) -> Response:
    """One face of the chain of a locale, whole: a reviewer may type any character."""
    series = desk.series(series_id)
    chain = fonts.chain(_drawn(series, tag), series.style.bold)
    known = {str(place): face for place, face in enumerate(chain)}
    if at not in known:
        raise HTTPException(404)
    face = known[at]
    found = face.path.stat()
    etag = f'"{found.st_size:x}-{found.st_mtime_ns:x}-{face.index}"'
    headers = _KEPT | {"etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = attachments.whole(face)
    return Response(content, media_type="font/otf" if content.startswith(b"OTTO") else "font/ttf", headers=headers)


def _target(job: Job, tag: str) -> str:
    """`tag` as the locales of the series have it; 404 for any other."""
    try:
        return job.locales[job.locales.index(tag)]
    except ValueError:
        raise HTTPException(404) from None


def _drawn(series: Series, tag: str) -> Locale:
    """The locale with the font of the series; 404 where there is no such locale."""
    try:
        return series.style.profile(locale(tag))
    except LocaleError:
        raise HTTPException(404) from None


def _artefact(job: Job, name: str, media_type: str, *, download: str | None = None) -> Response:
    """An artefact of the workspace; a link that leads out of it is as good as none."""
    path = job.workspace.path(name)
    # The folders of series and episode may be links of the operator's own; what lies in them may not.
    if not path.resolve().is_relative_to(job.workspace.folder.resolve()):
        raise HTTPException(404)
    return _file(path, media_type, download=download)


def _file(path: Path, media_type: str | None, *, download: str | None = None) -> Response:
    """With Range, If-Range and HEAD; 404 where it was not made yet, or is no plain file."""
    try:
        found = path.stat()
    except OSError:
        raise HTTPException(404) from None
    if media_type is None or not stat.S_ISREG(found.st_mode):
        raise HTTPException(404)
    return FileResponse(path, media_type=media_type, headers=_KEPT, filename=download, stat_result=found)
