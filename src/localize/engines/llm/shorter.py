"""Lines of one window in one locale that are too long: asked for in fewer characters, at most twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from localize.endpoints import Endpoint
from localize.engines.base import Translation
from localize.engines.llm import answer, prompt
from localize.engines.llm.check import flags
from localize.engines.llm.client import Question, Unanswered
from localize.engines.llm.reply import Reply
from localize.lines import Brief, Overlong
from localize.locales import Locale
from localize.text.shortening import length, same_numbers
from localize.text.typography import typeset

ROUNDS = 2
"""The second one says by how much a line is still too long, or what else was wrong with it."""


class Shortening:
    """What a model has for some lines. It is a service to the viewer and not worth a ladder: what is refused stays."""

    def __init__(
        self,
        lines: Sequence[Overlong],
        profile: Locale,
        brief: Brief,
        endpoint: Endpoint,
        ask: Callable[[Question], Reply],
    ) -> None:
        self._lines = lines
        self._profile, self._brief, self._endpoint, self._ask = profile, brief, endpoint, ask
        self._found: dict[str, list[Translation]] = {one.line.cue.id: [] for one in lines}

    def found(self) -> dict[str, list[Translation]]:
        """The renderings of every line that can be used, those within its limit first."""
        mend: Mapping[str, str] = {one.line.cue.id: "" for one in self._lines}
        for _ in range(ROUNDS):
            if left := [one for one in self._lines if one.line.cue.id in mend]:
                mend = self._asked(left, mend)
        return self._found

    def _asked(self, lines: Sequence[Overlong], mend: Mapping[str, str]) -> dict[str, str]:
        """Take what is answered about `lines`; what to mend in those that are worth another question."""
        question = prompt.shorter(lines, self._profile, self._brief, self._endpoint, mend)
        try:
            reply = self._ask(question)
        except Unanswered as error:
            for one in lines:
                self._found[one.line.cue.id].append(Translation("", failure=str(error), transient=True))
            return {}
        items = answer.items_of(reply.text)
        if reply.ended == "refused" or (reply.ended == "whole" and not items and answer.declines(reply.text)):
            return {}
        judged = answer.judge(items, [one.line for one in lines], self._profile)
        wrong = {id_: fault.mend for id_, fault in judged.faults.items()}
        for one in lines:
            if text := judged.texts.get(one.line.cue.id):
                wrong |= self._taken(one, text)
        return wrong

    def _taken(self, one: Overlong, text: str) -> dict[str, str]:
        """Keep `text` for what it is worth, and say what is still wrong with it."""
        if not same_numbers(text, one.text):
            return {one.line.cue.id: f"{text!r} has other numbers than the line: keep all of them, in digits"}
        found = self._found[one.line.cue.id]
        # As the line will be written: the marks of some locales take spaces.
        over = length(typeset(text, self._profile, prose=self._brief.prose)) - one.limit
        found.insert(0 if over <= 0 else len(found), Translation(text, flags(text, one.line.text)))
        return {one.line.cue.id: f"{text!r} is still {over} over 'max_characters'"} if over > 0 else {}
