"""Processes that die: a child does one thing to an episode and may be killed at an exact moment of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localize.errors import LocalizeError
from localize.pipeline import Done, EpisodeResult, Unit, in_threads
from tests.chaos.episode import Episode

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.utime", "os.rmdir"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Right before the `event`-th change (from 1) that `step` makes on the disk, or `delay_s` after it."""

    step: str
    event: int
    delay_s: float = 0.0


@dataclass(slots=True)
class Life:
    """What a child told before it ended: `events` per step, what it had `done`, and how it ended."""

    events: Counter[str] = field(default_factory=Counter)
    starts: Counter[str] = field(default_factory=Counter)
    """Events per step that start a process."""
    done: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    killed: bool = False
    acknowledged: bool = False
    """The act had ended before the process did: whoever waited for it was told."""


class Child:
    """A forked process that does one thing to an episode."""

    def __init__(self, episode: Episode, act: Callable[[Episode], object] | None, moment: Moment | None = None,
                 before: Callable[[], None] = lambda: None, name: str = "") -> None:  # fmt: skip
        read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            os._exit(_live(episode, act, moment, before, write, name))
        os.close(write)
        self._pipe = os.fdopen(read, "rb")

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> Life:
        """Until it has ended; raises AssertionError with its traceback where it met a bug."""
        life = Life()
        with self._pipe:
            for line in self._pipe:
                _take(life, json.loads(line))
        _, status = os.waitpid(self.pid, 0)
        life.killed = os.WIFSIGNALED(status)
        assert life.killed or os.waitstatus_to_exitcode(status) == 0, "\n".join(life.errors)
        return life


def _take(life: Life, told: dict[str, Any]) -> None:
    match told:
        case {"event": step, "starts": starts}:
            life.events[step] += 1
            if starts:
                life.starts[step] = life.events[step]
        case {"done": step, "scopes": scopes}:
            life.done += [(step, scope) for scope in scopes]
        case {"errors": errors, "code": code}:
            life.errors += errors
            life.codes.append(code)
            life.acknowledged = True
        case {"bug": bug}:
            life.errors.append(bug)


def _live(
    episode: Episode, act: Callable[[Episode], object] | None, moment: Moment | None, before: Callable[[], None],
    pipe: int, name: str,
) -> int:  # fmt: skip
    """The life of a child; returns its exit status."""
    here = threading.local()

    def tell(**told: object) -> None:
        os.write(pipe, json.dumps(told).encode() + b"\n")

    count: Counter[str] = Counter()

    def watch(event: str, given: tuple[Any, ...]) -> None:
        step = getattr(here, "step", None)
        if step is None or not _changes(event, given, episode.folder):
            return
        count[step] += 1
        if moment and (step, count[step]) == (moment.step, moment.event):
            if moment.delay_s:
                threading.Timer(moment.delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        with contextlib.suppress(OSError):
            tell(event=step, starts=event == "subprocess.Popen")

    def execute(units: list[Unit], run: Callable[[Unit], Done]) -> list[Done]:
        def one(unit: Unit) -> Done:
            here.step = unit.step
            try:
                done = run(unit)
            finally:
                here.step = None
            tell(done=unit.step, scopes=done.outcome.done)
            return done

        return list(in_threads(units, one))

    try:
        before()
        sys.addaudithook(watch)
        if act is None:
            here.step = "gate"  # whatever is written between the steps: decisions, run records, failures
            result = episode.run(execute)
        else:
            here.step = name
            act(episode)
            result = EpisodeResult("ep01")
        here.step = None
        tell(errors=[str(error) for error in result.errors], code=result.exit_code)
    except LocalizeError as error:
        here.step = None
        tell(errors=[str(error)], code=error.exit_code)
    except BaseException:  # noqa: BLE001 - the child ends either way, and its parent wants to know why
        here.step = None
        tell(bug=traceback.format_exc())
        return 1
    return 0


def _changes(event: str, given: tuple[Any, ...], folder: Path) -> bool:
    """Whether an audit event is about to change something below `folder`, or starts an encoder."""
    if event == "subprocess.Popen":
        return "ffmpeg" in map(str, given[1])
    if event != "open" and event not in _CHANGES:
        return False
    path = given[0]
    if not isinstance(path, str | os.PathLike) or not str(path).startswith(str(folder)):
        return False
    return event != "open" or bool(given[2] & _WRITES)


def until(true: Callable[[], bool], what: str, patience_s: float = 60, pause_s: float = 0.01) -> None:
    """Wait for `true`, looking every `pause_s`; AssertionError names `what` did not come about."""
    give_up_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < give_up_s, f"{what} did not come about"
        time.sleep(pause_s)
