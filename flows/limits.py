"""Limits and queues of the server, as `limits.toml` says: `python -m flows.limits [--cores 8]`."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from flows.patience import in_words, patient
from localize.console import talk
from localize.errors import InputError
from localize.pipeline import WORKERS
from localize.steps import STEPS

FILE = Path(__file__).with_name("limits.toml")
POOL = "localize"
_CORES = "cores"
_AT_MOST = 200
"""How many limits of a server are looked through."""


def tag(stage: str) -> str:
    """What tasks of `stage` are tagged with where the server limits them."""
    return f"stage:{stage}"


def _name(stage: str) -> str:
    """Under which Prefect keeps the limit of a tag."""
    return f"tag:{tag(stage)}"


@lru_cache(maxsize=8)
@patient
def kept(_flow_run: str | None) -> frozenset[str]:
    """The stages that the server limits, asked for once in a flow run: they change when ops say so, not in between."""
    with get_client(sync_client=True) as client:
        names = {limit.name for limit in client.read_global_concurrency_limits(limit=_AT_MOST)}
    return frozenset(stage for stage in STEPS if _name(stage) in names)


def slots(cores: int, file: Path = FILE) -> dict[str, int]:
    """Tasks at a time by stage; InputError on a stage nobody knows and on a number that is none."""
    given: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["tasks"]
    limits = {stage: cores if number == _CORES else number for stage, number in given.items()}
    for stage, number in limits.items():
        if stage not in STEPS:
            raise InputError(f"{stage!r} is not a stage", next_step=f"choose among {', '.join(STEPS)} in {file}")
        if not isinstance(number, int) or number < 1:
            raise InputError(f"{stage}: {number!r} is not a number of tasks", next_step=f"edit {file}")
    return limits


def queues(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Priority and purpose by the name of a work queue."""
    return dict(tomllib.loads(file.read_text(encoding="utf-8"))["queues"])


def main(
    cores: Annotated[int, typer.Option(help="Of all workers together; else of this machine.")] = WORKERS,
    queues_only: Annotated[bool, typer.Option(help="No limits: one flow run at a time shares with nobody.")] = False,
) -> None:
    """Make the server's limits and queues what the file says; what has other names is left alone."""
    with in_words(), get_client(sync_client=True) as client:
        for stage, number in slots(cores).items():
            if queues_only:
                with suppress(ObjectNotFound):
                    client.delete_global_concurrency_limit_by_name(_name(stage))
                continue
            client.upsert_global_concurrency_limit_by_name(_name(stage), number)
            talk(f"limit {stage}: {number} at a time")
        for name, queue in queues().items():
            _queue(client, name, queue)
            talk(f"queue {name}: priority {queue['priority']}")


def _queue(client: SyncPrefectClient, name: str, queue: dict[str, Any]) -> None:
    try:
        client.create_work_queue(name, queue["about"], priority=queue["priority"], work_pool_name=POOL)
    except ObjectAlreadyExists:
        there = client.read_work_queue_by_name(name, work_pool_name=POOL)
        client.update_work_queue(there.id, description=queue["about"], priority=queue["priority"])


if __name__ == "__main__":
    typer.run(main)
