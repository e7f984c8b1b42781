"""The commands: what they print, write and end with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from localize.cli import app
from localize.decisions import Decision
from localize.errors import InputError, ReviewConflict
from localize.exchange import workbook
from localize.exchange.handout import Handout
from localize.job import Job
from tests.exchange.conftest import Book


def cli(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["review", *map(str, words)])


@pytest.fixture
def edited(jobs: list[Job], tmp_path: Path, given: Callable[[str], list[Handout]]) -> Callable[..., Path]:
    def made(**cells: str) -> Path:
        book = Book(workbook.export(given("th")))
        for cell, text in cells.items():
            book.sheet[cell].value = text
        path = tmp_path / "tide.th.xlsx"
        path.write_bytes(book.bytes())
        return path

    return made


@pytest.mark.parametrize(
    ("format_", "names"),
    [
        ("xlsx", ["tide.ar.xlsx", "tide.th.xlsx"]),
        ("xliff", ["tide.ar.xlf", "tide.th.xlf"]),
        ("ass", ["tide.ep01.ar.ass", "tide.ep01.th.ass", "tide.ep02.ar.ass", "tide.ep02.th.ass"]),
    ],
)
def test_export_writes_what_a_reviewer_opens_and_prints_where(
    jobs: list[Job], manifest: Path, tmp_path: Path, format_: str, names: list[str]
) -> None:
    out = tmp_path / "out"
    result = cli("export", manifest, "--to", "th,ar", "--format", format_, "--out", out)
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == names
    assert sorted(result.stdout.split()) == [str(out / name) for name in names]
    assert "localize review import" in result.stderr


def test_a_locale_that_was_not_translated_is_named_and_the_others_are_written(
    jobs: list[Job], manifest: Path, tmp_path: Path
) -> None:
    result = cli("export", manifest, "--to", "th,de", "--episode", "ep01", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "review ep01 [de]: there is nothing to review yet; next: localize run" in result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tide.ep01.th.xlsx"]


@pytest.mark.parametrize("format_", ["xlsx", "xliff", "srt", "ass"])
def test_what_was_exported_is_imported_as_it_is(jobs: list[Job], manifest: Path, tmp_path: Path, format_: str) -> None:
    cli("export", manifest, "--to", "th", "--format", format_, "--out", tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        result = cli("import", path, manifest, "--reviewer", "Malee")
        assert result.exit_code == 0, result.output
        assert "th: 0 lines written" in result.stderr


def test_an_import_prints_each_edit_and_writes_it(
    jobs: list[Job], manifest: Path, edited: Callable[..., Path], texts: Callable[[str], list[str]]
) -> None:
    result = cli("import", edited(F2="หมอบ"), manifest, "--reviewer", "Malee")
    assert result.exit_code == 0
    assert result.stdout == "edited\tep01\tc0001\tคุกเข่า\tหมอบ\n"
    assert texts("th")[0] == "หมอบ"


def test_a_dry_run_says_the_same_and_writes_nothing(
    jobs: list[Job], manifest: Path, edited: Callable[..., Path], texts: Callable[[str], list[str]]
) -> None:
    result = cli("import", edited(F2="หมอบ"), manifest, "--reviewer", "Malee", "--dry-run", "--json", "--approve")
    report = json.loads(result.stdout)
    assert report["dry_run"]
    assert [(one["cue_id"], one["after"]) for one in report["edited"]] == [("c0001", "หมอบ")]
    assert "written" not in report
    assert texts("th")[0] == "คุกเข่า"
    assert not list(jobs[0].workspace.folder.glob("decisions/*"))


def test_an_import_may_approve_what_it_brings(jobs: list[Job], manifest: Path, edited: Callable[..., Path]) -> None:
    result = cli("import", edited(F2="หมอบ"), manifest, "--reviewer", "Malee", "--approve", "--json")
    assert json.loads(result.stdout)["approved"] == ["ep01", "ep02"]
    decision = jobs[0].workspace.need(Decision, "decisions/translation.th.json")
    assert (decision.verdict, decision.reviewer, decision.comment) == ("approved", "Malee", "with tide.th.xlsx")


def test_clashes_stop_an_import_and_a_merge_takes_in_the_rest(
    jobs: list[Job], manifest: Path, edited: Callable[..., Path], write: Callable[[str, str, str], None],
    texts: Callable[[str], list[str]],
) -> None:  # fmt: skip
    path = edited(F2="หมอบ", F3="กลับมาแล้ว")
    write("th", "c0001", "คุกเข่าลง")
    result = cli("import", path, manifest, "--reviewer", "Malee")
    assert isinstance(result.exception, ReviewConflict)
    assert "ep01, row 2: c0001 was changed by Ben: 'คุกเข่าลง' stands, 'หมอบ' came" in result.stderr
    assert texts("th")[1] == "ผมกลับมา"
    merged = cli("import", path, manifest, "--reviewer", "Malee", "--merge", "--approve")
    assert merged.exit_code == 4
    assert texts("th")[:2] == ["คุกเข่าลง", "กลับมาแล้ว"]
    assert "not approved: rows of the file were left out" in merged.stderr
    assert not list(jobs[0].workspace.folder.glob("decisions/*"))


def test_an_added_row_is_an_input_error_even_where_the_rest_is_merged(
    jobs: list[Job], manifest: Path, edited: Callable[..., Path]
) -> None:
    path = edited(F6="จบตอน")
    result = cli("import", path, manifest, "--reviewer", "Malee")
    assert isinstance(result.exception, InputError)
    assert "added: ep01, row 6: 'จบตอน' is a new row" in result.stderr
    assert cli("import", path, manifest, "--reviewer", "Malee", "--merge").exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x.docx", "--reviewer", "Malee"), "x.docx is no .xlsx, .srt, .ass or .xlf"),
        (("gone.xlsx", "--reviewer", "Malee"), "gone.xlsx cannot be read: No such file or directory"),
        (("x.docx", "--reviewer", " "), "an edit needs the name of who made it"),
        (("x.docx", "--reviewer", "Malee", "--to", "th,ar"), "a file is in one locale"),
    ],
)
def test_a_wrong_call_is_one_line(
    jobs: list[Job],
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.docx").write_bytes(b"x")
    result = cli("import", words[0], manifest, *words[1:])
    assert isinstance(result.exception, InputError)
    assert result.exception.message == message


def test_the_audit_log_is_printed_as_csv_or_json(
    jobs: list[Job], manifest: Path, write: Callable[[str, str, str], None]
) -> None:
    write("th", "c0001", "=1")
    lines = cli("audit", manifest).stdout.splitlines()
    assert lines[0].startswith("at,id,episode,scope,who")
    assert ",ep01,th,Ben,False,edit,c0001,คุกเข่า,'=1," in lines[1]
    (row,) = json.loads(cli("audit", manifest, "--format", "json", "--episode", "ep01").stdout)
    assert (row["before"], row["after"]) == ("คุกเข่า", "=1")
    assert json.loads(cli("audit", manifest, "--format", "json", "--since", "2999-01-01").stdout) == []


def test_the_plan_prints_minutes_for_each_locale(jobs: list[Job], manifest: Path) -> None:
    result = cli("plan", manifest, "--to", "th,de")
    assert result.stdout == "th\t2 min\t2 episodes\t2 findings, 6 clean\tassumed, 0 events\n"
    (row,) = json.loads(cli("plan", manifest, "--to", "th", "--json").stdout)
    assert row["minutes"] == 2.1
