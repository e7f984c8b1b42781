"""ffmpeg: runs a plan, watches it, stops it, and lets nothing out that was not verified.

It leads its own process group, so that a cancelled run leaves no orphan; where util-linux's `setpriv` is at hand the
kernel ends it even when this process is killed outright. ffmpeg can end with 0 after it lost its input or its disk, and
can leave a playable but short file when it is stopped: only the outputs themselves tell.
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

from localize.disk import disk_errors
from localize.engines import ffprobe
from localize.engines.base import Progress
from localize.errors import EngineRejected, EngineUnavailable, LocalizeError, MediaError, WorkspaceError
from localize.media import GUARDS, Output, Probed, RenderPlan, url
from localize.timecode import ms_from_seconds, seconds_from_ms

probe = ffprobe.probe
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
_TAIL_S = 2

_FULL = re.compile("No space left on device|Disk quota exceeded")
_DENIED = re.compile("Permission denied|Read-only file system")
_BROKEN = re.compile("Invalid data found|[Cc]orrupt|[Ee]rror while decoding")
_SHORT = re.compile("partial file|File ended prematurely")
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


def decode(media: Path, probed: Probed, progress: Progress | None = None, cancel: Cancel | None = None) -> int:
    """Decode all of `media` once and return the number of pictures; MediaError where it is damaged or cut short.

    A truncated file probes fine and decodes with status 0, so the packets are held against what the container claims.
    """
    if (picture := probed.picture) is None or not picture.times:
        return 0
    stored = len(picture.times) + picture.lead_in
    if picture.declared and stored < picture.declared and ffprobe.stored_packets(media) < picture.declared:
        raise _cut_short(media)
    guards = [part for key, value in GUARDS.items() for part in (f"-{key}", str(value))]
    argv = [*guards, "-i", url(media), "-map", "0:V:0", "-map", "0:a:0?", "-f", "null", "-"]
    done = execute(argv, media, media.parent, ms_from_seconds(picture.duration_s), progress, cancel)
    if _SHORT.search("\n".join(done.log)):
        raise _noted(_cut_short(media), list(done.log))
    return done.frames


def run(
    plan: RenderPlan, *, folder: Path, progress: Progress | None = None, cancel: Cancel | None = None
) -> dict[str, Path]:
    """Execute `plan` in `folder` and return its verified outputs by key; on any error no output is left behind.

    Raises WorkspaceError (disk full, not writable), MediaError (input broken), EngineUnavailable (killed, out of
    memory), EngineRejected (anything else, an output that is not what the plan says included). `cancel`, an exception
    out of `progress` and an interrupt from the keyboard all stop ffmpeg.
    """
    contents = {n: given if isinstance(given, bytes) else given.read_bytes() for n, given in plan.inputs.items()}
    made = {key: folder / output.file for key, output in plan.outputs.items()}
    try:
        with disk_errors(folder):
            for name, content in contents.items():
                (folder / name).write_bytes(content)
        log = execute(plan.argv, plan.media, folder, plan.duration_ms, progress, cancel).log
        source = probe(plan.media) if any(output.copied for output in plan.outputs.values()) else None
        for key, output in plan.outputs.items():
            _verify(made[key], output, plan, source, log)
    except BaseException:
        for path in made.values():
            path.unlink(missing_ok=True)
        raise
    return made


def frame(media: Path, at_ms: int, folder: Path) -> Path:
    """The picture of `media` on screen at `at_ms`, as a PNG in `folder`."""
    picture = folder / f"{media.stem}.{at_ms}.png"
    at_s = f"{seconds_from_ms(at_ms):.3f}"
    # image2 would read a % in the name as a number to count up.
    one = ["-frames:v", "1", "-c:v", "png", "-f", "image2pipe", url(picture)]
    argv = ["-ss", at_s, "-i", url(media), "-map", "0:V:0", *one]
    log = execute(argv, media, folder, 0, None, None).log
    if not picture.exists() or not picture.stat().st_size:
        raise _noted(EngineRejected(f"{media.name} has no picture at {at_ms} ms", next_step="run again"), log)
    return picture


def _verify(made: Path, output: Output, plan: RenderPlan, source: Probed | None, log: Sequence[str]) -> None:
    """Hold a finished file against its plan."""
    try:
        found = probe(made)
    except MediaError:
        raise failure(plan.media, made.parent, 0, log) from None
    if wrong := _mismatch(found, output, plan, source):
        if _FULL.search("\n".join(log)):
            raise failure(plan.media, made.parent, 0, log)
        raise _noted(EngineRejected(f"ffmpeg made {made.name} with {wrong}", next_step="localize doctor"), log)
    _decode_tail(made)


def _decode_tail(made: Path) -> None:
    """Decode the end of a finished file: what its index promises may still be missing on a disk that lies."""
    argv = ["-sseof", f"-{_TAIL_S}", "-i", url(made), "-map", "0:V:0", "-map", "0:a:0?", "-f", "null", "-"]
    try:
        frames = execute(argv, made, made.parent, 0, None, None).frames
    except MediaError:
        frames = 0
    if not frames:
        raise EngineUnavailable(f"the end of {made.name} cannot be decoded", next_step="check the disk, then run again")


def _mismatch(found: Probed, output: Output, plan: RenderPlan, source: Probed | None) -> str:
    """What is wrong with a finished file, empty where nothing is."""
    picture = found.picture
    if picture is None:
        return "no picture"
    packets = len(picture.times) + picture.lead_in
    lead_in = 0
    if output.copied and source and source.picture:
        lead_in = source.picture.lead_in
        if packets != len(source.picture.times) + lead_in:
            return f"{packets} video packets, not {len(source.picture.times) + lead_in}"
    if output.frames is not None and packets != output.frames:
        return f"{packets} pictures, not {output.frames}"
    # One frame, because the last one's length is a guess in many containers; 20 ms for rounding to their clocks. Where
    # an edit list cut the start away, a container without edit lists keeps those pictures.
    slack_ms = 20 + ms_from_seconds((1 + lead_in) / plan.frame_rate)
    duration_ms = ms_from_seconds(picture.duration_s)
    if abs(duration_ms - plan.duration_ms) > slack_ms:
        return f"a picture of {duration_ms} ms, not {plan.duration_ms} ms"
    for what, has, wants in (
        ("audio", bool(found.sounds), output.sound),
        ("subtitle", found.subtitles, output.subtitles),
        ("attachment", found.attachments, output.attachments),
    ):
        if has != wants:
            return f"{int(has)} {what} streams, not {int(wants)}"
    return ""


class _Run:
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
) -> _Run:
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
        running, told = _Run(process), 0.0
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
    if _FULL.search(said):
        error = WorkspaceError(f"the disk is full: {folder}", next_step="free space, then run again")
    elif _DENIED.search(said):
        error = WorkspaceError(f"{folder} cannot be written", next_step="choose another place with --workspace DIR")
    elif status < 0 or _MEMORY.search(said):
        error = EngineUnavailable("ffmpeg was killed or ran out of memory", next_step="free memory, then run again")
    elif _SHORT.search(said):
        error = _cut_short(media)
    elif found := _BROKEN.search(said):
        error = MediaError(f"{media.name} is damaged: {_line_of(said, found)}", next_step=ffprobe.EXPORT_AGAIN)
    else:
        last = next((line for line in reversed(log) if line), f"status {status}")
        error = EngineRejected(f"ffmpeg failed: {last}", next_step="localize doctor")
    return _noted(error, log)


def _cut_short(media: Path) -> MediaError:
    return MediaError(f"{media.name} is cut short", next_step="copy it again, or export it again")


def _line_of(text: str, found: re.Match[str]) -> str:
    line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
    return line.rpartition("] ")[2]


def _noted(error: LocalizeError, log: Sequence[str]) -> LocalizeError:
    """With ffmpeg's last lines as a note, which `--debug` shows."""
    error.add_note("\n".join(log))
    return error
