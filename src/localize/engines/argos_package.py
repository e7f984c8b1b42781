"""One Argos translation package, decoded in batches straight on CTranslate2.

`argostranslate.translate()` decodes line by line, 32 tokens at a time, and computes the English pivot again for every
target. Same tokens, same parameters and same splitter here, so the text is the same; a test holds the two equal.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from localize.cues import graphemes
from localize.engines.splitting import packaged_splitter
from localize.errors import EngineRejected, ModelUnavailable

# Argos's own decoding parameters (argostranslate 1.11, translate.py).
BEAM, LENGTH_PENALTY, MAX_OUT_TOKENS = 4, 0.2, 256
BATCH_TOKENS = 1024
HYPOTHESES = 8
"""Of a sentence, when shorter ones are asked for; the beam is as wide."""
MARGIN = 1.0
"""So much below the best score another hypothesis may lie.

On 400 held-out lines of the starter corpus in 16 languages, the shorter hypotheses within it keep 0.93 of the likeliest
one's chrF against the reference (median 1.01); between 1 and 2 they keep 0.76, beyond 2 0.69: they say something else.
"""
_ENDS = re.compile(r"[.!?…。！？؟।]+")
# A line may grow this much before it is taken for a model that does not find its end.
_GROWTH, _GROWTH_TOKENS = 6, 32

_import_lock = threading.Lock()


@dataclass(slots=True)
class _Sentences:
    """The sentences of some lines; a line is one or more paragraphs, which are decoded into text as a whole."""

    tokens: list[list[str]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """The paragraph of each sentence."""
    paragraphs: list[int] = field(default_factory=list)
    """The line of each paragraph."""

    @property
    def lines(self) -> list[int]:
        return [self.paragraphs[owner] for owner in self.owners]

    @property
    def limit(self) -> int:
        """The most tokens that a sentence may become."""
        return min(MAX_OUT_TOKENS, _GROWTH * max(map(len, self.tokens), default=0) + _GROWTH_TOKENS)


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """Tokens, and the log probability by which the beam ranks them: of all together, over their count to the 0.2."""

    tokens: list[str]
    score: float


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
        sentences = self._sentences(unique)
        limit = sentences.limit
        decoded = [hypotheses[0].tokens for hypotheses in self._decode(sentences.tokens, limit, beam=BEAM)]
        endless = {line for line, tokens in zip(sentences.lines, decoded, strict=True) if len(tokens) >= limit}
        texts = self._joined(sentences, decoded, len(unique))
        done = {line: (text, number in endless) for number, (line, text) in enumerate(zip(unique, texts, strict=True))}
        return [done[line] for line in lines]

    def alternatives(self, lines: Sequence[str]) -> list[list[str]]:
        """For each line its translation by a wider beam and ever shorter ones, at most `MARGIN` less likely each.

        One that has fewer or more sentences than the likeliest one is none: the model left out a part of it.
        """
        sentences = self._sentences(lines)
        ranked = [
            self._shorter(hypotheses, sentences.limit)
            for hypotheses in self._decode(sentences.tokens, sentences.limit, beam=HYPOTHESES, all_=True)
        ]
        found: list[dict[str, None]] = [{} for _ in lines]
        for rank in range(max(map(len, ranked), default=0)):
            # All sentences of a line give way together, each as far as it can.
            chosen = [front[min(rank, len(front) - 1)] for front in ranked]
            for texts, text in zip(found, self._joined(sentences, chosen, len(lines)), strict=True):
                texts[text] = None
        return [list(texts) for texts in found]

    def _sentences(self, lines: Sequence[str]) -> _Sentences:
        made = _Sentences()
        for number, line in enumerate(lines):
            # Argos treats the lines of a text as paragraphs, and so do we.
            for paragraph in line.split("\n"):
                made.paragraphs.append(number)
                for sentence in self._split(paragraph):
                    made.tokens.append(self._package.tokenizer.encode(sentence))
                    made.owners.append(len(made.paragraphs) - 1)
        return made

    def _decode(self, tokens: list[list[str]], limit: int, *, beam: int, all_: bool = False) -> list[list[_Hypothesis]]:
        """The likeliest translation of each sentence, or `all_` that the beam ends with, likeliest first."""
        prefix = self._package.target_prefix
        try:
            results = self._translator.translate_batch(
                tokens,
                target_prefix=[[prefix]] * len(tokens) if prefix else None,
                replace_unknowns=True,
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                beam_size=beam,
                num_hypotheses=beam if all_ else 1,
                length_penalty=LENGTH_PENALTY,
                max_decoding_length=limit,
                return_scores=True,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineRejected(
                f"{self._package.package_path.name} failed: {error}", next_step="localize models verify"
            ) from error
        return [list(map(_Hypothesis, result.hypotheses, result.scores)) for result in results]

    def _shorter(self, hypotheses: Sequence[_Hypothesis], limit: int) -> list[list[str]]:
        """Tokens of the likeliest one, and of each that is shorter than all that are likelier."""
        likeliest, *others = hypotheses
        text = self._text(likeliest.tokens)
        front, shortest, ends = [likeliest.tokens], len(graphemes(text)), len(_ENDS.findall(text))
        for other in others:
            text = self._text(other.tokens)
            whole = len(other.tokens) < limit and len(_ENDS.findall(text)) == ends
            if whole and likeliest.score - other.score <= MARGIN and text.strip() and len(graphemes(text)) < shortest:
                front.append(other.tokens)
                shortest = len(graphemes(text))
        return front

    def _joined(self, sentences: _Sentences, decoded: Sequence[list[str]], count: int) -> list[str]:
        """The texts of `count` lines from the tokens of their sentences."""
        paragraphs: list[list[str]] = [[] for _ in sentences.paragraphs]
        for owner, tokens in zip(sentences.owners, decoded, strict=True):
            paragraphs[owner] += tokens
        texts: list[list[str]] = [[] for _ in range(count)]
        for line, joined in zip(sentences.paragraphs, paragraphs, strict=True):
            texts[line].append(self._text(joined))
        return ["\n".join(text).lstrip("\n") for text in texts]

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
