"""Lengths: how long a translation is for its source, in grapheme clusters of the target per character of the source.

Only letters and numbers of the source count, every grapheme of the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import regex

from localize.cues import graphemes
from localize.locales import Locale

SHORTEST_SOURCE = 4
"""Below this many characters a ratio says nothing: 滚 is "Get out of my sight!"."""

MEASURED: Mapping[str, tuple[float, float]] = {
    "Latn": (1.50, 9.12),
    "Cyrl": (1.25, 8.00),
    "Arab": (1.00, 6.80),
    "Deva": (0.83, 5.50),
    "Thai": (1.25, 5.43),
    "Jpan": (0.50, 3.00),
    "Kore": (0.50, 4.50),
    "Hant": (1.08, 1.40),
}
"""0.5 % and 99.5 % quantiles per script.

Of the starter corpus (samples/models/build/corpus: 40 fillings of each of 160 templates in 16 languages, zh-Hant made
with OpenCC; 5,957 pairs a language) and of the targets of the glossaries, the wider of both.
"""
MARGIN = 1.5
"""Both bounds are wider by this factor: templates and terms are more regular than speech."""

_SPOKEN = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Ratio:
    """Graphemes per source character, and what is usual."""

    value: float
    least: float
    most: float

    @property
    def odd(self) -> bool:
        return not self.least <= self.value <= self.most


def ratio(source: str, target: str, profile: Locale) -> Ratio | None:
    """How long `target` is for `source`; None where the source is too short to tell."""
    spoken = len(_SPOKEN.findall(source))
    if spoken < SHORTEST_SOURCE:
        return None
    least, most = MEASURED[profile.script]
    return Ratio(len(graphemes(target)) / spoken, least / MARGIN, most * MARGIN)
