"""The delivery manifest, `delivery.json`: what was delivered, its checksums, and who let it pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from localize.decisions import GateName
from localize.findings import Severity

MANIFEST, CHECKSUMS = "delivery.json", "checksums.sha256"
ALL_LOCALES = "mul"
"""ISO 639-2 for several languages: the locale of a file that holds them all."""

Kind = Literal["burn", "sidecar", "mux", "metadata"]


@dataclass(frozen=True, slots=True)
class Passed:
    """How one gate was passed: `by` is a reviewer, `auto` where it passed by itself, `off` where nobody was asked.

    `at` is ISO 8601 in UTC, empty where nothing was decided; `self_declared`: the name was typed, not signed in.
    """

    gate: GateName
    by: str
    at: str = ""
    self_declared: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What the check found in one locale of one episode, and who let it pass all the same."""

    locale: str
    errors: int
    warnings: int
    infos: int
    worst: Severity | None
    gates: tuple[Passed, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One delivered file; `name` is relative to the manifest. Sizes of the frame are as seen, 0 for what is no video.

    `duration_ms` is 0 for texts about the series. `locale` is `mul` for a file of all locales, which `qc` names.
    """

    name: str
    kind: Kind
    episode: str
    locale: str
    bytes: int
    sha256: str
    duration_ms: int
    width_px: int
    height_px: int
    qc: tuple[Quality, ...]
    delivered_at: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of an earlier delivery that is still at the target and is not what would be delivered now."""

    name: str
    kind: Kind
    episode: str
    locale: str
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything of one series at one target."""

    series: str
    title: str
    platform: str
    template: str
    tool: str
    files: tuple[File, ...] = ()
    kept: tuple[Kept, ...] = ()
    schema: int = 1


def checksums(files: tuple[File, ...], manifest_sha256: str) -> bytes:
    """What `sha256sum -c` reads, beside the manifest and with it."""
    lines = [(file.name, file.sha256) for file in files]
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted([*lines, (MANIFEST, manifest_sha256)])).encode()
