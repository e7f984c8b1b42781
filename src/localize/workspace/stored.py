"""Dataclasses as JSON that a person can read, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from localize.disk import disk_errors
from localize.errors import WorkspaceError

T = TypeVar("T")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Building one takes longer than reading a file with it."""
    return _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))


def to_json(value: object) -> bytes:
    """Readable, stable JSON of a dataclass."""
    return _adapter(type(value)).dump_json(value, indent=1) + b"\n"


def from_json(kind: type[T], path: Path) -> T:
    """The dataclass `kind` from `path`; WorkspaceError says what is wrong with a damaged or hand-edited file."""
    with disk_errors(path, "read"):
        data = path.read_bytes()
    return parsed(kind, path, data)


def parsed(kind: type[T], path: Path, data: bytes) -> T:
    try:
        value: T = _adapter(kind).validate_json(data)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise WorkspaceError(
            f"{path} is damaged at {where or 'its start'}: {detail['msg']}",
            next_step=f"mend the file, or delete it to have it made again: {path}",
        ) from None
    return value
