"""Tokens and money: what adds up, and that a budget is never passed."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.errors import InputError
from localize.spending import Budget, Usage


def test_usages_add_up_and_one_estimate_makes_the_sum_an_estimate() -> None:
    both = Usage(1, 10, 5, 0.25, "CNY") + Usage(2, 1, 1, 0.5, "CNY", estimated=True)
    assert both == Usage(3, 11, 6, 0.75, "CNY", estimated=True)
    assert Usage() + Usage(1, 10, 5) == Usage(1, 10, 5)
    assert Usage() + Usage(1, 10, 5, 0.25, "CNY") == Usage(1, 10, 5, 0.25, "CNY")


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="CNY and USD do not add up"):
        Usage(1, 1, 1, 1.0, "CNY") + Usage(1, 1, 1, 1.0, "USD")


@given(st.floats(0, 10), st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1))))
def test_a_budget_is_never_passed_by_those_who_cost_no_more_than_they_set_aside(
    limit: float, requests: list[tuple[float, float]]
) -> None:
    budget = Budget(limit, "CNY")
    for most, share in requests:
        if budget.reserve(most):
            budget.settle(most, most * share)
    assert budget.spent <= limit


def test_a_budget_that_turned_one_request_away_turns_all_away() -> None:
    budget = Budget(1, "CNY")
    assert not budget.reserve(2)
    assert not budget.reserve(0.1)
    assert budget.exhausted


def test_what_another_request_gives_back_is_waited_for() -> None:
    budget = Budget(10, "CNY")
    assert budget.reserve(8)
    taken: list[bool] = []
    other = threading.Thread(target=lambda: taken.append(budget.reserve(8)))
    other.start()
    budget.settle(8, 1)
    other.join()
    assert taken == [True]
    budget.settle(8, 1)
    assert (budget.spent, budget.exhausted) == (2, False)


@pytest.mark.parametrize("limit", [-1, float("nan")])
def test_a_budget_is_an_amount(limit: float) -> None:
    with pytest.raises(InputError, match="next: give an amount of 0 or more"):
        Budget(limit, "CNY")
