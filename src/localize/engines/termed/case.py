"""One line in one locale on its way up the ladder: what it requires, what was tried, and the best text so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from localize.engines.base import Translation
from localize.glossary import grammar, placeholders
from localize.glossary.terms import Span, Term, missing
from localize.lines import Line
from localize.locales import Locale
from localize.text import chinese

GLOSSARY = "glossary"
"""What a line says in `by` that is nothing but terms."""

UNUSABLE = "all it gave was empty or held damaged placeholders"
"""Why a line failed that the engine gave words for."""


@dataclass(slots=True)
class Case:
    """`spans` are those of the first nine terms, none where the line itself holds what looks like a placeholder."""

    line: Line
    profile: Locale
    spans: tuple[Span, ...] = ()
    terms: tuple[Term, ...] = ()
    own_placeholders: bool = False
    pivot: Translation = field(default_factory=lambda: Translation(""))
    best: Translation | None = None
    lacking: Counter[Term] = field(default_factory=Counter)
    """What `best` lacks."""
    attempts: list[str] = field(default_factory=list)
    done: bool = False

    @classmethod
    def of(cls, line: Line, profile: Locale) -> Case:
        own = not placeholders.can_protect(line.text)
        spans = () if own else line.spans.get(profile.tag, ())[: placeholders.MOST]
        return cls(line, profile, spans, line.terms.get(profile.tag, ()), own)

    def protected(self, first: int = 1) -> str:
        return placeholders.protect(self.line.text, self.spans, first)

    def targets(self) -> dict[int, str]:
        return {number: term.target for number, term in enumerate(self.terms[: len(self.spans)], 1)}

    @property
    def pivot_intact(self) -> bool:
        return bool(self.spans) and placeholders.intact(self.pivot.text, len(self.spans))

    def restored(self, text: str, first: int = 1) -> str | None:
        """`text` with the terms back in it; None where a placeholder came out twice, damaged, or made up.

        Lost ones are no reason: what the other terms say is worth having if no rung does better.
        """
        back = {
            number: placeholders.name(n) for n, number in enumerate(placeholders.numbers(len(self.spans), first), 1)
        }
        text = placeholders.replaced(placeholders.mended(text), back)
        numbers = [number for number, _, _ in placeholders.positions(text)]
        if len(set(numbers)) < len(numbers) or any(number > len(self.spans) for number in numbers):
            return None
        return grammar.restore(text, self.terms, self.profile)

    def offer(self, rung: str, made: Translation, text: str | None) -> None:
        """Take `text` (None: unusable) as the result of `rung`; it ends the climb where every term stands in it."""
        self.attempts.append(rung)
        if text is None or not text.strip() or self._residue(text):
            return
        lacking = missing(text, self.terms)
        whole = not lacking and not any(term.forbidden_in(text, self.terms) for term in self.terms)
        # Of two texts that lack as much, the unprotected one is at least a sentence without a hole.
        better = self.best is None or lacking.total() < self.lacking.total()
        if whole or better or (rung == "plain" and lacking.total() == self.lacking.total() and not self.done):
            self.best, self.lacking = replace(made, text=text), lacking
        self.done = self.done or (whole and (self.profile.writes_han or not chinese.has_han(text)))

    def accept(self, made: Translation) -> None:
        """Take `made` for a line without terms."""
        self.done = True
        self.best = None if self._residue(made.text) else made

    @property
    def result(self) -> Translation:
        if self.best:
            return replace(self.best, attempts=tuple(self.attempts))
        failed = UNUSABLE if self.pivot.text.strip() else ""
        return Translation("", self.pivot.flags, tuple(self.attempts), failure=self.pivot.failure or failed)

    def _residue(self, text: str) -> bool:
        return not self.own_placeholders and placeholders.has_leftover(text)
