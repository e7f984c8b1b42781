"""The audit log as a table: who did what, before and after, and nothing that a spreadsheet would reckon with."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from localize.errors import InputError
from localize.exchange import audit
from localize.job import Job
from localize.review import comments, source
from localize.review.log import Who
from localize.review.source import CueEdit

Write = Callable[[str, str, str], None]


def test_every_change_is_a_row_with_its_text_before_and_after(jobs: list[Job], write: Write) -> None:
    write("th", "c0001", "หมอบ")
    comments.add(jobs[1], "en", "c0002", "too soft?", Who("Ann", signed_in=True), to="Ben")
    first, second = audit.entries(jobs)
    assert (first.episode, first.scope, first.who, first.what, first.cue, first.before, first.after) == (
        "ep01", "th", "Ben", "edit", "c0001", "คุกเข่า", "หมอบ",
    )  # fmt: skip
    assert (second.episode, second.who, second.signed_in, second.what, second.text, second.to) == (
        "ep02", "Ann", True, "comment", "too soft?", "Ben",
    )  # fmt: skip
    assert first.at < second.at


def test_a_cue_of_the_source_is_told_with_its_times(jobs: list[Job]) -> None:
    cue = jobs[0].source().cues[0]
    source.edit(jobs[0], [CueEdit(cue.id, "站住！", 2000, 3500, source.version(cue))], Who("Ann"))
    (entry,) = audit.entries(jobs)
    assert (entry.scope, entry.before, entry.after) == ("source", "2000-3800 ms 跪下！", "2000-3500 ms 站住！")


def test_what_was_done_before_a_date_is_left_out(jobs: list[Job], write: Write) -> None:
    write("th", "c0001", "หมอบ")
    (entry,) = audit.entries(jobs)
    assert audit.entries(jobs, entry.at[:10]) == [entry]
    assert audit.entries(jobs, "2999-01-01") == []
    same = datetime.fromisoformat(entry.at).astimezone(timezone(timedelta(hours=8)))
    assert audit.entries(jobs, same.isoformat()) == [entry]
    assert audit.entries(jobs, (same + timedelta(seconds=1)).isoformat()) == []
    with pytest.raises(InputError) as caught:
        audit.entries(jobs, "yesterday")
    assert caught.value.message == "'yesterday' is no date"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", '=HYPERLINK("http://x.example")'])
def test_no_cell_of_the_csv_is_a_formula(jobs: list[Job], write: Write, text: str) -> None:
    write("th", "c0001", text)
    comments.add(jobs[0], "th", "c0001", text, Who("=cmd()"))
    rows = list(csv.DictReader(io.StringIO(audit.as_csv(audit.entries(jobs)))))
    assert [rows[0]["after"], rows[1]["text"], rows[1]["who"]] == [f"'{text}", f"'{text}", "'=cmd()"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_text_of_two_lines_is_one_cell(jobs: list[Job], write: Write) -> None:
    write("th", "c0001", "- หนึ่ง\n- สอง")
    (row,) = csv.DictReader(io.StringIO(audit.as_csv(audit.entries(jobs))))
    assert row["after"] == "'- หนึ่ง\n- สอง"
