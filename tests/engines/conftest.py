"""The store the real engines are tested on: installed once, shared by every run on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localize import settings
from localize.models import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def store() -> Store:
    """Whisper base and the starter packages, in `LOCALIZE_MODELS`, else in `.cache/models` of the repository."""
    folder = Path(os.environ.get(settings.MODELS) or ROOT / ".cache" / "models")
    store = Store(folder)
    store.install([row.name for row in store.listing() if row.kind == "speech" or row.starter])
    return store
