"""Transcribe: media -> words with times, without what the recogniser made up.

Over music and silence a recogniser invents: fluent lines with a low score, one phrase over and over, the names it was
primed with, or what the videos it was trained on end with (`inventions`). Where nobody speaks, nothing was said. What
is taken out stays in the recognition, with the reason, and the next step reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, takewhile
from pathlib import Path

from localize.cues import Word
from localize.engines.base import PROMPT_HEAD, Dropped, Passage, Recognition, Transcriber
from localize.text import inventions
from localize.text.chinese import ends_clause, is_spoken

VERSION = 2

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

# A recogniser's word may start or end 0.4 s from where it is said; a voice that is further away says another one.
VOICE_MS = 500
# What a character may say as well is an invention where the recogniser hardly believes it.
SAYABLE_SURE, SAYABLE_NO_SPEECH, APART_MS = 0.5, 0.3, 300
# 作曲：林凡。 over music had 0.13; the worst line of speech that was measured had 0.43.
GUESSED = 0.2


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
        rest, parts = _without_parts(passage, recognition.speech)
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


def _without_parts(passage: Passage, speech: Sequence[tuple[int, int]] | None) -> tuple[Passage, list[Dropped]]:
    """A passage can be real speech before its loop, its farewell, or the echo that is put where a file ends."""
    dropped: list[Dropped] = []
    out: set[int] = set()
    unvoiced = _unvoiced(passage.words, speech) if speech is not None else ()
    words = passage.words
    for inside, reason in (*unvoiced, *_phrases(passage), *_loops(words), *_echoes(words), *_doubted(words)):
        if words := tuple(passage.words[i] for i in inside if i not in out):
            dropped.append(Dropped(replace(passage, words=words), reason))
        out.update(inside)
    rest = tuple(word for i, word in enumerate(passage.words) if i not in out)
    return replace(passage, words=rest), dropped


def _unvoiced(words: Sequence[Word], speech: Sequence[tuple[int, int]]) -> Iterator[tuple[list[int], str]]:
    """Words where there is no voice within half a second."""

    def alone(i: int) -> bool:
        start_ms, end_ms = words[i].start_ms - VOICE_MS, words[i].end_ms + VOICE_MS
        return not any(begin < end_ms and start_ms < end for begin, end in speech)

    for silent, group in groupby(range(len(words)), key=alone):
        if silent:
            yield list(group), "there is no voice"


def _phrases(passage: Passage) -> Iterator[tuple[list[int], str]]:
    """Words of known inventions; one that a character may say has to stand by itself and be hardly believed."""
    words = passage.words
    text, begins = "".join(word.text for word in words), list(accumulate((len(w.text) for w in words), initial=0))
    for found in inventions.find(text):
        inside = [i for i in range(len(words)) if begins[i] < found.end and found.start < begins[i + 1]]
        believed = _sure(words, inside) >= SAYABLE_SURE and passage.no_speech <= SAYABLE_NO_SPEECH
        if found.sayable and (believed or not _by_itself(words, inside, text[found.end :])):
            continue
        marks = takewhile(lambda i: not is_spoken(words[i].text), range(inside[-1] + 1, len(words)))
        yield [*inside, *marks], f"{text[found.start : found.end]!r} is what videos end with"


def _by_itself(words: Sequence[Word], inside: Sequence[int], after: str) -> bool:
    """Whether a mark or a pause parts `inside` from what is said before it and from `after`."""
    first, last = inside[0], inside[-1]
    begins = not first or ends_clause(words[first - 1].text) or _pause_ms(words, first) >= APART_MS
    return begins and (not after.strip() or ends_clause(after.strip()[0]) or _pause_ms(words, last + 1) >= APART_MS)


def _doubted(words: Sequence[Word]) -> Iterator[tuple[list[int], str]]:
    """What stands between two pauses and is as good as guessed."""
    numbers = accumulate((i > 0 and _pause_ms(words, i) >= APART_MS for i in range(len(words))), initial=0)
    for _, group in groupby(zip(range(len(words)), list(numbers)[1:], strict=True), key=lambda item: item[1]):
        inside = [i for i, _ in group]
        several = sum(is_spoken(char) for i in inside for char in words[i].text) > 1
        if several and (sure := _sure(words, inside)) < GUESSED:
            yield inside, f"confidence {sure:.2f} < {GUESSED}"


def _pause_ms(words: Sequence[Word], i: int) -> int:
    return words[i].start_ms - words[i - 1].end_ms if i < len(words) else 0


def _sure(words: Sequence[Word], inside: Sequence[int]) -> float:
    return sum(words[i].confidence for i in inside) / len(inside)


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
        sure = _sure(words, inside)
        if rushed and len(inside) >= RUSHED_WORDS and sure < RUSHED_SURE:
            took_ms = words[inside[-1]].end_ms - words[inside[0]].start_ms
            yield inside, f"{len(inside)} words in {took_ms} ms, confidence {sure:.2f} < {RUSHED_SURE}"


def _ms_per_char(word: Word) -> float:
    return (word.end_ms - word.start_ms) / len(word.text.strip())


def _text(passage: Passage) -> str:
    return "".join(word.text for word in passage.words).strip()
