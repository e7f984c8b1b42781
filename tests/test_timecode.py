from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.timecode import clock, frame_rate, frames_from_ms, ms_from_frames, ms_from_seconds, seconds_from_ms

RATES = [
    Fraction(24000, 1001),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("25/1", Fraction(25)), ("30000/1001", Fraction(30000, 1001)), (29.97, Fraction(30000, 1001)),
     ("23.976", Fraction(24000, 1001)),
     ("59.94", Fraction(60000, 1001)), ("30", Fraction(30))],
)  # fmt: skip
def test_frame_rates_are_exact_fractions(text: str | float, rate: Fraction) -> None:
    assert frame_rate(text) == rate


@pytest.mark.parametrize("text", ["0/0", "0", "-25", "abc"])
def test_a_frame_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        frame_rate(text)


@given(st.integers(0, 10**7), st.sampled_from(RATES))
def test_a_frame_starts_at_the_first_millisecond_that_shows_it(frame: int, rate: Fraction) -> None:
    start = ms_from_frames(frame, rate)
    assert frames_from_ms(start, rate) == frame
    assert start == 0 or frames_from_ms(start - 1, rate) == frame - 1


@given(st.integers(0, 10**9))
def test_seconds_at_an_engines_edge_come_back_as_the_same_millisecond(ms: int) -> None:
    assert ms_from_seconds(seconds_from_ms(ms)) == ms


def test_decimal_strings_are_exact() -> None:
    assert ms_from_seconds("12.3455") == 12346
    assert clock(62_345) == "01:02.345"
