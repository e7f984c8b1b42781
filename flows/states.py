"""States that flow runs end in, the exit codes they stand for, and which of several counts.

The type of a state named `AwaitingReview` is COMPLETED, so alerts must match on its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from localize.errors import EXIT_BUG, EXIT_DONE, EXIT_FINDINGS, EXIT_ORDER, EXIT_REVIEW, LocalizeError, exit_code
from localize.pipeline import EpisodeResult

AWAITING_REVIEW = "AwaitingReview"
WITH_FINDINGS = "CompletedWithFindings"


def ended(episode: str, result: EpisodeResult) -> State[Any]:
    """The state that a run of an episode ends in; its message names everything that failed or waits."""
    if result.errors:
        # Returned, not raised: the state's message is then ours alone, and the worst error still stands for the run.
        first = min(result.errors, key=lambda error: EXIT_ORDER.index(error.exit_code))
        return Failed(message="\n".join(str(error) for error in (*result.errors, *result.waiting)), data=first)
    if result.waiting:
        return Completed(name=AWAITING_REVIEW, message="\n".join(str(waiting) for waiting in result.waiting))
    if result.exit_code == EXIT_FINDINGS:
        return Completed(name=WITH_FINDINGS, message=f"{episode}: findings at error severity, see the report")
    return Completed(message=f"{episode}: {'done' if result.worked else 'nothing to do, everything is up to date'}")


def code_of(state: State[Any]) -> int:
    """The exit code that an episode's flow run stands for."""
    if state.is_failed() or state.is_crashed():
        error = state.result(raise_on_failure=False)
        return error.exit_code if isinstance(error, LocalizeError) else EXIT_BUG
    return {AWAITING_REVIEW: EXIT_REVIEW, WITH_FINDINGS: EXIT_FINDINGS}.get(state.name or "", EXIT_DONE)


def worst(states: Mapping[str, State[Any]]) -> State[None]:
    """The state of a run of many episodes, from theirs: it ends as the worst of them did."""
    code = exit_code(code_of(state) for state in states.values())
    message = "\n".join(f"{episode_id}: {state.message}" for episode_id, state in states.items())
    for state in states.values():
        if code == code_of(state) and (state.is_failed() or state.is_crashed()):
            return Failed(message=message, data=state.result(raise_on_failure=False))
    names = {EXIT_REVIEW: AWAITING_REVIEW, EXIT_FINDINGS: WITH_FINDINGS}
    return Completed(name=names.get(code), message=message)
