"""Reading profiles: one row per locale, every figure with its source, and what a series may change."""

from __future__ import annotations

from dataclasses import fields

import pytest
from pydantic import ValidationError

from localize import reading
from localize.locales import LOCALES, SOURCE, locale
from localize.reading import Convention, Figure, Overrides


def test_every_locale_has_a_row() -> None:
    assert set(reading.PROFILES) == {*LOCALES, SOURCE.tag}


@pytest.mark.parametrize("row", reading.PROFILES.values(), ids=list(reading.PROFILES))
def test_every_figure_names_a_source_of_the_legend(row: reading.Reading) -> None:
    cells = [getattr(row, field.name) for field in fields(row)]
    named = [key for cell in cells if isinstance(cell, Figure | Convention) for key in cell.source.split(", ")]
    assert len(named) >= 9
    assert set(named) <= set(reading.SOURCES)


def test_no_source_stands_in_the_legend_that_nobody_names_or_compares() -> None:
    named = {
        key
        for row in reading.PROFILES.values()
        for field in fields(row)
        if isinstance(cell := getattr(row, field.name), Figure | Convention)
        for key in cell.source.split(", ")
    }
    assert set(reading.SOURCES) - named == {"N-SDH", "N-time"}


def test_a_series_sets_a_figure_for_all_and_another_for_one_locale() -> None:
    own = Overrides.model_validate({"cps": 15, "th": {"cps": 12, "lines": 1}})
    assert (own.of("en").cps, own.of("th").cps) == (Figure(15, "series.toml"), Figure(12, "series.toml"))
    assert (own.of("th").lines.value, own.of("th").limits.cps) == (1, 12)
    assert own.of("en").min_ms == reading.of("en").min_ms


def test_without_a_word_from_the_series_the_profile_stands() -> None:
    assert all(Overrides().of(tag) == row for tag, row in reading.PROFILES.items())
    assert locale("ja").cps == reading.of("ja").cps.value == 4


@pytest.mark.parametrize(
    "table",
    [{"cps": 0}, {"speed": 15}, {"th": {"speed": 15}}, {"xx": {"cps": 15}}, {"min_ms": 8000}, {"th": {"max_ms": 800}}],
)
def test_what_cannot_be_is_an_error(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Overrides.model_validate(table)
