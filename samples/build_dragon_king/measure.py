"""How well Whisper base reads one line: character error rate with the product's own settings and guards."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from localize.engines.faster_whisper import FasterWhisper
from localize.stages.transcribe import transcribe
from tests.bench.accuracy import error_rate

from .voice import RATE_HZ, Samples

NAMES = ("林凡", "苏若雪", "顾北辰")


@cache
def _engine() -> FasterWhisper:
    return FasterWhisper()


def heard(audio: Samples) -> str:
    """What Whisper base hears, with half a second of silence on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        soundfile.write(path, np.pad(audio, RATE_HZ // 2), RATE_HZ)
        recognition = transcribe(path, engine=_engine(), names=NAMES)
    return "".join(word.text for passage in recognition.passages for word in passage.words)


def cer(reference: str, audio: Samples) -> float:
    return round(error_rate([reference], [heard(audio)]), 4)
