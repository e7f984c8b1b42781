"""The arithmetic of the bench; nothing here is timed."""

from __future__ import annotations

import pytest

from localize.cues import Cue
from tests.bench.accuracy import Spoken, alignment, error_rate, starts
from tests.bench.harness import Figure, Part, interleaved, percentile, ratio, wall


def _quiet(_line: str) -> None:
    """Nobody watches."""


def test_runs_take_turns_and_keep_their_own_seconds() -> None:
    order: list[str] = []

    def run(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    made = interleaved({"a": lambda: run("a", 1.0), "b": lambda: run("b", 2.0)}, 3, _quiet)
    assert order == ["a", "b"] * 3
    assert made == {"a": (1.0, 1.0, 1.0), "b": (2.0, 2.0, 2.0)}


def test_a_ratio_is_taken_within_each_round() -> None:
    """The machine was half as fast in the second round, for both."""
    found = ratio("a / b", [1.1, 2.2, 1.2], [1.0, 2.0, 1.0], at_most=1.15)
    assert (round(found.value, 3), round(found.low or 0, 3), round(found.high or 0, 3)) == (1.1, 1.1, 1.2)
    assert found.held


def test_a_time_is_the_median_of_its_rounds() -> None:
    assert wall("a", [3.0, 1.0, 9.0, 2.0, 2.5]).value == 2.5


@pytest.mark.parametrize(
    ("figure", "held"),
    [
        (Figure("no limit", 99.0, "x"), True),
        (Figure("on the limit", 1.1, "x", at_most=1.1), True),
        (Figure("prints as the limit, is over it", 1.104, "x", at_most=1.1), False),
        (Figure("too slow", 4.9, "x", at_least=5.0), False),
    ],
)
def test_a_limit_is_held_by_what_was_measured_not_by_what_is_printed(figure: Figure, held: bool) -> None:
    assert figure.held is held
    assert Part("title", (), (Figure("fine", 0.0), figure)).held is held


def test_a_table_has_one_row_per_figure_and_marks_the_one_that_missed() -> None:
    figures = (wall("floor", [2.0, 3.0, 4.0]), Figure("a / b", 1.2, "x", at_most=1.1))
    part = Part("Burning in", ("12 locales.",), figures)
    assert part.markdown().splitlines() == [
        "## Burning in",
        "",
        "12 locales.",
        "",
        "| figure | value | extremes | limit | held | note |",
        "| --- | --- | --- | --- | --- | --- |",
        "| floor | 3.00 s | 2.00 s to 4.00 s |  |  |  |",
        "| a / b | 1.20 x |  | <= 1.10 x | **NO** |  |",
    ]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile(range(1, 11), 0.9) == 9
    assert percentile([7], 0.9) == 7


def test_alignment_counts_edits_and_keeps_equal_characters() -> None:
    assert alignment("林凡回来了", "林帆回来") == (2, [(0, 0), (2, 2), (3, 3)])


def test_an_error_is_counted_after_spelling_numerals_and_marks() -> None:
    assert error_rate(["她等了三十年。"], ["它等了30", " 年!"]) == 0


def test_a_cue_is_matched_to_the_line_it_starts_whatever_the_cuts() -> None:
    """The second line begins inside the first cue, the third has a cue too many, the last was not heard."""
    truth = [
        Spoken(1000, 2000, "跪下"),
        Spoken(2100, 3000, "你是谁"),
        Spoken(4000, 6000, "我是林凡的妻子"),
        Spoken(8000, 9000, "滚"),
    ]
    cues = [Cue("c1", 1050, 3100, "跪下你是谁"), Cue("c2", 3960, 5000, "喔是林凡"), Cue("c3", 5000, 6000, "的妻子")]
    found = starts(truth, cues)
    assert found.errors_ms == (50, -40)
    assert (found.inside, found.unheard, found.split) == (1, 1, 1)


def test_equal_words_at_another_time_are_no_match() -> None:
    assert starts([Spoken(0, 1000, "跪下")], [Cue("c1", 60_000, 61_000, "跪下")]).unheard == 1
