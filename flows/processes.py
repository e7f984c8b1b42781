"""Processes of the machine: what a process has started, and signals to all of that."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress


def tell(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to each of `pids` that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def below(pid: int) -> list[int]:
    """Every process that `pid` started, and those that they started."""
    listed = subprocess.run(("ps", "-eo", "pid=,ppid=,stat="), capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for child, parent, state in (line.split() for line in listed.splitlines()):
        if not state.startswith("Z"):  # ended, but nobody has asked how
            children.setdefault(int(parent), []).append(int(child))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found[1:]
