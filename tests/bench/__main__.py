"""The bench: `python -m tests.bench [PART ...] [--repeats 5] [--quick] [--json FILE]`.

Prints the machine and a Markdown table per part on stdout, progress on stderr, and ends with 1 when a figure misses its
limit. Runs that are compared are interleaved (A B C A B C) in one process, models loaded; a time is the median of the
rounds, a ratio the median of the ratios of each round. `--quick` shows that a part works; its figures prove nothing.
Installed before: `make models`, and the sample series.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import cast

from localize import settings
from localize.errors import LocalizeError
from tests.bench import machine
from tests.bench.harness import Measure, Part

PARTS = (
    "speech", "translate", "terms", "memory", "redo", "layout", "ocr", "burn", "cover", "desk", "scale",
    "orchestration", "workers", "demo",
)  # fmt: skip


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of what is compared (default 5)")
    parser.add_argument("--quick", action="store_true", help="little input, one round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {sorted(unknown)[0]!r}; there are {', '.join(PARTS)}")
    if options.repeats < 1:
        parser.error("--repeats counts from 1")
    os.environ[settings.STARTER] = "1"
    repeats = 1 if options.quick else options.repeats
    described = machine.description() | {"rounds": f"{repeats}{', quick: proves nothing' if options.quick else ''}"}
    print("# Bench\n\n" + "\n".join(f"- {name}: {value}" for name, value in described.items()), flush=True)
    done: list[Part] = []
    failed = False
    for name in [part for part in PARTS if part in options.parts] or PARTS:
        measure = cast(Measure, import_module(f"tests.bench.{name}").measure)
        try:
            part = measure(repeats=repeats, quick=options.quick, say=say)
        except LocalizeError as error:
            say(f"error: {error}")
            failed = True
        else:
            done.append(part)
            print(f"\n{part.markdown()}", flush=True)
    if options.json:
        report = {"machine": described, "parts": [part.plain() for part in done]}
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(failed or not all(part.held for part in done))


if __name__ == "__main__":
    sys.exit(main())
