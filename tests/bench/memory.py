"""Translation memory: lookups among a million different approved lines, against rapidfuzz over all of them.

Limits: an exact lookup under 1 ms, a fuzzy one under 30 ms at the median and under 100 ms at the 95th percentile, over
all series of the machine, and the very hits of brute force. All lines are approved in one locale, which is the worst
case: a lookup reads one locale only. Lookups run on one thread.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import fuzz, process

from localize.lines import Similar
from localize.memory import Asked, Memory, normalised
from tests.bench.harness import Figure, Part, Say, percentile
from tests.bench.memory_lines import LOCALE, changed, distinct, write

SEGMENTS, QUICK_SEGMENTS = 1_000_000, 20_000
EXACT, FUZZY, BRUTE_FORCE = 5000, 1000, 50
"""How many lookups are timed, and how many of the fuzzy ones are compared with brute force."""
LIMIT, FLOOR = 5, 75
EXACT_MS, FUZZY_MS, FUZZY_95_MS = 1.0, 30.0, 100.0


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Fill workspaces, take them up, ask. Every lookup is timed by itself and asked once, whatever `repeats` says."""
    rng = random.Random(2)
    said, different = distinct(QUICK_SEGMENTS if quick else SEGMENTS)
    with TemporaryDirectory() as folder:
        root, path = Path(folder) / "workspace", Path(folder) / "memory" / "memory.sqlite"
        say(f"writing {len(said)} lines, {different} of them different")
        series = write(root, said)
        with Memory.open(path) as memory:
            built = _seconds(lambda: [memory.refresh(root, id_) for id_ in series], say, "taken up")
            again = _seconds(lambda: [memory.refresh(root, id_) for id_ in series], say, "looked for changes")
            signed = _seconds(lambda: _fuzzy(memory, "跪下吧", None), say, "signatures made")
        with Memory.open(path) as memory:
            opened = _seconds(lambda: _fuzzy(memory, "跪下吧", None), say, "first lookup of another process")
            neighbours = rng.sample(range(1, len(said) - 1), EXACT)
            asked = [Asked(said[at], said[at - 1], said[at + 1]) for at in neighbours]
            exact = [_ms(partial(memory.exact, [line], LOCALE, series=None)) for line in asked]
            questions = [changed(rng, text) for text in rng.sample(said, FUZZY)]
            shared = [_ms(partial(_fuzzy, memory, text, None)) for text in questions]
            own = [_ms(partial(_fuzzy, memory, text, series[0])) for text in questions]
            say("brute force")
            texts = list({normalised(text) for text in said})
            compared = questions[:BRUTE_FORCE]
            brute = [_ms(partial(_brute_force, text, texts)) for text in compared]
            equal = [_scores(_fuzzy(memory, text, None)) == _brute_force(text, texts) for text in compared]
        size = sum(file.stat().st_size for file in path.parent.rglob("*") if file.is_file())
        signatures = sum(file.stat().st_size for file in path.parent.rglob("*.npy"))
    ratios = [slow / fast for slow, fast in zip(brute, shared, strict=False)]
    faster = Figure(
        "times as fast as brute force", statistics.median(ratios), "x", min(ratios), max(ratios),
        note=f"process.extract over the same texts: {statistics.median(brute):.0f} ms",
    )  # fmt: skip
    figures = (
        Figure(
            "1000 exact lookups, one by one",
            1000 * statistics.mean(exact),
            "ms",
            at_most=1000 * EXACT_MS,
            note=_spread(exact),
        ),
        _limited("fuzzy lookup, median", statistics.median(shared), shared, FUZZY_MS, _spread(shared)),
        _limited("fuzzy lookup, 95th percentile", percentile(shared, 0.95), shared, FUZZY_95_MS),
        Figure(
            "fuzzy lookup in one series, median", statistics.median(own), "ms", min(own), max(own), note=_spread(own)
        ),
        faster,
        Figure("questions with the scores of brute force", 100 * statistics.mean(equal), "%", at_least=100),
        Figure("building the index", built, "s", note=f"{len(said) / built:.0f} lines/s"),
        Figure("making the signatures", signed, "s"),
        Figure("first fuzzy lookup of another process", opened, "s"),
        Figure("looking for changes, none", again, "s", note=f"{len(series)} series, {len(said) // 100} files"),
        Figure("size on disk", size / 1e9, "GB", note=f"{signatures / 1e9:.2f} GB of them signatures"),
    )
    about = (
        f"{len(said)} approved lines of {len(series)} series, {different} of them different, 1 to 25 characters: the "
        "templates of the starter corpus with 70 000 names, so that most lines have hundreds of near-duplicates. "
        f"{EXACT} exact lookups of lines as they come, {FUZZY} fuzzy ones of lines with one to three edits.",
        f"rapidfuzz {version('rapidfuzz')}, numpy {version('numpy')}.",
    )
    return Part("Translation memory", about, figures)


def _fuzzy(memory: Memory, text: str, series: str | None) -> list[Similar]:
    return memory.fuzzy(text, LOCALE, series=series, limit=LIMIT, floor=FLOOR)


def _brute_force(text: str, texts: Sequence[str]) -> list[int]:
    """The best scores; one more is asked for, since the text itself is no similar one."""
    question = normalised(text)
    best = process.extract(question, texts, scorer=fuzz.ratio, score_cutoff=FLOOR, limit=LIMIT + 1)
    return [int(score + 1e-9) for other, score, _ in best if other != question][:LIMIT]


def _scores(similar: Sequence[Similar]) -> list[int]:
    return [hit.score for hit in similar]


def _limited(name: str, value: float, of: Sequence[float], at_most: float, note: str = "") -> Figure:
    return Figure(name, value, "ms", min(of), max(of), at_most=at_most, note=note)


def _spread(ms: Sequence[float]) -> str:
    return ", ".join(f"p{100 * share:.0f} {percentile(ms, share):.2f} ms" for share in (0.5, 0.95, 0.99))


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _seconds(work: Callable[[], object], say: Say, name: str) -> float:
    seconds = _ms(work) / 1000
    say(f"{name} in {seconds:.2f} s")
    return seconds
