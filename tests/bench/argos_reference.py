"""Argos as its README shows it, in a process of its own: `python -m tests.bench.argos_reference`.

Reads one JSON object a line, `{"cues": [...], "codes": [...]}`, calls `argostranslate.translate.translate` for every
cue and code, and answers with the seconds of those calls alone and the lines of each code. Its own process, because the
library reads its settings from the environment while it is imported, and our engine keeps those away from it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]


class ArgosReference:
    """The other end: starts the process with nothing set for Argos but where its packages are, and `given`."""

    def __init__(self, packages: Mapping[str, Path], given: Mapping[str, str]) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="bench-argos-", ignore_cleanup_errors=True)
        home = Path(self._home.name)
        (home / "packages").mkdir()
        for name, folder in packages.items():
            (home / "packages" / name).symlink_to(folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ARGOS_")}
        environment |= dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(home))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.argos_reference"],
            cwd=ROOT, env=environment | {"ARGOS_PACKAGES_DIR": str(home / "packages")} | dict(given),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: dict[str, list[str]] = {}
        """What the last call made, by code."""

    def translate(self, cues: Sequence[str], codes: Sequence[str]) -> float:
        """Seconds of the calls."""
        if not (self._process.stdin and self._process.stdout):
            raise RuntimeError("the reference has no pipes")
        self._process.stdin.write(json.dumps({"cues": cues, "codes": codes}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or "{}")
        if not answer:
            raise RuntimeError(f"the reference ended with status {self._process.wait()}; its error is above")
        self.lines = answer["lines"]
        return float(answer["seconds"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing its input ends it.
        self._process.communicate()
        self._home.cleanup()


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is not an answer
    from argostranslate.translate import translate

    for request in map(json.loads, sys.stdin):
        started = time.perf_counter()
        lines = {code: [translate(cue, "zh", code) for cue in request["cues"]] for code in request["codes"]}
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "lines": lines}), file=answers, flush=True)


if __name__ == "__main__":
    main()
