"""A process of ffmpeg: started, watched, stopped, and what it said put into an operator's words.

It leads its own process group, so that a cancelled run leaves no orphan; where util-linux's `setpriv` is at hand the
kernel ends it even when this process is killed outright.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from localize.engines import ffprobe
from localize.engines.base import Progress
from localize.errors import EngineRejected, EngineUnavailable, LocalizeError, MediaError, WorkspaceError

Cancel = Callable[[], bool]
"""Asked several times a second; True ends the run with KeyboardInterrupt."""

OLDEST = (5, 1)
"""The first ffmpeg with `-fps_mode`; Debian 12 and Ubuntu 24.04 have it."""

_OWN = ("-hide_banner", "-nostdin", "-y", "-loglevel", "warning", "-xerror")
_TOLD = ("-progress", "pipe:1", "-stats_period", "0.25")
_POLL_S = 0.05
_TERM_S = 5
_KEPT_LINES = 40
STALL_S = 180
"""Seconds without a picture or a moment of sound more: a volume that is gone, a driver that hangs. None comes back."""

FULL = re.compile("No space left on device|Disk quota exceeded")
"""What ffmpeg says of a disk that takes nothing more."""
_DENIED = re.compile("Permission denied|Read-only file system")
_BROKEN = re.compile("Invalid data found|[Cc]orrupt|[Ee]rror while decoding")
SHORT = re.compile("partial file|File ended prematurely")
"""What it says of a file that ends too early, though it may end with 0 itself."""
_MEMORY = re.compile("Cannot allocate memory")


@cache
def version() -> str:
    """`ffmpeg version 5.1.9-0+deb12u1`; EngineRejected where ffmpeg is missing or too old."""
    try:
        said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True, timeout=60).stdout
    except FileNotFoundError:
        raise ffprobe.not_installed("ffmpeg") from None
    except subprocess.SubprocessError as error:
        raise EngineUnavailable(f"ffmpeg does not start: {error}", next_step="localize doctor") from error
    line = said.splitlines()[0].partition(" Copyright")[0]
    numbers = re.match(r"ffmpeg version n?(\d+)\.(\d+)", line)
    if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise EngineRejected(f"{line} is too old, {oldest} is needed", next_step="install a newer ffmpeg")
    return line


class Run:
    """A running ffmpeg; two threads drain its pipes so that it never blocks on them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.log: deque[str] = deque(maxlen=_KEPT_LINES)
        self.frames = 0
        self.out_ms = 0
        self.moved_s = time.monotonic()
        self._threads = [
            threading.Thread(target=drain, args=(pipe,), daemon=True)
            for drain, pipe in ((self._read_progress, process.stdout), (self._read_log, process.stderr))
        ]
        for thread in self._threads:
            thread.start()

    def _read_progress(self, pipe: IO[str]) -> None:
        for line in pipe:
            key, _, value = line.strip().partition("=")
            before = self.frames, self.out_ms
            if key == "frame" and value.isdigit():
                self.frames = int(value)
            elif key == "out_time_us" and value.isdigit():
                self.out_ms = int(value) // 1000
            if (self.frames, self.out_ms) != before:
                self.moved_s = time.monotonic()

    def _read_log(self, pipe: IO[str]) -> None:
        self.log.extend(line.rstrip() for line in pipe)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def execute(
    argv: Sequence[str], media: Path, folder: Path, duration_ms: int, progress: Progress | None, cancel: Cancel | None
) -> Run:
    version()
    try:
        process = subprocess.Popen(
            [*end_with_parent(), "ffmpeg", *_OWN, *_TOLD, *argv],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise EngineUnavailable(f"ffmpeg does not start: {error.strerror}", next_step="run again") from error
    with process:
        running, told = Run(process), 0.0
        try:
            while (status := _ended(process)) is None:
                if cancel and cancel():
                    raise KeyboardInterrupt("cancelled")
                if time.monotonic() - running.moved_s > STALL_S:
                    why = f"ffmpeg stood still for {STALL_S} s"
                    raise EngineUnavailable(why, next_step="check the disk of the media, then run again")
                share = min(1.0, running.out_ms / duration_ms) if duration_ms else 0.0
                if progress and share > told:
                    progress(told := share)
        finally:
            stop(process)
            running.join()
    if status:
        raise failure(media, folder, status, list(running.log))
    if progress:
        progress(1.0)
    return running


def _ended(process: subprocess.Popen[str]) -> int | None:
    try:
        return process.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return None


def stop(process: subprocess.Popen[Any]) -> None:
    """End the whole process group, politely first; nothing to do where it ended by itself."""
    for signal_, patience_s in ((signal.SIGTERM, _TERM_S), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, signal_)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


@cache
def end_with_parent() -> tuple[str, ...]:
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def failure(media: Path, folder: Path, status: int, log: Sequence[str]) -> LocalizeError:
    """The error behind a failed run, in the operator's words; ffmpeg's last lines go along as a note."""
    said = "\n".join(log)
    error: LocalizeError
    if FULL.search(said):
        error = WorkspaceError(f"the disk is full: {folder}", next_step="free space, then run again")
    elif _DENIED.search(said):
        error = WorkspaceError(f"{folder} cannot be written", next_step="choose another place with --workspace DIR")
    elif status < 0 or _MEMORY.search(said):
        error = EngineUnavailable("ffmpeg was killed or ran out of memory", next_step="free memory, then run again")
    elif SHORT.search(said):
        error = cut_short(media)
    elif found := _BROKEN.search(said):
        error = MediaError(f"{media.name} is damaged: {_line_of(said, found)}", next_step=ffprobe.EXPORT_AGAIN)
    else:
        last = next((line for line in reversed(log) if line), f"status {status}")
        error = EngineRejected(f"ffmpeg failed: {last}", next_step="localize doctor")
    return noted(error, log)


def cut_short(media: Path) -> MediaError:
    return MediaError(f"{media.name} is cut short", next_step="copy it again, or export it again")


def _line_of(text: str, found: re.Match[str]) -> str:
    line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
    return line.rpartition("] ")[2]


def noted(error: LocalizeError, log: Sequence[str]) -> LocalizeError:
    """With ffmpeg's last lines as a note, which `--debug` shows."""
    error.add_note("\n".join(log))
    return error
