from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.stages.read.borders import end_ms, first_ms

CUT = (0.02, 0.05, 0.03, 0.99, 1.0, 0.98)
FADE = (0.0, 0.01, 0.17, 0.33, 0.5, 0.67, 0.83, 1.0)
RESTLESS = (0.2, 0.28, 0.24, 0.6, 0.95, 1.0)
"""A ground that looks a little like the letters, and falls before they begin as a fade would."""


def timed(amounts: Sequence[float]) -> list[tuple[int, float]]:
    return [(40 * number, amount) for number, amount in enumerate(amounts)]


@pytest.mark.parametrize(("amounts", "first"), [(CUT, 3), (FADE, 2), (RESTLESS, 3)])
def test_a_text_begins_with_its_first_picture_and_ends_before_the_first_without(
    amounts: Sequence[float], first: int
) -> None:
    assert first_ms(timed(amounts), 40 * len(amounts), 0) == 40 * first
    assert end_ms(timed(amounts[::-1]), 40 * len(amounts)) == 40 * (len(amounts) - first)


def test_a_text_does_not_begin_before_the_one_before_has_ended() -> None:
    assert first_ms(timed(FADE), 320, 200) == 200


def test_an_end_that_no_picture_shows_is_where_the_text_was_missed() -> None:
    assert end_ms(timed((1.0, 0.95, 0.9)), 120) == 120
    assert end_ms([], 120) == 120


@given(st.lists(st.floats(-0.2, 1.2), max_size=30))
def test_borders_lie_among_the_pictures_that_were_looked_at(amounts: list[float]) -> None:
    found_ms = 40 * len(amounts)
    assert 0 <= first_ms(timed(amounts), found_ms, 0) <= found_ms
    assert 0 <= end_ms(timed(amounts), found_ms) <= found_ms


def test_what_moves_behind_a_text_before_it_comes_at_once_is_no_fade() -> None:
    ground = [(at_ms, 0.05 + at_ms / 1800) for at_ms in range(0, 600, 40)]
    assert 520 <= first_ms([*ground, (600, 1.0)], 640, 0) <= 600
