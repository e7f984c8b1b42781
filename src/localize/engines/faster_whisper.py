"""faster-whisper: Whisper base, 8-bit, on the CPU. The default recogniser."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from localize.engines import audio, voice
from localize.engines.base import Passage, Recognition, prompt_of
from localize.engines.spoken import words_within
from localize.engines.voice import VAD
from localize.errors import EngineRejected
from localize.models import DEFAULT_SPEECH, Store

BEAM = 5


class FasterWhisper:
    """Holds the model once loaded; one call at a time."""

    def __init__(self, store: Store | None = None, *, threads: int | None = None) -> None:
        self._store = store or Store()
        self._threads = threads or audio.cores()
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        settings = f"int8 beam {BEAM} vad {VAD['min_silence_duration_ms']}/{VAD['speech_pad_ms']}"
        return f"faster-whisper {version('faster-whisper')} {self._weights} {settings}"

    def transcribe(self, media: Path, *, names: Sequence[str] = ()) -> Recognition:
        self._store.path(DEFAULT_SPEECH)  # missing weights are told even where nobody speaks
        samples = audio.decode(media)
        length_ms = len(samples) * 1000 // audio.SAMPLE_RATE
        speech = voice.speech(samples)
        if not speech:
            return Recognition(self.version, (), speech=speech)
        with self._lock:
            try:
                segments, _ = self._model.transcribe(
                    samples,
                    language="zh",
                    beam_size=BEAM,
                    # One temperature: the default ladder samples, and a run would differ from the next.
                    temperature=0.0,
                    word_timestamps=True,
                    vad_filter=True,
                    vad_parameters=VAD,
                    initial_prompt=prompt_of(names),
                )
                passages = tuple(
                    Passage(
                        words_within([(w.start, w.end, w.word, w.probability) for w in segment.words or ()], length_ms),
                        no_speech=float(segment.no_speech_prob),
                        logprob=float(segment.avg_logprob),
                        compression=float(segment.compression_ratio),
                    )
                    for segment in segments
                )
            except (RuntimeError, ValueError) as error:
                raise EngineRejected(
                    f"faster-whisper failed on {media.name}: {error}", next_step="run with --transcriber whisper"
                ) from error
        return Recognition(self.version, tuple(passage for passage in passages if passage.words), speech=speech)

    @property
    def _weights(self) -> str:
        return f"{DEFAULT_SPEECH}@{self._store.weights(DEFAULT_SPEECH)}"

    @cached_property
    def _model(self) -> Any:
        folder = self._store.path(DEFAULT_SPEECH)
        from faster_whisper import WhisperModel

        return WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
        )
