"""Files: the lines of an episode to take away and edit elsewhere, and to bring back; what a file would change is shown
before anything does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from localize.cues import TargetTrack
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.held import HELD
from localize.desk.pages import page, words
from localize.desk.places import Place, place
from localize.desk.refit import REFITS
from localize.desk.users import User
from localize.errors import InputError, LocalizeError
from localize.exchange import handout, merge, reading, subtitle, workbook, xliff
from localize.exchange.compare import Comparison, compare
from localize.exchange.returned import MOST_BYTES
from localize.glossary import interchange
from localize.job import Job
from localize.review.diff import diff
from localize.review.log import Who
from localize.workspace import target_file

router = APIRouter()
_FILES = "/series/{series_id}/{episode_id}/{tag}/files"
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "srt": "application/x-subrip",
    "ass": "text/x-ssa", "xlf": "application/x-xliff+xml",
}  # fmt: skip
_SUBTITLES = {"srt", "ass"}
_NAME_CHARS = 100
# A workbook takes many times its size while it is read.
_READING = threading.Lock()


@router.get(_FILES)
def files(request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str) -> HTMLResponse:
    """What can be taken away, and where to bring it back."""
    return _page(request, place(desk, series_id, episode_id, tag), user)


@router.get(_FILES + "/{kind}")
def download(desk: TheDesk, series_id: str, episode_id: str, tag: str, kind: str) -> Response:
    """The lines as they stand, in one of the formats."""
    at = place(desk, series_id, episode_id, tag)
    if kind not in _kinds(at.job):
        raise HTTPException(404)
    out = handout.of(at.job, tag)
    if kind == "xlsx":
        data = workbook.export([out])
    elif kind == "xlf":
        data = xliff.export([out])
    else:
        data = subtitle.export(at.job, out, kind)
    disposition = f'attachment; filename="{subtitle.name(out, kind)}"'
    return Response(data, media_type=_TYPES[kind], headers={"content-disposition": disposition})


@router.post(_FILES)
def look(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, file: UploadFile
) -> HTMLResponse:
    """What a file would change; it is held until it is taken in."""
    at = place(desk, series_id, episode_id, tag)
    allow(user.may_edit(tag))
    name = _shown(file.filename or "")
    data = file.file.read(MOST_BYTES + 1)
    try:
        found, others = _compared(at, name, data)
    except InputError as error:
        return _refused(request, at, user, error)
    token = HELD.keep(user.name, at.path, name, data)
    return _page(request, at, user, found=found, others=others, name=name, held=token)


@router.post(_FILES + "/take")
def take_in(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str,
    held: Annotated[str, Form(max_length=100)], rest: Annotated[bool, Form()] = False,
) -> HTMLResponse:  # fmt: skip
    """Write what a file says, compared anew; with `rest`, what neither clashes nor is refused."""
    at = place(desk, series_id, episode_id, tag)
    allow(user.may_edit(tag))
    upload = HELD.take(user.name, at.path, held)
    if upload is None:
        return _page(request, at, user, status=409, error=words(request)("files.gone"))
    try:
        found, others = _compared(at, upload.name, upload.data)
    except InputError as error:
        return _refused(request, at, user, error)
    try:
        done = merge.apply([at.job], found, Who(user.name, signed_in=True), merge=rest, text=f"from {upload.name}")
    except LocalizeError as error:
        token = HELD.keep(user.name, at.path, upload.name, upload.data)
        unseen = not rest and (found.clashes or found.refused)
        message = words(request)("files.meanwhile") if unseen else " ".join(error.message.split())
        return _page(
            request, at, user, status=409, error=message, found=found, others=others, name=upload.name, held=token
        )
    if done.changed:
        REFITS.soon(at.job, [tag])
    return _page(request, at, user, done=done)


def _kinds(job: Job) -> list[str]:
    """The formats of this machine, where XLIFF is an extra; titles have no times that subtitles could show."""
    fitting = _TYPES if job.episode.has_film else _TYPES.keys() - _SUBTITLES
    return [kind for kind in _TYPES if kind in fitting and (kind != "xlf" or _has_xliff())]


def _has_xliff() -> bool:
    with suppress(InputError):
        interchange.storage("xliff")
        return True
    return False


def _shown(name: str) -> str:
    """The name of an upload, to be shown and logged: what some browsers put before it, and what no name holds, gone."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable())[-_NAME_CHARS:]


def _compared(at: Place, name: str, data: bytes) -> tuple[Comparison, list[str]]:
    """What a file says of the episode, and the other episodes it speaks of. InputError where it cannot be taken in."""
    parts = name.split(".")
    if at.tag not in parts and (other := next((tag for tag in at.job.locales if tag in parts), None)):
        # Cues of an SRT are known by their times, which are the same in every locale.
        raise InputError(f"the file is in {other}, not in {at.tag}")
    with _READING:
        returned = reading.read(data, name, [at.job], at.tag)
        found = compare([at.job], at.tag, returned)
    return found, sorted({episode for episode, _ in returned.given} - {at.job.episode.id})


def _refused(request: Request, at: Place, user: User, error: InputError) -> HTMLResponse:
    # Options are for the command line.
    step = error.next_step if error.next_step and "--" not in error.next_step else words(request)("files.again")
    return _page(request, at, user, status=422, error=" ".join(error.message.split()), step=step)


def _page(request: Request, at: Place, user: User, *, status: int = 200, **told: object) -> HTMLResponse:
    empty: dict[str, object] = {
        "found": None,
        "done": None,
        "error": "",
        "step": "",
        "others": [],
        "name": "",
        "held": "",
    }
    there = at.job.workspace.read(TargetTrack, target_file(at.tag)) is not None
    context = empty | {"keys": _keys(told.get("found"))} | told
    return page(
        request, "files.html", status=status, at=at, kinds=_kinds(at.job) if there else [], may=user.may_edit(at.tag),
        accept=",".join(reading.SUFFIXES), most=MOST_BYTES, diff=diff, **context,
    )  # fmt: skip


def _keys(found: object) -> list[tuple[str, list[str]]]:
    """Lines that a file leaves as they are, by the message that says why."""
    return list(_left(found)) if isinstance(found, Comparison) else []


def _left(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    for message, keys in (("missing", found.missing), ("emptied", found.emptied), ("moved", found.reordered)):
        if keys:
            yield message, [cue_id for _, cue_id in keys]
