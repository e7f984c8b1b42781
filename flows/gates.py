"""Review in Prefect: a form for what waits at a gate of one episode.

A run of `review` holds no work. It is suspended, without a process, until somebody fills in its form, and writes the
same decision as the desk and the command line. The files stay the truth: what was decided elsewhere meanwhile, or
edited, is not decided again, and the next run of the episode closes forms that ask for nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from prefect import flow
from prefect.artifacts import create_link_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.states import Completed, Failed
from pydantic import Field, create_model

from flows.parameters import EpisodeId, Manifest, Workspace, jobs_of, slug
from flows.patience import patient
from localize import deciding, settings, triggers
from localize.decisions import Decision, GateName, Verdict
from localize.errors import LocalizeError
from localize.fingerprint import fingerprint
from localize.job import Job
from localize.state.waiting import waiting

SHARED = ""
"""Stands for the locale of the transcript, which all share, where JSON wants a text."""
DECIDED_ELSEWHERE = "DecidedElsewhere"
_OPEN = (StateType.PAUSED, StateType.SCHEDULED, StateType.PENDING)
_VERDICTS: Mapping[str, Verdict] = {"approve": "approved", "reject": "rejected"}

Asked = Mapping[str, str]
"""Digest of what waits, by locale."""


class Answer(RunInput):
    """The form. Decision and reviewer have no default, so that an empty answer is refused and approves nothing."""

    # In a dialog Prefect's list opens by its arrow and by the key, and shuts at once where its field is clicked.
    decision: Literal["approve", "reject"] = Field(
        description="Only an approval lets the work go on. The arrow, or the key ↓, opens the list."
    )
    reviewer: str = Field(pattern=r"\S", description="Your name. It is stored as self-declared.")
    comment: str = Field("", description="What has to change, or what a colleague should know.")


def form(asked: Asked) -> type[Answer]:
    """The form with the locales of `asked` to choose among; the transcript has none."""
    tags = [tag for tag in asked if tag != SHARED]
    if not tags:
        return Answer
    choice = Annotated[str, Field(json_schema_extra={"enum": tags})]
    return create_model(
        "Answer", __base__=Answer, locales=(list[choice], Field([], description="None for all of them."))
    )


@flow(name="review", persist_result=True, result_serializer="json")
def review(
    path: Manifest, episode: EpisodeId, gate: GateName, asked: dict[str, str], workspace: Workspace = ""
) -> State[None]:
    """Ask for a decision about what waits at a gate; started by the pipeline, one run per episode and gate.

    `asked` has the digest of what waits, by locale.
    """
    tags = [tag for tag in asked if tag != SHARED]
    (job,) = jobs_of(path, tags, workspace=workspace, episodes=[episode])
    if not _still(job, gate, asked):
        return Completed(name=DECIDED_ELSEWHERE, message="nothing of this waits any more")
    page = settings.desk_page(job.series.id, episode)
    create_link_artifact(
        page,
        f"{gate} of {episode} in the desk",
        key=slug(job.series.id, episode, gate, "desk"),
        description=f"{job.series.title} {episode}: {gate} of {', '.join(tags) or 'the source track'}",
    )
    answer = suspend_flow_run(wait_for_input=_described(form(asked), job, gate, asked, page), key="form")
    verdict, chosen = _VERDICTS[answer.decision], getattr(answer, "locales", []) or list(asked)
    made, refused = decided(job, gate, {tag: asked[tag] for tag in chosen}, verdict, answer.reviewer, answer.comment)
    gone_on = triggers.go_on(job, made)
    words = [f"{gate} {'[' + tag + '] ' if tag else ''}{verdict} by {d.reviewer}" for tag, d in made.items()]
    message = "\n".join([*words, *refused, *([gone_on.words] if gone_on else [])])
    if not made:
        return Failed(name="NothingDecided", message=message)
    return Completed(name=verdict.capitalize(), message=message)


def _described(kind: type[Answer], job: Job, gate: GateName, asked: Asked, page: str) -> type[Answer]:
    what = ", ".join(tag for tag in asked if tag) or "the source track"
    text = f"**{job.series.title} {job.episode.id}, {gate}**: {what}\n\n[Open it in the desk]({page})"
    return kind.with_initial_data(description=text)


def _still(job: Job, gate: GateName, asked: Asked) -> list[str]:
    """The locales of `asked` that wait for a reviewer as they did when it was asked."""
    now = {wait.locale or SHARED: wait.digest for wait in waiting(job) if (wait.gate, wait.whom) == (gate, "reviewer")}
    return [tag for tag, digest in asked.items() if now.get(tag) == digest]


def decided(
    job: Job, gate: GateName, asked: Asked, verdict: Verdict, reviewer: str, comment: str
) -> tuple[dict[str | None, Decision], list[str]]:
    """Decide about what still waits as it was `asked`; the decisions by locale, and why there is none for the rest."""
    made: dict[str | None, Decision] = {}
    still = _still(job, gate, asked)
    refused = [
        f"{gate} {job.episode.id}{f' [{tag}]' if tag else ''}: decided or edited meanwhile, nothing was changed"
        for tag in asked
        if tag not in still
    ]
    for tag in still:
        try:
            made[tag or None] = deciding.decide(job, gate, tag or None, verdict, reviewer, comment, seen=asked[tag])
        except LocalizeError as error:
            refused.append(str(error))
    return made, refused


@patient
def ask(job: Job) -> None:
    """See that exactly what waits for a reviewer has a form: one run per gate, made once, and closed in time.

    Nothing happens where `review` was not deployed.
    """
    wanted: dict[GateName, dict[str, str]] = {}
    for wait in waiting(job):
        if wait.whom == "reviewer":
            wanted.setdefault(wait.gate, {})[wait.locale or SHARED] = wait.digest
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(triggers.REVIEW)
        except ObjectNotFound:
            return
        forms = _forms(client, job)
        crashed = [run for run in forms if run.state_type == StateType.CRASHED]
        for run in (run for run in forms if run not in crashed):
            gate, asked = run.parameters["gate"], run.parameters["asked"]
            if wanted.get(gate) == asked:
                del wanted[gate]
            else:
                _close(client, run, _why_closed(asked, wanted.get(gate, {})))
        for gate, asked in wanted.items():
            client.create_flow_run_from_deployment(
                deployment.id,
                parameters={**triggers.where(job), "gate": gate, "asked": asked},
                name=f"{job.series.id} {job.episode.id} {gate}: {', '.join(filter(None, asked)) or 'source'}",
                tags=[*triggers.tags(job), f"stage:{gate}", *(f"locale:{tag}" for tag in asked if tag)],
                # A form that ops cancelled does not come back by itself, only a text that changed brings another, or
                # the end of its process.
                idempotency_key=fingerprint(
                    "review", str(job.workspace.folder), gate, sorted(asked.items()), *_like(crashed, gate, asked)
                ),
            )


def _forms(client: SyncPrefectClient, job: Job) -> list[FlowRun]:
    """Forms of this episode, in this workspace, that nobody filled in yet, and those that crashed."""
    runs = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[review.name])),
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=triggers.tags(job)),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*_OPEN, StateType.CRASHED])),
        ),
    )
    return [run for run in runs if triggers.is_about(run.parameters, job)]


def _like(crashed: Sequence[FlowRun], gate: GateName, asked: Asked) -> list[str]:
    """The runs among `crashed` that asked for exactly this."""
    return sorted(str(run.id) for run in crashed if (run.parameters["gate"], run.parameters["asked"]) == (gate, asked))


def _why_closed(asked: Asked, now: Asked) -> str:
    gone = [tag or "the source track" for tag in asked if now.get(tag) != asked[tag]]
    if gone:
        return f"decided elsewhere, or edited: {', '.join(gone)}"
    return f"more waits by now: {', '.join(tag for tag in now if tag not in asked)}"


def _close(client: SyncPrefectClient, run: FlowRun, why: str) -> None:
    client.set_flow_run_state(run.id, Completed(name=DECIDED_ELSEWHERE, message=why), force=True)
