"""One window of lines in one locale: asked, judged, and asked again until each line is written or given up.

A scene is asked in one question. What comes back is taken line by line; lines that cannot be used are asked again in
ever smaller questions that say what was wrong, and what is refused is halved until the one line is found. What still
fails says why, so that the next engine of the series can write it. No part of the lines ever costs the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from localize.endpoints import Endpoint
from localize.engines.base import Translation
from localize.engines.llm import answer, prompt
from localize.engines.llm.check import REFUSED, Fault, flags
from localize.engines.llm.client import Question, Unanswered
from localize.engines.llm.reply import Reply
from localize.lines import Brief, Line
from localize.locales import Locale

LADDER = (prompt.WINDOW, 10, 3, 1)
"""Lines of a question, first and after each answer that some lines of it could not be taken from."""

_CUT_OFF = "answer cut off"
_NO_JSON = Fault("no JSON in the answer", "the answer was not the JSON object that was asked for")


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


class Window:
    """The lines of one window in one locale, until each is written or given up."""

    def __init__(
        self, lines: Sequence[Line], profile: Locale, brief: Brief, endpoint: Endpoint, ask: Callable[[Question], Reply]
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
