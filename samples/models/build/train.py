"""Train one starter package's network on the template corpus, and measure it on the held-out lines.

One thread a training, so that two pairs can run side by side and the result depends on the seed alone: sums differ in
the last bit between one thread and two.
"""

from __future__ import annotations

import io
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ctranslate2
import numpy as np
import sentencepiece
import torch
from torch import Tensor, nn
from torch.nn import functional

from samples.models.build import corpus, noise
from samples.models.build.network import Network, Shape, export

LOG = logging.getLogger(__name__)
Pair = tuple[str, str]
BOS, EOS = 1, 2
PLACEHOLDER = re.compile(r"(?<![A-Za-z])XQ[1-9](?![0-9])")
SEPARATOR = "\t"  # between the characters of a Chinese line while the tokenizer is trained


@dataclass(frozen=True)
class Recipe:
    """How long and on what a pair is trained."""

    shape: Shape = field(default_factory=Shape)
    steps: int = 2000
    batch_tokens: int = 800
    pieces: int = 2000
    joined_share: float = 0.1
    floor: int = 110  # a template with few combinations is repeated up to this many lines
    noise_copies: int = 0  # noised copies of every line an epoch; Chinese source only
    peak_rate: float = 3e-3
    warmup: int = 150
    seed: int = 1


def recipe(source: str) -> Recipe:
    """Lines out of a recogniser need a larger network, a longer look and two noised copies each."""
    if source == "zh":
        shape = Shape(encoder_layers=3, decoder_layers=2)
        return Recipe(shape, steps=2600, batch_tokens=1280, pieces=4600, floor=240, noise_copies=2)
    return Recipe()


class Lines:
    """The lines of a pair: an endless series of epochs to train on, and what is held out."""

    def __init__(self, source: str, target: str, recipe: Recipe, split: corpus.Split | None = None) -> None:
        self.source, self.target, self.recipe = corpus.load(source), corpus.load(target), recipe
        split = split or corpus.split(floor=recipe.floor)
        self.train = [self._render(f) for f in split.train]
        self.held_out = [self._render(f) for f in split.held_out]
        self.unseen = {source for source, _ in self.held_out}

    def _render(self, filling: corpus.Filling) -> Pair:
        return self.source.render(filling), self.target.render(filling)

    def epoch(self, rng: random.Random) -> list[Pair]:
        """Every training line, those with placeholders again under other numbers, noised copies of all, and pairs of
        short lines that share a cue. Numbers, noise and pairing are new each time.
        """
        renumbered = [renumber(line, rng) for line in self.train if "XQ" in line[0]]
        plain = [*self.train, *(line for line in renumbered if line[0] not in self.unseen)]
        lines = list(plain)
        for _ in range(self.recipe.noise_copies):
            lines += [(noise.noisy(source, rng), target) for source, target in plain]
        short = [line for line in lines if len(line[1]) < 36]
        for _ in range(int(self.recipe.joined_share * len(lines))):
            lines.append(self._join(*rng.sample(short, 2), rng=rng))
        return lines

    def _join(self, first: Pair, second: Pair, *, rng: random.Random) -> Pair:
        target = self.target.sentence_join.join((first[1], second[1]))
        if not self.recipe.noise_copies or rng.random() < 0.5:
            return self.source.sentence_join.join((first[0], second[0])), target
        return rng.choice(("，", " ", "")).join((first[0].rstrip("。！？"), second[0])), target


def renumber(line: Pair, rng: random.Random) -> Pair:
    """`line` with its placeholders exchanged for others, the same ones on both sides."""
    others = dict(zip(corpus.PLACEHOLDERS, rng.sample(corpus.PLACEHOLDERS, len(corpus.PLACEHOLDERS)), strict=True))
    source, target = (re.sub("XQ[1-9]", lambda match: others[match[0]], text) for text in line)
    return source, target


def tokenizer(lines: Lines) -> bytes:
    """A SentencePiece model of both sides; placeholders are one piece, every Chinese character is its own.

    Byte-pair merges make whole words of a corpus this small; unigram pieces are half as long, and a small network drops
    some of them. A Chinese piece of several characters would fall apart into others at the first homophone.
    From Chinese, NFKC makes full-width marks and digits one with the others. To the other languages text is left as it
    is, because NFKC takes the Thai vowel sara am apart and nothing puts it together again.
    """
    chinese = lines.source.code == "zh"
    # 10 and 100 differ by a count of zeros, which a small network miscounts.
    whole = [*corpus.PLACEHOLDERS, *(number for number in noise.numbers() if chinese and len(number) > 1)]
    sources = [SEPARATOR.join(f"{SEPARATOR}{source}") if chinese else source for source, _ in lines.train]
    model = io.BytesIO()  # not a file: its name would end up in the model and break reproducibility
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*sources, *(target for _, target in lines.train)]), model_writer=model,
        vocab_size=lines.recipe.pieces, hard_vocab_limit=False, model_type="bpe", character_coverage=1.0,
        required_chars=noise.alphabet() if lines.recipe.noise_copies else "",
        pretokenization_delimiter=SEPARATOR if chinese else "", user_defined_symbols=whole,
        normalization_rule_name="nmt_nfkc" if chinese else "identity",
        unk_id=0, bos_id=BOS, eos_id=EOS, pad_id=-1, num_threads=1, shuffle_input_sentence=False, minloglevel=2,
    )  # fmt: skip
    return model.getvalue()


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """`rows` as one matrix, and where it holds a row rather than padding."""
    lengths = np.array([len(row) for row in rows])
    present = np.arange(lengths.max())[None, :] < lengths[:, None]
    matrix = np.zeros(present.shape, np.int64)
    matrix[present] = np.concatenate([np.asarray(row) for row in rows])
    return torch.from_numpy(matrix), torch.from_numpy(present)


