"""Units of work as Prefect tasks: names, retries, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture

from localize.console import talk
from localize.errors import LocalizeError
from localize.pipeline import Done, Unit
from localize.status import wave


def if_transient(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    """Retry only what can pass next time: an engine that was busy, never bad input."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, LocalizeError) and error.retry


@task(
    task_run_name="{unit.name}",
    retries=2,
    retry_delay_seconds=[5, 30],
    retry_condition_fn=if_transient,
    # The workspace knows what is done and looks whether the file is still there; Prefect's cache does not.
    cache_policy=NO_CACHE,
    persist_result=False,
)
def work(unit: Unit, run: Callable[[Unit], Done], finished: dict[Unit, Done]) -> None:
    """Do `unit`; what came of it goes to `finished`, and a failure is raised as well, for the UI to show."""
    done = run(unit)
    finished[unit] = done
    for error in done.outcome.failed.values():
        raise error


def as_tasks(units: Sequence[Unit], run: Callable[[Unit], Done]) -> Sequence[Done]:
    """Execute a wave of `localize.pipeline` as task runs, one per unit, named after its step."""
    started = time.monotonic()
    finished: dict[Unit, Done] = {}
    futures: list[tuple[Unit, PrefectFuture[None]]] = [
        (unit, work.with_options(name=unit.step).submit(unit, run, finished)) for unit in units
    ]
    for unit, future in futures:
        future.wait()
        if unit not in finished:
            future.result()  # not an outcome but a bug: let it through
    for line in wave(finished.values(), time.monotonic() - started):
        talk(line)
    return [finished[unit] for unit in units]
