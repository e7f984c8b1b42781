"""Sentences for a translation model, with no network.

Argos splits with what a package brings; where it brings nothing, it downloads a model at the first line, and where it
brings stanza data, that library asks the network too. Both kinds of package get the rules below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Splitter = Callable[[str], list[str]]

_CHINESE = re.compile(r"[^。！？!?…]*[。！？!?…]+[”’」』）》】\"')]*|[^。！？!?…]+")
# A full stop ends a sentence when a capital follows, unless it ends a title or a single letter.
_LATIN = re.compile(
    r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\b[A-Z]\.)"
    r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z0-9¿¡])"
)


def rule_splitter(code: str) -> Splitter:
    """The rules for source language `code` (`zh` or one that is written with spaces)."""
    return _chinese if code == "zh" else _latin


def packaged_splitter(package: Any) -> Splitter:
    """What Argos itself would use with `package`, as long as that needs no network; else our rules."""
    if any((package.package_path / "minisbd").glob("*.onnx")):
        from argostranslate.sbd import MiniSBDSentencizer

        split: Splitter = MiniSBDSentencizer(package).split_sentences
        return split
    return rule_splitter(package.from_code)


def _chinese(text: str) -> list[str]:
    return [sentence for part in _CHINESE.findall(text) if (sentence := part.strip())]


def _latin(text: str) -> list[str]:
    sentences, begin = [], 0
    for match in _LATIN.finditer(text):
        sentences.append(text[begin : match.end()].strip())
        begin = match.end()
    sentences.append(text[begin:].strip())
    return [sentence for sentence in sentences if sentence]
