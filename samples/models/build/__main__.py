"""Rebuild the starter packages: `python -m samples.models.build [zh-en en-es ...] [--out FOLDER] [--check]`.

Prints one line of JSON a pair. A pair under 97 % exact on its held-out lines, or one that loses a
placeholder in more than 2 % of them, is not written, and the exit status is 1.
`--check` trains nothing: it measures the packages that are there. Two processes with different pairs may run at once.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LANGUAGES = ("es", "pb", "fr", "de", "it", "ru", "tr", "ar", "hi", "id", "ms", "th", "ja", "ko", "tl")
PAIRS = ("zh-en", *(f"en-{code}" for code in LANGUAGES))
GATE, PLACEHOLDER_GATE = 0.97, 0.98
# Without the first two, glibc returns every large tensor to the system and spends more time there than in sums.
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "4294967296", "OMP_WAIT_POLICY": "PASSIVE",
    "OMP_NUM_THREADS": "1",
}  # fmt: skip


def build(pair: str, out: Path) -> dict[str, Any]:
    """Train `pair` and write its package if it passes."""
    from samples.models.build import corpus, package, train

    started = time.monotonic()
    source, target = pair.split("-")
    problems = corpus.problems(source) + corpus.problems(target)
    if problems:
        raise SystemExit(f"{pair}: the corpus has problems: {problems[0]} ({len(problems)} in all)")
    recipe, digests = train.recipe(source), package.corpus_sha256(corpus.load(source), corpus.load(target))
    lines = train.Lines(source, target, recipe)
    with tempfile.TemporaryDirectory() as folder:
        tokens = train.make(lines, Path(folder))
        result = measure(lines, Path(folder), tokens)
        content = package.pack(lines.source, lines.target, Path(folder), tokens)
    passed = passes(result)
    if passed:
        record = {
            "from": lines.source.argos_code, "to": lines.target.argos_code, "pair": pair, "licence": "Apache-2.0",
            **{k: v for k, v in result.items() if k != "wrong"}, "corpus_sha256": digests,
        }  # fmt: skip
        package.write(out, package.folder_name(lines.source, lines.target), content, record)
    seconds = round(time.monotonic() - started)
    return {"pair": pair, "written": passed, **result, "bytes": len(content), "seconds": seconds}


def check(pair: str, out: Path) -> dict[str, Any]:
    """Measure the package of `pair` in `out`."""
    from samples.models.build import corpus, package, train

    source, target = pair.split("-")
    lines = train.Lines(source, target, train.recipe(source))
    name = package.folder_name(lines.source, lines.target)
    path = out / f"{name}.argosmodel"
    entry = next((p for p in package.manifest(out) if p["file"] == path.name), None)
    if entry is None or not path.exists():
        return {"pair": pair, "missing": path.name}
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        top = Path(folder) / name
        result = measure(lines, top / "model", (top / "sentencepiece.model").read_bytes())
    current = entry["corpus_sha256"] == package.corpus_sha256(corpus.load(source), corpus.load(target))
    return {"pair": pair, **result, "bytes": path.stat().st_size, "corpus_is_current": current}


def passes(result: dict[str, Any]) -> bool:
    return bool(result.get("exact", 0) >= GATE and result.get("placeholders", 0) >= PLACEHOLDER_GATE)


def measure(lines: Any, model: Path, tokens: bytes) -> dict[str, Any]:
    """Exact shares on the held-out lines: as written and, from Chinese, as a recogniser would write them."""
    from samples.models.build import noise, train

    clean = train.score(model, tokens, lines.held_out)
    result: dict[str, Any] = {"exact": round(clean.exact, 4), "placeholders": round(clean.placeholders, 4)}
    if lines.recipe.noise_copies:
        for name, strength in (("light", noise.LIGHT), ("usual", noise.USUAL), ("heavy", noise.HEAVY)):
            noised = train.score(model, tokens, train.heard(lines.held_out, strength))
            result[f"exact_{name}_noise"] = round(noised.exact, 4)
    return {**result, "wrong": clean.wrong[:5]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m samples.models.build", description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="PAIR", help="zh-en, en-es, ...; default: all")
    parser.add_argument("--out", type=Path, default=ROOT)
    parser.add_argument("--check", action="store_true", help="measure what is there, train nothing")
    options = parser.parse_args()
    if unknown := set(options.pairs) - set(PAIRS):
        parser.error(f"unknown pair {', '.join(sorted(unknown))}; known: {' '.join(PAIRS)}")
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    failed = False
    for pair in options.pairs or PAIRS:
        result = (check if options.check else build)(pair, options.out)
        failed |= not passes(result)
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    if any(os.environ.get(key) != value for key, value in ENVIRONMENT.items()):
        again = [sys.executable, "-m", "samples.models.build", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, **ENVIRONMENT})
    sys.exit(main())
