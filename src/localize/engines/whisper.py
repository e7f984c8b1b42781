"""openai-whisper on the same weights, converted: 32-bit on the CPU. Slower; the reference for the default one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from localize.engines import audio, voice
from localize.engines.base import Passage, Recognition, prompt_of
from localize.engines.ct2_whisper import checkpoint
from localize.engines.spoken import words_within
from localize.errors import EngineRejected, ModelUnavailable
from localize.models import DEFAULT_SPEECH, Store

BEAM = 5


class OpenAIWhisper:
    """Holds the model once loaded; one call at a time. It hears music too: the guards matter here."""

    def __init__(self, store: Store | None = None, *, threads: int | None = None) -> None:
        self._store = store or Store()
        self._threads = threads or audio.cores()
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        weights = f"{DEFAULT_SPEECH}@{self._store.weights(DEFAULT_SPEECH)}"
        return f"openai-whisper {version('openai-whisper')} {weights} fp32 beam {BEAM}"

    def transcribe(self, media: Path, *, names: Sequence[str] = ()) -> Recognition:
        self._store.path(DEFAULT_SPEECH)  # missing weights are told even where nobody speaks
        samples = audio.decode(media)
        length_ms = len(samples) * 1000 // audio.SAMPLE_RATE
        speech = voice.speech(samples)
        if not speech:
            return Recognition(self.version, (), speech=speech)
        with self._lock:
            try:
                result = self._model.transcribe(
                    samples,
                    language="zh",
                    beam_size=BEAM,
                    temperature=0.0,
                    word_timestamps=True,
                    initial_prompt=prompt_of(names),
                    fp16=False,
                    verbose=None,
                )
            except (RuntimeError, ValueError) as error:
                raise EngineRejected(
                    f"openai-whisper failed on {media.name}: {error}", next_step="run without --transcriber"
                ) from error
        passages = (
            Passage(
                words_within(
                    [(w["start"], w["end"], w["word"], w["probability"]) for w in segment.get("words", ())], length_ms
                ),
                no_speech=float(segment["no_speech_prob"]),
                logprob=float(segment["avg_logprob"]),
                compression=float(segment["compression_ratio"]),
            )
            for segment in result["segments"]
        )
        return Recognition(self.version, tuple(passage for passage in passages if passage.words), speech=speech)

    @cached_property
    def _model(self) -> Any:
        weights = checkpoint(self._store, DEFAULT_SPEECH)
        import torch
        import whisper

        torch.set_num_threads(self._threads)
        try:
            model = whisper.load_model(str(weights), device="cpu").float()
        except (RuntimeError, EOFError, KeyError, TypeError, UnpicklingError) as error:
            raise ModelUnavailable(f"{weights} is damaged: {error}", next_step=f"delete it: {weights}") from error
        # A checkpoint loaded by path has no alignment heads of its own, and word times need them.
        model.set_alignment_heads(whisper._ALIGNMENT_HEADS["base"])
        return model
