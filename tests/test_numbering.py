from __future__ import annotations

import pytest

from localize.errors import InputError
from localize.numbering import chosen, natural, number


@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("ep01", 1),
        ("EP.12", 12),
        ("e7", 7),
        ("第3集", 3),
        ("第十二集", 12),
        ("龙王归来 第 105 话", 105),
        ("03", 3),
        ("12集", 12),
        ("潮_1080p_012", 12),
        ("龙王归来-07-1080x1920", 7),
        ("Dragon.King.S01E09.x264", 9),
        ("trailer", None),
    ],
)
def test_the_number_of_an_episode_is_found_among_other_numbers(name: str, n: int | None) -> None:
    assert number(name) == n


def test_nine_comes_before_ten() -> None:
    assert sorted(["ep10", "ep9", "ep1"], key=natural) == ["ep1", "ep9", "ep10"]


IDS = ("ep01", "ep02", "ep03", "ep10", "trailer")


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ((), IDS),
        (("ep02",), ("ep02",)),
        (("2-9",), ("ep02", "ep03")),
        (("10", "1"), ("ep01", "ep10")),
        (("trailer", "1-2"), ("ep01", "ep02", "trailer")),
    ],
)
def test_episodes_are_chosen_by_id_number_or_range_in_the_order_of_the_series(
    wanted: tuple[str, ...], ids: tuple[str, ...]
) -> None:
    assert chosen(IDS, wanted) == ids


@pytest.mark.parametrize("word", ["ep04", "4-9", "20-1"])
def test_what_fits_no_episode_is_refused_by_name(word: str) -> None:
    with pytest.raises(InputError, match=f"no episode '{word}'; next: choose among ep01, ep02"):
        chosen(IDS, ("ep01", word))
