"""The flows on a real temporary Prefect server: few, because each boot takes seconds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from localize.models import Store
from tests.conftest import Media

pytestmark = [
    pytest.mark.flows,
    pytest.mark.engines,
    # Prefect's own dependencies warn on import; the versions are pinned in constraints.txt.
    pytest.mark.filterwarnings("default"),
]

SRT = "1\n00:00:00,100 --> 00:00:00,900\n林凡回来了！\n\n2\n00:00:01,000 --> 00:00:01,900\n住手！\n"


@pytest.fixture(scope="module", autouse=True)
def server(store: Store) -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def manifest(tmp_path: Path, media: Media) -> Path:
    """Two episodes of two seconds with supplied subtitles; the second one's media is a text file."""
    (tmp_path / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    (tmp_path / "ep01.srt").write_text(SRT, encoding="utf-8")
    (tmp_path / "ep02.mp4").write_text("not a video")
    path = tmp_path / "series.toml"
    path.write_text(
        dedent("""
        schema = 1
        id = "dragon"
        title = "龙王归来"
        genre = "war-god"
        locales = ["en", "zh-Hant"]
        [gates]
        transcript = "off"
        translation = "off"
        final = "off"
        [[episode]]
        id = "ep01"
        file = "ep01.mp4"
        subtitles = "ep01.srt"
        [[episode]]
        id = "ep02"
        file = "ep02.mp4"
        """),
        encoding="utf-8",
    )
    return path


def test_a_bad_episode_fails_alone_and_every_run_has_a_name_and_an_artifact(manifest: Path) -> None:
    from prefect.artifacts import Artifact
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort, TaskRunSort

    from flows.localize_series import code_of, localize_series

    state = localize_series(str(manifest), mode=["sidecar"], return_state=True)
    assert code_of(state) == 2
    assert "ep02.mp4" in str(state.message)
    assert "林凡" not in (manifest.parent / "workspace/dragon/ep01/subtitles/en.srt").read_text(encoding="utf-8")

    async def look() -> tuple[set[str], dict[str, str]]:
        async with get_client() as client:
            tasks = await client.read_task_runs(limit=200, sort=TaskRunSort.NAME_ASC)
            runs = await client.read_flow_runs(limit=200, sort=FlowRunSort.NAME_ASC)
        return {task.name for task in tasks}, {run.name: run.state_name or "" for run in runs}

    tasks, flows = asyncio.run(look())
    assert {"ingest-ep01", "translate-ep01-en", "translate-ep01-zh-Hant", "fit-ep01-en"} <= tasks
    assert (flows["ep01"], flows["ep02"]) == ("Completed", "Failed")
    artifact = Artifact.get("dragon-ep01")
    assert "zh-Hant" in str(getattr(artifact, "data", ""))


def test_an_episode_that_waits_ends_in_a_state_named_awaiting_review(manifest: Path) -> None:
    from flows.localize_episode import localize_episode

    text = manifest.read_text(encoding="utf-8").replace('translation = "off"', 'translation = "required"')
    manifest.write_text(text, encoding="utf-8")
    state = localize_episode(str(manifest), "ep01", mode=["sidecar"], return_state=True)
    assert (state.name, state.is_completed()) == ("AwaitingReview", True)
    assert "localize review approve" in str(state.message)


def test_the_module_entry_point_prints_where_to_look() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.localize_series", "nowhere.toml"],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == 2
    assert "nowhere.toml does not exist" in done.stderr
