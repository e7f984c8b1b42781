"""One question to an OpenAI-compatible endpoint: asked until it is answered, or until there is no hope.

Whatever goes wrong ends in one of three ways. A `Reply` tells how the answer ended (whole, cut off, refused), which a
smaller question may mend. `Unanswered`: not now, for a reason that may pass. EngineRejected: the operator has to mend
something before anything can work. The key goes into one header of requests to one address, and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import httpx
from pydantic import SecretStr

from localize.endpoints import Endpoint
from localize.engines.llm.reply import Again, Complaint, NoCredit, Reply, Response, read
from localize.engines.llm.traffic import Clock, Dialect, backoff_s, traffic_of
from localize.errors import EngineRejected
from localize.spending import Budget, Usage

ATTEMPTS = 6
"""With pauses of 1, 2, 4, 8 and 16 s: a local server takes up to 20 s to load its model."""
_MAX_ANSWER_BYTES = 4 << 20
_CONNECT_S = 10.0
_LEAST_S = 0.05
_NO_CREDIT_S = 600.0

BUDGET_SPENT = "budget spent"
UNAVAILABLE = "endpoint unavailable"


class Unanswered(Exception):
    """No answer for now; `str()` is the reason."""


@dataclass(frozen=True, slots=True)
class Question:
    """Messages, the JSON schema of the answer, and the most tokens that it may take."""

    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    max_tokens: int

    @property
    def input_tokens(self) -> int:
        """About how many, rather too many."""
        return sum(tokens_of(message["content"]) for message in self.messages)


def tokens_of(text: str) -> int:
    """About how many tokens `text` is, rather too many: 1 for 3 characters of ASCII, 1.2 for any other character."""
    ascii_chars = sum(char.isascii() for char in text)
    return ceil(ascii_chars / 3 + 1.2 * (len(text) - ascii_chars)) + 4


@dataclass(slots=True)
class _Asking:
    """One question on its way: who is told of its requests, what ends it, and how it has gone so far."""

    question: Question
    account: Callable[[Usage], None]
    stop: threading.Event
    until: float = 0.0
    """Its deadline, known once its first request is sent: who waits in line has not begun."""
    failures: int = 0


class Client:
    """Asks `endpoint`, within its limits and those of `budget`; threads may share it. Close it when done."""

    def __init__(self, endpoint: Endpoint, key: SecretStr | None, budget: Budget | None, clock: Clock) -> None:
        self.endpoint = endpoint
        self._key = key.get_secret_value() if key else ""
        self._budget = budget
        self._clock = clock
        self._traffic = traffic_of(endpoint)
        self._http = httpx.Client(
            # A redirect could carry the question, and with it the series, to a host that nobody chose.
            follow_redirects=False,
            # Proxies of the environment see a plain request with its key; through TLS they see nothing.
            trust_env=endpoint.url.startswith("https:"),
        )

    def close(self) -> None:
        self._http.close()

    def ask(self, question: Question, account: Callable[[Usage], None], stop: threading.Event) -> Reply:
        """The reply to `question`; every request is told to `account`, and none is sent once `stop` is set.

        Raises Unanswered, EngineRejected.
        """
        asking = _Asking(question, account, stop)
        while True:
            dialect = self._traffic.dialect
            result = self._attempt(asking, dialect)
            if isinstance(result, Again):
                self._wait(asking, result)
            elif isinstance(result, NoCredit):
                self._traffic.failed(self._clock, result.reason, for_s=_NO_CREDIT_S)
                raise Unanswered(result.reason)
            elif isinstance(result, Reply):
                self._traffic.answered()
                return result
            elif not self._traffic.retreat(dialect, result.words):
                return self._not_taken(result)

    def _wait(self, asking: _Asking, result: Again) -> None:
        """Let the time pass before the next attempt; Unanswered where there is none."""
        reason, left_s = f"{UNAVAILABLE}: {result.reason}", asking.until - self._clock.now()
        wait_s = result.after_s or backoff_s(asking.failures)
        asking.failures += 1
        if asking.failures >= ATTEMPTS or wait_s > left_s:
            # Where the server itself named a time past the deadline, nobody need ask before it.
            self._traffic.failed(self._clock, reason, for_s=result.after_s if wait_s > left_s else None)
            raise Unanswered(reason)
        if result.after_s:
            self._traffic.hold(self._clock, wait_s)
        else:
            self._clock.sleep(wait_s, asking.stop)

    def _not_taken(self, complaint: Complaint) -> Reply:
        """A server that took other questions has something against this one; one that never did is the wrong one."""
        if self._traffic.proven:
            return Reply("", "refused", complaint.words)
        raise EngineRejected(
            f"{self.endpoint.url} does not take the request ({complaint.words})",
            next_step=f"check [{self.endpoint.name}] in {self.endpoint.file}",
        )

    def _attempt(self, asking: _Asking, dialect: Dialect) -> Reply | Again | NoCredit | Complaint:
        """One request, accounted for whatever comes of it."""
        question = asking.question
        most = self._usage(question.input_tokens, question.max_tokens, estimated=True)
        with self._traffic.turn(self._clock, asking.stop):
            if trouble := self._traffic.trouble(self._clock):
                raise Unanswered(trouble)
            if asking.stop.is_set():
                raise Unanswered("stopped")
            if self._budget and not self._budget.reserve(most.cost or 0):
                raise Unanswered(BUDGET_SPENT)
            asking.until = asking.until or self._clock.now() + self.endpoint.deadline_s
            # Until the server says otherwise: what broke off may have been written to its end.
            used = most
            try:
                response = self._exchange(question, dialect, asking.until)
                used = self._used(question, response)
                return read(response, self.endpoint, self._clock.today())
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                used = self._usage(0, 0)
                return self._not_reached(error)
            except httpx.RequestError as error:
                return Again(_words(error))
            finally:
                asking.account(used)
                if self._budget:
                    self._budget.settle(most.cost or 0, used.cost or 0)

    def _exchange(self, question: Question, dialect: Dialect, until: float) -> Response:
        """Send it and read the answer to its end, in the time that its tokens may take, but not past `until`."""
        now = self._clock.now()
        limit_s = self.endpoint.timeout_s + question.max_tokens / self.endpoint.tokens_per_second
        limit_s = max(min(limit_s, until - now), _LEAST_S)
        with self._http.stream(
            "POST",
            self.endpoint.url,
            json=dialect.body(self.endpoint.model, question.messages, question.schema, question.max_tokens),
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=httpx.Timeout(limit_s, connect=min(limit_s, _CONNECT_S)),
        ) as response:
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                # The timeout is one of silence; a server may also drip for ever.
                if self._clock.now() - now > limit_s:
                    raise httpx.ReadTimeout("")
                if len(data) > _MAX_ANSWER_BYTES:
                    raise httpx.ReadError("an answer without end")
            return Response(response.status_code, response.headers, bytes(data), self._key)

    def _used(self, question: Question, response: Response) -> Usage:
        """What the server says that it used; where it wrote an answer and does not say, an estimate."""
        if response.tokens:
            return self._usage(*response.tokens)
        if response.status >= 300:
            return self._usage(0, 0)
        return self._usage(question.input_tokens, tokens_of(response.data.decode(errors="replace")), estimated=True)

    def _usage(self, input_tokens: int, output_tokens: int, *, estimated: bool = False) -> Usage:
        cost = self.endpoint.cost(input_tokens, output_tokens) if self.endpoint.priced else None
        return Usage(1, input_tokens, output_tokens, cost, self.endpoint.currency, estimated)

    def _not_reached(self, error: httpx.TransportError) -> Again:
        if "[SSL" in str(error):
            raise EngineRejected(
                f"no safe connection to {self.endpoint.host}: {error}",
                next_step=f"check base_url of [{self.endpoint.name}] in {self.endpoint.file}, or set $SSL_CERT_FILE",
            ) from None
        return Again(_words(error))


def _words(error: httpx.RequestError) -> str:
    """What happened; several of these errors say nothing."""
    kind = {"ReadTimeout": "no answer in time", "ConnectTimeout": "no connection in time"}.get(type(error).__name__)
    return kind or str(error) or type(error).__name__
