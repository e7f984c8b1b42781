"""A large language model behind any OpenAI-compatible endpoint: whole scenes in, lines out that passed every check.

A scene is asked in one question. What comes back is taken line by line; lines that cannot be used are asked again in
ever smaller questions that say what was wrong, and what is refused is halved until the one line is found. What still
fails says why, so that the next engine of the series can write it. No part of the lines ever costs the rest.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from localize.endpoints import Endpoint
from localize.engines.base import Translation
from localize.engines.llm import answer, prompt
from localize.engines.llm.check import REFUSED, Fault, flags
from localize.engines.llm.client import Client, Unanswered
from localize.engines.llm.reply import Reply
from localize.engines.llm.traffic import Clock
from localize.errors import InputError
from localize.lines import Brief, Line
from localize.locales import Locale
from localize.locales import locale as profile_of
from localize.spending import Budget, Usage

VERSION = 1
"""Of what is asked and of what an answer has to be; a change of it makes every line anew."""

LADDER = (prompt.WINDOW, 10, 3, 1)
"""Lines of a question, first and after each answer that some lines of it could not be taken from."""

_CUT_OFF = "answer cut off"
_EMPTY = Translation("", failure="empty source line")
_NO_JSON = Fault("no JSON in the answer", "the answer was not the JSON object that was asked for")


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
        self._usage: dict[str, dict[str, Usage]] = {}

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
        track = brief.track or tuple(line.cue for line in lines)
        if missing := asked.keys() - {cue.id for cue in track}:
            raise ValueError(f"{sorted(missing)[0]} is no cue of the track")
        windows = [[asked[cue.id] for cue in window] for window in prompt.windows(track, asked)]
        empty = {line.cue.id: _EMPTY for line in lines if line.cue.id not in asked}
        made = {tag: dict(empty) for tag in locales}
        stop = threading.Event()
        jobs = [
            partial(self._write, window, profile_of(tag), brief, stop, made[tag])
            for tag in locales
            for window in windows
        ]
        _side_by_side(jobs, self.endpoint.concurrency, stop)
        return {tag: [made[tag][line.cue.id] for line in lines] for tag in locales}

    def usage(self, episode: str) -> Mapping[str, Usage]:
        """What `episode` used since the engine was built, per locale."""
        with self._lock:
            return dict(self._usage.get(episode, {}))

    def close(self) -> None:
        with self._lock:
            if self._client:
                self._client.close()
            self._client = None

    def _write(
        self, lines: Sequence[Line], profile: Locale, brief: Brief, stop: threading.Event, made: dict[str, Translation]
    ) -> None:
        """Put the lines of one window in one locale into `made`."""
        ask = partial(self._connected().ask, account=partial(self._account, brief.episode, profile.tag), stop=stop)
        made.update(_Window(lines, profile, brief, self.endpoint, ask).translated())

    def _connected(self) -> Client:
        """The key is read when it is needed first, and by nothing that only compares versions."""
        with self._lock:
            if self._client is None:
                self._client = Client(self.endpoint, self.endpoint.key(), self._budget, self._clock)
            return self._client

    def _account(self, episode: str, tag: str, usage: Usage) -> None:
        with self._lock:
            per_locale = self._usage.setdefault(episode, {})
            per_locale[tag] = per_locale.get(tag, Usage()) + usage


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lines of one question, how far down the ladder they are, and what was wrong with them before."""

    lines: Sequence[Line]
    rung: int = 0
    faults: Mapping[str, Fault] = field(default_factory=dict)

    def part(self, lines: Sequence[Line]) -> _Batch:
        return _Batch(lines, self.rung, {line.cue.id: f for line in lines if (f := self.faults.get(line.cue.id))})

    def halves(self, lines: Sequence[Line]) -> list[_Batch]:
        middle = (len(lines) + 1) // 2
        return [self.part(half) for half in (lines[:middle], lines[middle:]) if half]


class _Window:
    """The lines of one window in one locale, until each is written or given up."""

    def __init__(
        self, lines: Sequence[Line], profile: Locale, brief: Brief, endpoint: Endpoint, ask: Callable[..., Reply]
    ) -> None:
        self._todo = [_Batch(lines)]
        self._profile, self._brief, self._endpoint, self._ask = profile, brief, endpoint, ask
        self._made: dict[str, Translation] = {}

    def translated(self) -> dict[str, Translation]:
        while self._todo:
            batch = self._todo.pop()
            mend = {id_: fault.mend for id_, fault in batch.faults.items()}
            question = prompt.question(batch.lines, self._profile, self._brief, self._endpoint, mend)
            try:
                reply = self._ask(question)
            except Unanswered as error:
                for left in (batch, *self._todo):
                    for line in left.lines:
                        self._fail(line, left, str(error), transient=True)
                break
            # A stack: what is asked next is the rest of this batch, so that the order is always the same.
            self._todo += reversed(self._taken(batch, reply))
        return self._made

    def _taken(self, batch: _Batch, reply: Reply) -> list[_Batch]:
        """Keep the lines of `reply` that can be used; what to ask next about the others."""
        items = answer.items_of(reply.text)
        if reply.ended == "refused" or (reply.ended == "whole" and not items and answer.declines(reply.text)):
            return self._smaller(batch, batch.lines, f"{REFUSED} ({reply.why})" if reply.why else REFUSED)
        judged = answer.judge(items, batch.lines, self._profile)
        for line in batch.lines:
            if (text := judged.texts.get(line.cue.id)) is not None:
                attempts = self._attempts(line, batch)
                self._made[line.cue.id] = Translation(text, flags(text, line.text), attempts)
        left = [line for line in batch.lines if line.cue.id in judged.faults]
        if reply.ended == "cut":
            return self._smaller(batch, left, _CUT_OFF)
        faults = judged.faults if items else {line.cue.id: _NO_JSON for line in left}
        return self._lower(batch, left, faults)

    def _smaller(self, batch: _Batch, lines: Sequence[Line], reason: str) -> list[_Batch]:
        """`lines` in halves; a line that stood alone is given up."""
        if len(batch.lines) > 1:
            return batch.halves(lines)
        for line in lines:
            self._fail(line, batch, reason)
        return []

    def _lower(self, batch: _Batch, lines: Sequence[Line], faults: Mapping[str, Fault]) -> list[_Batch]:
        """`lines` on the next rung of the ladder; given up where there is none, or where it would ask the same."""
        if batch.rung + 1 == len(LADDER) or (len(batch.lines) == 1 and batch.faults == faults):
            for line in lines:
                self._fail(line, batch, faults[line.cue.id].reason)
            return []
        size = LADDER[batch.rung + 1]
        below = _Batch(lines, batch.rung + 1, faults)
        return [below.part(lines[begin : begin + size]) for begin in range(0, len(lines), size)]

    def _fail(self, line: Line, batch: _Batch, reason: str, *, transient: bool = False) -> None:
        attempts = self._attempts(line, batch)
        self._made[line.cue.id] = Translation("", attempts=attempts, failure=reason, transient=transient)

    def _attempts(self, line: Line, batch: _Batch) -> tuple[str, ...]:
        if not line.terms.get(self._profile.tag):
            return ()
        return ("prompt", "reminder") if line.cue.id in batch.faults else ("prompt",)


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
