"""One Argos translation package, decoded in batches straight on CTranslate2.

`argostranslate.translate()` decodes line by line, 32 tokens at a time, and computes the English pivot again for every
target. Same tokens, same parameters and same splitter here, so the text is the same; a test holds the two equal.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from localize.engines.splitting import packaged_splitter
from localize.errors import EngineRejected, ModelUnavailable

# Argos's own decoding parameters (argostranslate 1.11, translate.py).
BEAM, LENGTH_PENALTY, MAX_OUT_TOKENS = 4, 0.2, 256
BATCH_TOKENS = 1024
# A line may grow this much before it is taken for a model that does not find its end.
_GROWTH, _GROWTH_TOKENS = 6, 32

_import_lock = threading.Lock()


class LoadedPackage:
    """A package in memory. Many small threads beat one wide one: these models are tiny."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        with _argos_environment():
            from argostranslate.package import Package
        import ctranslate2

        try:
            self._package: Any = Package(folder)
            self._translator = ctranslate2.Translator(
                str(folder / "model"), device="cpu", compute_type="auto", inter_threads=threads, intra_threads=1
            )
            self._split = packaged_splitter(self._package)
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelUnavailable(f"{folder} cannot be loaded: {error}", next_step="localize models verify") from error

    def translate(self, lines: Sequence[str]) -> list[tuple[str, bool]]:
        """Each line with whether its translation was cut off as endless; equal lines are decoded once."""
        unique = list(dict.fromkeys(lines))
        # Argos treats the lines of a text as paragraphs, and so do we.
        paragraphs = [(i, text) for i, line in enumerate(unique) for text in line.split("\n")]
        tokens: list[list[str]] = []
        owner: list[int] = []
        for number, (_, text) in enumerate(paragraphs):
            for sentence in self._split(text):
                tokens.append(self._package.tokenizer.encode(sentence))
                owner.append(number)
        decoded: list[list[str]] = [[] for _ in paragraphs]
        endless = [False] * len(unique)
        limit = min(MAX_OUT_TOKENS, _GROWTH * max(map(len, tokens), default=0) + _GROWTH_TOKENS)
        for number, hypothesis in zip(owner, self._decode(tokens, limit), strict=True):
            decoded[number] += hypothesis
            endless[paragraphs[number][0]] |= len(hypothesis) >= limit
        texts: list[list[str]] = [[] for _ in unique]
        for (i, _), hypothesis in zip(paragraphs, decoded, strict=True):
            texts[i].append(self._text(hypothesis))
        done = {line: ("\n".join(texts[i]).lstrip("\n"), endless[i]) for i, line in enumerate(unique)}
        return [done[line] for line in lines]

    def _decode(self, tokens: list[list[str]], limit: int) -> list[list[str]]:
        prefix = self._package.target_prefix
        try:
            results = self._translator.translate_batch(
                tokens,
                target_prefix=[[prefix]] * len(tokens) if prefix else None,
                replace_unknowns=True,
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                beam_size=BEAM,
                num_hypotheses=1,
                length_penalty=LENGTH_PENALTY,
                max_decoding_length=limit,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineRejected(
                f"{self._package.package_path.name} failed: {error}", next_step="localize models verify"
            ) from error
        return [result.hypotheses[0] for result in results]

    def _text(self, tokens: list[str]) -> str:
        text: str = self._package.tokenizer.decode(tokens)
        prefix = self._package.target_prefix
        return (text.removeprefix(prefix) if prefix else text).removeprefix(" ")


@contextmanager
def _argos_environment() -> Iterator[None]:
    """The one place where argostranslate is first imported: it reads its settings, makes folders in the user's home and
    imports stanza (torch, 2 s, 250 MB) while it is imported. All of that is fenced off and put back.
    """
    with _import_lock:
        if "argostranslate.package" in sys.modules:
            yield
            return
        home = tempfile.TemporaryDirectory(prefix="localize-argos-", ignore_cleanup_errors=True)
        _kept.append(home)
        wanted = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), home.name)
        before = {name: value for name, value in os.environ.items() if name in wanted or name.startswith("ARGOS_")}
        stubs: dict[str, ModuleType | None] = {"stanza": ModuleType("stanza"), "spacy": None}
        stubs = {name: stub for name, stub in stubs.items() if name not in sys.modules}
        for name in before:
            del os.environ[name]
        os.environ.update(wanted)
        sys.modules.update(stubs)  # type: ignore[arg-type]  # None is how Python spells "not to be imported"
        try:
            import argostranslate.sbd  # noqa: F401

            # It sets its own level to INFO on import and then tells of every line it splits.
            logging.getLogger("argostranslate").setLevel(logging.WARNING)
            logging.getLogger("argostranslate.utils").setLevel(logging.WARNING)
            yield
        finally:
            for name in stubs:
                del sys.modules[name]
            for name in wanted:
                del os.environ[name]
            os.environ.update(before)


_kept: list[tempfile.TemporaryDirectory[str]] = []
"""Argos's own folders; they go when the process does."""
