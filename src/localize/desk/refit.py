"""Refit: after edits, the layout and the findings of a locale are made anew behind the reviewer's back; of titles,
which are not drawn, only the findings.

Edits of one locale within a moment are one refit. Where another process writes the locale, it waits; what it cannot do
it leaves to the next run, which does the same: no edit depends on it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from localize import pipeline
from localize.errors import LeaseHeld, LocalizeError
from localize.job import Job
from localize.pipeline import Unit
from localize.workspace import layout_file, target_file

SETTLED_S = 0.8
"""Without an edit, before a refit begins: about as long as somebody takes to go on to the next line."""
LATEST_S = 15.0
"""After the first edit, however busy people are: while a locale is laid out and checked, its saves wait."""
_BUSY_S = 5.0
_LOG = logging.getLogger("localize.desk.refit")


class Refits:
    """One worker for all locales: a refit takes a fifth of a second, and the machine has other things to do."""

    def __init__(self) -> None:
        self._due: dict[tuple[Job, str], tuple[float, float]] = {}
        """When a refit begins, and at the latest."""
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._working: tuple[Job, str] | None = None

    def soon(self, job: Job, tags: Iterable[str], delay_s: float = SETTLED_S) -> None:
        """Have each of `tags` laid out and checked once nobody edited it for a moment."""
        now_s = time.monotonic()
        with self._changed:
            for tag in tags:
                _, latest_s = self._due.get((job, tag), (0.0, now_s + max(LATEST_S, delay_s)))
                self._due[job, tag] = min(now_s + delay_s, latest_s), latest_s
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="refit", daemon=True)
                self._worker.start()
            self._changed.notify()

    def pending(self, job: Job, tag: str) -> bool:
        """Whether what the workspace says of a locale is still to be made anew."""
        with self._changed:
            return (job, tag) in self._due or self._working == (job, tag)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._due or min(self._due.values())[0] > time.monotonic():
                    wait_s = min(self._due.values())[0] - time.monotonic() if self._due else None
                    self._changed.wait(wait_s)
                place = min(self._due, key=lambda one: self._due[one])
                del self._due[place]
                self._working = place
            try:
                self._refit(*place)
            except Exception:  # noqa: BLE001 - see below
                # The next run makes it; a worker that died would make none for anybody.
                _LOG.exception("refit of %s in %s", place[0].episode.id, place[1])
            finally:
                with self._changed:
                    self._working = None

    def _refit(self, job: Job, tag: str) -> None:
        film = job.episode.has_film
        if not job.workspace.exists("source.json") or (film and job.workspace.state.facts is None):
            return
        for step in ("fit", "check") if film else ("check-titles",):
            failed = pipeline.run_unit(job, Unit(step, job.episode.id, (tag,))).outcome.failed
            for error in failed.values():
                self._failed(job, tag, error)
                return

    def _failed(self, job: Job, tag: str, error: LocalizeError) -> None:
        if isinstance(error, LeaseHeld):
            self.soon(job, [tag], _BUSY_S)
        else:
            _LOG.warning("%s", error)


REFITS = Refits()


def laid_out(job: Job) -> list[str]:
    """The locales that a change of the source or of terms concerns; titles are judged as they are translated."""
    made = layout_file if job.episode.has_film else target_file
    return [tag for tag in job.locales if job.workspace.exists(made(tag))]
