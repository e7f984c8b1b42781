"""Records of deliveries, `deliveries/<id>.json` beside the episodes: what was sent where and when.

They are what the books are made from, and what says that a file was delivered once and is not to be thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localize.delivery.manifest import File
from localize.disk import disk_errors, write_atomic
from localize.review.log import stamp
from localize.workspace import from_json, to_json

if TYPE_CHECKING:
    from localize.delivery.send import Sent
    from localize.delivery.shipping import Shipment
    from localize.delivery.target import Target


@dataclass(frozen=True, slots=True)
class Record:
    """One delivery: the files that were new there or changed, and those that were removed; `id` sorts by time."""

    id: str
    at: str
    series: str
    platform: str
    target: str
    files: tuple[File, ...]
    removed: tuple[str, ...] = ()
    schema: int = 1


def write(folder: Path, shipment: Shipment, target: Target, sent: Sent) -> None:
    id_, at = stamp()
    record = Record(id_, at, shipment.series.id, shipment.template.platform, target.shown, sent.new, sent.removed)
    write_atomic(folder / f"{id_}.json", to_json(record))


def read(folder: Path) -> list[Record]:
    """Every delivery of a series, the oldest first."""
    with disk_errors(folder, "read"):
        names = sorted(path for path in folder.glob("[!.]*.json")) if folder.is_dir() else []
    return [from_json(Record, path) for path in names]
