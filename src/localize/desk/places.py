"""Places: what an address of an episode names, checked against what the desk shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fastapi import HTTPException

from localize.desk import rows
from localize.desk.registry import Desk
from localize.job import Job


@dataclass(frozen=True, slots=True)
class Place:
    """One locale of one episode."""

    desk: Desk
    job: Job
    tag: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.job.series.id, self.job.episode.id, self.tag

    @property
    def path(self) -> str:
        return f"/series/{self.job.series.id}/{self.job.episode.id}/{self.tag}"

    @property
    def revision(self) -> str:
        """Changes with every file that the page of this place is made from."""
        return hashlib.blake2b(repr(rows.stamps(self.job, self.tag)).encode(), digest_size=8).hexdigest()


def place(desk: Desk, series_id: str, episode_id: str, tag: str) -> Place:
    """404 where the desk has no such episode, or its series no such locale."""
    job = desk.job(series_id, episode_id)
    if tag not in job.locales:
        raise HTTPException(404)
    return Place(desk, job, tag)
