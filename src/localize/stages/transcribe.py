"""Transcribe: media -> words with times, without what the recogniser made up.

Over music and silence a recogniser invents: fluent lines with a low score, one phrase over and over, or the names it
was primed with. What is taken out stays in the recognition, with the reason, and the next step reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from localize.engines.base import PROMPT_HEAD, Dropped, Passage, Recognition, Transcriber

VERSION = 1

# The engines' own thresholds (0.6 and -1.0, 2.4) let an invented name through that had 0.67, -0.66 and 2.14.
NO_SPEECH, LOGPROB = 0.5, -0.5
COMPRESSION, COMPRESSION_LONG, SHORT_CHARS = 2.0, 2.4, 60

# The prompt comes back whole, or from its second sentence on.
_PROMPT_STARTS = tuple(PROMPT_HEAD.replace("。", "。\n").split("\n"))

# 12 characters: people do say "不要不要不要", nobody says it six times without a breath between.
_LOOP = re.compile(r"(.{2,12}?)\1{3,}")
_LOOP_CHARS = 12


def transcribe(media: Path, *, engine: Transcriber, names: Sequence[str] = ()) -> Recognition:
    """What `engine` heard in `media`, its inventions moved to `dropped`."""
    return without_inventions(engine.transcribe(media, names=names))


def without_inventions(recognition: Recognition) -> Recognition:
    """`recognition` with every passage judged; every word is afterwards in `passages` or in `dropped`."""
    kept: list[Passage] = []
    dropped = list(recognition.dropped)
    for passage in recognition.passages:
        if reason := _invented(passage):
            dropped.append(Dropped(passage, reason))
            continue
        rest, loops = _without_loops(passage)
        dropped.extend(loops)
        if rest.words:
            kept.append(rest)
    return replace(recognition, passages=tuple(kept), dropped=tuple(dropped))


def _invented(passage: Passage) -> str:
    """Why the whole passage is taken for an invention; empty where it is not."""
    text = _text(passage)
    if text.startswith(_PROMPT_STARTS):
        return "it repeats the prompt"
    if passage.no_speech > NO_SPEECH and passage.logprob < LOGPROB:
        return f"no speech {passage.no_speech:.2f} > {NO_SPEECH} and log probability {passage.logprob:.2f} < {LOGPROB}"
    limit = COMPRESSION if len(text) <= SHORT_CHARS else COMPRESSION_LONG
    if passage.compression > limit:
        return f"compression {passage.compression:.2f} > {limit}"
    return ""


def _without_loops(passage: Passage) -> tuple[Passage, list[Dropped]]:
    """Keep the first round of a phrase that goes round and round; a passage can be real speech before its loop."""
    begins, text = [], ""
    for word in passage.words:
        begins.append(len(text))
        text += word.text.strip()
    dropped: list[Dropped] = []
    looped: set[int] = set()
    for begin, end, phrase in _loops(text):
        inside = {i for i, at in enumerate(begins) if begin <= at and at + len(passage.words[i].text.strip()) <= end}
        looped |= inside
        words = tuple(passage.words[i] for i in sorted(inside))
        if words:
            dropped.append(Dropped(replace(passage, words=words), f"it repeats {phrase!r}"))
    rest = tuple(word for i, word in enumerate(passage.words) if i not in looped)
    return replace(passage, words=rest), dropped


def _loops(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a loop's second round begins and its last ends, and what goes round."""
    for match in _LOOP.finditer(text):
        if len(match.group()) >= _LOOP_CHARS:
            yield match.start() + len(match.group(1)), match.end(), match.group(1)


def _text(passage: Passage) -> str:
    return "".join(word.text for word in passage.words).strip()
