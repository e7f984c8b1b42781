"""Evidence: what one locale of an episode is judged by beside its own track and layout."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from weakref import WeakKeyDictionary

from localize import consistency
from localize.assignment import Assignment
from localize.consistency import Renderings
from localize.cues import TargetTrack
from localize.errors import WorkspaceError
from localize.fingerprint import fingerprint
from localize.glossary import stack
from localize.job import Job
from localize.lines import Line
from localize.text import sensitive
from localize.text.sensitive import Sensitive
from localize.workspace import target_file

ENGLISH = "en"


class Evidence:
    """Read from the glossaries, the English track and the episodes before, each when it is first asked for.

    Raises GlossaryError for a table that cannot be used, WorkspaceError for a damaged track; that of English stops no
    other locale.
    """

    def __init__(self, job: Job, tag: str) -> None:
        self._job = job
        self._tag = tag

    @property
    def lines(self) -> Sequence[Line]:
        """The cues of the source with what they require."""
        return self._work.lines

    @cached_property
    def english(self) -> Mapping[str, str]:
        """The lines that this track has word for word as the English one, by cue id."""
        if self._tag == ENGLISH:
            return {}
        track, english = self._job.workspace.read(TargetTrack, target_file(self._tag)), None
        with suppress(WorkspaceError):  # a damaged one is told where it is worked on itself
            english = self._job.workspace.read(TargetTrack, target_file(ENGLISH))
        if track is None or english is None:
            return {}
        return dict(track.text_of().items() & english.text_of().items())

    @cached_property
    def earlier(self) -> Renderings:
        """How the same sources were rendered in the episodes before this one."""
        job, texts = self._job, [line.text for line in self.lines]
        return consistency.earlier(job.series, job.episode, job.workspace.folder.parent, self._tag, texts)

    @cached_property
    def sensitive(self) -> tuple[Sensitive, ...]:
        """The words that this market does not take lightly."""
        return sensitive.load(self._tag)

    def fingerprint(self) -> str:
        """Of all that concerns the lines of this track, and of nothing else in other files."""
        return fingerprint(self._work.required(self._tag), sorted(self.english), self.earlier, self.sensitive)

    @cached_property
    def _work(self) -> Assignment:
        return _assignment(self._job)


_assignments: WeakKeyDictionary[Job, tuple[object, Assignment]] = WeakKeyDictionary()
_reading = threading.Lock()


def _assignment(job: Job) -> Assignment:
    """The same for all locales of a run: finding the terms of an episode takes a tenth of a second."""
    made_of = job.workspace.digest("source.json"), stack.now(job.series, job.episode.id)
    with _reading:
        known = _assignments.get(job)
        if known is None or known[0] != made_of:
            known = _assignments[job] = made_of, Assignment(job)
            _ = known[1].lines
    return known[1]
