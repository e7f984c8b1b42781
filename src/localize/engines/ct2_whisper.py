"""CTranslate2 Whisper weights as an openai-whisper checkpoint, so that both engines use one download.

The layouts agree but for names: attention projections are fused (`linear_0` holds query, key and value as rows in
self-attention, the query alone in cross-attention, whose `linear_1` holds key and value), layer norms say gamma and
beta, and Whisper's keys have no bias, which CTranslate2 stores as zeros.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from localize.errors import ModelUnavailable
from localize.models import Store

if TYPE_CHECKING:
    import numpy
    import torch

# Binary format 6 is what ctranslate2 4 writes; quantised types are left out because they cannot be turned back.
_FORMAT, _SPEC = 6, "WhisperSpec"
_TYPES = {0: "float32", 1: "int8", 2: "int16", 3: "int32", 4: "float16"}


def checkpoint(store: Store, name: str) -> Path:
    """The converted weights of model `name`, made at first use and kept in the store."""
    folder = store.path(name)
    path = store.derived(f"{name}-{store.weights(name)}.pt")
    if not path.exists():
        with store.locked():
            if not path.exists():  # another process made it while we waited
                _write(_converted(_read(folder / "model.bin")), path)
    return path


def _write(content: dict[str, Any], path: Path) -> None:
    import torch

    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, RuntimeError) as error:  # torch wraps what the disk says
        raise ModelUnavailable(f"{path} cannot be written: {error}", next_step="make room, then run again") from error
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, numpy.ndarray]:
    """Every variable of a CTranslate2 model file."""
    import numpy as np

    def number(file: BinaryIO, kind: str) -> int:
        return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0])

    def text(file: BinaryIO) -> str:
        return file.read(number(file, "H"))[:-1].decode()

    variables: dict[str, numpy.ndarray] = {}
    try:
        with path.open("rb") as file:
            found = number(file, "I"), text(file)
            if found != (_FORMAT, _SPEC):
                raise ValueError(f"format {found} where {(_FORMAT, _SPEC)} is expected")
            number(file, "I")  # revision of the specification
            for _ in range(number(file, "I")):
                name = text(file)
                shape = [number(file, "I") for _ in range(number(file, "B"))]
                kind = np.dtype(_TYPES[number(file, "B")])
                variables[name] = np.frombuffer(file.read(number(file, "I")), kind).reshape(shape)
    except (ValueError, KeyError, struct.error) as error:
        raise ModelUnavailable(
            f"{path} is no Whisper model we can convert: {error}", next_step="localize models verify"
        ) from error
    return variables


def _converted(variables: dict[str, numpy.ndarray]) -> dict[str, Any]:
    source = _Source(variables)
    width = variables["encoder/conv1/bias"].shape[0]
    state: dict[str, torch.Tensor] = {
        "encoder.positional_embedding": source.tensor("encoder/position_encodings/encodings"),
        "decoder.positional_embedding": source.tensor("decoder/position_encodings/encodings"),
        "decoder.token_embedding.weight": source.tensor("decoder/embeddings/weight"),
    }
    for convolution in ("conv1", "conv2"):
        state |= source.linear(f"encoder.{convolution}", f"encoder/{convolution}")
    state |= source.norm("encoder.ln_post", "encoder/layer_norm") | source.norm("decoder.ln", "decoder/layer_norm")
    for side in ("encoder", "decoder"):
        for i in range(source.layers(side)):
            old, new = f"{side}/layer_{i}", f"{side}.blocks.{i}"
            state |= source.norm(f"{new}.attn_ln", f"{old}/self_attention/layer_norm")
            state |= source.fused(f"{new}.attn", f"{old}/self_attention/linear_0", ("query", "key", "value"), width)
            state |= source.linear(f"{new}.attn.out", f"{old}/self_attention/linear_1")
            if side == "decoder":
                state |= source.norm(f"{new}.cross_attn_ln", f"{old}/attention/layer_norm")
                state |= source.fused(f"{new}.cross_attn", f"{old}/attention/linear_0", ("query",), width)
                state |= source.fused(f"{new}.cross_attn", f"{old}/attention/linear_1", ("key", "value"), width)
                state |= source.linear(f"{new}.cross_attn.out", f"{old}/attention/linear_2")
            state |= source.norm(f"{new}.mlp_ln", f"{old}/ffn/layer_norm")
            state |= source.linear(f"{new}.mlp.0", f"{old}/ffn/linear_0")
            state |= source.linear(f"{new}.mlp.2", f"{old}/ffn/linear_1")
    dims = {
        "n_mels": variables["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": variables["encoder/position_encodings/encodings"].shape[0],
        "n_audio_state": width,
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": source.layers("encoder"),
        "n_vocab": variables["decoder/embeddings/weight"].shape[0],
        "n_text_ctx": variables["decoder/position_encodings/encodings"].shape[0],
        "n_text_state": width,
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": source.layers("decoder"),
    }
    return {"dims": dims, "model_state_dict": state}


class _Source:
    """CTranslate2's variables under openai-whisper's names."""

    def __init__(self, variables: dict[str, numpy.ndarray]) -> None:
        self._variables = variables

    def tensor(self, name: str) -> torch.Tensor:
        import torch

        # A copy: the file's buffer is read-only, and tensors that share memory are saved whole.
        return torch.from_numpy(self._variables[name].copy())

    def layers(self, side: str) -> int:
        prefix = f"{side}/layer_"
        layers = {name.split("/")[1] for name in self._variables if name.startswith(prefix)} - {"layer_norm"}
        return len(layers)

    def linear(self, new: str, old: str) -> dict[str, torch.Tensor]:
        return {f"{new}.weight": self.tensor(f"{old}/weight"), f"{new}.bias": self.tensor(f"{old}/bias")}

    def norm(self, new: str, old: str) -> dict[str, torch.Tensor]:
        return {f"{new}.weight": self.tensor(f"{old}/gamma"), f"{new}.bias": self.tensor(f"{old}/beta")}

    def fused(self, new: str, old: str, parts: tuple[str, ...], width: int) -> dict[str, torch.Tensor]:
        """Rows of one matrix as the projections `parts`; a key that has a bias would be another architecture."""
        weight, bias = self.tensor(f"{old}/weight"), self.tensor(f"{old}/bias")
        state = {}
        for i, part in enumerate(parts):
            rows = slice(i * width, (i + 1) * width)
            state[f"{new}.{part}.weight"] = weight[rows].clone()
            if part != "key":
                state[f"{new}.{part}.bias"] = bias[rows].clone()
            elif float(bias[rows].abs().max()) != 0.0:
                raise ModelUnavailable(
                    f"{old} has a key bias, which Whisper has not", next_step="localize models verify"
                )
        return state
