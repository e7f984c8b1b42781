"""Terms: whether every one is rendered as the glossaries ask, and whether people speak to each other as they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from localize import adherence
from localize.characters import Register
from localize.cues import TargetLine, TargetTrack
from localize.findings import Finding
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import Locale
from localize.rules import finding
from localize.text import pronouns


def of_terms(lines: Sequence[Line], target: TargetTrack, profile: Locale) -> Iterator[Finding]:
    borrowed = Counter[Term]()
    for one in adherence.required(lines, target):
        line, term = one.line, one.term
        if one.lacks:
            often = f" {one.lacks} of {one.stands} times" if one.stands > 1 else ""
            yield finding(
                "glossary_violation",
                f"{term.source} has to be {term.target!r}, which is missing{often} in {line.text!r}{_tried(line)}",
                line.id, line.text, term.target, term=term.source, attempts=() if line.human else line.attempts,
            )  # fmt: skip
        for form in term.forbidden_in(line.text, one.beside):
            message = f"{term.source} must not be {form!r}: write {term.target!r}"
            yield finding("forbidden-term", message, line.id, form, term.target, term=term.source)
        borrowed[term] += term.borrowed
    for term, count in (+borrowed).items():
        where = f"{count} line{'s' * (count > 1)}"
        message = f"{profile.name} has no target for {term.source}: the English {term.target!r} stands in {where}"
        yield finding("term-borrowed", message, measured=count, limit=0, term=term.source)
    yield from _address(lines, target)


def _tried(line: TargetLine) -> str:
    """What an engine tried; a line that a person wrote has only its draft's attempts."""
    return f"; tried: {', '.join(line.attempts)}" if line.attempts and not line.human else ""


_OTHER: dict[Register, Register] = {"familiar": "polite", "polite": "familiar"}


def _address(lines: Sequence[Line], target: TargetTrack) -> Iterator[Finding]:
    """Lines whose pronouns show the other register, and only that one, than their speaker owes the addressee."""
    texts = target.text_of()
    for line in lines:
        manner, text = line.manner.get(target.locale), texts.get(line.cue.id, "")
        wanted = manner.register_ if manner else None
        if wanted and pronouns.registers(text, target.locale) == {_OTHER[wanted]}:
            message = f"{line.cue.speaker} speaks {wanted} here, the line is {_OTHER[wanted]}"
            yield finding("address", message, line.cue.id, _OTHER[wanted], wanted)
