"""How long a line may be, and what may stand for one that is longer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, Kind, Origin
from localize.glossary.terms import Term
from localize.text.shortening import best, keeps, length, limits, readable, same_numbers
from localize.timecode import Grid
from localize.timing import Limits, Timed, schedule

READING = Limits(10, 800, 7000)
GRID = Grid(Fraction(25))
END_MS = 60_000
WAR_GOD = Term("战神", "God of War", forbidden=("Ares",))


def cue(number: int, start_ms: int, end_ms: int, *, origin: Origin = "speech", kind: Kind = "dialogue") -> Cue:
    return Cue(f"c{number}", start_ms, end_ms, "你好", kind, origin)


def limits_of(*cues: Cue, shots: Sequence[int] = (), reading: Limits = READING) -> list[int]:
    made = limits(cues, reading, grid=GRID, shots=shots, duration_ms=END_MS)
    return [made[cue.id] for cue in cues]


def test_a_line_has_until_two_frames_before_the_next_one() -> None:
    assert limits_of(cue(1, 1000, 1500), cue(2, 3000, 3500))[0] == 19  # 1000 to 2920 ms, 10 characters a second


def test_the_last_line_has_the_longest_duration() -> None:
    assert limits_of(cue(1, 1000, 1500)) == [70]


def test_nothing_is_shown_after_the_picture_has_ended() -> None:
    assert limits_of(cue(1, 58_000, 58_500)) == [20]


def test_what_a_person_timed_has_its_own_time_alone() -> None:
    assert limits_of(cue(1, 1000, 1500, origin="file"), cue(2, 3000, 4200, origin="human")) == [5, 12]


def test_a_shot_change_ends_the_time_of_a_line_that_could_go_on_for_only_a_moment() -> None:
    assert limits_of(cue(1, 1000, 1500), cue(2, 3000, 3500), shots=[2600])[0] == 15  # out 2 frames before it: 2520 ms


def test_a_sign_takes_no_time_from_what_is_said() -> None:
    assert limits_of(cue(1, 1000, 1500), cue(2, 2000, 3000, kind="forced")) == [70, 70]


def test_cues_of_one_moment_share_their_time() -> None:
    assert limits_of(cue(1, 1000, 3000), cue(2, 1000, 3000), cue(3, 3000, 4000))[:2] == [9, 9]


def test_no_cues_have_no_limits() -> None:
    assert limits_of() == []


_TIMES = st.lists(st.integers(0, END_MS - 3000), min_size=1, max_size=12)


@given(_TIMES, st.lists(st.integers(0, END_MS), max_size=8), st.integers(4, 20), st.data())
def test_lines_within_their_limits_can_be_read_in_the_layout(
    starts: list[int], shots: list[int], cps: int, data: st.DataObject
) -> None:
    reading = Limits(cps, 833, 7000)
    cues = [cue(n, at, at + data.draw(st.integers(80, 2900))) for n, at in enumerate(sorted(starts))]
    longest = limits(cues, reading, grid=GRID, shots=shots, duration_ms=END_MS)
    timed = [Timed(one.id, one.start_ms, one.end_ms, "x" * data.draw(st.integers(0, longest[one.id]))) for one in cues]
    events = schedule(
        timed, grid=GRID, shots=shots, limits=reading, duration_ms=END_MS, fits=lambda text: " " not in text
    )
    assert all(length(event.text) <= readable(cps, event.end_ms - event.start_ms) for event in events)


@given(st.integers(1, 30), st.integers(1, 20_000), st.integers(0, 700))
def test_what_is_readable_is_exactly_what_does_not_exceed_the_reading_speed(cps: int, ms: int, count: int) -> None:
    assert (count <= readable(cps, ms)) == (1000 * count / ms <= cps)


def test_thai_is_counted_as_a_reader_counts() -> None:
    assert (length("หนึ่ง"), length("ab\ncd")) == (3, 4)


@pytest.mark.parametrize(
    ("candidates", "limit", "chosen"),
    [
        (["a" * 8, "b" * 10, "c" * 5], 10, "b" * 10),
        (["a" * 18, "b" * 15], 10, "b" * 15),
        (["a" * 19], 10, None),
        (["a" * 18], 10, "a" * 18),
        ([], 10, None),
        (["", " "], 10, None),
    ],
    ids=["longest that fits", "shortest if none fits", "not worth it", "a tenth is", "none", "empty ones"],
)
def test_the_longest_that_fits_is_best_and_otherwise_the_shortest_if_it_is_worth_it(
    candidates: list[str], limit: int, chosen: str | None
) -> None:
    assert best(candidates, "x" * 20, limit) == chosen


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The God of War takes 3 million.", True),
        ("He takes 3 million.", False),
        ("The God of War takes millions.", False),
        ("The God of War takes 30 of 3 million in 5 days.", False),
        ("The God of War, Ares, takes 3 million.", False),
    ],
    ids=["kept", "term lost", "number lost", "number invented", "forbidden rendering"],
)
def test_terms_and_numbers_survive(text: str, kept: bool) -> None:
    assert keeps(text, "You know that the God of War will take 3 million.", [WAR_GOD]) == kept


def test_a_term_that_the_full_line_lacks_is_not_asked_of_a_shorter_one() -> None:
    assert keeps("He is back.", "The general is finally back.", [WAR_GOD])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("$3,500,000.00", "$3.5 3500000", True), ("٣٠٠٬٠٠٠", "300,000", True), ("12.5%", "12%", False), ("", "", True)],
)
def test_numbers_are_the_same_however_they_are_grouped(one: str, other: str, same: bool) -> None:
    assert same_numbers(one, other) == same
