"""A desk of two small series, and people at their browsers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from localize.desk.app import Settings, create_app
from localize.desk.users import Users

BASE = "http://desk.test"
PASSWORD = "correct horse battery"
VIDEO = bytes(range(250)) * 4
"""1,000 bytes: nothing here decodes it."""

MANIFEST = """
schema = 1
id = "{id}"
title = "{title}"
genre = "war-god"
locales = ["en", "th"]
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""

Answer = Any
"""Of httpx or httpx2, whichever starlette takes."""


class Browser:
    """Someone at a browser: keeps cookies, follows nothing, and sends the token of the last page along."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
        self.token = ""

    def get(self, path: str, **headers: str) -> Answer:
        """As opened from the address bar."""
        answer = self.client.get(path, headers={"accept": "text/html"} | _dashed(headers))
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        return answer

    def fetch(self, path: str, method: str = "GET", **given: Any) -> Answer:
        """As a script does it."""
        headers = {"x-csrf-token": self.token, "origin": BASE} | given.pop("headers", {})
        return self.client.request(method, path, headers=headers, **given)

    def submit(self, path: str, **fields: str) -> Answer:
        """As a form does it."""
        headers = {"origin": BASE, "accept": "text/html"}
        return self.client.post(path, data={"csrf": self.token} | fields, headers=headers)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        self.get("/login")
        answer = self.submit("/login", name=name, password=password)
        if answer.status_code == 303:
            self.get("/")
        return answer


Open = Callable[..., Browser]


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(scope="session")
def _hashed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("accounts") / "users.json"
    users = Users(path)
    users.add("lena", "lead", (), PASSWORD)
    users.add("ravi", "reviewer", ("th", "zh-Hans"), PASSWORD)
    users.add("vera", "viewer", (), PASSWORD)
    return path


@pytest.fixture
def users(_hashed_once: Path, tmp_path: Path) -> Users:
    """lena leads, ravi reviews Thai and the source, vera looks; each with PASSWORD."""
    folder = tmp_path / "accounts"
    folder.mkdir(mode=0o700)
    shutil.copy2(_hashed_once, folder)
    return Users(folder / "users.json")


@pytest.fixture
def shows(tmp_path: Path) -> Path:
    """Folder of the series `one` and `two`; each has ep01 with VIDEO, `one` a Thai master and subtitles as well."""
    root = tmp_path / "shows"
    for id_ in ("one", "two"):
        (root / id_).mkdir(parents=True)
        (root / id_ / "series.toml").write_text(MANIFEST.format(id=id_, title=f"剧{id_}"), encoding="utf-8")
        (root / id_ / "ep01.mp4").write_bytes(VIDEO)
    made = root / "one" / "workspace" / "one" / "ep01"
    for name, content in (("renders/th.mp4", VIDEO[::-1]), ("subtitles/th.srt", b"1\n")):
        (made / name).parent.mkdir(parents=True)
        (made / name).write_bytes(content)
    return root


@pytest.fixture
def app(shows: Path, users: Users) -> FastAPI:
    return create_app(shows, settings=Settings(users.path))


@pytest.fixture
def browser(app: FastAPI) -> Open:
    """A fresh browser; with a name, signed in."""

    def opened(name: str = "", of: FastAPI = app) -> Browser:
        made = Browser(of)
        if name:
            assert made.sign_in(name).status_code == 303
        return made

    return opened