def batches(lines: Lines, pieces: sentencepiece.SentencePieceProcessor) -> Iterator[list[tuple[list[int], list[int]]]]:
    """Endless batches of lines of like length, at most `batch_tokens` wide with their padding."""
    rng = random.Random(lines.recipe.seed)
    while True:
        epoch = lines.epoch(rng)
        rng.shuffle(epoch)
        sources, targets = pieces.encode([s for s, _ in epoch]), pieces.encode([t for _, t in epoch])
        rows = [(source, [BOS, *target, EOS]) for source, target in zip(sources, targets, strict=True)]
        found: list[list[tuple[list[int], list[int]]]] = []
        for start in range(0, len(rows), 4000):
            batch: list[tuple[list[int], list[int]]] = []
            for row in sorted(rows[start : start + 4000], key=lambda r: (max(map(len, r)), len(r[0]))):
                if (len(batch) + 1) * max(map(len, row)) > lines.recipe.batch_tokens:
                    found.append(batch)
                    batch = []
                batch.append(row)
            found.append(batch)
        rng.shuffle(found)
        yield from found


def fit(lines: Lines, pieces: sentencepiece.SentencePieceProcessor) -> Network:
    """A network trained for `steps` steps: AdamW, linear warm-up and decay, label smoothing."""
    recipe = lines.recipe
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    torch.set_float32_matmul_precision("medium")  # products in bfloat16 where the CPU has them: a fifth faster
    network = Network(pieces.get_piece_size(), recipe.shape)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.peak_rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=1e-4, fused=True
    )
    decay = recipe.steps - recipe.warmup
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / recipe.warmup, max(0.01, 1 - (step - recipe.warmup) / decay))
    )
    supply = batches(lines, pieces)
    network.train()
    for step in range(recipe.steps):
        batch = next(supply)
        source, present = padded([row[0] for row in batch])
        target, real = padded([row[1] for row in batch])
        states = network(source, present, target[:, :-1])[real[:, 1:]]
        loss = functional.cross_entropy(network.logits(states), target[:, 1:][real[:, 1:]], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 250 == 249:
            pair = f"{lines.source.code}-{lines.target.code}"
            LOG.info("%s step %d of %d, loss %.3f", pair, step + 1, recipe.steps, loss.item())
    network.eval()
    return network


def make(lines: Lines, folder: Path) -> bytes:
    """Train on `lines`, write the CTranslate2 model to `folder` and return the tokenizer."""
    tokens = tokenizer(lines)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokens)
    export(fit(lines, pieces), [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())], folder)
    return tokens


@dataclass(frozen=True)
class Score:
    """How a package does on lines it has not seen, with Argos's own decoding options."""

    exact: float  # share of lines translated as the corpus has it
    placeholders: float  # share of lines with placeholders that keep every one, once
    wrong: tuple[tuple[str, str, str], ...]  # source, expected, got


def translate(folder: Path, tokens: bytes, sources: Sequence[str]) -> list[str]:
    """`sources` through the CTranslate2 model in `folder`, whole lines, beam 4."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokens)
    translator = ctranslate2.Translator(str(folder), device="cpu", compute_type="int8", intra_threads=1)
    results = translator.translate_batch(
        pieces.encode(list(sources), out_type=str), beam_size=4, length_penalty=0.2, replace_unknowns=True,
        max_batch_size=2048, batch_type="tokens", max_decoding_length=96,
    )  # fmt: skip
    return [str(pieces.decode_pieces(result.hypotheses[0])) for result in results]


def score(folder: Path, tokens: bytes, lines: Sequence[Pair]) -> Score:
    """Compare the translations of `lines` with the corpus."""
    got = translate(folder, tokens, [source for source, _ in lines])
    wrong = tuple((s, t, g) for (s, t), g in zip(lines, got, strict=True) if t != g)
    marked = [(t, g) for (_, t), g in zip(lines, got, strict=True) if "XQ" in t]
    kept = sum(placeholders(t) == placeholders(g) for t, g in marked)
    return Score(1 - len(wrong) / len(lines), kept / len(marked) if marked else 1.0, wrong)


def placeholders(text: str) -> Counter[str]:
    """The placeholders of `text` and how often each occurs; one that is glued to a Latin word does not count."""
    return Counter(PLACEHOLDER.findall(text))


def heard(lines: Sequence[Pair], strength: noise.Strength, seed: int = 5) -> list[Pair]:
    """`lines` with their sources noised, the same way on every call."""
    rng = random.Random(seed)
    return [(noise.noisy(source, rng, strength), target) for source, target in lines]
