"""Units of work as Prefect tasks: names, retries, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from prefect import Task, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture

from flows import limits
from flows.patience import away, patient
from localize.console import talk
from localize.errors import LocalizeError
from localize.pipeline import Done, Unit
from localize.state import status


class Wave:
    """What the tasks of a wave share. Not a dict: Prefect walks through those, while other tasks write to them."""

    def __init__(self, run: Callable[[Unit], Done]) -> None:
        self.run = run
        self.finished: dict[Unit, Done] = {}


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
def work(unit: Unit, wave: Wave) -> None:
    """Do `unit`; what came of it is noted in `wave`, and a failure is raised as well, for the UI to show.

    Of several failures one that may pass next time is raised first: the retry does only what is not done yet.
    """
    wave.finished.pop(unit, None)  # of the attempt before
    done = wave.finished[unit] = wave.run(unit)
    if failed := done.outcome.failed.values():
        raise max(failed, key=lambda error: error.retry)


def _tags(unit: Unit) -> list[str]:
    """The one that a limit of the server is about. For every task with a tag Prefect asks the server for a slot, which
    costs the short ones more than they take: seconds on SQLite, which refuses to be written to by two at once. Their
    names say stage, episode and locale, and their run has tags.
    """
    return [limits.tag(unit.step)] if unit.step in limits.kept(runtime.flow_run.get_id()) else []


def as_tasks(units: Sequence[Unit], run: Callable[[Unit], Done]) -> Sequence[Done]:
    """Execute a wave of `localize.pipeline` as task runs, one per unit, named after its step.

    A unit that failed to the end is a result like any other: the rest of the wave is waited for and goes on.
    """
    started, wave = time.monotonic(), Wave(run)
    _finish(units, wave)
    for line in status.wave(wave.finished.values(), time.monotonic() - started):
        talk(line)
    return [wave.finished[unit] for unit in units]


@patient
def _finish(units: Sequence[Unit], wave: Wave) -> None:
    """Take on what is not through yet and wait for all of it, also where the server is away in the middle: what could
    not be asked for is asked for again once nothing of the wave is at work any more.
    """
    left = [(unit, _tags(unit)) for unit in units if unit not in wave.finished]
    futures: list[tuple[Unit, PrefectFuture[None]]] = [
        (unit, work.with_options(name=unit.step, tags=tags).submit(unit, wave)) for unit, tags in left
    ]
    missed: list[Exception] = []
    for unit, future in futures:
        try:
            future.wait()
            if unit not in wave.finished:
                future.result()  # not an outcome but a bug: let it through
        except Exception as error:
            if not away(error):
                raise
            missed += [error] if unit not in wave.finished else []
    if missed:
        raise missed[0]
