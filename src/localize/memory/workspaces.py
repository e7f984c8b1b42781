"""Which workspace each series of this machine has, in a file beside the index: what a new index is made from."""

from __future__ import annotations

import json
from pathlib import Path

from localize.disk import write_atomic


def known(index: Path) -> dict[str, Path]:
    """The workspace root by series; empty where the file is missing or damaged, until each series is refreshed."""
    try:
        read = json.loads(_file(index).read_text(encoding="utf-8"))
        return {str(series): Path(root) for series, root in read.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def remember(index: Path, series: str, root: Path) -> None:
    roots = known(index)
    if roots.get(series) != root:
        plain = {id_: path.as_posix() for id_, path in sorted((roots | {series: root}).items())}
        write_atomic(_file(index), (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())


def _file(index: Path) -> Path:
    return index.with_suffix(".workspaces.json")
