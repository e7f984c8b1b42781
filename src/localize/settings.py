"""What the environment decides: where models and workspaces live. One place for every variable's name."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import platformdirs

from localize.errors import InputError

MODELS = "LOCALIZE_MODELS"
WORKSPACE = "LOCALIZE_WORKSPACE"
STARTER = "LOCALIZE_STARTER"
"""`1`: use the committed starter packages only, so that results are the same everywhere (demo, tests)."""

GLOSSARIES = "LOCALIZE_GLOSSARIES"
MEMORY = "LOCALIZE_MEMORY"
ENDPOINTS = "LOCALIZE_ENDPOINTS"
"""The file of LLM endpoints; keys stand in variables or files that it names."""
USERS = "LOCALIZE_USERS"
"""The file of who may sign in to the review desk; the key that signs their sessions stands beside it."""

DESK_URL = "LOCALIZE_DESK_URL"
"""Where reviewers reach the desk from their own machines, such as `https://desk.studio.example`."""


LOG = "LOCALIZE_LOG"
"""`json` makes every line on stderr a JSON object, for whoever collects logs."""


def json_log() -> bool:
    return os.environ.get(LOG) == "json"


METRICS_TOKEN = "LOCALIZE_METRICS_TOKEN"
"""What a scraper of the desk's `/metrics` sends as its bearer token; without one only this machine may scrape."""


def metrics_token() -> str:
    return os.environ.get(METRICS_TOKEN, "")


def desk_page(series_id: str, episode_id: str) -> str:
    """The page of an episode on the review desk: `LOCALIZE_DESK_URL`, else this machine."""
    desk = (os.environ.get(DESK_URL) or "http://127.0.0.1:8700").rstrip("/")
    return f"{desk}/series/{quote(series_id, safe='')}/{quote(episode_id, safe='')}"


def models_dir() -> Path:
    """The model store: `LOCALIZE_MODELS`, else the user data directory."""
    return _absolute(Path(os.environ.get(MODELS) or platformdirs.user_data_path("localize") / "models"))


def glossaries_dir() -> Path:
    """The glossaries of the genres: `LOCALIZE_GLOSSARIES`, else those that ship."""
    return _absolute(Path(os.environ.get(GLOSSARIES) or Path(__file__).parent / "glossaries"))


def endpoints_file(beside: Path | None = None) -> Path:
    """`LOCALIZE_ENDPOINTS`, else `endpoints.toml` in the folder `beside`, else the one of the user's configuration."""
    if given := os.environ.get(ENDPOINTS):
        return _absolute(Path(given))
    if beside and (near := beside / "endpoints.toml").exists():
        return _absolute(near)
    return _absolute(platformdirs.user_config_path("localize") / "endpoints.toml")


def users_file(given: Path | None = None) -> Path:
    """`--users`, else `LOCALIZE_USERS`, else `desk/users.json` in the user's configuration folder."""
    chosen = given or Path(os.environ.get(USERS) or platformdirs.user_config_path("localize") / "desk" / "users.json")
    return _absolute(chosen)


def memory_file() -> Path:
    """The translation memory: `LOCALIZE_MEMORY`, else in the user data directory; SQLite wants a local disk."""
    return _absolute(Path(os.environ.get(MEMORY) or platformdirs.user_data_path("localize") / "memory.sqlite"))


def starter_only() -> bool:
    return os.environ.get(STARTER, "") not in ("", "0")


def workspace_root(manifest_dir: Path, given: Path | None = None) -> Path:
    """`--workspace`, else `LOCALIZE_WORKSPACE`, else `workspace/` beside the manifest."""
    chosen = given or (Path(p) if (p := os.environ.get(WORKSPACE)) else manifest_dir / "workspace")
    return _absolute(chosen)


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise InputError(f"{path} names no user's home", next_step="give the folder's full path") from error
