"""Engines by name, built when first asked for and kept for the process: models load once for a whole series."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from localize import endpoints
from localize.engines.base import Transcriber, Translator, unserved
from localize.engines.termed import Termed
from localize.errors import InputError
from localize.locales import Locale, locale
from localize.picture.sight import Reader
from localize.series import Series
from localize.spending import Budget

TRANSCRIBERS = {
    "faster-whisper": "localize.engines.faster_whisper:FasterWhisper",
    "whisper": "localize.engines.whisper:OpenAIWhisper",
}
READERS = {"rapidocr": "localize.engines.ocr:RapidOCR"}
TRANSLATORS = {
    "argos": "localize.engines.argos:Argos",
    "opencc": "localize.engines.opencc:OpenCC",
    "opencc:hk": "localize.engines.opencc:hong_kong",
}
LLM = "llm:"
"""Before the name of an endpoint."""


class Engines:
    """Looks an engine up, building it on first use; `given` puts ready-made ones in their place (tests do).

    `budget` is what the endpoints of this run may cost together.
    """

    def __init__(self, *, budget: Budget | None = None, **given: Transcriber | Translator | Reader) -> None:
        self._built: dict[str, Any] = {name.replace("_", "-"): engine for name, engine in given.items()}
        self._budget = budget
        self._lock = threading.Lock()

    def within(self, budget: Budget | None) -> Engines:
        """The same engines, models loaded once, with endpoints of their own that share `budget`."""
        other = Engines(budget=budget)
        with self._lock:
            other._built = {key: engine for key, engine in self._built.items() if "@" not in key}
        return other

    def transcriber(self, name: str) -> Transcriber:
        return cast(Transcriber, self._get(name, TRANSCRIBERS, "transcriber"))

    def translator(self, name: str, beside: Path | None = None) -> Translator:
        """The translator `name`; the endpoint of an `llm:NAME` is looked for beside the manifest in `beside` too."""
        if name.startswith(LLM):
            return cast(Translator, self._once(f"{name}@{beside}", lambda: self._llm(name, beside)))
        return cast(Translator, self._get(name, TRANSLATORS, "translator"))

    def reader(self, name: str = "rapidocr") -> Reader:
        return cast(Reader, self._get(name, READERS, "reader"))

    def route(self, tag: str, series: Series) -> tuple[Translator, ...]:
        """The engines that write locale `tag` of `series`, in the order they are asked."""
        return tuple(self.translator(name, series.root) for name in route(tag, series))

    def _get(self, name: str, table: Mapping[str, str], kind: str) -> Any:
        def build() -> Any:
            if name not in table:
                raise InputError(f"{name!r} is not a {kind}", next_step=f"choose among {', '.join(table)}")
            module, attribute = table[name].split(":")
            engine = getattr(import_module(module), attribute)()
            return Termed(engine) if table is TRANSLATORS else engine

        return self._once(name, build)

    def _llm(self, name: str, beside: Path | None) -> Translator:
        from localize.engines import llm

        return llm.LLM(endpoints.load(name.removeprefix(LLM), beside), budget=self._budget)

    def _once(self, key: str, build: Callable[[], Any]) -> Any:
        with self._lock:
            short = key.partition("@")[0]
            if short in self._built:
                return self._built[short]
            if key not in self._built:
                self._built[key] = build()
            return self._built[key]


def route(tag: str, series: Series) -> tuple[str, ...]:
    """The names of the engines that write locale `tag`, in the order they are asked; NoEngine where none can."""
    profile = locale(tag)
    names = series.translators.get(tag, series.translator)
    if profile.engine == "opencc" and tag not in series.translators:
        # A conversion, whatever translates the others; only which one may be chosen for the whole series.
        names = tuple(name for name in series.translator if name.startswith("opencc")) or ("opencc",)
    able = tuple(name for name in names if _can_serve(name, profile))
    if not able:
        raise unserved(profile, names)
    return able


def _can_serve(name: str, profile: Locale) -> bool:
    if name == "argos":
        return profile.argos is not None
    return not name.startswith("opencc") or profile.engine == "opencc"
