"""The desk killed: people save and approve over HTTP without a pause, and its process dies by `kill -9` among them.

After each kill the workspace has to hold all that was answered, each request that was not wholly or not at all, and no
file that cannot be read; started again, the desk shows it. The seed draws the moments and what people do.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from localize.cues import Layout, TargetLine, TargetTrack
from localize.decisions import Decision
from localize.desk.users import Users
from localize.episode import EpisodeState
from localize.errors import LocalizeError, WorkspaceError
from localize.findings import Findings
from localize.job import Job
from localize.review import log
from tests.chaos.episode import litter
from tests.chaos.people import PASSWORD, TAGS, Person, Request, Table
from tests.desk.film import MANIFEST, translated

_START_S = 60.0
_LIVES_S = (0.02, 1.2)
"""How long after the first request the process may live."""


def measure(folder: Path, *, kills: int, seed: int, say: Callable[[str], None]) -> Table:
    """Kill the desk so many times, each at a moment that `seed` draws, and once more see what it serves."""
    chance, table = random.Random(seed), Table()
    job = translated(folder / "tide", MANIFEST.replace("\n[[", '\nmemory = "off"\n[[', 1))[0]
    cue_ids = [cue.id for cue in job.source().cues]
    people = [
        Person(f"{tag}{number}", tag, cue_ids[number::2], random.Random(chance.random()), decides=not number)
        for tag in TAGS
        for number in range(2)
    ]
    (folder / "accounts").mkdir(mode=0o700)
    users = Users(folder / "accounts" / "users.json")
    for person in people:
        users.add(person.name, "lead", (), PASSWORD)
    before = litter(job.workspace.folder)
    while table.kills < kills:
        with _served(folder, users.path) as (process, address):
            begun = threading.Event()
            seats = [person.seat(address) for person in people]
            threads = [
                threading.Thread(target=person.work, args=(seat, table, begun))
                for person, seat in zip(people, seats, strict=True)
            ]
            for thread in threads:
                thread.start()
            if not begun.wait(_START_S):
                table.notes.append(f"kill {table.kills + 1}: the desk answered nobody for {_START_S:g} s")
            time.sleep(chance.uniform(*_LIVES_S))
            process.kill()
            for thread in threads:
                thread.join()
        table.kills += 1
        _inspect(job, people, table)
        if table.kills % 10 == 0 or table.kills == kills:
            say(f"desk: killed {table.kills} of {kills} times")
    table.left = len(litter(job.workspace.folder)) - len(before)
    with _served(folder, users.path) as (process, address):
        for person in people:
            _shown(person, address, table)
        process.terminate()
    return table


def _inspect(job: Job, people: list[Person], table: Table) -> None:
    """Whether all that was answered is there, and what became of what was not."""
    try:
        tracks = _read_all(job)
        for person in people:
            lines = {line.id: line for line in tracks[person.tag].lines}
            decision = job.workspace.read(Decision, f"decisions/translation.{person.tag}.json")
            events = log.read(job.workspace, person.tag)
            said = {event.text for event in events if event.what == "decide"}
            written = {(line.id, line.text) for event in events for line in event.lines_after}
            for cue_id, told in person.told.items():
                if cue_id == (person.pending.cue_id if person.pending else None):
                    continue
                if not _stands(told, lines.get(cue_id), decision):
                    table.rows[told.kind].lost += 1
                    table.notes.append(f"kill {table.kills}: {person.name}'s {told} is gone: {lines.get(cue_id)}")
                logged = f"translation approved: {told.text}" in said if not cue_id else (cue_id, told.text) in written
                if told.kind != "approve" and not logged:
                    table.notes.append(f"kill {table.kills}: {person.name}'s {told} is not in the log")
            if person.pending:
                _settle(person, person.pending, lines, decision, written, table)
    except LocalizeError as error:
        table.notes.append(f"kill {table.kills}: {error}")


def _settle(
    person: Person, cut: Request, lines: dict[str, TargetLine], decision: Decision | None,
    written: set[tuple[str, str]], table: Table,
) -> None:  # fmt: skip
    """Of a request that was cut short, its effect is there as if it had been answered, or nothing of it is."""
    row, before, line = table.rows[cut.kind], person.told.get(cut.cue_id), lines.get(cut.cue_id)
    row.cut += 1
    person.pending = None
    if _stands(cut, line, decision):
        row.there += 1
        person.told[cut.cue_id] = cut
        if cut.kind.startswith("save") and (cut.cue_id, cut.text) not in written:
            table.notes.append(f"kill {table.kills}: {person.name}'s {cut} is in the track and not in the log")
    elif before is None or _stands(before, line, decision):
        row.absent += 1
    else:
        row.half += 1
        table.notes.append(f"kill {table.kills}: of {person.name}'s {cut} after {before} there is {line}")


def _stands(request: Request, line: TargetLine | None, decision: Decision | None) -> bool:
    """Whether its effect is there; a decision about the locale may have approved a line besides."""
    if request.kind == "decide":
        return decision is not None and decision.comment == request.text
    return line is not None and line.text == request.text and (line.approved or not request.approves)


def _read_all(job: Job) -> dict[str, TargetTrack]:
    """Every file that has a whole name, as who uses it reads it; a damaged one raises WorkspaceError."""
    ws = job.workspace
    for path in ws.folder.rglob("[!.]*.json"):
        # A lease of which half is there is held by nobody, to everybody who reads it.
        if path.parent.name != "locks":
            _whole(path)
    ws.need(EpisodeState, "episode.json")
    log.all_of(ws)
    for tag in TAGS:
        ws.need(Layout, f"layout/{tag}.json")
        ws.need(Findings, f"findings/{tag}.json")
    return {tag: ws.need(TargetTrack, f"targets/{tag}.json") for tag in TAGS}


def _whole(path: Path) -> None:
    try:
        json.loads(path.read_bytes())
    except ValueError as error:
        raise WorkspaceError(f"{path.name} is half-written") from error


def _shown(person: Person, address: str, table: Table) -> None:
    """The desk that was started last shows what was told, and takes another save."""
    with person.seat(address) as client:
        rows = {row["id"]: row for row in client.get(f"{person.path}/state").raise_for_status().json()["rows"]}
        for cue_id, told in person.told.items():
            if cue_id and rows[cue_id]["text"] != told.text:
                table.notes.append(f"the desk shows {rows[cue_id]['text']!r} instead of {person.name}'s {told}")
        client.get(person.path, headers={"accept": "text/html"}).raise_for_status()
        cue_id = person.cue_ids[0]
        edit = {"id": cue_id, "text": "The last word.", "version": rows[cue_id]["version"]}
        answer = client.post(f"{person.path}/lines", json={"edits": [edit]}).raise_for_status().json()
        if [row["text"] for row in answer["rows"]] != ["The last word."]:
            table.notes.append(f"a save after the last kill was answered {answer}")


@contextmanager
def _served(folder: Path, users: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A desk process of its own on a free port, once it answers; dead afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "localize",
        "desk",
        str(folder / "tide"),
        "--port",
        str(port),
        "--users",
        str(users),
    ]
    environment = os.environ | {"LOCALIZE_MEMORY": str(folder / "memory.sqlite"), "PREFECT_HOME": str(folder)}
    environment.pop("PREFECT_API_URL", None)
    told = folder / "desk.log"
    with told.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            give_up_s = time.monotonic() + _START_S
            while not _answers(address):
                gone = process.poll() is not None or time.monotonic() > give_up_s
                assert not gone, told.read_text(encoding="utf-8")
                time.sleep(0.05)
            yield process, address
        finally:
            process.kill()


def _answers(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{address}/healthz", timeout=5).status_code == 200
    return False
