from __future__ import annotations

import csv
import io
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import pipeline
from localize.delivery import books
from localize.disk import write_atomic
from localize.errors import InputError
from localize.runs import RunRecord, RunUnit
from localize.sheet import to_csv
from localize.spending import Usage
from localize.workspace import to_json
from tests.delivery.conftest import Studio

TODAY = date(*time.gmtime()[:3])


def _paid(studio: Studio, day: str, *usages: Usage) -> None:
    """A run of that day for which an endpoint was paid, in English."""
    units = tuple(RunUnit("translate", ("en",), 1.0, ("en",), (), {"en": usage}) for usage in usages)
    id_ = f"{day}T120000Z-1"
    write_atomic(studio.workspace / f"tide/ep01/runs/{id_}.json", to_json(RunRecord(id_, units)))


@pytest.mark.engines
def test_the_books_have_minutes_costs_lines_reviewers_and_what_was_delivered(studio: Studio, tmp_path: Path) -> None:
    studio.gates["final"] = "required"
    _paid(studio, "20260110", Usage(2, 10, 10, 0.25, "USD"), Usage(1, 5, 5, 3.0, "CNY", estimated=True))
    _paid(studio, "20260120", Usage(1, 5, 5, 0.5, "USD"))
    studio.edit("ep01", "en", "Kneel!", "Kneel now!")
    studio.run()
    (job,) = studio.jobs("ep01")
    pipeline.decide(job, "translation", "en", "approved", "=HYPERLINK(1)")
    pipeline.decide(job, "final", "en", "approved", "mei")
    sent = studio.send(tmp_path / "out")
    english, more, thai = books.rows(studio.jobs())
    assert (english.minutes, english.cost, english.currency, english.estimated) == (0.033, 0.75, "USD", "")
    assert (english.machine_lines, english.memory_lines, english.human_lines) == (0, 0, 1)
    assert (more.minutes, more.cost, more.currency, more.estimated, more.human_lines) == (
        None, 3.0, "CNY", "estimated", None
    )  # fmt: skip
    assert (thai.locale, thai.machine_lines, thai.reviewers, thai.delivered_at) == ("th", 1, "", "")
    assert english.reviewers == "=HYPERLINK(1) + mei"
    assert english.delivered_at == sent.manifest.files[0].delivered_at
    assert all(f"{file.name} sha256:{file.sha256}" in english.files for file in sent.manifest.files)
    table = list(csv.DictReader(io.StringIO(books.csv([english]).decode())))
    assert table[0]["reviewers"] == "'=HYPERLINK(1) + mei"


@pytest.mark.engines
def test_books_from_a_day_on_leave_out_what_was_paid_and_delivered_before(studio: Studio, tmp_path: Path) -> None:
    _paid(studio, "20260110", Usage(2, 10, 10, 0.25, "USD"))
    _paid(studio, "20260120", Usage(1, 5, 5, 0.5, "USD"))
    assert [(row.locale, row.cost) for row in books.rows(studio.jobs(), date(2026, 1, 11))] == [("en", 0.5)]
    assert books.rows(studio.jobs(), date(2026, 1, 21)) == []
    studio.send(tmp_path / "out", to=("th",))
    assert [row.locale for row in books.rows(studio.jobs(), TODAY)] == ["th"]
    assert books.rows(studio.jobs(), TODAY + timedelta(days=2)) == []


def test_a_day_is_written_as_iso_8601() -> None:
    assert books.day("2026-01-31") == date(2026, 1, 31)
    assert books.day(" ") is None
    with pytest.raises(InputError, match="is no day"):
        books.day("31.1.2026")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_no_cell_is_a_formula_and_every_text_can_be_told_again(cells: list[str]) -> None:
    (_, row) = csv.reader(io.StringIO(to_csv(["x"] * len(cells), [cells]).decode(), newline=""))
    for cell, back in zip(cells, row, strict=True):
        assert back.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not back.lstrip(" ")
        assert cell.replace("\r\n", "\n").replace("\r", "\n") in {back, back.removeprefix("'")}
