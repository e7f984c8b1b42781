from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.glossary import placeholders
from localize.glossary.terms import Span

LINE = st.text(st.sampled_from("龙王战神，。！abXQ１² "), max_size=20).filter(placeholders.can_protect)


@st.composite
def protected(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A line, and spans of it that do not overlap."""
    text = draw(LINE)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=2 * placeholders.MOST)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Span(start, end, text[start:end]) for start, end in pairs]


def spans_of(text: str, *words: str) -> list[Span]:
    return [Span(text.index(word), text.index(word) + len(word), word) for word in words]


def test_terms_are_numbered_in_the_order_in_which_they_stand() -> None:
    line = "战神把龙王令交给少主。"
    assert placeholders.protect(line, spans_of(line, "战神", "龙王令", "少主")) == "XQ1把XQ2交给XQ3。"


def test_numbers_begin_where_asked_and_start_over_after_nine() -> None:
    line = "战神和龙王"
    assert placeholders.protect(line, spans_of(line, "战神", "龙王"), 9) == "XQ9和XQ1"


def test_terms_beyond_the_ninth_stay_in_the_text() -> None:
    line = "一二三四五六七八九十"
    assert placeholders.protect(line, spans_of(line, *line)) == "XQ1XQ2XQ3XQ4XQ5XQ6XQ7XQ8XQ9十"


@given(protected(), st.integers(1, placeholders.MOST))
def test_protecting_and_putting_back_loses_nothing(case: tuple[str, list[Span]], first: int) -> None:
    text, spans = case
    numbers = placeholders.numbers(len(spans), first)
    back = {number: span.source for number, span in zip(numbers, spans, strict=True)}
    restored = placeholders.replaced(placeholders.protect(text, spans, first), back)
    assert restored.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    ["xq1", "Xq 1", "X Q1", "XQ-1", "XQ_1", "XQ １", "ＸＱ1", "XQ", "xq", "XQ²", "XQ 1", "X.Q.1", "x-q 3", "XQ٣"],
)  # fmt: skip
def test_a_damaged_placeholder_is_a_leftover(text: str) -> None:
    assert placeholders.has_leftover(f"the {text} is here")
    assert not placeholders.can_protect(f"{text}来了")


@pytest.mark.parametrize(
    "text", ["Max quits", "the exquisite one", "Iraq 1", "战神来了", "QX1", "Mexq", "x 1", "XQuartz"]
)
def test_ordinary_words_are_no_leftover(text: str) -> None:
    assert not placeholders.has_leftover(text)


@pytest.mark.parametrize(
    ("text", "count", "good"),
    [
        ("XQ1 met XQ2.", 2, True),
        ("XQ2和XQ1", 2, True),
        ("XQ1이 왔다", 1, True),
        ("XQ1'in", 1, True),
        ("nothing", 0, True),
        ("XQ1 met XQ1.", 2, False),
        ("XQ1 met XQ1.", 1, False),
        ("XQ1", 2, False),
        ("XQ1 XQ2", 1, False),
        ("XQ3", 1, False),
        ("XQ0", 0, False),
        ("XQ1 xq2", 1, False),
        ("XQ11", 1, False),
        ("AXQ1", 1, False),
        ("XQ²", 2, False),
    ],
)
def test_only_the_exact_multiset_is_intact(text: str, count: int, good: bool) -> None:
    assert placeholders.intact(text, count) is good


@given(st.lists(st.integers(1, 5), max_size=5), st.integers(0, 5))
def test_intact_is_exact(numbers: list[int], count: int) -> None:
    text = " and ".join(map(placeholders.name, numbers))
    assert placeholders.intact(text, count) is (sorted(numbers) == list(range(1, count + 1)))


@pytest.mark.parametrize("bent", ["xq1", "Xq 1", "X Q1", "XQ-1", "XQ_1", "ＸＱ1", "XQ１", "x q1"])
def test_another_spelling_is_mended(bent: str) -> None:
    assert placeholders.mended(f"the {bent}, there") == "the XQ1, there"


@given(st.text(st.sampled_from("XQxq １1٣²-_. 龙a"), max_size=12))
def test_whatever_stands_there_is_read_without_error(text: str) -> None:
    mended = placeholders.mended(text)
    assert placeholders.mended(mended) == mended
    assert not placeholders.positions(mended) or placeholders.has_leftover(mended)


@given(protected(), st.integers(1, placeholders.MOST))
def test_a_protected_line_holds_its_placeholders_and_no_other(case: tuple[str, list[Span]], first: int) -> None:
    text, spans = case
    found = [number for number, _, _ in placeholders.positions(placeholders.protect(text, spans, first))]
    assert found == placeholders.numbers(len(spans), first)


def test_digits_and_letters_beside_a_term_do_not_grow_into_its_placeholder() -> None:
    line = "A战神3号"
    assert placeholders.protect(line, spans_of(line, "战神")) == "A XQ1 3号"


def test_placeholders_may_touch() -> None:
    assert placeholders.intact("XQ1XQ2", 2)
    assert placeholders.replaced("XQ1XQ2", {1: "战神", 2: "龙王"}) == "战神龙王"
