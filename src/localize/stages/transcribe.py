"""Transcribe: media -> words with times, without what the recogniser made up.

Over music and silence a recogniser invents: fluent lines with a low score, one phrase over and over, or the names it
was primed with. What is taken out stays in the recognition, with the reason, and the next step reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby
from pathlib import Path

from localize.cues import Word
from localize.engines.base import PROMPT_HEAD, Dropped, Passage, Recognition, Transcriber

VERSION = 1

# The engines' own thresholds (0.6 and -1.0, 2.4) let an invented name through that had 0.67, -0.66 and 2.14.
NO_SPEECH, LOGPROB = 0.5, -0.5
# Into the silence behind a lone line the prompt was read with 0.88 to 0.96 and a good score; speech had below 0.01.
SURELY_NO_SPEECH = 0.85
COMPRESSION, COMPRESSION_LONG, SHORT_CHARS = 2.0, 2.4, 60

# The prompt comes back whole, or from its second sentence on.
_PROMPT_STARTS = tuple(PROMPT_HEAD.replace("。", "。\n").split("\n"))

# 12 characters: people do say "不要不要不要", nobody says it six times without a breath between.
_LOOP = re.compile(r"(.{2,12}?)\1{3,}")
_LOOP_CHARS = 12

# Fast speech takes 80 ms a character. Seen at the end of a file: a window of 40 ms with the line before once more.
RUSHED_MS, RUSHED_WORDS, RUSHED_SURE = 40, 4, 0.5


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
        rest, parts = _without_parts(passage)
        dropped.extend(parts)
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
    if passage.no_speech > SURELY_NO_SPEECH:
        return f"no speech {passage.no_speech:.2f} > {SURELY_NO_SPEECH}"
    limit = COMPRESSION if len(text) <= SHORT_CHARS else COMPRESSION_LONG
    if passage.compression > limit:
        return f"compression {passage.compression:.2f} > {limit}"
    return ""


def _without_parts(passage: Passage) -> tuple[Passage, list[Dropped]]:
    """A passage can be real speech before its loop, or before the echo that a recogniser puts where a file ends."""
    dropped: list[Dropped] = []
    out: set[int] = set()
    for inside, reason in (*_loops(passage.words), *_echoes(passage.words)):
        if words := tuple(passage.words[i] for i in inside if i not in out):
            dropped.append(Dropped(replace(passage, words=words), reason))
        out.update(inside)
    rest = tuple(word for i, word in enumerate(passage.words) if i not in out)
    return replace(passage, words=rest), dropped


def _loops(words: Sequence[Word]) -> Iterator[tuple[list[int], str]]:
    """Every round but the first of a phrase that goes round and round."""
    begins = list(accumulate((len(word.text.strip()) for word in words), initial=0))
    for match in _LOOP.finditer("".join(word.text.strip() for word in words)):
        begin, end = match.start() + len(match.group(1)), match.end()
        if len(match.group()) >= _LOOP_CHARS:
            inside = [i for i in range(len(words)) if begin <= begins[i] and begins[i + 1] <= end]
            yield inside, f"it repeats {match.group(1)!r}"


def _echoes(words: Sequence[Word]) -> Iterator[tuple[list[int], str]]:
    """Words that follow each other faster than anyone speaks, and that the recogniser itself does not believe."""
    for rushed, group in groupby(range(len(words)), key=lambda i: _ms_per_char(words[i]) <= RUSHED_MS):
        inside = list(group)
        sure = sum(words[i].confidence for i in inside) / len(inside)
        if rushed and len(inside) >= RUSHED_WORDS and sure < RUSHED_SURE:
            took_ms = words[inside[-1]].end_ms - words[inside[0]].start_ms
            yield inside, f"{len(inside)} words in {took_ms} ms, confidence {sure:.2f} < {RUSHED_SURE}"


def _ms_per_char(word: Word) -> float:
    return (word.end_ms - word.start_ms) / len(word.text.strip())


def _text(passage: Passage) -> str:
    return "".join(word.text for word in passage.words).strip()
