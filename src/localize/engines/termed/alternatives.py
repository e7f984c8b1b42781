"""Shorter renderings from an engine that knows no terms: those of its own alternatives that keep them all."""

from __future__ import annotations

from collections.abc import Sequence

from localize.cues import graphemes
from localize.engines.base import TextTranslator, Translation
from localize.engines.termed.case import Case
from localize.lines import Overlong
from localize.locales import Locale


def shorter(engine: TextTranslator, lines: Sequence[Overlong], profile: Locale) -> list[list[Translation]]:
    """For each line what `engine` can say in fewer characters, likeliest first.

    On the rung `placeholder` alone: what needs a higher one has lost a term in the text that would be varied.
    """
    texts = [Case.of(one.line, profile).protected() for one in lines]
    found = engine.alternatives(texts, profile.tag) if texts else ()
    return [
        [kept for made in others if (kept := _kept(one, made, profile))]
        for one, others in zip(lines, found, strict=True)
    ]


def _kept(one: Overlong, made: Translation, profile: Locale) -> Translation | None:
    case = Case.of(one.line, profile)
    case.offer("placeholder", made, case.restored(made.text))
    fewer = len(graphemes(case.result.text)) < len(graphemes(one.text))
    return case.result if case.done and fewer else None
