"""Chaos: `python -m tests.chaos [kills] [writes] [desk] [services] [--kills 100] [--seed 1] [--stride 19]`.

Prints the tables on stdout, progress on stderr, and ends with 1 where anything was lost, made twice or left unsaid.
Needs ffmpeg and a C compiler, no model. The same seed draws the same places; what a kill meets there is the machine's
own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tests.chaos import desk, kills, services, writes
from tests.chaos.episode import CLIP, clip

PARTS = ("kills", "writes", "desk", "services")
KILLS = {"kills": 100, "desk": 50, "services": 48}

Table = kills.Table | writes.Table | desk.Table | services.Table
MEASURED: Mapping[str, tuple[str, Callable[..., Table]]] = {
    "kills": ("Processes killed", kills.measure),
    "desk": ("The desk killed while four people save and approve", desk.measure),
    "services": ("Server, worker and runs killed", services.measure),
}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all")
    default = ", ".join(f"{part} {number}" for part, number in KILLS.items())
    parser.add_argument("--kills", type=int, help=f"how often something is killed in each part (default {default})")
    parser.add_argument("--seed", type=int, default=1, help="draws the places (default 1)")
    parser.add_argument("--stride", type=int, default=19, help="let every so manieth write fail (default 19; 1: each)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {sorted(unknown)[0]!r}; there are {', '.join(PARTS)}")
    if writes.ready():
        return _told("Writes that fail", lambda: writes.measure(stride=options.stride, say=say))
    codes = []
    with tempfile.TemporaryDirectory(prefix="localize-chaos-") as name:
        folder = Path(name).resolve()
        clip(folder / CLIP)
        for part in [part for part in PARTS if part in options.parts] or PARTS:
            if part in MEASURED:
                title, measure = MEASURED[part]
                run = partial(measure, folder, kills=options.kills or KILLS[part], seed=options.seed, say=say)
                codes.append(_told(f"{title}, seed {options.seed}", run))
            else:
                argv = [sys.executable, "-m", "tests.chaos", "--stride", str(options.stride)]
                codes.append(subprocess.run(argv, env=os.environ | writes.preloaded(folder), check=False).returncode)
    return max(codes)


def _told(title: str, measure: Callable[[], Table]) -> int:
    started = time.monotonic()
    table = measure()
    print(f"## {title}\n\n{table.markdown()}\n\n{time.monotonic() - started:.0f} s\n", flush=True)
    for note in table.notes:
        print(f"- {note}", flush=True)
    return 0 if table.held else 1


if __name__ == "__main__":
    sys.exit(main())
