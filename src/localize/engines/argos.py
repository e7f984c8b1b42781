"""Argos: Chinese to English, and from there to every other locale, on packages of the store.

The legs are chosen here, never searched for: zh -> en -> X. An official package wins over a starter; every line in
which a starter had a part says so.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.metadata import version as library_version

from localize import settings
from localize.cues import STARTER
from localize.engines.argos_package import LoadedPackage
from localize.engines.audio import cores
from localize.engines.base import Translation, unserved
from localize.errors import EngineRejected, NoEngine
from localize.locales import locale as profile_of
from localize.models import Package, Store, official_name

ENDLESS = "endless"
"""The model did not find the end of the line, which was cut off."""

_MAX_LOADED_BYTES = 1 << 30


class Argos:
    """Loads a package when first used and keeps it, as long as all together stay below 1 GB."""

    name = "argos"

    def __init__(
        self, store: Store | None = None, *, starter_only: bool | None = None, threads: int | None = None
    ) -> None:
        self._store = store or Store()
        self._starter_only = settings.starter_only() if starter_only is None else starter_only
        self._threads = threads or cores()
        self._loaded: OrderedDict[str, tuple[LoadedPackage, int]] = OrderedDict()
        self._lock = threading.Lock()

    def version(self, locale: str) -> str:
        legs = " ".join(f"{leg.name} {leg.version}@{leg.sha256[:12]}" for leg in self._legs(locale))
        return f"argos {library_version('argostranslate')} ctranslate2 {library_version('ctranslate2')} {legs}"

    def pivot(self, texts: Sequence[str], locale: str) -> Sequence[Translation]:
        """Chinese to English."""
        for number, text in enumerate(texts, 1):
            if not text.strip():
                raise EngineRejected(f"line {number} of {len(texts)} is empty", next_step="write it, or remove the cue")
        with self._lock:
            return self._leg(self._legs(locale)[0], [Translation(text) for text in texts]) if texts else []

    def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
        """English to `locale`."""
        legs = self._legs(locale)
        if len(legs) == 1 or not pivots:
            return pivots
        with self._lock:
            return self._leg(legs[1], pivots)

    def alternatives(self, texts: Sequence[str], locale: str) -> Sequence[Sequence[Translation]]:
        """Of the last leg alone: another English line on the way would be one more chance to lose the meaning."""
        *first, last = self._legs(locale)
        with self._lock:
            lines = [Translation(text) for text in texts]
            for leg in first:
                lines = self._leg(leg, lines)
            found = self._load(last).alternatives([line.text for line in lines])
        own = (STARTER,) * last.starter
        return [
            [Translation(text, tuple(dict.fromkeys((*line.flags, *own)))) for text in others]
            for line, others in zip(lines, found, strict=True)
        ]

    def _legs(self, locale: str) -> tuple[Package, ...]:
        profile = profile_of(locale)
        if (code := profile.argos) is None:
            raise unserved(profile)
        pairs = [("zh", "en")] if code == "en" else [("zh", "en"), ("en", code)]
        return tuple(self._package(*pair, locale) for pair in pairs)

    def _package(self, from_code: str, to_code: str, locale: str) -> Package:
        package = self._store.package(from_code, to_code, starter_only=self._starter_only)
        if package is None:
            raise NoEngine(
                f"no {from_code} -> {to_code} package is installed in {self._store.folder}",
                locale=locale,
                next_step="localize models install"
                + ("" if self._starter_only else f" (or: localize models install {official_name(from_code, to_code)})"),
            )
        return package

    def _leg(self, package: Package, lines: Sequence[Translation]) -> list[Translation]:
        """One leg for all lines. A line that is already empty stays so: a model given nothing makes something up."""
        filled = [line for line in lines if line.text.strip()]
        made = iter(self._load(package).translate([line.text for line in filled]))
        result = []
        for line in lines:
            text, endless = next(made) if line.text.strip() else ("", False)
            own = (STARTER,) * package.starter + (ENDLESS,) * endless
            result.append(Translation(text, tuple(dict.fromkeys((*line.flags, *own)))))
        return result

    def _load(self, package: Package) -> LoadedPackage:
        # By hash: a package that was replaced while this process ran is another package.
        key = f"{package.name}@{package.sha256}"
        if key not in self._loaded:
            size = sum(path.stat().st_size for path in package.folder.rglob("*") if path.is_file())
            self._loaded[key] = LoadedPackage(package.folder, threads=self._threads), size
            self._make_room(key)
        return self._loaded[key][0]

    def _make_room(self, key: str) -> None:
        """Drop the newest packages but `key`: a series asks for all in turn, so that the oldest is needed next.

        The first one is the pivot, which every line goes through.
        """
        while len(self._loaded) > 2 and sum(size for _, size in self._loaded.values()) > _MAX_LOADED_BYTES:
            del self._loaded[[name for name in self._loaded if name != key][-1]]
