"""The flows on a real temporary Prefect server: few, because each boot takes seconds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.flows,
    pytest.mark.engines,
    # Prefect's own dependencies warn on import; the versions are pinned in constraints.txt.
    pytest.mark.filterwarnings("default"),
]


def test_a_bad_episode_fails_alone_and_every_run_has_a_name_and_an_artifact(manifest: Path) -> None:
    from prefect.artifacts import Artifact
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort, TaskRunSort

    from flows.localize_series import code_of, localize_series

    state = localize_series(str(manifest), mode=["sidecar"], return_state=True)
    assert code_of(state) == 2
    assert "ep02: ingest ep02: " in str(state.message)
    assert "exception" not in str(state.message)
    assert "林凡" not in (manifest.parent / "workspace/dragon/ep01/subtitles/en.srt").read_text(encoding="utf-8")

    async def look() -> tuple[set[str], dict[str, str]]:
        async with get_client() as client:
            tasks = await client.read_task_runs(limit=200, sort=TaskRunSort.NAME_ASC)
            runs = await client.read_flow_runs(limit=200, sort=FlowRunSort.NAME_ASC)
        return {task.name for task in tasks}, {run.name: run.state_name or "" for run in runs}

    tasks, flows = asyncio.run(look())
    assert {"ingest-ep01", "translate-ep01-en", "translate-ep01-zh-Hant", "fit-ep01-en"} <= tasks
    assert flows["dragon"] == "Failed"
    assert (flows["dragon ep01"], flows["dragon ep02"]) == ("Completed", "Failed")
    artifact = Artifact.get("dragon-ep01")
    assert "zh-Hant" in str(getattr(artifact, "data", ""))


def test_an_episode_that_waits_ends_in_a_state_named_awaiting_review(manifest: Path) -> None:
    from flows.localize_episode import localize_episode

    text = manifest.read_text(encoding="utf-8").replace('translation = "off"', 'translation = "required"')
    manifest.write_text(text, encoding="utf-8")
    state = localize_episode(str(manifest), "ep01", mode=["sidecar"], return_state=True)
    assert (state.name, state.is_completed()) == ("AwaitingReview", True)
    assert "localize review approve" in str(state.message)


def test_the_titles_of_a_series_run_after_its_episodes_with_a_summary_of_their_own(manifest: Path) -> None:
    from prefect.artifacts import Artifact

    from flows.localize_series import localize_series

    text = manifest.read_text(encoding="utf-8").split('[[episode]]\nid = "ep02"')[0]
    text = text.replace('id = "ep01"', 'id = "ep01"\ntitle = "住手！"').replace('id = "dragon"', 'id = "titled"')
    manifest.write_text(text, encoding="utf-8")
    state = localize_series(str(manifest), mode=["sidecar"], to=["zh-Hant"], return_state=True)
    assert str(state.message).splitlines()[-1] == "metadata: metadata: done"
    said = [str(getattr(Artifact.get(key), "data", "")) for key in ("titled-metadata", "titled-board")]
    assert "| 0 | 0 | off | off | none |" in said[0]
    assert "| [metadata](" in said[1]
    assert "delivered" in said[1].split("| [metadata](")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"episodes": ["ep01", "ep99"]}, "no episode 'ep99'"),
        ({"mode": []}, "no mode was given"),
        ({"to": ["xx"]}, "'xx'"),
    ],
)
def test_a_mistyped_name_stops_a_series_before_any_work(
    manifest: Path, changes: dict[str, list[str]], says: str
) -> None:
    from flows.localize_series import code_of, localize_series

    state = localize_series(str(manifest), **changes, return_state=True)  # type: ignore[call-overload]
    assert (code_of(state), says in str(state.message)) == (2, True)
    assert not (manifest.parent / "workspace").exists()


@pytest.mark.parametrize(("failures", "attempts"), [(1, 2), (9, 3)])
def test_a_unit_is_tried_again_where_one_of_its_locales_may_pass_and_stops_nobody_else(
    failures: int, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`en` meets another writer a few times and `th` a text that never passes; `ja` has nothing to do with either."""
    from prefect import flow

    from flows import tasks
    from localize.errors import EngineRejected, LeaseHeld, LocalizeError
    from localize.job import Outcome
    from localize.pipeline import Done, Unit

    monkeypatch.setattr(tasks, "work", tasks.work.with_options(retry_delay_seconds=0))
    tried: list[str] = []

    def run(unit: Unit) -> Done:
        tried.append(unit.step)
        if unit.step == "fit":
            return Done(unit, Outcome(done=["ja"]), 0)
        failed: dict[str, LocalizeError] = {"th": EngineRejected("never")}
        if tried.count("burn") <= failures:
            failed["en"] = LeaseHeld("another process writes there")
        return Done(unit, Outcome(failed=failed), 0)

    finished: list[Done] = []

    @flow
    def one_wave() -> None:
        finished.extend(tasks.as_tasks([Unit("burn", "ep01", ("th", "en")), Unit("fit", "ep01", ("ja",))], run))

    one_wave()
    burn, fit = finished
    assert tried.count("burn") == attempts
    assert ("en" in burn.outcome.failed, "th" in burn.outcome.failed) == (failures > 1, True)
    assert fit.outcome.done == ["ja"]


def test_the_command_says_where_to_look_and_that_starter_lines_are_a_demonstration(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from flows.localize_series import main

    with pytest.raises(typer.Exit) as end:
        main(manifest, mode="sidecar")
    assert end.value.exit_code == 2
    captured = capsys.readouterr()
    folder = manifest.parent / "workspace" / "dragon"
    assert captured.out.splitlines() == [f"ep01\t{folder}/ep01/report.html"]
    assert "note: starter packages wrote the lines of en: a demonstration" in captured.err.splitlines()[-1]
    with pytest.raises(typer.Exit):
        main(manifest, mode="sidecar", episode="ep02")
    assert capsys.readouterr().out == ""
    with pytest.raises(typer.Exit) as end:
        main(manifest, mode="")
    assert (end.value.exit_code, capsys.readouterr().err.startswith("error: no mode was given")) == (2, True)


def test_the_module_entry_point_prints_where_to_look() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.localize_series", "nowhere.toml"],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == 2
    assert "nowhere.toml does not exist" in done.stderr
