"""Engines for tests and for trying a series without models: they take a function and do what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from localize.cues import Word
from localize.engines.base import Passage, Recognition, Translation
from localize.errors import NoEngine
from localize.lines import Brief, Line, Overlong
from localize.spending import Account


class FakeTranscriber:
    """Recognises what `function(media, names)` returns."""

    def __init__(self, function: Callable[[Path, Sequence[str]], Recognition], *, version: str = "fake 1") -> None:
        self._function = function
        self._version = version

    @property
    def version(self) -> str:
        return self._version

    def transcribe(self, media: Path, *, names: Sequence[str] = ()) -> Recognition:
        return self._function(media, names)


class FakeTranslator:
    """Translates with `function(line, locale)`; `locales` are those it serves, all where None.

    `shorter(overlong, locale)` are the shorter renderings that it has of a line.
    """

    name = "fake"
    reads_brief = False

    def __init__(
        self,
        function: Callable[[str, str], str | Translation],
        *,
        locales: Sequence[str] | None = None,
        version: str = "fake 1",
        shorter: Callable[[Overlong, str], Sequence[str | Translation]] = lambda _line, _locale: (),
    ) -> None:
        self._function = function
        self._shorter = shorter
        self._locales = locales
        self._version = version

    def version(self, locale: str) -> str:
        if self._locales is not None and locale not in self._locales:
            raise NoEngine(f"fake does not write {locale}", locale=locale, next_step="leave it out with --to")
        return f"{self._version} {locale}"

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        return {locale: [as_translation(self._function(line.text, locale)) for line in lines] for locale in locales}

    def shorter(
        self, lines: Mapping[str, Sequence[Overlong]], brief: Brief
    ) -> Mapping[str, Sequence[Sequence[Translation]]]:
        return {
            locale: [[as_translation(text) for text in self._shorter(line, locale)] for line in overlong]
            for locale, overlong in lines.items()
        }

    def paying(self, episode: str, account: Account) -> AbstractContextManager[None]:
        return nullcontext()


def as_translation(result: str | Translation) -> Translation:
    return result if isinstance(result, Translation) else Translation(result)


def spoken(*words: tuple[int, int, str], engine: str = "fake 1") -> Recognition:
    """A recognition of one passage from `(start_ms, end_ms, text)`."""
    return Recognition(engine, (Passage(tuple(Word(start, end, text) for start, end, text in words)),))
