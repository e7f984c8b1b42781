"""Review in Prefect: forms for what waits, and runs that decisions start. A real temporary server, no worker."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from localize import pipeline, triggers
from localize.deciding import decide
from localize.decisions import Decision
from localize.engines.registry import Engines
from localize.job import Job
from localize.series import load
from localize.state.waiting import waiting

pytestmark = [pytest.mark.flows, pytest.mark.engines, pytest.mark.filterwarnings("default")]


@pytest.fixture
def job(manifest: Path) -> Job:
    """An episode whose translations wait for a reviewer, in two locales."""
    text = manifest.read_text(encoding="utf-8").replace('translation = "off"', 'translation = "required"')
    manifest.write_text(text.replace('id = "dragon"', f'id = "d{time.time_ns()}"'), encoding="utf-8")
    series = load(manifest)
    options = pipeline.options(series, modes=("sidecar",))
    job = pipeline.jobs(series, manifest.parent / "workspace", options, Engines())[0]
    assert len(pipeline.advance(job).waiting) == 2
    return job


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of a server that knows the deployments `review` and `localize-episode`."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
    monkeypatch.setattr(triggers, "PATIENCE_S", 60.0)
    with get_client(sync_client=True) as client:
        for full_name in (triggers.REVIEW, triggers.EPISODE):
            flow, name = full_name.split("/")
            client.create_deployment(client.create_flow_from_name(flow), name)
        yield client


def runs(client: Any, job: Job, flow: str) -> list[Any]:
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterTags
    from prefect.client.schemas.sorting import FlowRunSort

    return list(
        client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=triggers.tags(job))),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        )
    )


def test_what_waits_has_one_form_that_is_closed_once_it_was_decided_elsewhere(client: Any, job: Job) -> None:
    from flows import gates

    gates.ask(job)
    gates.ask(job)
    (form,) = runs(client, job, "review")
    assert form.name == f"{job.series.id} ep01 translation: en, zh-Hant"
    assert set(form.parameters["asked"]) == {"en", "zh-Hant"}
    assert {"locale:en", "stage:translation", "episode:ep01"} <= set(form.tags)
    decide(job, "translation", "en", "approved", "mei")
    gates.ask(job)
    closed, left = runs(client, job, "review")
    assert (closed.state.name, closed.state.message) == ("DecidedElsewhere", "decided elsewhere, or edited: en")
    assert (list(left.parameters["asked"]), left.state.type.value) == (["zh-Hant"], "SCHEDULED")
    decide(job, "translation", "zh-Hant", "rejected", "mei", "names")
    gates.ask(job)
    assert {run.state.name for run in runs(client, job, "review")} == {"DecidedElsewhere"}


def test_a_form_whose_process_was_killed_is_asked_for_again_once(client: Any, job: Job) -> None:
    from prefect.states import Crashed

    from flows import gates

    gates.ask(job)
    (form,) = runs(client, job, "review")
    client.set_flow_run_state(form.id, Crashed(message="its worker was killed"), force=True)
    gates.ask(job)
    gates.ask(job)
    killed, again = sorted(runs(client, job, "review"), key=lambda run: run.id != form.id)
    assert (killed.state.name, again.state.type.value) == ("Crashed", "SCHEDULED")
    assert again.parameters == form.parameters


def test_an_empty_answer_approves_nothing_and_an_approval_goes_on_once(client: Any, job: Job) -> None:
    from prefect.exceptions import Pause
    from prefect.flow_engine import run_flow

    from flows import gates

    def run(id_: UUID) -> Any:
        with suppress(Pause):
            run_flow(gates.review, flow_run=client.read_flow_run(id_), return_type="state")
        return client.read_flow_run(id_).state

    gates.ask(job)
    (form,) = runs(client, job, "review")
    assert run(form.id).name == "Suspended"
    approve = {"decision": "approve", "reviewer": "mei"}
    for answer in (None, {}, {"decision": "approve"}, approve | {"reviewer": " "}, approve | {"locales": ["th"]}):
        assert client.resume_flow_run(form.id, run_input=answer).status.value == "REJECT"
    assert client.read_flow_run(form.id).state.name == "Suspended"
    assert not job.workspace.path("decisions/translation.en.json").exists()
    assert client.resume_flow_run(form.id, run_input=approve | {"locales": ["en"]}).status.value == "ACCEPT"
    ended = run(form.id)
    assert (ended.name, ended.message.splitlines()[0]) == ("Approved", "translation [en] approved by mei")
    decision = job.workspace.need(Decision, "decisions/translation.en.json")
    assert (decision.reviewer, decision.self_declared) == ("mei", True)
    assert not job.workspace.path("decisions/translation.zh-Hant.json").exists()
    (next_run,) = runs(client, job, "localize-episode")
    again = triggers.go_on(job, {"en": decision})
    assert again is not None
    assert again.run_id == str(next_run.id)
    assert len(runs(client, job, "localize-episode")) == 1


def test_a_form_decides_nothing_about_what_was_edited_or_decided_meanwhile(job: Job) -> None:
    from flows import gates

    asked = {wait.locale or "": wait.digest for wait in waiting(job)}
    decide(job, "translation", "en", "approved", "Ann")
    path = job.workspace.path("targets/zh-Hant.json")
    track = json.loads(path.read_text(encoding="utf-8"))
    track["lines"][0]["text"] = "別動！"
    path.write_text(json.dumps(track), encoding="utf-8")
    made, refused = gates.decided(job, "translation", asked, "rejected", "Bob", "no")
    assert (made, len(refused)) == ({}, 2)
    assert job.workspace.need(Decision, "decisions/translation.en.json").reviewer == "Ann"


def test_a_decision_goes_on_with_the_parameters_of_the_run_before(client: Any, job: Job) -> None:
    deployment = client.read_deployment_by_name(triggers.EPISODE)
    before = triggers.where(job) | {"to": ["en"], "mode": ["sidecar"], "budget": "5USD"}
    client.create_flow_run_from_deployment(deployment.id, parameters=before, tags=triggers.tags(job))
    made = {"zh-Hant": decide(job, "translation", "zh-Hant", "approved", "mei")}
    gone_on = triggers.go_on(job, made)
    assert gone_on is not None
    assert gone_on.run_id
    started = client.read_flow_run(UUID(gone_on.run_id))
    assert started.parameters == before | {"to": ["en", "zh-Hant"]}


def test_without_a_server_or_with_a_silent_one_the_decision_stands(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"en": decide(job, "translation", "en", "approved", "mei")}
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", os.devnull)
    monkeypatch.chdir(job.series.root)
    assert triggers.go_on(job, made) is None
    monkeypatch.setattr(triggers, "PATIENCE_S", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        from prefect.settings import PREFECT_API_URL, temporary_settings

        monkeypatch.setenv("PREFECT_API_URL", url)
        with temporary_settings({PREFECT_API_URL: url}):
            gone_on = triggers.go_on(job, made)
    assert gone_on is not None
    assert gone_on.words.startswith("the decision stands, but Prefect did not answer within 1 s; next: localize run ")
    assert job.workspace.need(Decision, "decisions/translation.en.json").verdict == "approved"
