"""OpenCC: Traditional Chinese from the source. A conversion of script and wording, not a translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from localize.chinese import taiwanese
from localize.engines.base import Translation
from localize.errors import EngineRejected, NoEngine
from localize.locales import LOCALES


class OpenCC:
    name = "opencc"

    def version(self, locale: str) -> str:
        _served(locale)
        return f"opencc {version('opencc')} s2twp"

    def translate(self, lines: Sequence[str], locales: Sequence[str]) -> Mapping[str, Sequence[Translation]]:
        for locale in locales:
            _served(locale)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                raise EngineRejected(f"line {number} of {len(lines)} is empty", next_step="mend source.json")
        converted = [Translation(taiwanese(line)) for line in lines]
        return dict.fromkeys(locales, converted)


def _served(locale: str) -> None:
    if locale not in LOCALES or LOCALES[locale].engine != "opencc":
        served = ", ".join(tag for tag, profile in LOCALES.items() if profile.engine == "opencc")
        raise NoEngine(f"opencc writes {served} only", locale=locale, next_step='set translator = "argos"')
