"""Chaos: `python -m tests.chaos [--kills 100] [--seed 1] [--quick]`.

Prints the tables on stdout, progress on stderr, and ends with 1 where anything was lost, made twice or left unsaid.
Needs ffmpeg and a C compiler, no model. The same seed draws the same places; what a kill meets there is the machine's own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import kills
from tests.chaos.episode import clip


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often a process is killed (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="draws the places (default 1)")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="localize-chaos-") as name:
        folder = Path(name)
        clip(folder / "clip.mp4")
        table = kills.measure(folder, folder / "clip.mp4", kills=options.kills, seed=options.seed, say=say)
        print(f"## {table.kills} kills, seed {options.seed}, {time.monotonic() - started:.0f} s\n")
        print(table.markdown())
        for note in table.notes:
            print(f"- {note}")
    return 0 if table.held else 1


if __name__ == "__main__":
    sys.exit(main())
