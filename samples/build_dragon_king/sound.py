"""The sound: speech over a quiet pad of our own. 48 kHz mono in, the speech 18 dB or more above the music."""

from __future__ import annotations

import numpy as np

from .story import Placed
from .voice import RATE_HZ as VOICE_HZ
from .voice import Samples

RATE_HZ = 48_000
MUSIC_GAIN = 0.035
# A minor, F, C, G: frequencies of the notes of each chord, in Hz.
CHORDS = (
    (110.0, 220.0, 261.63, 329.63),
    (87.31, 174.61, 261.63, 349.23),
    (130.81, 196.0, 261.63, 392.0),
    (98.0, 196.0, 246.94, 293.66),
)
CHORD_S = 3.2


def music(length_ms: int, seed: int) -> Samples:
    """Slow chords with a soft beat, faded in and out."""
    rng = np.random.default_rng(seed)
    t = np.arange(length_ms * RATE_HZ // 1000, dtype=np.float32) / RATE_HZ
    out = np.zeros_like(t)
    for number in range(int(t[-1] / CHORD_S) + 1):
        inside = t - number * CHORD_S
        swell = np.clip(inside / 0.8, 0, 1) * np.clip((CHORD_S + 0.9 - inside) / 0.9, 0, 1)
        for note in CHORDS[(number + seed) % 4]:
            drift = 1 + rng.uniform(-0.002, 0.002)
            out += swell * (np.sin(2 * np.pi * note * drift * t) + 0.3 * np.sin(4 * np.pi * note * t)) / 4
    beat = (t % (CHORD_S / 4)).astype(np.float32)
    out += 0.9 * np.sin(2 * np.pi * 55 * beat * np.exp(-4 * beat)) * np.exp(-9 * beat)
    fade = np.clip(t / 0.6, 0, 1) * np.clip((t[-1] - t) / 0.8, 0, 1)
    return (MUSIC_GAIN * out * fade).astype(np.float32)


def speech(lines: list[Placed], voices: list[Samples], length_ms: int) -> Samples:
    """Every line at its place, resampled from the voices' rate."""
    out = np.zeros(length_ms * RATE_HZ // 1000, np.float32)
    for placed, audio in zip(lines, voices, strict=True):
        at = np.arange(0, len(audio) - 1, VOICE_HZ / RATE_HZ)
        wave = np.interp(at, np.arange(len(audio)), audio).astype(np.float32)
        start = placed.start_ms * RATE_HZ // 1000
        out[start : start + len(wave)] += wave
    return out


def loudness(audio: Samples, at_s: float) -> float:
    """How loud `audio` is around a moment, 0 to 1: moves jaws and heads."""
    middle, half = int(at_s * RATE_HZ), RATE_HZ // 25
    window = audio[max(0, middle - half) : middle + half]
    return float(min(1.0, np.sqrt(np.mean(window**2)) * 7)) if len(window) else 0.0
