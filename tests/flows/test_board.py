"""What ops see of a series: its table, its progress, its events; and the night as a flow. A real temporary server."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize import pipeline
from localize.engines.registry import Engines
from localize.series import load

pytestmark = [
    pytest.mark.flows,
    pytest.mark.engines,
    pytest.mark.filterwarnings("default"),  # of Prefect's own dependencies
]


def board_of(series: str) -> str:
    from prefect.artifacts import Artifact

    return str(getattr(Artifact.get(f"{series}-board"), "data", ""))


def row(table: str, episode: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if line.startswith(f"| [{episode}](")]
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_a_run_of_a_series_leaves_a_table_of_all_its_episodes_and_how_far_it_came(manifest: Path) -> None:
    from prefect.artifacts import Artifact

    from flows.localize_series import localize_series

    localize_series(str(manifest), mode=["sidecar"], episodes=["ep01"], return_state=True)
    table = board_of("dragon")
    assert [cell.split(" ·")[0] for cell in row(table, "ep01")] == ["delivered", "delivered"]
    assert row(table, "ep02") == ["not begun", "not begun"]
    assert getattr(Artifact.get("dragon-progress"), "data", None) == 100
    localize_series(str(manifest), mode=["sidecar"], return_state=True)
    table = board_of("dragon")
    assert row(table, "ep02") == ["failed", "failed"]
    assert "## Failed\n\n- **ep02** ingest: " in table


def test_the_night_is_the_one_of_cron_inbox_and_parked_failures_included(manifest: Path) -> None:
    from flows.nightly import nightly

    inbox = manifest.parent / "inbox"
    inbox.mkdir()
    first = nightly(str(manifest.parent), mode=["sidecar"], return_state=True)
    assert (first.is_failed(), "1 failed" in str(first.message)) == (True, True)
    second = nightly(str(manifest.parent), mode=["sidecar"], return_state=True)
    assert "1 unchanged, 1 parked" in str(second.message)
    assert "failed: ingest ep02: " in str(second.message)


def test_a_series_is_given_to_the_workers_once_however_often_that_run_is_tried(
    manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import runtime
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags

    from flows import spread
    from localize import triggers

    series = load(manifest)
    jobs = pipeline.jobs(series, manifest.parent / "workspace", pipeline.options(series), Engines())
    asked = spread.Asked(["en"], ["sidecar"], "faster-whisper", False, "")
    monkeypatch.setattr(runtime.flow_run, "get_id", lambda: f"of {manifest}")
    with get_client(sync_client=True) as client:
        flow, name = triggers.EPISODE.split("/")
        client.create_deployment(client.create_flow_from_name(flow), name)
        for _ in range(2):
            assert spread.out(jobs, asked).name == "HandedOut"
        ours = FlowRunFilter(tags=FlowRunFilterTags(all_=[f"series:{series.id}"]))
        made = [run for run in client.read_flow_runs(flow_run_filter=ours) if run.deployment_id]
    assert sorted(run.parameters["episode"] for run in made) == ["ep01", "ep02"]
    assert made[0].parameters["workspace"] == str(manifest.parent / "workspace")
    budget = spread.out(jobs, spread.Asked([], ["sidecar"], "faster-whisper", False, "5USD"))
    assert "a budget is kept within one process" in str(budget.message)


def test_an_age_is_told_in_its_largest_unit() -> None:
    from flows.board import short

    assert [short(seconds) for seconds in (5, 61, 3600, 90_000, 200_000)] == [
        "under a minute", "1 min", "1 h", "1 d", "2 d",
    ]  # fmt: skip
