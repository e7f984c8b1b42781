"""Uploads between the page that shows what they would change and the click that takes them in: in memory, for a while.

A token that cannot be guessed leads to one, for whoever brought it and at the place they brought it to.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from localize.exchange.returned import MOST_BYTES

KEPT_S = 1800.0
"""As long as somebody may think about what they were shown."""
PER_USER = 2
"""Uploads of one person; an earlier one is forgotten."""
MOST = 4 * MOST_BYTES
"""Bytes of all of them; what has been there for longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; `path` is the page of the episode it was brought to, `name` what its sender called it."""

    user: str
    path: str
    name: str
    data: bytes
    at_s: float


class Held:
    """`clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._uploads: OrderedDict[str, Upload] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, user: str, path: str, name: str, data: bytes) -> str:
        """The token that `take` wants."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._uploads[token] = Upload(user, path, name, data, self._clock())
            self._forget_old()
            own = [key for key, one in self._uploads.items() if one.user == user]
            for key in own[:-PER_USER]:
                del self._uploads[key]
            while sum(len(one.data) for one in self._uploads.values()) > MOST:
                self._uploads.popitem(last=False)
        return token

    def take(self, user: str, path: str, token: str) -> Upload | None:
        """The upload, once: a second click finds none. None as well where it is old, or somebody else's."""
        with self._lock:
            self._forget_old()
            found = self._uploads.get(token)
            if found is None or (found.user, found.path) != (user, path):
                return None
            return self._uploads.pop(token)

    def _forget_old(self) -> None:
        while self._uploads and self._clock() - next(iter(self._uploads.values())).at_s > KEPT_S:
            self._uploads.popitem(last=False)


HELD = Held()
