"""OpenCC: Traditional Chinese from the source. A conversion of script and wording, not a translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from localize.engines.base import Translation
from localize.errors import EngineRejected, NoEngine
from localize.locales import LOCALES
from localize.text.chinese import PHRASES, Region, traditional


class OpenCC:
    """As Taiwan writes it; `opencc:hk` is as Hong Kong does."""

    def __init__(self, region: Region = "tw") -> None:
        self._region = region
        self.name = "opencc" if region == "tw" else f"opencc:{region}"

    def version(self, locale: str) -> str:
        _served(locale)
        return f"opencc {version('opencc')} {PHRASES[self._region]}"

    def pivot(self, texts: Sequence[str], locale: str) -> Sequence[Translation]:
        """There is no leg before the conversion."""
        for number, text in enumerate(texts, 1):
            if not text.strip():
                raise EngineRejected(f"line {number} of {len(texts)} is empty", next_step="write it, or remove the cue")
        return [Translation(text) for text in texts]

    def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
        _served(locale)
        return [replace(text, text=traditional(text.text, self._region)) for text in pivots]

    def alternatives(self, texts: Sequence[str], locale: str) -> Sequence[Sequence[Translation]]:
        """A conversion has one result."""
        return [() for _ in texts]


def _served(locale: str) -> None:
    if locale not in LOCALES or LOCALES[locale].engine != "opencc":
        served = ", ".join(tag for tag, profile in LOCALES.items() if profile.engine == "opencc")
        raise NoEngine(f"opencc writes {served} only", locale=locale, next_step='set translator = "argos"')


def hong_kong() -> OpenCC:
    return OpenCC("hk")
