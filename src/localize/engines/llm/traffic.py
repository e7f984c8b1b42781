"""What all requests to one endpoint share: how many at a time, how fast, in which dialect, and whether it is there."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import regex

from localize.endpoints import Endpoint

FAILURES = 2
"""So many requests in a row that failed with all their repetitions: the endpoint is down."""
REST_S = 60.0
"""Then nothing is sent for so long; a later run, or a later episode of this one, finds out whether it came back."""

_FIRST_S, _LONGEST_S, _JITTER = 1.0, 16.0, 0.25


class Clock:
    """Time as the client needs it; tests bring their own."""

    def now(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def today(self) -> float:
        """Seconds since 1970, for dates that a server names."""
        return time.time()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Wait, but not on once `stop` is set."""
        stop.wait(seconds)


def backoff_s(attempt: int) -> float:
    """How long to wait after failure `attempt`, from 0 on: doubling, and never the same for two who failed together."""
    return min(_FIRST_S * (1 << attempt), _LONGEST_S) * random.uniform(1 - _JITTER, 1 + _JITTER)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server understands of the protocol: the same words do not work everywhere."""

    format: Literal["json_schema", "json_object", "text"] = "json_schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True

    def body(self, model: str, messages: object, schema: Mapping[str, Any], max_tokens: int) -> dict[str, Any]:
        """The request in these words; decoding is greedy, so that the same question gets the same answer."""
        body: dict[str, Any] = {"model": model, "messages": messages, self.limit: max_tokens, "stream": False}
        if self.temperature:
            body["temperature"] = 0
        if self.format == "json_schema":
            strict = {"name": "subtitles", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": strict}
        elif self.format == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def after(self, complaint: str, *, proven: bool) -> Dialect | None:
        """What to try when a server refused this dialect; None where its complaint is about something else.

        A server that never answered yet (not `proven`) may complain of anything and mean the format.
        """
        if self.limit == "max_tokens" and "max_completion_tokens" in complaint:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        if self.format == "text" or (proven and not _ABOUT_FORMAT.search(complaint)):
            return None
        return replace(self, format="json_object" if self.format == "json_schema" else "text")


_ABOUT_FORMAT = regex.compile(r"(?i)response_format|json_schema|json_object|schema|grammar|guided|structured")


class Traffic:
    """The state of one endpoint in this process."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.dialect = Dialect()
        self.proven = False
        """Whether it ever answered a question."""
        self._slots = threading.BoundedSemaphore(endpoint.concurrency)
        self._interval_s = 60 / endpoint.requests_per_minute if endpoint.requests_per_minute else 0.0
        self._lock = threading.Lock()
        self._next = self._down_until = float("-inf")
        self._failures = 0
        self._trouble = ""

    @contextmanager
    def turn(self, clock: Clock, stop: threading.Event) -> Iterator[None]:
        """Hold one of the places; entered when it is time for the next request."""
        with self._slots:
            with self._lock:
                at = max(clock.now(), self._next)
                self._next = at + self._interval_s
            if (wait_s := at - clock.now()) > 0:
                clock.sleep(wait_s, stop)
            yield

    def hold(self, clock: Clock, seconds: float) -> None:
        """Let nobody's request start within `seconds`: the server asked for it."""
        with self._lock:
            self._next = max(self._next, clock.now() + seconds)

    def retreat(self, used: Dialect, complaint: str) -> bool:
        """Whether a request that was refused in the dialect `used` is worth repeating in the one that is now spoken."""
        with self._lock:
            # Another thread may have found out before.
            if self.dialect == used and (simpler := used.after(complaint, proven=self.proven)):
                self.dialect = simpler
            return self.dialect != used

    def trouble(self, clock: Clock) -> str:
        """Why nothing is to be sent now; empty where the endpoint is there, as far as anybody knows."""
        with self._lock:
            return self._trouble if clock.now() < self._down_until else ""

    def answered(self) -> None:
        with self._lock:
            self.proven, self._failures = True, 0

    def failed(self, clock: Clock, reason: str, *, for_s: float | None = None) -> None:
        """A request failed for good; `for_s` where it is known for how long there is nothing to be had."""
        with self._lock:
            self._failures += 1
            if for_s is not None or self._failures >= FAILURES:
                self._down_until, self._trouble = clock.now() + (for_s or REST_S), reason
                self._failures = 0


_all: dict[Endpoint, Traffic] = {}
_all_lock = threading.Lock()


def traffic_of(endpoint: Endpoint) -> Traffic:
    """The one Traffic of `endpoint` in this process."""
    with _all_lock:
        return _all.setdefault(endpoint, Traffic(endpoint))
