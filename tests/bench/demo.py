"""The demo: how much memory its largest process takes, and how long it runs.

Limit: no process above 2.5 GB. `localize run` works on the sample series in an empty workspace; every 0.1 s the
kernel is asked for the peak resident size (`VmHWM`) of it and of all its descendants, so that only what a process
claims in its last tenth of a second can be missed. Linux only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from localize import settings
from localize.errors import EXIT_DONE, EXIT_FINDINGS, EngineRejected
from localize.series import load
from tests.bench.harness import Figure, Part, Say

SERIES = Path(__file__).parents[2] / "samples" / "dragon-king" / "series.toml"
AT_MOST_GB = 2.5
POLL_S = 0.1


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Run the sample series once, whatever `repeats` says: a peak is a peak. `quick`: one episode, two locales."""
    series = load(SERIES)
    with tempfile.TemporaryDirectory() as workspace:
        command = [sys.executable, "-m", "localize", "run", str(SERIES), "--workspace", workspace]
        if quick:
            command += ["--episode", series.episode[0].id, "--to", ",".join(series.locales[:2])]
        say(" ".join(command))
        started = time.perf_counter()
        with subprocess.Popen(command, env=os.environ | {settings.STARTER: "1"}, stdout=subprocess.DEVNULL) as process:
            peaks = _peaks(process)
        seconds = time.perf_counter() - started
    if process.returncode not in (EXIT_DONE, EXIT_FINDINGS):
        raise EngineRejected(f"localize run ended with {process.returncode}", next_step=f"localize run {SERIES}")
    figures = [
        Figure(f"largest {name}", peak / 1e9, "GB", note=f"processes: {count}")
        for name, (peak, count) in sorted(peaks.items(), key=lambda item: -item[1][0])
    ]
    largest = Figure("largest process", max(peak for peak, _ in peaks.values()) / 1e9, "GB", at_most=AT_MOST_GB)
    about = (
        f"`localize run samples/dragon-king/series.toml` in an empty workspace with the starter packages, "
        f"{'one episode, two' if quick else f'{len(series.episode)} episodes, {len(series.locales)}'} locales, once. "
        "Sizes are peak resident memory, 1 GB = 10^9 bytes.",
    )
    return Part("Demo", about, (largest, *figures, Figure("wall", seconds, "s")))


def _peaks(process: subprocess.Popen[bytes]) -> dict[str, tuple[int, int]]:
    """Watch the tree under `process` until it ends: by name, the largest peak in bytes and the number of processes."""
    seen: dict[str, dict[int, int]] = defaultdict(dict)
    while process.poll() is None:
        for pid in _tree(process.pid):
            if found := _peak(pid):
                name, peak = found
                seen[name][pid] = max(peak, seen[name].get(pid, 0))
        time.sleep(POLL_S)
    return {name: (max(peaks.values()), len(peaks)) for name, peaks in seen.items()}


def _tree(root: int) -> list[int]:
    """`root` and all that descend from it, whatever process group or session they are in."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold anything; the parent is the second field after it.
            after_name = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:  # it ended meanwhile
            continue
        children[int(after_name.split()[1])].append(int(folder.name))
    tree = [root]
    for pid in tree:
        tree += children[pid]
    return tree


def _peak(pid: int) -> tuple[str, int] | None:
    """Name and peak resident size in bytes; None for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return (fields["Name"].strip(), int(fields["VmHWM"].split()[0]) * 1024) if "VmHWM" in fields else None
