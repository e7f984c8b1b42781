"""A line cut into sentences or clauses, each a case of its own, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from localize.engines.base import Translation
from localize.engines.termed.case import Case
from localize.glossary import grammar
from localize.glossary.terms import Span
from localize.lines import Line
from localize.text import chinese

Cut = Callable[[str], list[str]]


def sentences(text: str) -> list[str]:
    parts: list[str] = []
    for clause in chinese.clauses(text):
        if parts and not chinese.ends_sentence(parts[-1]):
            parts[-1] += clause
        else:
            parts.append(clause)
    return parts


def parts(case: Case, cut: Cut) -> list[Case]:
    """The parts of a line with the terms of each, their places counted from the part; none where cutting helps not."""
    tag, texts = case.profile.tag, cut(case.line.text)
    if not case.spans or len(texts) < 2:
        return []
    both = list(zip(case.line.spans[tag], case.terms, strict=True))
    made, begin = [], 0
    for text in texts:
        end = begin + len(text)
        inside = [(span, term) for span, term in both if begin <= span.start and span.end <= end]
        spans = tuple(Span(span.start - begin, span.end - begin, span.source) for span, _ in inside)
        cue = replace(case.line.cue, text=text, words=())
        made.append(Case.of(Line(cue, {tag: spans}, {tag: tuple(term for _, term in inside)}), case.profile))
        if not chinese.is_spoken(text):
            made[-1].accept(Translation(grammar.marks(text, case.profile)))
        begin = end
    return made if sum(len(part.terms) for part in made) == len(case.terms) else []


def joined(made: Sequence[Case]) -> Translation | None:
    """What the parts say one after the other; None where one of them says nothing."""
    results = [part.result for part in made]
    texts = [result.text.strip() for result in results]
    flags = tuple(dict.fromkeys(flag for result in results for flag in result.flags))
    return Translation((" " if made[0].profile.spaced else "").join(texts), flags) if all(texts) else None
