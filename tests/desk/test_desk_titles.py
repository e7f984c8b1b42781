"""The titles and the synopsis of a series at the desk: a page like that of an episode, but for the film."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from localize.desk.app import Settings, create_app
from localize.desk.refit import REFITS
from localize.desk.users import Users
from localize.job import Job
from tests.desk.conftest import Browser
from tests.desk.film import entitled, translated
from tests.desk.test_desk_review import page_data, row, save, send

EN, LAST = "/series/tide/metadata/en", "/series/tide/ep02/en"


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("LOCALIZE_MEMORY", str(tmp_path / "memory.sqlite"))
    translated(tmp_path / "tide")
    return entitled(tmp_path / "tide")


@pytest.fixture
def lena(job: Job, users: Users) -> Browser:
    browser = Browser(create_app(job.series.manifest, settings=Settings(users.path)))
    assert browser.sign_in("lena").status_code == 303
    return browser


@pytest.mark.parametrize(
    ("language", "heading", "names"),
    [
        ("en", "Titles and synopsis", ["Title", "Synopsis", "Title of ep02"]),
        ("zh", "剧名与简介", ["剧名", "简介", "ep02 标题"]),
    ],
)
def test_titles_are_called_what_they_are(lena: Browser, language: str, heading: str, names: list[str]) -> None:
    lena.submit("/language", language=language)
    assert f'<th scope="row">{heading}</th>' in lena.get("/").text
    assert f"<strong>{heading}</strong>" in lena.get(EN).text
    assert [one["name"] for one in page_data(lena, EN)["rows"]] == names


def test_their_page_has_no_film_and_says_how_long_each_may_be(lena: Browser) -> None:
    text = lena.get(EN).text
    assert not re.search("<video|<canvas|source-start|gate.final|>final<", text)
    assert "Their source stands in series.toml" in text
    data = page_data(lena, EN)
    assert (data["film"], data["may"]["source"], data["may"]["transcript"]) == (False, False, True)
    assert row(data, "synopsis")["limit"] == {"most": 5000, "unit": "bytes"}
    assert "limit" not in row(page_data(lena, LAST), "c0001")


def test_they_follow_the_last_episode(lena: Browser) -> None:
    assert 'href="/series/tide/metadata/en" aria-label="Next episode: Titles and synopsis"' in lena.get(LAST).text
    assert f'href="{LAST}" aria-label="Episode before: ep02"' in lena.get(EN).text


def test_a_title_that_grew_too_long_is_found_out_soon_after_its_edit(lena: Browser, job: Job) -> None:
    version = row(page_data(lena, EN), "title")["version"]
    answer = save(lena, EN, "title", "Tide " * 30, version).json()
    assert answer["rows"][0]["state"] == "edited"
    deadline = time.monotonic() + 60
    while REFITS.pending(job_of(lena), "en") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "<code>length</code>" in row_html(lena, "title")


def job_of(browser: Browser) -> Any:
    return browser.client.app.state.desk.job("tide", "metadata")  # type: ignore[attr-defined]


def row_html(browser: Browser, cue_id: str) -> str:
    rows = browser.fetch(f"{EN}/state").json()["rows"]
    return str(next(one["html"] for one in rows if one["id"] == cue_id))


def test_their_source_is_edited_in_the_manifest_and_not_here(lena: Browser, job: Job) -> None:
    version = row(page_data(lena, EN), "title")["sourceVersion"]
    body = {"id": "title", "text": "浪", "start": 0, "end": 1000, "version": version}
    refused = send(lena, f"{EN}/source", body)
    assert refused.status_code == 422
    assert "titles are read from the manifest" in refused.text
    assert "series.toml" in refused.text
    assert send(lena, f"{EN}/preview", {"texts": {"title": "Wave"}}).status_code == 404
    assert job.source().cues[0].text == "潮"


def test_what_is_known_of_a_title_and_its_files_open(lena: Browser) -> None:
    panel = lena.get(f"{EN}/cue/episode.ep02").text
    assert "<h2>Title of ep02</h2>" in panel
    assert "source-form" not in panel
    for page in ("history", "files"):
        assert "Titles and synopsis" in lena.get(f"{EN}/{page}").text
    assert [lena.get(f"{EN}/files/{kind}").status_code for kind in ("xlsx", "srt", "ass")] == [200, 404, 404]


def test_they_are_let_through_at_their_gate_and_are_done(lena: Browser) -> None:
    digest = lena.fetch(f"{EN}/gate/translation").json()["digest"]
    body = {"gate": "translation", "verdict": "approved", "digest": digest}
    assert send(lena, f"{EN}/decide", body).json()["verdict"] == "approved"
    cell = lena.get("/").text.split('href="/series/tide/metadata/en"')[1].split("</a>")[0]
    assert "approved" in cell
