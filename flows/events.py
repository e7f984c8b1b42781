"""Events: what becomes of an episode, for automations and for whoever listens to the server.

    localize.episode.awaiting-review, .approved, .rejected, .failed, .delivered

`approved` and `rejected` come from `localize.triggers`, whoever decides.
"""

from __future__ import annotations

from prefect.events import emit_event

from localize import settings, triggers
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.state.waiting import waiting


def tell(job: Job, result: EpisodeResult) -> None:
    """Emit what the run came to; an episode may wait in one locale and be delivered in another."""
    payload: dict[str, object] = {
        "desk": settings.desk_page(job.series.id, job.episode.id),
        "locales": list(job.options.locales),
    }
    if result.delivered and result.worked:
        _emit(job, "delivered", payload | {"locales": list(result.delivered)})
    if result.errors:
        _emit(job, "failed", payload | {"message": "\n".join(map(str, result.errors))})
    if result.waiting:
        since = min((wait.since for wait in waiting(job)), default="")
        _emit(job, "awaiting-review", payload | {"message": "\n".join(map(str, result.waiting)), "since": since})


def _emit(job: Job, what: str, payload: dict[str, object]) -> None:
    emit_event(f"{triggers.EVENT}.{what}", resource=triggers.resource(job), payload=payload)
