"""Sync: files that are late, early or made for another rate are told apart from files that are only timed otherwise."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from localize.sync import factor, misfit

FILM = [1000, 2600, 4100, 7300, 8900, 12_400, 15_000, 21_300, 24_800, 26_000]


def film(cues: int) -> list[int]:
    """Starts of a dense dialogue: 0.8 to 4 s apart."""
    chance, at = random.Random(7), 0
    return [at := at + chance.randint(800, 4000) for _ in range(cues)]


def roughly(starts: list[int]) -> list[int]:
    """As another pair of ears hears them: within 80 ms."""
    chance = random.Random(8)
    return [ms + chance.randint(-80, 80) for ms in starts]


def test_a_film_fits_itself_and_what_is_timed_a_little_otherwise() -> None:
    assert misfit(FILM, FILM) is None
    assert misfit(roughly(film(60)), film(60)) is None
    assert misfit([ms - 250 for ms in FILM], FILM) is None


@pytest.mark.parametrize("shift_ms", [1200, -1200, 400, 3_600_000, -45_000])
def test_a_file_that_is_late_or_early_as_a_whole_is_told_by_how_much(shift_ms: int) -> None:
    for starts in (FILM, film(80)):
        found = misfit([ms + shift_ms for ms in starts], starts)
        assert found
        assert (found.shift_ms, found.rate) == (-shift_ms, "")
    found = misfit([ms + shift_ms for ms in roughly(film(80))], film(80))
    assert found
    assert found.shift_ms == pytest.approx(-shift_ms, abs=60)


def test_three_cues_are_enough_to_tell_and_two_are_not() -> None:
    found = misfit([2200, 3800, 5300], FILM[:3])
    assert found
    assert found.shift_ms == -1200
    assert misfit([2200, 3800], FILM[:2]) is None


def test_a_file_that_lacks_lines_and_has_others_is_told_as_well() -> None:
    starts = film(60)
    theirs = sorted([*starts[::2], *(ms + 1700 for ms in starts[::9])])
    found = misfit([ms + 2000 for ms in theirs], starts)
    assert found
    assert found.shift_ms == -2000


def test_another_film_altogether_is_no_shift() -> None:
    assert misfit(film(60), [ms * 37 // 29 + 511 for ms in reversed(range(0, 120_000, 1900))]) is None


@pytest.mark.parametrize("rate", ["23.976:25", "25:23.976", "25:30"])
def test_a_file_made_for_another_rate_is_told(rate: str) -> None:
    starts = film(80)
    found = misfit([round(ms / factor(rate)) for ms in starts], starts)
    assert found
    assert (found.rate, found.shift_ms) == (rate, 0)


def test_rate_and_shift_are_told_together() -> None:
    starts = film(80)
    found = misfit([round((ms + 2000) / factor("23.976:25")) for ms in starts], starts)
    assert found
    assert (found.rate, found.shift_ms) == ("23.976:25", -2000)


def test_the_factor_of_two_rates_is_exact() -> None:
    assert factor("23.976:25") == Fraction(24000, 1001) / 25
    with pytest.raises(ValueError, match="unpack"):
        factor("25")
