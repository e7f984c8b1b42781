"""The metrics of a desk: what a scraper reads, and who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from localize import settings
from localize.desk.app import Settings, create_app
from localize.desk.users import Users
from localize.errors import MediaError
from localize.failures import record
from localize.series import load
from tests.desk.conftest import BASE, Answer


def scraped(app: FastAPI, host: str = "127.0.0.1", **headers: str) -> Answer:
    return TestClient(app, base_url=BASE, client=(host, 50000)).get("/metrics", headers=headers)


def values(answer: Answer) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_every_series_is_counted_by_the_state_of_its_locales(app: FastAPI, shows: Path) -> None:
    before = values(scraped(app))
    assert before["localize_locales", "two", "not begun"] == 2
    assert before["localize_failed_episodes", "two"] == 0
    assert before["localize_damaged_manifests",] == 0
    job = app.state.desk.job("two", "ep01")
    job.workspace.folder.mkdir(parents=True)
    record(job, [MediaError("no picture", stage="ingest", episode_id="ep01")])
    (shows / "one" / "series.toml").write_text("schema = 2", encoding="utf-8")
    app.state.desk._looked_s = float("-inf")
    after = values(scraped(app))
    assert after["localize_locales", "two", "failed"] == 2
    assert after["localize_locales", "two", "not begun"] == 0
    assert (after["localize_failed_episodes", "two"], after["localize_damaged_manifests",]) == (1, 1)
    assert load(shows / "two" / "series.toml").id == "two"


def test_only_this_machine_may_scrape_unless_there_is_a_token(
    app: FastAPI, shows: Path, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scraped(app).status_code == 200
    assert scraped(app, "10.0.0.9").status_code == 404
    behind = create_app(shows, settings=Settings(users.path, behind_proxy=True))
    assert scraped(behind).status_code == 404
    monkeypatch.setenv(settings.METRICS_TOKEN, "s3cret")
    assert scraped(app).status_code == 404
    assert scraped(app, authorization="Bearer wrong").status_code == 404
    assert scraped(behind, "10.0.0.9", authorization="Bearer s3cret").status_code == 200
