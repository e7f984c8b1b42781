"""The template corpus: every side complete, nothing held out is trained on, noise leaves placeholders alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from samples.models.build import corpus

CODES = sorted(path.stem for path in corpus.CORPUS.glob("*.toml"))


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_every_form_its_templates_ask_for(code: str) -> None:
    assert corpus.problems(code) == []


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_at_least_120_templates(code: str) -> None:
    assert len(corpus.load(code).templates) >= 120


def test_no_held_out_combination_is_trained_on() -> None:
    split = corpus.split()
    assert not {f.key for f in split.held_out} & {f.key for f in split.train}


def test_the_lines_of_the_sample_series_are_held_out() -> None:
    split = corpus.split()
    assert {f.key for f in corpus.reserved()} <= {f.key for f in split.held_out}


@pytest.mark.parametrize("source", ["zh", "en"])
def test_no_held_out_line_is_spelled_like_a_training_line(source: str) -> None:
    split, language = corpus.split(), corpus.load(source)
    trained = {language.render(f) for f in split.train}
    assert not [f for f in split.held_out if language.render(f) in trained]


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("zh", "en")])
def test_one_english_line_has_one_translation(code: str) -> None:
    split, english, language = corpus.split(), corpus.load("en"), corpus.load(code)
    meanings: dict[str, set[str]] = {}
    for filling in (*split.train, *split.held_out):
        meanings.setdefault(english.render(filling), set()).add(language.render(filling))
    doubtful = {line: translations for line, translations in meanings.items() if len(translations) > 1}
    assert len(doubtful) <= 0.001 * len(meanings), doubtful


def test_noise_keeps_every_placeholder() -> None:
    noise = pytest.importorskip("samples.models.build.noise", reason="needs the samples extra", exc_type=ImportError)
    rng, chinese = random.Random(2), corpus.load("zh")
    marked = [f for f in corpus.split().train if any(v.startswith("XQ") for v in f.slots.values())]
    for filling in rng.sample(marked, 400):
        line = chinese.render(filling)
        noised = noise.noisy(line, rng, noise.HEAVY)
        assert Counter(noise_free(noised)) == Counter(noise_free(line)), (line, noised)


def noise_free(line: str) -> list[str]:
    return [line[at : at + 3] for at in range(len(line)) if line.startswith("XQ", at)]


def test_noise_spells_names_by_sound_and_numerals_in_digits() -> None:
    noise = pytest.importorskip("samples.models.build.noise", reason="needs the samples extra", exc_type=ImportError)
    rng = random.Random(3)
    heard = {noise.noisy("苏若雪，等我三十天。", rng, noise.HEAVY) for _ in range(200)}
    assert all(noise.reading(char)[0] in {"su", "shu"} for line in heard for char in line[:1])
    assert any("30天" in line for line in heard)
    assert "苏若雪，等我三十天。" not in heard or len(heard) > 100
