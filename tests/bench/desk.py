"""The review desk: the board of 100 episodes in 18 locales, a page of 400 cues, a preview, 20 people who save at once.

Wall-clock times of whole answers, measured inside this process without a network; the browser's part is not in them.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from localize import pipeline, settings
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.desk.app import Settings, create_app
from localize.desk.users import Users
from localize.engines.registry import Engines
from localize.episode import EpisodeState
from localize.findings import Finding, Findings
from localize.job import Job
from localize.locales import LOCALES
from localize.series import load
from localize.workspace import to_json
from tests.bench.harness import Figure, Part, Say
from tests.desk.film import FACTS

_SAID = ("林凡回来了。", "你知道龙王是谁吗？", "三年前，我就是将军。", "跪下！")
_LINE = {"th": "สามปีก่อน ฉันคือแม่ทัพ", "ar": "هل تعرف من هو ملك التنانين؟"}
_HOST, _PASSWORD = "http://desk.test", secrets.token_urlsafe(16)
_PEOPLE = 20


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    episodes, cues, saves = (5, 40, 2) if quick else (100, 400, 100)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[settings.MEMORY] = str(Path(folder) / "memory.sqlite")
        root = Path(folder) / "series"
        jobs = _made(root, episodes, cues, say)
        users = Users(Path(folder) / "accounts" / "users.json")
        users.path.parent.mkdir(mode=0o700)
        for number in range(_PEOPLE):
            users.add(f"person{number}", "lead", (), _PASSWORD)
        app = create_app(root, settings=Settings(users.path))
        client, token = _seat(TestClient(app, base_url=_HOST), "person0")
        page = f"/series/big/{jobs[-1].episode.id}/en"
        headers = {"x-csrf-token": token, "origin": _HOST}

        def shown(number: int) -> Any:
            body = {"texts": {f"c{1 + number % cues:04d}": f"Do you know who the Dragon King is, {number}?"}}
            return client.post(f"{page}/preview", json=body, headers=headers)

        first_s = _timed(lambda: client.get("/"))
        boards = [_timed(lambda: client.get("/")) for _ in range(repeats)]
        cold_s = _timed(lambda: client.get(page))
        pages = [_timed(lambda: client.get(page)) for _ in range(repeats)]
        shown(0)
        previews = [_timed(lambda number=number: shown(number)) for number in range(1, 20 * repeats + 1)]  # type: ignore[misc]
        say(f"desk: {_PEOPLE} people save {saves} times each")
        times, lost = _saves(root, users, page, jobs[-1], cues, saves)
    about = (
        "Whole answers of the application, in one process and without a network; what a browser adds is not in them."
    )
    return Part(
        "Review desk",
        (about,),
        (
            _figure(f"board, {episodes} episodes x {len(LOCALES)} locales", boards, 1000),
            Figure("the same, the first time", 1000 * first_s, "ms"),
            _figure(f"page of {cues} cues", pages, 1000),
            Figure("the same, the first time", 1000 * cold_s, "ms"),
            _figure(f"preview of an edit among {cues} cues, 95 %", [_high(previews)], 100),
            Figure(f"{_PEOPLE} people, a save a second each: 95 %", 1000 * _high(times), "ms", at_most=150),
            Figure(f"edits lost of {len(times)}", lost, "", at_most=0),
        ),
    )  # fmt: skip


def _figure(name: str, seconds: list[float], at_most: float) -> Figure:
    ms = [1000 * one for one in seconds]
    return Figure(name, statistics.median(ms), "ms", min(ms), max(ms), at_most=at_most)


def _high(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    answer = work()
    assert answer.status_code == 200, answer.text[:300]
    return time.perf_counter() - started


def _seat(client: httpx.Client, name: str) -> tuple[httpx.Client, str]:
    """`client` signed in, and the token of its session."""
    html, origin = {"accept": "text/html"}, str(client.base_url).rstrip("/")
    form = {"csrf": _token(client.get("/login", headers=html).text), "name": name, "password": _PASSWORD}
    client.post("/login", data=form, headers=html | {"origin": origin}, follow_redirects=False)
    return client, _token(client.get("/", headers=html).text)


def _token(html: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', html)
    assert found
    return found[1]


def _saves(root: Path, users: Users, page: str, job: Job, cues: int, saves: int) -> tuple[list[float], int]:
    """Everybody saves lines of their own at a served desk, one a second: the times, and how many texts were lost."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "localize", "desk", str(root), "--port", str(port), "--users", str(users.path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as served:
        try:
            return _save_all(f"http://127.0.0.1:{port}", page, job, cues, saves)
        finally:
            served.terminate()


