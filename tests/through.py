"""A text through both legs of an engine, as a translation without terms goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localize.engines.base import TextTranslator, Translation


def through(
    engine: TextTranslator, texts: Sequence[str], locales: Sequence[str]
) -> Mapping[str, Sequence[Translation]]:
    pivot = engine.pivot(texts, locales[0]) if locales else []
    return {tag: engine.onward(pivot, tag) for tag in locales}
