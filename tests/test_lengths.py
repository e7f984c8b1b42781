"""Lengths: the table is what the starter corpus shows."""

from __future__ import annotations

import random

import pytest

from localize.cues import graphemes
from localize.locales import LOCALES, locale
from localize.text import lengths
from samples.models.build import corpus

TAGS = {code: tag for tag, profile in LOCALES.items() if (code := profile.argos and profile.argos.split("-")[0])}


@pytest.mark.parametrize("code", sorted(TAGS))
def test_no_more_than_two_lines_in_a_hundred_of_the_corpus_lie_outside_of_what_was_measured(code: str) -> None:
    rng, chinese, other, profile = random.Random(2), corpus.load("zh"), corpus.load(code), locale(TAGS[code])
    fillings = [corpus.choose(rng, template) for template in chinese.templates for _ in range(4)]
    ratios = [lengths.ratio(chinese.render(one), other.render(one), profile) for one in fillings]
    told = [ratio for ratio in ratios if ratio]
    outside = [ratio for ratio in told if not _measured(ratio)]
    assert len(told) > 500
    assert len(outside) <= 0.02 * len(told)
    assert not [ratio for ratio in told if ratio.odd]


def _measured(ratio: lengths.Ratio) -> bool:
    return ratio.least * lengths.MARGIN <= ratio.value <= ratio.most / lengths.MARGIN


@pytest.mark.parametrize("tag", LOCALES)
def test_a_line_ten_times_too_long_or_too_short_is_odd_in_every_locale(tag: str) -> None:
    source = "你到底想让我怎么样才肯放过他们"
    least, most = lengths.MEASURED[locale(tag).script]
    usual = "x" * round(len(source) * (least * most) ** 0.5)
    assert not (ratio := lengths.ratio(source, usual, locale(tag))) or not ratio.odd
    for text in (usual * 10, usual[: len(usual) // 10]):
        ratio = lengths.ratio(source, text, locale(tag))
        assert ratio is not None
        assert ratio.odd


def test_a_short_source_tells_nothing() -> None:
    assert lengths.ratio("滚！！！", "Get out of my sight this very moment!", locale("en")) is None


def test_what_a_reader_sees_counts() -> None:
    source, text = "你是谁啊", "หนึ่ง"
    ratio = lengths.ratio(source, text, locale("th"))
    assert ratio is not None
    assert ratio.value == len(graphemes(text)) / 4
