"""Engines by name, built when first asked for and kept for the process: models load once for a whole series."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any, cast

from localize.engines.base import Transcriber, Translator, unserved
from localize.errors import InputError
from localize.locales import locale

TRANSCRIBERS = {
    "faster-whisper": "localize.engines.faster_whisper:FasterWhisper",
    "whisper": "localize.engines.whisper:OpenAIWhisper",
}
TRANSLATORS = {
    "argos": "localize.engines.argos:Argos",
    "opencc": "localize.engines.opencc:OpenCC",
}


class Engines:
    """Looks an engine up, building it on first use; `given` puts ready-made ones in their place (tests do)."""

    def __init__(self, **given: Transcriber | Translator) -> None:
        self._built: dict[str, Any] = {name.replace("_", "-"): engine for name, engine in given.items()}
        self._lock = threading.Lock()

    def transcriber(self, name: str) -> Transcriber:
        return cast(Transcriber, self._get(TRANSCRIBERS, name, "transcriber"))

    def translator(self, name: str) -> Translator:
        return cast(Translator, self._get(TRANSLATORS, name, "translator"))

    def translator_for(self, tag: str, default: str) -> Translator:
        return self.translator(engine_name(tag, default))

    def _get(self, table: dict[str, str], name: str, kind: str) -> Any:
        with self._lock:
            if name not in self._built:
                if name not in table:
                    raise InputError(f"{name!r} is not a {kind}", next_step=f"choose among {', '.join(table)}")
                module, attribute = table[name].split(":")
                self._built[name] = getattr(import_module(module), attribute)()
            return self._built[name]


def engine_name(tag: str, default: str) -> str:
    """The engine that writes locale `tag` in a series whose translator is `default`; NoEngine where none can."""
    profile = locale(tag)
    if profile.engine == "opencc":
        return "opencc"
    if default == "argos" and profile.argos is None:
        raise unserved(profile)
    return default