def _save_all(address: str, page: str, job: Job, cues: int, saves: int) -> tuple[list[float], int]:
    _awaited(address)
    seats = [_seat(httpx.Client(base_url=address, timeout=60), f"person{number}") for number in range(_PEOPLE)]
    data = json.loads(re.findall(r'id="data">(.*?)</script>', seats[0][0].get(page).text, re.DOTALL)[0])
    versions = {row["id"]: row["version"] for row in data["rows"]}
    times: list[float] = []
    wanted: dict[str, str] = {}

    def person(number: int) -> None:
        client, token = seats[number]
        own = [f"c{n:04d}" for n in range(number + 1, cues + 1, _PEOPLE)]
        for turn in range(saves):
            began = time.perf_counter()
            cue_id = own[turn % len(own)]
            edit = {"id": cue_id, "text": f"{number} says {turn}", "version": versions[cue_id]}
            headers = {"x-csrf-token": token, "origin": address, "accept": "application/json"}
            answer = client.post(f"{page}/lines", json={"edits": [edit]}, headers=headers)
            times.append(time.perf_counter() - began)
            (row,) = answer.json()["rows"]
            versions[cue_id], wanted[cue_id] = row["version"], edit["text"]
            time.sleep(max(0.0, 1 - (time.perf_counter() - began)))

    threads = [threading.Thread(target=person, args=(number,)) for number in range(_PEOPLE)]
    for thread in threads:
        thread.start()
        time.sleep(1 / _PEOPLE)
    for thread in threads:
        thread.join()
    texts = job.workspace.need(TargetTrack, "targets/en.json").text_of()
    return times, sum(texts[cue_id] != text for cue_id, text in wanted.items())


def _awaited(address: str) -> None:
    for _ in range(600):
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the desk did not begin within a minute")


def _made(root: Path, episodes: int, cues: int, say: Say) -> list[Job]:
    """Tracks of 60 lines with findings in every locale; the last episode has `cues`, laid out in English."""
    root.mkdir()
    head = f'schema = 1\nid = "big"\ntitle = "大"\ngenre = "war-god"\nlocales = {json.dumps(list(LOCALES))}\n'
    rows = "".join(f'[[episode]]\nid = "ep{n:03d}"\nfile = "ep.mp4"\n' for n in range(1, episodes + 1))
    (root / "series.toml").write_text(head + rows, encoding="utf-8")
    series = load(root / "series.toml")
    jobs = pipeline.jobs(series, root / "workspace", pipeline.options(series), Engines())
    say(f"desk: writing {episodes} episodes in {len(LOCALES)} locales")
    for job in jobs:
        _write(job, cues if job is jobs[-1] else min(60, cues))
    for step in ("fit", "check"):
        pipeline.run_unit(jobs[-1], pipeline.Unit(step, jobs[-1].episode.id, ("en",)))
    return jobs


def _write(job: Job, count: int) -> None:
    source = tuple(
        Cue(f"c{n:04d}", 2500 * n - 2000, 2500 * n - 200, _SAID[n % len(_SAID)], confidence=n % 10 / 10)
        for n in range(1, count + 1)
    )
    files: dict[str, object] = {
        "episode.json": EpisodeState(facts=replace(FACTS, duration_ms=2500 * count + 1000)),
        "source.json": SourceTrack("zh-Hans", source, count + 1),
        "findings/zh-Hans.json": Findings("zh-Hans"),
    }
    for tag in LOCALES:
        text = _LINE.get(tag, "Do you know who the Dragon King is?")
        lines = [TargetLine(cue.id, text, "argos", text, "f", (), source_fingerprint(cue)) for cue in source]
        fast = [
            Finding("cps", "warning", "21.0 characters a second to read: 7 too many", cue.id) for cue in source[::4]
        ]
        files |= {
            f"targets/{tag}.json": TargetTrack(tag, tuple(lines)),
            f"findings/{tag}.json": Findings(tag, tuple(fast)),
        }
    for name, value in files.items():
        path = job.workspace.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_json(value))
