"""Numerals: whatever way a number is written, it is the same number; a false alarm is worse than a miss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.text.numerals import invented, lost, significant, value

NUMBERS = st.integers(0, 10**12 - 1)
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９")


def chinese(number: int) -> str:
    """`number` as it is read aloud: 10 is 十, 105 is 一百零五, 300,000 is 三十万."""
    for unit, char in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            head, tail = divmod(number, unit)
            gap = "零" if 0 < tail < unit // 10 else ""
            return chinese(head) + char + (gap + _section(tail, unit) if tail else "")
    return _small(number).removeprefix("一") if 10 <= number < 20 else _small(number)


def _section(number: int, unit: int) -> str:
    return chinese(number) if unit > 10**4 else _small(number)


def _small(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    unit, char = next((u, c) for u, c in ((1000, "千"), (100, "百"), (10, "十")) if number >= u)
    head, tail = divmod(number, unit)
    gap = "零" if 0 < tail < unit // 10 else ""
    return digits[head] + char + (gap + _small(tail) if tail else "")


def written(number: int, script: str, separator: str) -> str:
    return f"{number:,}".translate({ord(a): b for a, b in zip("0123456789,", [*script, separator], strict=True)})


@given(NUMBERS)
def test_a_numeral_that_is_read_aloud_has_its_value(number: int) -> None:
    assert value(chinese(number)) == number


@given(NUMBERS, st.sampled_from(SCRIPTS), st.sampled_from([",", ".", "\u202f", "\u00a0", "٬", "’"]))
def test_a_number_is_explained_in_every_script_and_with_every_separator(number: int, script: str, sign: str) -> None:
    assert invented(f"给你{chinese(number)}块钱", f"x {written(number, script, sign)} y") == ()


@given(NUMBERS, NUMBERS)
def test_another_number_is_invented(there: int, number: int) -> None:
    if significant(str(there)) != significant(str(number)) and number >= 10 and there not in (110, 119, 120):
        assert invented(f"第{there}号", f"No. {number}") == (str(number),)


@given(st.integers(13, 10**9), st.sampled_from(SCRIPTS))
def test_a_number_in_digits_that_is_kept_is_not_lost(number: int, script: str) -> None:
    assert lost(f"还有{number}个人，5个好人", f"{written(number, script, ',')} and 5") == ()


@given(st.text(), st.text())
def test_any_text_is_judged_without_an_error(source: str, target: str) -> None:
    assert set(invented(source, target)) <= set(invented("", target))
    assert isinstance(lost(source, target), tuple)


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("两百", 200), ("十五", 15), ("一百零五", 105), ("二〇二四", 2024), ("三万亿", 3 * 10**12), ("1万2000", 12_000),
     ("万万", 10**8), ("叁佰贰拾", 320)],
)  # fmt: skip
def test_the_ways_a_number_is_said(numeral: str, number: int) -> None:
    assert value(numeral) == number


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("三十万！", "300,000!"),
        ("1.5亿的合同", "A contract over 150 million"),
        ("百分之九十九点九", "99.9%"),
        ("九成", "90%"),
        ("他才十七八岁", "He is only 17 or 18"),
        ("三五天就好", "It takes 3 to 5 days"),
        ("下午三点半见", "See you at 15:30"),
        ("三更了", "It is midnight, 12 sharp"),
        ("再给我半年", "Give me 6 months"),
        ("一个星期", "7 days"),
        ("12月25号", "25. Dezember"),
        ("2024/12/25", "25.12.2024"),
        ("快打120！", "Call 911!"),
        ("给你2小时，拿100万来", "In two hours, 1,000,000"),
        ("三天之内拿100万", "A million within 3 days"),
        ("30公里外", "Thirty kilometres away"),
        ("二零二四年", "In 2024"),
        ("三百五", "350"),
        ("第一名", "1st"),
        ("我等了你三年", "انتظرتك ٣ سنوات"),
        ("零下三点五度", "-3.5 °C"),
    ],
)
def test_what_is_right_raises_no_alarm(source: str, target: str) -> None:
    assert (invented(source, target), lost(source, target)) == ((), ())


@pytest.mark.parametrize(
    ("source", "target", "number"),
    [
        ("三天之内还钱", "Pay within 5 days", "5"),
        ("我回来了", "I am back, 100%", "100"),
        ("第十五集", "第 16 話", "16"),
    ],
)
def test_a_number_nobody_said_is_invented(source: str, target: str, number: str) -> None:
    assert invented(source, target) == (number,)


def test_a_wall_of_digits_is_just_another_number() -> None:
    wall = "9" * 5000
    assert invented(wall, wall) == lost(wall, wall) == ()
    assert lost(wall, "1") == (wall,)
    assert invented("万" * 5000, "7") == ("7",)


def test_a_number_that_is_missing_beside_others_is_lost() -> None:
    assert lost("500块，37个人", "37 people for 4 dollars") == ()
    assert lost("房间1703，3楼", "Room on floor 3") == ("1703",)
    assert lost("房间1703", "That room") == ()
