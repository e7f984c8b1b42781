"""The store: one folder with everything installed, and a record beside it of what it has to hash to.

    <store>/whisper-base/            weights as CTranslate2 reads them
    <store>/argos/zh_en/             official packages, as argostranslate reads them
    <store>/starter/zh_en/           starter packages
    <store>/records/<name>.json      source, version, size and SHA-256 of every file; outlives the files it describes
    <store>/derived/                 what engines computed from the above; safe to delete

Argos takes every folder beside its packages for a package, so nothing else may lie there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from localize import settings
from localize.errors import ModelUnavailable
from localize.fingerprint import file_digest
from localize.models import catalogue
from localize.models.archive import NEXT
from localize.models.catalogue import Model, SpeechModel
from localize.models.fetch import Fetcher, Hosts, PipDownload, https, pip_download
from localize.models.install import Record, Sources, Work, install

State = Literal["installed", "missing", "damaged"]
Told = Callable[[str, float], None]
"""Called with a model's name and the share of it that has arrived, 0 to 1."""

_HOSTS = Hosts()


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One line of `localize models list`; size is 0 and hash is empty while nobody knows them."""

    name: str
    kind: Literal["speech", "translation"]
    source: str
    size_bytes: int
    sha256: str
    licence: str
    state: State
    path: Path | None
    """Where it is; None unless it is installed and whole."""
    starter: bool = False
    detail: str = ""
    """What is damaged."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What `install` did about one model; `skipped` says why an optional one was left out."""

    row: ModelRow
    reused: bool = False
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed translation package."""

    name: str
    folder: Path
    version: str
    sha256: str
    starter: bool


class Store:
    """The models on this machine. What reaches outside is passed in, with the real thing as default."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        models: Mapping[str, Model] | None = None,
        fetch: Fetcher = https,
        pip: PipDownload = pip_download,
        hosts: Hosts = _HOSTS,
        index_url: str = catalogue.INDEX_URL,
    ) -> None:
        self.folder = folder or settings.models_dir()
        self._models = catalogue.known_models() if models is None else models
        self._sources = Sources(fetch, pip, hosts, index_url)

    def listing(self) -> list[ModelRow]:
        """Every known model; presence and sizes are looked at, hashes are not."""
        return [self._row(model) for model in self._models.values()]

    def verify(self, names: Iterable[str] | None = None) -> list[ModelRow]:
        """As `listing`, with every file hashed again."""
        return [self._row(self._model(name), verify=True) for name in (self._models if names is None else names)]

    def install(
        self,
        names: Iterable[str] | None = None,
        *,
        told: Told = lambda _name, _share: None,
        done: Callable[[Installed], None] = lambda _installed: None,
    ) -> list[Installed]:
        """Install `names`, or all there is; what is there and whole is kept.

        Without names, official packages are skipped where their index cannot be reached or `LOCALIZE_STARTER` is set.
        One failure does not stop the rest: `done` hears of each success, then the first failure is raised.
        """
        wanted = list(self._models.values()) if names is None else [self._model(name) for name in names]
        results: list[Installed] = []
        failures: list[ModelUnavailable] = []
        for model in wanted:
            try:
                result = self._install(model, optional=names is None, told=told)
            except ModelUnavailable as error:
                failures.append(error)
            else:
                results.append(result)
                done(result)
        if failures:
            raise failures[0]
        return results

    def path(self, name: str) -> Path:
        """The folder of an installed model; ModelUnavailable where it is missing or its files have the wrong size."""
        row = self._row(self._model(name))
        if row.path is None:
            detail = f" ({row.detail})" if row.detail else ""
            raise ModelUnavailable(f"{name} is {row.state} in {self.folder}{detail}", next_step=f"{NEXT} {name}")
        return row.path

    def weights(self, name: str) -> str:
        """What tells these weights from others, in a version or a file name; known before they are installed."""
        pin = self._model(name).pin
        return pin.sha256[:12] if pin else ""

    def package(self, from_code: str, to_code: str, *, starter_only: bool) -> Package | None:
        """The package for a pair, the official one before the starter; None where neither is installed whole."""
        names = [] if starter_only else [catalogue.official_name(from_code, to_code)]
        for name in (*names, catalogue.starter_name(from_code, to_code)):
            model, record = self._models.get(name), self._record(name)
            if model and record and (path := self._row(model).path):
                return Package(name, path, record.version, record.sha256, model.starter)
        return None

    def derived(self, name: str) -> Path:
        """Where an engine keeps a file that it computed from a model."""
        return self.folder / "derived" / name

    def locked(self) -> FileLock:
        """One process at a time changes the store."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / "store.lock")

    def _install(self, model: Model, *, optional: bool, told: Told) -> Installed:
        row = self._row(model, verify=True)
        if row.path:
            return Installed(row, reused=True)
        if optional and model.kind == "translation" and not model.starter:
            skipped = f"{settings.STARTER} is set" if settings.starter_only() else self._sources.refuses_index()
            if skipped:
                return Installed(row, skipped=skipped)
        try:
            with self.locked():
                row = self._row(model, verify=True)
                if row.path:  # another process installed it while we waited
                    return Installed(row, reused=True)
                record = self._record(model.name)
                work = Work(self.folder, self.folder / model.place, self._record_path(model.name), record)
                install(model, work, self._sources, lambda share: told(model.name, share))
        except OSError as error:
            raise ModelUnavailable(
                f"{model.name} cannot be written to {self.folder}: {error.strerror or error}",
                next_step=f"make room or set {settings.MODELS}, then {NEXT}",
            ) from error
        return Installed(self._row(model))

    def _model(self, name: str) -> Model:
        try:
            return self._models[name]
        except KeyError:
            raise ModelUnavailable(f"there is no model {name!r}", next_step="localize models list") from None

    def _row(self, model: Model, *, verify: bool = False) -> ModelRow:
        place, record = self.folder / model.place, self._record(model.name)
        state: State = "installed"
        detail = ""
        if record is None or not place.is_dir():
            state = "missing"
        elif detail := _damage(model, place, record, verify=verify):
            state = "damaged"
        return ModelRow(
            name=model.name,
            kind=model.kind,
            source=record.source if record else model.source,
            size_bytes=model.pin.size_bytes if model.pin else record.size_bytes if record else 0,
            sha256=model.pin.sha256 if model.pin else record.sha256 if record else "",
            licence=model.licence,
            state=state,
            path=place if state == "installed" else None,
            starter=model.starter,
            detail=detail,
        )

    def _record_path(self, name: str) -> Path:
        return self.folder / "records" / f"{name}.json"

    def _record(self, name: str) -> Record | None:
        return Record.read(self._record_path(name))


def _damage(model: Model, place: Path, record: Record, *, verify: bool) -> str:
    """What is wrong with an installed model; empty where nothing is."""
    if model.pin and record.sha256 != model.pin.sha256:
        return "it is another version than the one this release names"
    pins = model.files if isinstance(model, SpeechModel) else record.files
    for name, pin in pins.items():
        path = place / name
        if not path.is_file():
            return f"{name} is missing"
        if (size := path.stat().st_size) != pin.size_bytes:
            return f"{name} has {size} bytes where {pin.size_bytes} are expected"
        if verify and (digest := file_digest(path)) != pin.sha256:
            return f"{name} has SHA-256 {digest} where {pin.sha256} is expected"
    return ""
