"""Space: whether a disk has room for what a step is about to write, asked before it begins.

An encoder that fills a disk takes everybody else down with it, hours into a night. What is announced is set aside until
its step has ended, so that two encoders beside one another do not both count on the same room.
"""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localize.disk import disk_errors
from localize.errors import WorkspaceError

SPARE_BYTES = 200_000_000
"""Left to others: texts, reports, logs, a database."""

_ANNOUNCED: dict[int, int] = defaultdict(int)
"""Bytes by device, of the steps of this process that are under way."""
_GUARD = threading.Lock()


@contextmanager
def room(folder: Path, wanted_bytes: int, what: str) -> Iterator[None]:
    """Set `wanted_bytes` of the volume of `folder` aside while the body writes `what` there.

    WorkspaceError before anything was begun, where they are not there.
    """
    with disk_errors(folder):
        device = folder.stat().st_dev
    with _GUARD:
        with disk_errors(folder, "read"):
            free = shutil.disk_usage(folder).free
        if free - _ANNOUNCED[device] - SPARE_BYTES < wanted_bytes:
            others = f" and {_spoken(_ANNOUNCED[device])} are wanted by others" if _ANNOUNCED[device] else ""
            raise WorkspaceError(
                f"{what} may take {_spoken(wanted_bytes)}, and {_spoken(free)} are free{others}: {folder}",
                next_step="free space (localize gc), then run again",
            )
        _ANNOUNCED[device] += wanted_bytes
    try:
        yield
    finally:
        with _GUARD:
            _ANNOUNCED[device] -= wanted_bytes


def _spoken(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"
