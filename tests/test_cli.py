from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "torch",
    "whisper",
    "faster_whisper",
    "ctranslate2",
    "argostranslate",
    "prefect",
    "onnxruntime",
    "cv2",
    "rapidocr",
)

MANIFEST = """
schema = 1
id = "d"
title = "t"
genre = "war-god"
locales = ["en"]
[[episode]]
id = "ep01"
file = "a.mp4"
"""


def localize(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localize", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd, env=os.environ | env,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["models", "--help"]])
def test_help_imports_no_model_library_and_no_prefect(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['localize', *{arguments!r}]\n"
        "from localize.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stderr.strip() == "[]"


def test_importing_every_module_of_the_package_loads_no_model_library() -> None:
    code = (
        "import sys, pkgutil, importlib, localize\n"
        "for m in pkgutil.walk_packages(localize.__path__, 'localize.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "missing.mp4"], "missing.mp4 does not exist"),
        (["run", "."], "is a folder"),
        (["run", "series.toml", "--to", "tlh"], "'tlh' is not a locale"),
        (["run", "series.toml", "--to", "zh-Hans"], "is the source"),
        (["run", "series.toml", "--mode", "shout"], "'shout' is not a mode"),
        (["run", "series.toml", "--transcriber", "ear"], "'ear' is not a transcriber"),
        (["run", "series.toml", "--episode", "ep99"], "no episode 'ep99'"),
        (["status", "series.toml", "--workspace", "w", "--to", "xx"], "'xx' is not a locale"),
    ],
)
def test_wrong_usage_is_one_line_with_the_next_step_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST)
    done = localize(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "; next: " in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_status_of_a_series_that_never_ran_says_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST)
    done = localize("status", "series.toml", "--json", cwd=tmp_path)
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)
    assert (row["episode"], row["locale"], row["lines"], row["waits_for"]) == ("ep01", "en", 0, "localize run")
    assert not (tmp_path / "workspace").exists()


def test_models_list_is_data_on_stdout(tmp_path: Path) -> None:
    done = localize("models", "list", "--json", LOCALIZE_MODELS=str(tmp_path))
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["whisper-base"]["licence"]
    assert {row["state"] for row in rows.values()} == {"missing"}
