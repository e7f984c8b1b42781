"""Both doors of a waiting episode in Chromium, with all that `make serve` starts: server, worker and desk."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from localize.desk.users import Users
from tests.conftest import Media
from tests.desk.chromium import CHROMIUM
from tests.desk.conftest import PASSWORD

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.browser, pytest.mark.flows, pytest.mark.engines,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed"),
]  # fmt: skip

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240
MANIFEST = """
schema = 1
id = "{id}"
title = "龙王归来"
genre = "war-god"
locales = ["zh-Hant"]
memory = "off"
[gates]
transcript = "off"
translation = "required"
final = "off"
[[episode]]
id = "ep01"
file = "ep01.mp4"
subtitles = "ep01.srt"
"""
SRT = "1\n00:00:00,100 --> 00:00:00,900\n林凡回来了！\n\n2\n00:00:01,000 --> 00:00:01,900\n住手！\n"


@dataclass(frozen=True)
class Served:
    """Everything that `python -m flows.serve` runs, over the folder `shows`."""

    prefect: str
    desk: str
    shows: Path
    environment: dict[str, str]

    def ask(self, method: str, path: str, **json_: Any) -> Any:
        answer = httpx.request(method, f"{self.prefect}/api{path}", json=json_ or None, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def start(self, series: str) -> None:
        """A run of the episode, as ops start one, to the end of its state."""
        parameters = {"path": str(self.shows / series / "series.toml"), "episode": "ep01", "mode": ["burn"]}
        deployment = self.ask("GET", "/deployments/name/localize-episode/localize-episode")
        tags = [f"series:{series}", "episode:ep01"]
        self.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", parameters=parameters, tags=tags)

    def runs(self, flow: str, series: str) -> list[dict[str, Any]]:
        """The runs of `flow` for the series, the oldest first."""
        found: list[dict[str, Any]] = self.ask(
            "POST",
            "/flow_runs/filter",
            flows={"name": {"any_": [flow]}},
            flow_runs={"tags": {"all_": [f"series:{series}"]}},
            sort="EXPECTED_START_TIME_ASC",
        )
        return found

    def states(self, flow: str, series: str) -> list[str]:
        return [run["state"]["name"] for run in self.runs(flow, series)]

    def until(self, flow: str, series: str, states: list[str]) -> None:
        """Wait until the runs of `flow` are in just these states."""
        give_up_s = time.monotonic() + PATIENCE_S
        while (now := self.states(flow, series)) != states:
            assert time.monotonic() < give_up_s, f"{flow}: {now}, not {states}"
            time.sleep(0.5)

    def made(self, series: str, name: str) -> Path:
        return self.shows / series / "workspace" / series / "ep01" / name


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    for id_ in ("one", "two"):
        series = folder / "shows" / id_
        series.mkdir(parents=True)
        shutil.copy(media("clip.mp4"), series / "ep01.mp4")
        (series / "ep01.srt").write_text(SRT, encoding="utf-8")
        (series / "series.toml").write_text(MANIFEST.format(id=id_), encoding="utf-8")
    (folder / "accounts").mkdir(mode=0o700)
    Users(folder / "accounts" / "users.json").add("lena", "lead", (), PASSWORD)
    prefect, desk = _free_ports(2)
    environment = os.environ | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "LOCALIZE_USERS": str(folder / "accounts" / "users.json"),
        "LOCALIZE_DESK_URL": f"http://127.0.0.1:{desk}",
    }
    environment.pop("PREFECT_API_URL", None)
    shows, told = folder / "shows", folder / "told"
    command = [sys.executable, "-m", "flows.serve", str(shows), "--port", str(prefect), "--desk-port", str(desk)]
    with told.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [*command, "--state", str(folder)], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.DEVNULL
        )
    try:
        give_up_s = time.monotonic() + PATIENCE_S
        while "log\t" not in told.read_text(encoding="utf-8") or not _answers(f"http://127.0.0.1:{desk}/healthz"):
            assert process.poll() is None, (folder / "serve.log").read_text(encoding="utf-8")[-3000:]
            assert time.monotonic() < give_up_s, "nothing is served"
            time.sleep(0.5)
        api = f"http://127.0.0.1:{prefect}"
        yield Served(api, f"http://127.0.0.1:{desk}", shows, environment | {"PREFECT_API_URL": f"{api}/api"})
    finally:
        process.terminate()
        process.wait(60)


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        playwright.expect.set_options(timeout=60_000)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_locale_approved_in_the_desk_goes_on_once_and_is_delivered(served: Served, chromium: Any) -> None:
    served.start("one")
    served.until("localize-episode", "one", ["AwaitingReview"])
    assert not served.made("one", "renders/zh-Hant.mp4").exists()
    context = chromium.new_context(base_url=served.desk)
    tabs = [context.new_page(), context.new_page()]
    tabs[0].goto("/login")
    tabs[0].fill("[name=name]", "lena")
    tabs[0].fill("[name=password]", PASSWORD)
    tabs[0].click(".card .button.primary")
    tabs[0].wait_for_url("**/")
    for tab in tabs:  # both look at it before either decides
        tab.goto("/series/one/ep01/zh-Hant")
    for tab in tabs:
        tab.get_by_role("button", name="Decide").first.click()
        tab.get_by_label("Approve", exact=True).check()
        tab.locator("#decide").get_by_role("button", name="Decide").click()
        playwright.expect(tab.locator(".facts")).to_contain_text("approved by lena")
    context.close()
    approve = ["review", "approve", str(served.shows / "one" / "series.toml"), "translation", "--reviewer", "mei"]
    subprocess.run(
        [sys.executable, "-m", "localize", *approve], env=served.environment, check=True, capture_output=True
    )
    served.until("localize-episode", "one", ["AwaitingReview", "Completed"])
    before, after = served.runs("localize-episode", "one")
    assert after["parameters"] == before["parameters"] | {
        "workspace": str(served.shows / "one" / "workspace"),
        "to": [],
    }
    decision = json.loads(served.made("one", "decisions/translation.zh-Hant.json").read_bytes())
    assert (decision["reviewer"], decision["self_declared"]) == ("lena", False)
    assert served.made("one", "renders/zh-Hant.mp4").stat().st_size > 0
    # The form that asked for the same is closed.
    served.until("review", "one", ["DecidedElsewhere"])


def test_a_form_filled_in_in_the_page_of_prefect_decides_as_whoever_signed_it(served: Served, chromium: Any) -> None:
    served.start("two")
    served.until("review", "two", ["Suspended"])
    (form,) = served.runs("review", "two")
    context = chromium.new_context(base_url=served.prefect)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/runs/flow-run/{form['id']}")
    page.get_by_role("button", name="Resume").first.click()
    dialog = page.locator(".p-modal")
    dialog.get_by_role("button", name="Submit").click()
    playwright.expect(dialog).to_contain_text("'reviewer' is a required property")
    dialog.locator(".p-select-button__icon").first.click()
    page.locator(".p-select-option", has_text="approve").click()
    dialog.locator(".schema-form-property", has_text="Reviewer").locator("textarea").first.fill("mei")
    dialog.get_by_role("button", name="Submit").click()
    playwright.expect(dialog).to_be_hidden()
    context.close()
    served.until("review", "two", ["Approved"])
    decision = json.loads(served.made("two", "decisions/translation.zh-Hant.json").read_bytes())
    assert (decision["verdict"], decision["reviewer"], decision["self_declared"]) == ("approved", "mei", True)
    served.until("localize-episode", "two", ["AwaitingReview", "Completed"])
    assert served.made("two", "renders/zh-Hant.mp4").stat().st_size > 0
    assert all(url.startswith((served.prefect, "data:", "blob:")) for url in asked), (
        "the page needs nothing from outside"
    )
