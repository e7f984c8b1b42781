from __future__ import annotations

import asyncio
import os
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
import uharfbuzz as hb
from fastapi import FastAPI
from starlette.types import Message

from tests.desk.conftest import VIDEO, Open

SOURCE = "/media/one/ep01/source"


def test_an_episode_and_its_master_are_sent_whole(browser: Open) -> None:
    lena = browser("vera")
    source, master = lena.fetch(SOURCE), lena.fetch("/media/one/ep01/renders/th")
    assert (source.status_code, source.headers["content-type"], source.content) == (200, "video/mp4", VIDEO)
    assert master.content == VIDEO[::-1]
    assert source.headers["accept-ranges"] == "bytes"
    assert "no-store" not in source.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 999),
        ("bytes=990-", 990, 999),
        ("bytes=-10", 990, 999),
        ("bytes=-5000", 0, 999),
        ("bytes=500-5000", 500, 999),
        ("bytes=999-999", 999, 999),
        ("bytes=0-99,50-149", 0, 149),
    ],
)
def test_a_range_is_sent_as_asked(browser: Open, asked: str, first: int, last: int) -> None:
    answer = browser("lena").fetch(SOURCE, headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/1000"
    assert answer.headers["content-length"] == str(last + 1 - first)
    assert answer.content == VIDEO[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_outside_the_file_is_416_with_its_size(browser: Open, asked: str) -> None:
    answer = browser("lena").fetch(SOURCE, headers={"range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1000")


@pytest.mark.parametrize("asked", ["bytes=a-b", "bytes", "lines=0-1", "bytes=5-2", "bytes=" + "0-1," * 5000])
def test_a_range_that_is_none_harms_nothing(browser: Open, asked: str) -> None:
    answer = browser("lena").fetch(SOURCE, headers={"range": asked})
    assert answer.status_code in (200, 400, 416)


def test_two_ranges_come_in_parts(browser: Open) -> None:
    answer = browser("lena").fetch(SOURCE, headers={"range": "bytes=0-9,100-109"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert VIDEO[100:110] in answer.content


def test_a_range_of_a_file_that_was_made_anew_meanwhile_is_the_new_file(browser: Open, shows: Path) -> None:
    lena = browser("lena")
    etag = lena.fetch(SOURCE, headers={"range": "bytes=0-9"}).headers["etag"]
    assert lena.fetch(SOURCE, headers={"range": "bytes=0-9", "if-range": etag}).status_code == 206
    (shows / "one" / "ep01.mp4").write_bytes(b"another video")
    answer = lena.fetch(SOURCE, headers={"range": "bytes=0-9", "if-range": etag})
    assert (answer.status_code, answer.content) == (200, b"another video")


def test_a_player_may_ask_for_the_head_only(browser: Open) -> None:
    answer = browser("lena").fetch(SOURCE, "HEAD")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "1000", b"")


def test_a_subtitle_file_is_something_to_keep(browser: Open) -> None:
    answer = browser("lena").fetch("/media/one/ep01/subtitles/th/srt")
    assert answer.content == b"1\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="one.ep01.th.srt"'


@pytest.mark.parametrize(
    "path",
    [
        "/media/one/ep02/source",
        "/media/three/ep01/source",
        "/media/one/ep01/renders/en",
        "/media/one/ep01/renders/de",
        "/media/one/ep01/subtitles/th/vtt",
        "/media/one/ep01/subtitles/th/json",
        "/media/one/ep01/contact-sheet",
        "/media/two/ep01/renders/th",
        "/fonts/one/xx/style.css",
        "/fonts/three/th/style.css",
    ],
)
def test_what_is_not_there_is_404(browser: Open, path: str) -> None:
    assert browser("lena").fetch(path).status_code == 404


CLIMBS = [
    "..", "../..", "..%2f..%2f..%2fetc%2fpasswd", "..%5c..%5cetc%5cpasswd", "%2e%2e", "%2e%2e%2f%2e%2e", "....//",
    "%252e%252e%252f", "/etc/passwd", "%2fetc%2fpasswd", "ep01.mp4", "..%2ftwo", "..%2f..%2ftwo%2fep01", "th%00",
    "%c0%ae%c0%ae", "~", "th.mp4", "file:%2f%2f%2fetc%2fpasswd", ".", "th%2f..%2fth", "th%0a", "%F0%9F", "a" * 5000,
]  # fmt: skip
SHAPES = [
    "/media/{}/ep01/source",
    "/media/one/{}/source",
    "/media/{}",
    "/media/one/ep01/{}",
    "/media/one/ep01/renders/{}",
    "/media/{}/ep01/renders/th",
    "/media/one/{}/renders/th",
    "/media/one/ep01/subtitles/{}/srt",
    "/media/one/ep01/subtitles/th/{}",
    "/fonts/{}/th/style.css",
    "/fonts/one/{}/style.css",
    "/fonts/one/th/{}",
    "/static/{}",
]


def _raw(app: FastAPI, path: str, cookie: str) -> tuple[int, bytes]:
    """Status and body of a GET as a server hands it on, where a client would tidy the path up first."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"desk.test"), (b"cookie", cookie.encode())],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_path_of_a_request_reaches_the_file_system(app: FastAPI, browser: Open, shape: str, shows: Path) -> None:
    (shows / "secret").write_text("secret")
    lena = browser("lena")
    cookie = "; ".join(f"{name}={value}" for name, value in lena.client.cookies.items())
    assert _raw(app, SOURCE, cookie) == (200, VIDEO)
    for climb in CLIMBS:
        for path in (shape.format(climb), shape.format(unquote(climb, errors="replace"))):
            status, body = _raw(app, path, cookie)
            assert status == 404, path
            assert b"root:" not in body
            assert b"secret" not in body


def test_a_link_out_of_the_workspace_is_as_good_as_none(browser: Open, shows: Path) -> None:
    made = shows / "one" / "workspace" / "one" / "ep01"
    (made / "renders" / "en.mp4").symlink_to("/etc/passwd")
    (made / "contact-sheet.png").symlink_to(shows / "two" / "ep01.mp4")
    lena = browser("lena")
    assert lena.fetch("/media/one/ep01/renders/en").status_code == 404
    assert lena.fetch("/media/one/ep01/contact-sheet").status_code == 404


def test_what_is_no_plain_file_is_404(browser: Open, shows: Path) -> None:
    made = shows / "one" / "workspace" / "one" / "ep01"
    (made / "renders" / "en.mp4").mkdir()
    os.mkfifo(made / "contact-sheet.png")
    lena = browser("lena")
    assert lena.fetch("/media/one/ep01/renders/en").status_code == 404
    assert lena.fetch("/media/one/ep01/contact-sheet").status_code == 404


def test_a_manifest_that_names_something_else_than_a_video_opens_nothing(browser: Open, shows: Path) -> None:
    manifest = shows / "one" / "series.toml"
    manifest.write_text(manifest.read_text().replace("ep01.mp4", "/etc/passwd"))
    assert browser("lena").fetch(SOURCE).status_code == 404


def test_the_fonts_of_a_locale_are_those_that_draw_its_masters(browser: Open) -> None:
    lena = browser("lena")
    style = lena.fetch("/fonts/one/th/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert ".drawn-th { font-family: 'drawn-th-0', 'drawn-th-1', sans-serif;" in style.text
    face = lena.fetch("/fonts/one/th/0")
    assert face.headers["content-type"] == "font/ttf"
    assert ord("ก") in hb.Face(face.content).unicodes
    assert lena.fetch("/fonts/one/th/2").status_code == 404
    again = lena.fetch("/fonts/one/th/0", headers={"if-none-match": face.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_face_of_a_collection_comes_alone_and_whole(browser: Open) -> None:
    content = browser("lena").fetch("/fonts/one/zh-Hans/0").content
    assert not content.startswith(b"ttcf")
    there = sorted(hb.Face(content).unicodes)
    assert {ord(c) for c in "龙王归来"} <= set(there)
    assert len(there) > 30_000
    assert all(a < b for a, b in pairwise(there))
