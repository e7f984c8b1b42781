"""Presence: who looks at which episode and locale now. Kept in memory: it is worth nothing a minute later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from localize.desk.registry import Desk

GONE_S = 20.0
"""A page asks every few seconds; one that missed several times was closed."""
Place = tuple[str, str, str]
"""Series, episode and locale."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody, and the cue that their cursor is in; empty for none."""

    name: str
    cue_id: str


class Presence:
    """Who was seen where, and when; safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[Place, dict[str, tuple[float, str]]] = {}

    def note(self, place: Place, name: str, cue_id: str = "") -> None:
        with self._lock:
            self._seen.setdefault(place, {})[name] = self._clock(), cue_id

    def leave(self, place: Place, name: str) -> None:
        with self._lock:
            self._seen.get(place, {}).pop(name, None)

    def at(self, place: Place) -> list[Here]:
        """Who is there, by name."""
        with self._lock:
            people = self._seen.get(place, {})
            for name in [name for name, (seen_s, _) in people.items() if self._clock() - seen_s > GONE_S]:
                del people[name]
            return [Here(name, cue_id) for name, (_, cue_id) in sorted(people.items())]

    def everywhere(self) -> dict[Place, list[Here]]:
        """All places where somebody is."""
        with self._lock:
            places = list(self._seen)
        return {place: people for place in places if (people := self.at(place))}


_of: WeakKeyDictionary[Desk, Presence] = WeakKeyDictionary()
_making = threading.Lock()


def presence(desk: Desk) -> Presence:
    """That of one desk."""
    with _making:
        return _of.get(desk) or _of.setdefault(desk, Presence())
