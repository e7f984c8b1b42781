"""What a person sees on the terminal. stdout is data, stderr is talk; a terminal gets bars, cron gets plain lines."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from traceback import format_exception
from typing import Any, Self

from pydantic import TypeAdapter

from localize import settings


def data(line: str) -> None:
    """One line of data on stdout."""
    print(line)


def rows(values: Iterable[object]) -> None:
    """Dataclasses as one JSON array on stdout."""
    plain = [TypeAdapter(type(value)).dump_python(value, mode="json") for value in values]
    print(json.dumps(plain, ensure_ascii=False, indent=1))


def record(value: Mapping[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def talk(line: str) -> None:
    """One line for the person who watches, on stderr; a JSON object where `LOCALIZE_LOG` is `json`."""
    if settings.json_log():
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"time": at, "level": _level(line), "message": line}, ensure_ascii=False)
    try:
        print(line, file=sys.stderr, flush=True)
    except BrokenPipeError:  # whoever watched is gone: no reason for the work to end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _level(line: str) -> str:
    """As the line itself says: `error: ...`, `warning: ...`."""
    said = line.partition(":")[0]
    return said if said in ("error", "warning") else "info"


_debug = False


def debug(on: bool) -> None:
    """Whether `failure` shows where an error came from."""
    global _debug
    _debug = on


def failure(error: BaseException) -> None:
    """An error as one line; with `--debug`, its traceback before it."""
    if _debug:
        traceback(error)
    talk(f"error: {error}")


def traceback(error: BaseException) -> None:
    """Where an error came from, its causes, and what an engine said last."""
    talk("".join(format_exception(error)).rstrip())


class Bars:
    """What is under way, by name: bars on a terminal, nothing elsewhere; and lines that stay, unless `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._lock = threading.Lock()
        self._tasks: dict[str, Any] = {}
        self._progress: Any = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def __call__(self, name: str, share: float) -> None:
        """`name` is under way and `share` of it (0 to 1) is done; the first call opens its bar."""
        if not self._progress:
            return
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, total=1.0)
            self._progress.update(self._tasks[name], completed=share)

    def finished(self, name: str) -> None:
        """Take the bar of `name` away."""
        with self._lock:
            if name in self._tasks:
                self._progress.remove_task(self._tasks.pop(name))

    def tell(self, line: str) -> None:
        """One line that stays, above the bars where there are any."""
        if self._quiet:
            return
        if self._progress:
            self._progress.console.print(line, highlight=False, markup=False)
        else:
            talk(line)
