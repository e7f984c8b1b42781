"""What serves: processes that live and end together, and files that a Prefect server is given."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from localize import lease
from localize.errors import EngineUnavailable, InputError

pytestmark = pytest.mark.filterwarnings("default")  # Prefect's own dependencies warn on import

ROOT = Path(__file__).parents[1]
# A process that starts another one in a session of its own, as a worker does with flow runs, says its id, and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print("child", child.pid, flush=True)
time.sleep(60)
"""


def _until(true: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + 20
    while not true():
        assert time.monotonic() < give_up_s
        time.sleep(0.05)


def test_whatever_was_started_ends_with_what_it_started_itself(tmp_path: Path) -> None:
    from flows.serve import Together

    log = tmp_path / "logs" / "serve.log"
    together = Together(log, {})
    process = together.start("worker", (sys.executable, "-c", PARENT))
    _until(lambda: "child " in log.read_text())
    child = int(log.read_text().split()[-1])
    assert lease.alive(child)
    together.end()
    assert process.returncode is not None
    _until(lambda: not lease.alive(child) or "zombie" in Path(f"/proc/{child}/status").read_text())
    assert " worker | child " in log.read_text()


def test_one_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    from flows.serve import Together

    together = Together(tmp_path / "serve.log", {})
    try:
        process = together.start("desk", (sys.executable, "-c", "raise SystemExit(3)"))
        process.wait()
        with pytest.raises(EngineUnavailable, match=r"the desk ended by itself with 3; next: read .*serve\.log"):
            together.check()
    finally:
        together.end()


def test_a_step_that_fails_says_where_to_read_why(tmp_path: Path) -> None:
    from flows.serve import Together

    together = Together(tmp_path / "serve.log", {})
    with pytest.raises(EngineUnavailable, match="deploy ended with 1"):
        together.once("deploy", (sys.executable, "-c", "print('no server'); raise SystemExit(1)"))
    together.end()
    assert " deploy | no server" in (tmp_path / "serve.log").read_text()


def test_every_deployment_has_a_flow_whose_parameters_are_described() -> None:
    from prefect.utilities.callables import parameter_schema

    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    names = {deployment["name"] for deployment in deployments}
    assert {"localize-series", "localize-episode", "rerender", "nightly", "review"} == names
    for deployment in deployments:
        file, name = deployment["entrypoint"].split(":")
        flow = getattr(import_module(file.removesuffix(".py").replace("/", ".")), name)
        assert flow.name == deployment["name"]
        described = parameter_schema(flow.fn).properties
        if name != "review":  # which no person starts
            assert all("description" in parameter for parameter in described.values()), name
            assert described["mode"]["items"]["enum"] == ["burn", "mux", "sidecar"]


def test_every_run_says_that_it_lives_and_a_form_that_waits_without_a_process_is_not_taken_for_vanished() -> None:
    for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]:
        given = one["work_pool"]["job_variables"]["env"]
        assert given == {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30", "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500"}
    trigger = yaml.safe_load((ROOT / "flows/automations/vanished.yaml").read_text())["trigger"]
    assert trigger["match_related"] == {"prefect.resource.role": "flow", "prefect.resource.name": "!review"}


def test_every_automation_is_one_that_prefect_takes() -> None:
    from flows.automations.__main__ import files, name_of, read

    made = {file.stem: read(file, str(UUID(int=1))) for file in files()}
    assert {name: automation.name for name, automation in made.items() if automation} == {
        file.stem: name_of(file) for file in files()
    }
    told = ["broken", "crashed", "failed", "late-review"]
    assert {*told, "stuck", "vanished"} == made.keys()
    assert [name for name in made if read(files()[0].with_name(f"{name}.yaml"), None) is None] == told


def test_limits_are_of_stages_that_there_are_and_cores_are_those_of_the_machines(tmp_path: Path) -> None:
    from flows.limits import queues, slots

    assert slots(8) == {"transcribe": 1, "translate": 4, "burn": 8, "shots": 8}
    assert {"review", "gpu", "encode", "network"} == queues().keys()
    for wrong, says in (("brun = 1", "'brun' is not a stage"), ("burn = 0", "burn: 0 is not a number of tasks")):
        (tmp_path / "limits.toml").write_text(f"[tasks]\n{wrong}\n")
        with pytest.raises(InputError, match=says):
            slots(8, tmp_path / "limits.toml")


def test_the_containers_of_a_team_server_listen_here_only_and_start_without_no_secret() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert {"postgres", "redis", "server", "services", "migrate"} == compose["services"].keys()
    for name in ("server", "services", "migrate"):
        given = compose["services"][name]["environment"]
        assert given["PREFECT_SERVER_API_AUTH_STRING"] == "${PREFECT_AUTH:?}"
    assert all(port.startswith("127.0.0.1:") for one in compose["services"].values() for port in one.get("ports", []))
