"""A pre-norm transformer of half a million weights, and its way into CTranslate2.

Plain torch, because the layout of the weights has to match CTranslate2's `TransformerSpec` and nothing else: one shared
embedding for source, target and output, sinusoids interleaved, ReLU, layer norm before each block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ctranslate2.specs import transformer_spec
from torch import Tensor, nn
from torch.nn import functional

LONGEST = 256


@dataclass(frozen=True)
class Shape:
    """Size of a network. The defaults give packages of about 0.8 MB."""

    width: int = 128
    inner: int = 256
    heads: int = 4
    encoder_layers: int = 2
    decoder_layers: int = 1
    dropout: float = 0.1  # of the embeddings only: elsewhere it costs a tenth of the time and is not missed


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query, self.key, self.value, self.out = (nn.Linear(shape.width, shape.width) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None, causal: bool = False) -> Tensor:
        def split(t: Tensor) -> Tensor:
            return t.view(t.size(0), t.size(1), self.heads, -1).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(memory)), split(self.value(memory))
        heads = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
        return self.out(heads.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """An encoder layer, or with `cross` a decoder layer."""

    def __init__(self, shape: Shape, *, cross: bool) -> None:
        super().__init__()
        self.self_norm, self.self_attention = nn.LayerNorm(shape.width), Attention(shape)
        self.cross = cross
        if cross:
            self.cross_norm, self.cross_attention = nn.LayerNorm(shape.width), Attention(shape)
        self.inner_norm = nn.LayerNorm(shape.width)
        self.inner_in, self.inner_out = nn.Linear(shape.width, shape.inner), nn.Linear(shape.inner, shape.width)

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor | None = None) -> Tensor:
        """`mask` hides source padding: from the encoder's own attention, and from the decoder's look at `memory`."""
        y = self.self_norm(x)
        x = x + self.self_attention(y, y, None if self.cross else mask, causal=self.cross)
        if memory is not None:
            x = x + self.cross_attention(self.cross_norm(x), memory, mask)
        return x + self.inner_out(functional.relu(self.inner_in(self.inner_norm(x))))


def positions(length: int, width: int) -> np.ndarray:
    """Sinusoidal position encodings, sine on even columns and cosine on odd ones."""
    angle = np.arange(length)[:, None] * np.exp(np.arange(0, width, 2) * -(math.log(10000) / width))
    table = np.zeros((length, width), np.float32)
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


class Network(nn.Module):
    def __init__(self, pieces: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(pieces, shape.width)
        nn.init.normal_(self.embedding.weight, std=shape.width**-0.5)
        self.register_buffer("positions", torch.from_numpy(positions(LONGEST, shape.width)))
        self.encoder = nn.ModuleList(Layer(shape, cross=False) for _ in range(shape.encoder_layers))
        self.decoder = nn.ModuleList(Layer(shape, cross=True) for _ in range(shape.decoder_layers))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def embed(self, ids: Tensor) -> Tensor:
        scaled = self.embedding(ids) * math.sqrt(self.shape.width)
        return self.dropout(scaled + self.positions[: ids.size(1)])

    def forward(self, source: Tensor, present: Tensor, target: Tensor) -> Tensor:
        """Decoder states for `target`, for `logits`; `present` is false where `source` is padding."""
        mask = present[:, None, None, :]
        memory = self.embed(source)
        for layer in self.encoder:
            memory = layer(memory, mask)
        memory, state = self.encoder_norm(memory), self.embed(target)
        for layer in self.decoder:
            state = layer(state, mask, memory)
        return self.decoder_norm(state)

    def logits(self, state: Tensor) -> Tensor:
        return state @ self.embedding.weight.t()


def export(network: Network, pieces: list[str], folder: Path) -> None:
    """Write `network` to `folder` as a CTranslate2 model with 8-bit weights."""
    shape = network.shape
    spec = transformer_spec.TransformerSpec.from_config(
        (shape.encoder_layers, shape.decoder_layers), shape.heads, pre_norm=True
    )

    def array(tensor: Tensor) -> np.ndarray:
        return np.asarray(tensor.detach().numpy(), np.float32)

    def norm(to: Any, module: nn.LayerNorm) -> None:
        to.gamma, to.beta = array(module.weight), array(module.bias)

    def linear(to: Any, *modules: nn.Linear) -> None:
        to.weight = np.concatenate([array(m.weight) for m in modules])
        to.bias = np.concatenate([array(m.bias) for m in modules])

    def common(to: Any, layer: Layer) -> None:
        attention = layer.self_attention
        norm(to.self_attention.layer_norm, layer.self_norm)
        linear(to.self_attention.linear[0], attention.query, attention.key, attention.value)
        linear(to.self_attention.linear[1], attention.out)
        norm(to.ffn.layer_norm, layer.inner_norm)
        linear(to.ffn.linear_0, layer.inner_in)
        linear(to.ffn.linear_1, layer.inner_out)

    weight = array(network.embedding.weight)
    for side in (spec.encoder, spec.decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = positions(LONGEST, shape.width)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = spec.decoder.projection.weight = weight
    for to, layer in zip(spec.encoder.layer, network.encoder, strict=True):
        common(to, layer)
    for to, layer in zip(spec.decoder.layer, network.decoder, strict=True):
        common(to, layer)
        norm(to.attention.layer_norm, layer.cross_norm)
        linear(to.attention.linear[0], layer.cross_attention.query)
        linear(to.attention.linear[1], layer.cross_attention.key, layer.cross_attention.value)
        linear(to.attention.linear[2], layer.cross_attention.out)
    norm(spec.encoder.layer_norm, network.encoder_norm)
    norm(spec.decoder.layer_norm, network.decoder_norm)
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.add_source_bos = spec.config.add_source_eos = False
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
