"""Pack a trained network as an `.argosmodel`, byte for byte the same from the same files, and keep the manifest."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from samples.models.build import splitter
from samples.models.build.corpus import CORPUS, Language

VERSION = "0.1"
EPOCH = (2024, 1, 1, 0, 0, 0)
MANIFEST = "manifest.json"

README = """# {source} to {target}: starter package, demonstration only

A translation model of half a million weights, trained in minutes on 160 self-written template sentences of short drama
(`samples/models/build` of the localize repository). It translates those sentences with other names, places, objects
and numbers in them, and nothing else: any other text comes out fluent and wrong.

It exists so that the sample series and the tests run the real Argos path with no network. For real episodes install
the official packages. Placeholders XQ1 to XQ9 pass through unchanged. Licence: Apache-2.0.
"""


def folder_name(source: Language, target: Language) -> str:
    return f"translate-{source.argos_code}_{target.argos_code}-{VERSION.replace('.', '_')}"


def pack(source: Language, target: Language, model: Path, tokenizer: bytes) -> bytes:
    """The package as bytes: one top folder, with sentence splitting inside so that nothing is downloaded."""
    metadata = {
        "package_version": VERSION, "argos_version": "1.9", "from_code": source.argos_code, "from_name": source.name,
        "to_code": target.argos_code, "to_name": target.name, "type": "translate",
    }  # fmt: skip
    files = {
        "metadata.json": (json.dumps(metadata, indent=1) + "\n").encode(),
        "README.md": README.format(source=source.name, target=target.name).encode(),
        "sentencepiece.model": tokenizer,
        "minisbd/sbd.onnx": splitter.build("cjk" if source.code == "zh" else "nosplit"),
        **{f"model/{path.name}": path.read_bytes() for path in sorted(model.iterdir())},
    }
    return zipped(files, folder_name(source, target))


def zipped(files: dict[str, bytes], top: str) -> bytes:
    """A zip of `files` under one folder, with fixed times and rights."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(f"{top}/{name}", EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(info, content, compresslevel=9)
    return buffer.getvalue()


def corpus_sha256(*languages: Language) -> dict[str, str]:
    """Digest of each side's corpus file and of the reserved lines: where one differs, the package is out of date."""
    names = {**{language.code: f"{language.code}.toml" for language in languages}, "reserved": "../reserved.toml"}
    return {key: hashlib.sha256((CORPUS / name).read_bytes()).hexdigest() for key, name in names.items()}


def write(out: Path, name: str, content: bytes, record: dict[str, Any]) -> Path:
    """Write the package under a temporary name, rename it, and enter `record` in the manifest.

    Two pairs may finish at once: one lock for all of them, outside the folder so that nothing is left in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.argosmodel"
    part = path.with_suffix(".part")
    part.write_bytes(content)
    with FileLock(Path(tempfile.gettempdir()) / "localize-starter-packages.lock"):
        part.replace(path)
        packages = [p for p in manifest(out) if p["file"] != path.name]
        digest = hashlib.sha256(content).hexdigest()
        packages.append({"file": path.name, "bytes": len(content), "sha256": digest, **record})
        text = json.dumps({"schema": 1, "packages": sorted(packages, key=lambda p: p["file"])}, indent=2)
        part = out / f".{MANIFEST}.part"
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(out / MANIFEST)
    return path


def manifest(out: Path) -> list[dict[str, Any]]:
    """The packages recorded in `out`."""
    path = out / MANIFEST
    packages: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["packages"] if path.exists() else []
    return packages
