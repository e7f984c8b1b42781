"""Translation: our batches against `argostranslate.translate.translate()` per cue and target, on the same packages.

Limits: at least 5 times as fast, and every line equal. The reference runs with `ARGOS_INTRA_THREADS=1`, which suits
small models best; with its threads at their default it takes minutes a round, and one round of that is shown without a
limit. All packages are loaded, and have translated, before anything is timed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from localize.engines.argos import Argos
from localize.errors import ModelUnavailable
from localize.fingerprint import fingerprint
from localize.locales import LOCALES
from localize.models import Store
from samples.models.build import corpus
from tests.bench.argos_reference import ArgosReference
from tests.bench.harness import Figure, Part, Say, interleaved, ratio, timed, wall
from tests.through import through

AT_LEAST = 5.0
CUES, QUICK_CUES, QUICK_LOCALES = 200, 20, 3
WARM_UP_CUES = 3
CODES = {tag: profile.argos for tag, profile in LOCALES.items() if profile.argos and profile.argos != "en"}
"""The locales that need both legs, with their Argos code."""


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Translate held-out lines of the starter corpus into all of `CODES`."""
    tags = list(CODES)[:QUICK_LOCALES] if quick else list(CODES)
    codes, lines = [CODES[tag] for tag in tags], cues(QUICK_CUES if quick else CUES)
    ours = _Ours(tags)
    with ExitStack() as stack:
        packages = _packages(codes)
        default = stack.enter_context(ArgosReference(packages, {}))
        single = stack.enter_context(ArgosReference(packages, {"ARGOS_INTRA_THREADS": "1"}))
        ours.translate(lines[:WARM_UP_CUES])
        for reference in (default, single):
            reference.translate(lines[:WARM_UP_CUES], codes)
        runs = {
            "localize": timed(lambda: ours.translate(lines)),
            "argos, 1 thread": lambda: single.translate(lines, codes),
        }
        seconds = interleaved(runs, repeats, say)
        seconds |= interleaved({"argos": lambda: default.translate(lines, codes)}, 1, say)
    figures = (
        wall("localize: Argos().translate, all cues and targets at once", seconds["localize"]),
        wall("argostranslate.translate.translate per cue and target", seconds["argos, 1 thread"], "one thread"),
        wall("the same with default threads", seconds["argos"], "ARGOS_INTRA_THREADS unset: 0; one round"),
        ratio("times as fast", seconds["argos, 1 thread"], seconds["localize"], at_least=AT_LEAST),
        ratio("times as fast as with default threads", seconds["argos"], seconds["localize"][:1]),
        _equal("equal lines", ours.lines, dict(zip(tags, map(single.lines.__getitem__, codes), strict=True)), say),
    )
    versions = fingerprint([ours.engine.version(tag) for tag in tags])[:12]
    about = (
        f"{len(lines)} different Chinese lines, held-out fillings of the starter corpus without placeholders, so that "
        f"no term applies, into {len(tags)} locales ({', '.join(tags)}) through English: {len(lines) * len(tags)} "
        "lines.",
        f"{ours.engine.version(tags[0])} and the en -> X starters of the other locales; all versions together hash to "
        f"{versions}. The reference runs in processes of its own with an environment that sets nothing but where the "
        "packages are; only its calls are timed.",
    )
    return Part("Translation", about, figures)


def cues(count: int) -> list[str]:
    """Different Chinese lines that no starter package was trained on."""
    fillings = [f for f in corpus.split().held_out if not any(value.startswith("XQ") for value in f.slots.values())]
    lines = list(dict.fromkeys(map(corpus.load("zh").render, fillings)))
    if len(lines) < count:
        raise ValueError(f"the corpus has only {len(lines)} held-out lines")
    return random.Random(1).sample(lines, count)


class _Ours:
    def __init__(self, tags: Sequence[str]) -> None:
        self.engine = Argos(starter_only=True)
        self.lines: dict[str, list[str]] = {}
        self._tags = tags

    def translate(self, lines: Sequence[str]) -> None:
        made = through(self.engine, lines, self._tags)
        self.lines = {tag: [translation.text for translation in translations] for tag, translations in made.items()}


def _packages(codes: Sequence[str]) -> dict[str, Path]:
    """The starter packages that both sides use, by pair."""
    store, folders = Store(), {}
    for pair in [("zh", "en"), *(("en", code) for code in codes)]:
        package = store.package(*pair, starter_only=True)
        if package is None:
            raise ModelUnavailable(f"no starter for {pair[0]} -> {pair[1]}", next_step="make models")
        folders["_".join(pair)] = package.folder
    return folders


def _equal(name: str, ours: Mapping[str, Sequence[str]], theirs: Mapping[str, Sequence[str]], say: Say) -> Figure:
    pairs = [(tag, a, b) for tag in ours for a, b in zip(ours[tag], theirs[tag], strict=True)]
    differing = [pair for pair in pairs if pair[1] != pair[2]]
    for tag, a, b in differing[:5]:
        say(f"{tag} differs: {a!r}, argostranslate has {b!r}")
    share = 100 * (1 - len(differing) / len(pairs))
    return Figure(name, share, "%", at_least=100, note=f"{len(pairs) - len(differing)} of {len(pairs)}")
