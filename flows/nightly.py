"""Flow: every series of a folder, one bad series never stopping the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.localize_series import localize_series
from flows.parameters import Folder, Modes, Workspace
from flows.states import worst
from localize.console import talk
from localize.errors import ManifestError
from localize.job import MODES


def manifests(folder: Path) -> list[Path]:
    """Every `series.toml` in `folder` and in the folders there, by name; ManifestError where there is none."""
    if found := sorted((*folder.glob("series.toml"), *folder.glob("*/series.toml"))):
        return found
    raise ManifestError(f"{folder} holds no series.toml", next_step="give the folder of the series")


@flow(name="nightly", flow_run_name="nightly {folder}", validate_parameters=True)
def nightly(folder: Folder, mode: Modes = MODES, workspace: Workspace = "") -> State[None]:
    """Advance every series of a folder to its next gate; what is done already costs seconds."""
    states: dict[str, State[Any]] = {}
    for manifest in manifests(Path(folder)):
        name = manifest.parent.name
        states[name] = localize_series(str(manifest), mode=mode, workspace=workspace, return_state=True)
        talk(f"{name}: {states[name].name}")
    return worst(states)
