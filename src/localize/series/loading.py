"""A file -> the series it stands for."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from localize.errors import LocaleError, ManifestError, MediaError
from localize.locales import LOCALES, SOURCE, locale
from localize.series.manifest import ID_CHARS, Series

MEDIA_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts"})


def load(path: Path) -> Series:
    """The series of `path`: a `series.toml`, or a media file as a series of one.

    Raises ManifestError (unreadable, unknown key, bad value), LocaleError, MediaError (no such file).
    """
    try:
        return _load(path)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read: {error.strerror or error}", next_step="give a series.toml or a media file"
        ) from error


def _load(path: Path) -> Series:
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        # Python carries such bytes along as lone surrogates, which no JSON and no report can hold.
        raise MediaError(f"{str(path)!a} is not UTF-8", next_step="rename the file or folder") from None
    if not path.exists():
        raise MediaError(f"{path} does not exist", next_step="give a series.toml or a media file")
    if path.is_dir():
        raise ManifestError(f"{path} is a folder", next_step=f"localize run {path / 'series.toml'}")
    if path.suffix.lower() != ".toml":
        return _single(path)
    data = _read(path)
    # Fields of Series that the manifest itself has no say in.
    if given := sorted(data.keys() & {"characters", "addresses", "manifest", "root"}):
        raise ManifestError(f"{path.name}: unknown key {given[0]!r}", next_step=f"edit {path}")
    if (characters := path.parent / "characters.toml").exists():
        extra = _read(characters)
        if unknown := extra.keys() - {"character", "address"}:
            raise ManifestError(
                f"{characters.name}: unknown key {sorted(unknown)[0]!r}", next_step=f"edit {characters}"
            )
        data |= {"characters": extra.get("character", []), "addresses": extra.get("address", [])}
    return _validate(data, path)


def _single(path: Path) -> Series:
    """A media file as a series of one, named after the file so that another name never shares its workspace.

    The folder is no part of the id: by default the workspace lies beside the media. Files of one name from several
    folders need a `--workspace` each.
    """
    if path.suffix.lower() not in MEDIA_SUFFIXES:
        raise MediaError(
            f"{path} is neither a manifest nor a video ({', '.join(sorted(MEDIA_SUFFIXES))})",
            next_step="give a series.toml or a media file",
        )
    id_ = id_of(path)
    data = {
        "schema": 1, "id": id_, "title": path.stem, "genre": "ceo-romance", "locales": list(LOCALES),
        "gates": {"transcript": "off", "translation": "off", "final": "off"},
        "episode": [{"id": id_, "file": path.name} | beside(path)],
    }  # fmt: skip
    return _validate(data, path)


def id_of(media: Path) -> str:
    """The stem of an `.mp4` where it can stand as an id; any other name gets 8 digits of its hash after what can.

    A stem that ends as if it had such digits gets them too, so that no plain name meets a hashed one.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", media.stem).strip("-._")[:ID_CHARS]
    if stem == media.stem and media.suffix == ".mp4" and not re.search(r"-[0-9a-f]{8}$", stem):
        return stem
    digits = hashlib.sha256(media.name.encode()).hexdigest()[:8]
    return f"{stem[: ID_CHARS - 9] or 'episode'}-{digits}"


def beside(path: Path) -> dict[str, str]:
    """Chinese subtitles with the media file's own name, as players find them."""
    for suffix in (".zh.srt", ".zh.ass", ".zh.vtt", ".zh-Hans.srt"):
        if path.with_suffix(suffix).exists():
            return {"subtitles": path.with_suffix(suffix).name}
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path.name} cannot be read: {error}", next_step=f"edit {path}") from error


def _validate(data: dict[str, Any], path: Path) -> Series:
    try:
        series = Series.model_validate(data | {"root": path.parent.absolute(), "manifest": path.absolute()})
    except ValidationError as error:
        # A misspelt key also makes the right one missing: name what was typed.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        file = path.with_name("characters.toml") if first["loc"][:1] in {("characters",), ("addresses",)} else path
        raise ManifestError(f"{file.name}: {_complaint(first)}", next_step=f"edit {file}") from None
    for tag in series.locales:
        if tag == SOURCE.tag:
            raise LocaleError(f"{path.name}: {tag} is the source, not a target", next_step=f"edit {path}")
        try:
            locale(tag)
        except LocaleError as error:
            raise LocaleError(f"{path.name}: {error.message}", next_step=error.next_step) from None
    return series


def _complaint(detail: ErrorDetails) -> str:
    """In words an operator can act on."""
    where = ".".join(str(part) for part in detail["loc"]) or "manifest"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {where!r}"
    if detail["type"] == "missing":
        return f"missing key {where!r}"
    return f"{where}: {detail['msg'].removeprefix('Value error, ')}"
