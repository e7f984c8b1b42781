"""A large language model behind any OpenAI-compatible endpoint: whole scenes in, lines out that passed every check.

Every scene and locale is a job of its own; as many run side by side as the endpoint takes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from localize.endpoints import Endpoint
from localize.engines.base import Translation
from localize.engines.llm import prompt
from localize.engines.llm.client import Client, Question
from localize.engines.llm.reply import Reply
from localize.engines.llm.shorter import Shortening
from localize.engines.llm.traffic import Clock
from localize.engines.llm.window import Window
from localize.errors import InputError
from localize.lines import Brief, Line, Overlong
from localize.locales import locale as profile_of
from localize.spending import Account, Budget, Usage

VERSION = 1
"""Of what is asked and of what an answer has to be; a change of it makes every line anew."""

_EMPTY = Translation("", failure="empty source line")


class LLM:
    """Asks `endpoint`; `budget`, where there is one, is shared with everything else that a run pays for."""

    reads_brief = True

    def __init__(self, endpoint: Endpoint, *, budget: Budget | None = None, clock: Clock | None = None) -> None:
        if budget and not endpoint.priced:
            raise InputError(
                f"llm:{endpoint.name} has no prices, so that no budget can hold it",
                next_step=f"add input_per_million, output_per_million and currency to [{endpoint.name}] "
                f"in {endpoint.file}, or leave the budget out",
            )
        if budget and budget.currency != endpoint.currency:
            raise InputError(
                f"the budget is in {budget.currency}, the prices of llm:{endpoint.name} are in {endpoint.currency}",
                next_step=f"give the budget in {endpoint.currency}",
            )
        self.endpoint = endpoint
        self._budget = budget
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._payers: list[tuple[str, Account]] = []

    @property
    def name(self) -> str:
        return f"llm:{self.endpoint.name}"

    def version(self, locale: str) -> str:
        """Whatever can change a line, and nothing that only changes how fast or at what price it comes."""
        profile, endpoint = profile_of(locale), self.endpoint
        settings = f"greedy {endpoint.max_line_tokens}+{endpoint.thinking_tokens} tokens"
        return f"{self.name} {endpoint.model} at {endpoint.host} {VERSION} {settings} {profile.tag}"

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        """Every line in every locale, or why not. InputError (no key) and EngineRejected where nothing can work."""
        asked = {line.cue.id: line for line in lines if line.text.strip()}
        windows = [[asked[id_] for id_ in window] for window in _windows(list(asked.values()), brief)]
        empty = {line.cue.id: _EMPTY for line in lines if line.cue.id not in asked}
        made = {tag: dict(empty) for tag in locales}
        stop = threading.Event()
        jobs = [partial(self._write, window, tag, brief, stop, made[tag]) for tag in locales for window in windows]
        _side_by_side(jobs, self.endpoint.concurrency, stop)
        return {tag: [made[tag][line.cue.id] for line in lines] for tag in locales}

    def shorter(
        self, lines: Mapping[str, Sequence[Overlong]], brief: Brief
    ) -> Mapping[str, Sequence[Sequence[Translation]]]:
        """What the model says in fewer characters; errors as for `translate`."""
        found: dict[str, dict[str, list[Translation]]] = {tag: {} for tag in lines}
        stop = threading.Event()
        jobs = []
        for tag, overlong in lines.items():
            asked = {one.line.cue.id: one for one in overlong}
            for window in _windows([one.line for one in overlong], brief):
                jobs.append(partial(self._shorten, [asked[id_] for id_ in window], tag, brief, stop, found[tag]))
        _side_by_side(jobs, self.endpoint.concurrency, stop)
        return {tag: [found[tag][one.line.cue.id] for one in overlong] for tag, overlong in lines.items()}

    @contextmanager
    def paying(self, episode: str, account: Account) -> Iterator[None]:
        """While the body runs, `account` is told of every request for `episode`, failed ones too."""
        payer = episode, account
        with self._lock:
            self._payers.append(payer)
        try:
            yield
        finally:
            with self._lock:
                self._payers.remove(payer)

    def close(self) -> None:
        with self._lock:
            if self._client:
                self._client.close()
            self._client = None

    def _write(
        self, lines: Sequence[Line], tag: str, brief: Brief, stop: threading.Event, made: dict[str, Translation]
    ) -> None:
        """Put the lines of one window in one locale into `made`."""
        ask = self._asker(tag, brief, stop)
        made.update(Window(lines, profile_of(tag), brief, self.endpoint, ask).translated())

    def _shorten(
        self,
        lines: Sequence[Overlong],
        tag: str,
        brief: Brief,
        stop: threading.Event,
        found: dict[str, list[Translation]],
    ) -> None:
        """Put the shorter renderings of the lines of one window in one locale into `found`."""
        ask = self._asker(tag, brief, stop)
        found.update(Shortening(lines, profile_of(tag), brief, self.endpoint, ask).found())

    def _asker(self, tag: str, brief: Brief, stop: threading.Event) -> Callable[[Question], Reply]:
        return partial(self._connected().ask, account=partial(self._account, brief.episode, tag), stop=stop)

    def _connected(self) -> Client:
        """The key is read when it is needed first, and by nothing that only compares versions."""
        with self._lock:
            if self._client is None:
                self._client = Client(self.endpoint, self.endpoint.key(), self._budget, self._clock)
            return self._client

    def _account(self, episode: str, tag: str, usage: Usage) -> None:
        with self._lock:
            told = [account for paid_for, account in self._payers if paid_for == episode]
        for account in told:
            account(tag, usage)


def _windows(lines: Sequence[Line], brief: Brief) -> list[list[str]]:
    """The ids of `lines`, those of one question together."""
    track = brief.track or tuple(line.cue for line in lines)
    wanted = {line.cue.id for line in lines}
    if missing := wanted - {cue.id for cue in track}:
        raise ValueError(f"{sorted(missing)[0]} is no cue of the track")
    return [[cue.id for cue in window] for window in prompt.windows(track, wanted)]


def _side_by_side(jobs: Sequence[Callable[[], None]], threads: int, stop: threading.Event) -> None:
    """Run `jobs`, so many at a time; the first error ends all of them and is raised.

    On daemons: who types Ctrl-C does not wait for an answer that may take minutes.
    """
    waiting = deque(jobs)
    errors: list[BaseException] = []

    def work() -> None:
        while not stop.is_set():
            try:
                job = waiting.popleft()
            except IndexError:
                return
            try:
                job()
            except BaseException as error:  # noqa: BLE001  # raised again where somebody can see it
                errors.append(error)
                stop.set()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(min(threads, len(jobs)))]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        stop.set()
    if errors:
        raise errors[0]
