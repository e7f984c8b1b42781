"""What the Whisper engines share: their seconds become milliseconds here, once."""

from __future__ import annotations

from collections.abc import Iterable

from localize.cues import Word
from localize.timecode import ms_from_seconds


def words_within(words: Iterable[tuple[float, float, str, float]], length_ms: int) -> tuple[Word, ...]:
    """`(start, end, text, probability)` in seconds as words inside `[0, length_ms)`; blank ones are left out."""
    result = []
    for start, end, text, confidence in words:
        if not text.strip():
            continue
        # A recogniser that invents at the end of a file also invents times past it.
        start_ms = min(max(ms_from_seconds(float(start)), 0), length_ms)
        end_ms = min(max(ms_from_seconds(float(end)), start_ms), length_ms)
        result.append(Word(start_ms, end_ms, text, round(float(confidence), 4)))
    return tuple(result)
