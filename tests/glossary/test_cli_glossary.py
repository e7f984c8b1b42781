from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from localize import settings
from localize.cli import glossary
from localize.cues import Cue, SourceTrack
from localize.disk import write_atomic
from localize.errors import EXIT_FINDINGS, GlossaryError, InputError, LocaleError, LocalizeError, WorkspaceError
from localize.glossary import merge
from localize.workspace import to_json

MANIFEST = """
schema = 1
id = "d"
title = "t"
genre = "war-god"
locales = ["en", "th", "vi"]
[[episode]]
id = "ep01"
file = "a.mp4"
[[episode]]
id = "ep02"
file = "b.mp4"
"""

HEADER = "source,target,status,pos,gender,variants,near,not_near,not_in,note\n"


@pytest.fixture
def series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest of two episodes whose genre knows one term."""
    shipped = tmp_path / "shipped"
    write(shipped / "war-god" / "en.csv", "战神,God of War")
    write(shipped / "war-god" / "th.csv", "战神,เทพสงคราม")
    monkeypatch.setenv(settings.GLOSSARIES, str(shipped))
    write_atomic(tmp_path / "d" / "series.toml", MANIFEST.encode())
    return tmp_path / "d" / "series.toml"


def write(path: Path, *rows: str, header: str = "source,target") -> Path:
    write_atomic(path, "\n".join((header, *rows, "")).encode())
    return path


def run(*arguments: object) -> list[str]:
    """The lines on stdout; errors of the product are raised."""
    result = CliRunner().invoke(glossary.app, [str(argument) for argument in arguments])
    if isinstance(result.exception, LocalizeError):
        raise result.exception
    assert result.exit_code in {0, EXIT_FINDINGS}, result.output
    return result.stdout.splitlines()


def code(*arguments: object) -> int:
    return CliRunner().invoke(glossary.app, [str(argument) for argument in arguments]).exit_code


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_check_prints_one_line_for_each_finding_and_ends_with_3_on_an_error(series: Path) -> None:
    table = write(
        series.parent / "glossary" / "en.csv",
        "霸总,boss,preferred",
        "霸总,Boss,forbidden",
        header="source,target,status",
    )
    lines = [line.split("\t") for line in run("check", series)]
    assert [f"{table}:3", "error", "glossary-forbidden", "en", "霸总"] in [line[:5] for line in lines]
    assert code("check", series) == EXIT_FINDINGS
    found = json.loads("\n".join(run("check", series, "--json")))
    assert {"rule": "glossary-forbidden", "severity": "error", "row": 3}.items() <= found[0].items()


def test_check_names_every_problem_of_a_table_that_cannot_be_used(series: Path) -> None:
    table = write(series.parent / "glossary" / "ep01" / "th.csv", "战神,战神", "龙王,=1")
    lines = [line.split("\t") for line in run("check", series)]
    assert [line[:5] for line in lines] == [
        [f"{table}:2", "error", "glossary-table", "th", "战神"],
        [f"{table}:3", "error", "glossary-table", "th", "龙王"],
    ]  # fmt: skip


def test_check_finds_files_that_nothing_reads(series: Path) -> None:
    stray = write(series.parent / "glossary" / "ep99" / "en.csv", "战神,x")
    assert [f"{stray}:1", "warning", "glossary-ignored"] in [line.split("\t")[:3] for line in run("check", series)]


def test_check_without_a_series_looks_at_what_ships(series: Path) -> None:
    lines = [line.split("\t") for line in run("check")]
    assert [line[2] for line in lines] == ["glossary-missing"]
    assert "vi" in lines[0][5]
    assert code("check") == 0


def test_find_shows_every_row_and_which_one_wins(series: Path) -> None:
    table = write(series.parent / "glossary" / "ep01" / "en.csv", "战神,Ares")
    rows = json.loads("\n".join(run("find", "战神", series, "--json")))["rows"]
    assert [(row["scope"], row["locale"], row["target"], row["state"]) for row in rows] == [
        ("war-god", "en", "God of War", f"overruled by {table}:2"), ("war-god", "th", "เทพสงคราม", "holds"),
        ("episode", "en", "Ares", "holds"),
    ]  # fmt: skip
    assert [line.split("\t")[5] for line in run("find", "god of")] == ["God of War"]
    assert run("find", "nobody", series) == []


def test_stats_counts_terms_and_missing_targets(series: Path) -> None:
    write(series.parent / "glossary" / "en.csv", "霸总,boss", "龙王,Dragon King")
    assert run("stats", series) == [
        "war-god\ten\t1\t1\t0", "war-god\tth\t1\t1\t0", "war-god\tvi\t0\t0\t1",
        "series\ten\t2\t2\t0", "series\tth\t0\t0\t2", "series\tvi\t0\t0\t2",
    ]  # fmt: skip


def test_a_sheet_with_a_column_for_each_locale_is_split(series: Path, tmp_path: Path) -> None:
    sheet = write(tmp_path / "in.csv", "龙王;Dragon King;ราชามังกร", "天玄宗;Tianxuan Sect;", header="source;en;th")
    folder = series.parent / "glossary"
    assert run("import", sheet, series) == [
        f"{folder / 'en.csv'}\t2 added\t0 changed\t0 as before",
        f"{folder / 'th.csv'}\t1 added\t0 changed\t0 as before",
    ]  # fmt: skip
    assert (folder / "th.csv").read_text("utf-8") == f"{HEADER}龙王,ราชามังกร,preferred,,,,,,,\n"
    assert run("import", sheet, series, "--to", "th")[0].endswith("0 added\t0 changed\t1 as before")


def test_a_sheet_without_any_target_is_not_worth_importing(series: Path, tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="no row has a target"):
        run("import", write(tmp_path / "in.csv", "龙王,,", header="source,en,th"), series)


def test_a_table_needs_to_be_told_its_locale(series: Path, tmp_path: Path) -> None:
    sheet = write(tmp_path / "in.csv", "龙王,Dragon King")
    with pytest.raises(InputError, match="does not say") as error:
        run("import", sheet, series)
    assert error.value.next_step == "give --to LOCALE"
    with pytest.raises(LocaleError):
        run("import", sheet, series, "--to", "xx")
    run("import", sheet, series, "--to", "en", "--episode", "ep01")
    assert "Dragon King" in (series.parent / "glossary" / "ep01" / "en.csv").read_text("utf-8")


@pytest.mark.parametrize(
    "options", [("--episode", "ep09"), ("--scope", "episode"), ("--scope", "series", "--episode", "ep01")]
)
def test_terms_go_to_an_episode_that_is_there(series: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        run("import", write(tmp_path / "in.csv", "龙王,Dragon King"), series, "--to", "en", *options)
    assert not (series.parent / "glossary").exists()


def test_nothing_is_imported_of_a_file_with_a_problem(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = write(tmp_path / "in.csv", "龙王,Dragon King,ราชามังกร", "霸总,=1,龙", header="source,en,th")
    before = files(series.parent)
    with pytest.raises(GlossaryError) as error:
        glossary.glossary_files.import_(sheet, series)
    assert error.value.message == f"1 problem in {sheet}; nothing was imported"
    assert f"{sheet}:3: 霸总: en is a formula: =1" in capsys.readouterr().err
    assert files(series.parent) == before


def test_rows_in_the_way_are_named_and_only_replaced_when_told_to(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write(series.parent / "glossary" / "en.csv", "战神,Ares", "龙王,Dragon King")
    sheet = write(tmp_path / "in.csv", "龙王,Dragon Lord", "赘婿,live-in son-in-law")
    before = files(series.parent)
    with pytest.raises(GlossaryError, match=r"1 row of .* would replace others; nothing was imported"):
        glossary.glossary_files.import_(sheet, series, to="en")
    said = capsys.readouterr().err
    assert f"{table}:3: 龙王: 'Dragon King' (preferred) is there, 'Dragon Lord' (preferred) would replace it" in said
    assert files(series.parent) == before
    assert run("import", sheet, series, "--to", "en", "--replace") == [f"{table}\t1 added\t1 changed\t0 as before"]
    assert [line.split(",")[1] for line in table.read_text("utf-8").splitlines()] == [
        "target", "Ares", "Dragon Lord", "live-in son-in-law",
    ]  # fmt: skip


def test_a_target_that_changes_its_status_replaces_the_row_and_the_one_it_supersedes(
    series: Path, tmp_path: Path
) -> None:
    columns = "source,target,status"
    table = write(series.parent / "glossary" / "en.csv", "战神,Ares,preferred", "战神,War God,admitted", header=columns)
    sheet = write(tmp_path / "in.csv", "战神,War God,preferred", header=columns)
    assert code("import", sheet, series, "--to", "en") != 0
    run("import", sheet, series, "--to", "en", "--replace")
    assert table.read_text("utf-8") == f"{HEADER}战神,War God,preferred,,,,,,,\n"


def test_a_disk_that_refuses_the_second_table_leaves_the_first_as_it_was(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(series.parent / "glossary" / "en.csv", "战神,Ares")
    sheet = write(tmp_path / "in.csv", "龙王,Dragon King,ราชามังกร", header="source,en,th")
    before = files(series.parent)

    def refusing(path: Path, data: bytes) -> None:
        if path.name == "th.csv":
            raise WorkspaceError("the disk is full")
        write_atomic(path, data)

    monkeypatch.setattr(merge, "write_atomic", refusing)
    with pytest.raises(WorkspaceError):
        run("import", sheet, series)
    assert files(series.parent) == before
    assert table.exists()


def test_two_tables_of_one_locale_are_not_chosen_between(series: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx"):
        run("export", series, "--to", "en", "--out", series.parent / "glossary" / f"en.{suffix}")
    with pytest.raises(GlossaryError, match=r"en\.csv and en\.xlsx are both there"):
        run("import", write(tmp_path / "in.csv", "龙王,x"), series, "--to", "en")


def test_what_a_sheet_has_no_column_for_stays_as_it_was(series: Path, tmp_path: Path) -> None:
    row = "龙王,Dragon King,title,m,Dragon Kings,龙王庙,as in ep01"
    table = write(series.parent / "glossary" / "en.csv", row, header="source,target,pos,gender,variants,not_in,note")
    sheet = tmp_path / "in.csv"
    assert run("import", write(sheet, "龙王,Dragon King"), series, "--to", "en") == [
        f"{table}\t0 added\t0 changed\t1 as before"
    ]
    run("import", write(sheet, "龙王,Dragon Lord"), series, "--to", "en", "--replace")
    # The gender and the variants were those of the other target.
    assert table.read_text("utf-8") == f"{HEADER}龙王,Dragon Lord,preferred,title,,,,,龙王庙,as in ep01\n"
    run("import", write(sheet, "龙王,Dragon Lord,", header="source,target,note"), series, "--to", "en", "--replace")
    assert table.read_text("utf-8") == f"{HEADER}龙王,Dragon Lord,preferred,title,,,,,龙王庙,\n"


def test_a_sheet_of_all_scopes_leaves_in_the_table_only_what_was_edited_in_it(series: Path, tmp_path: Path) -> None:
    names = '[[character]]\nname = "林凡"\ngender = "m"\n[character.names]\nen = ["Lin Fan", "Lin"]\n'
    (series.parent / "characters.toml").write_text(names, encoding="utf-8")
    for suffix, options in (("csv", ("--to", "en,th")), ("xlsx", ("--to", "en"))):
        out = tmp_path / f"out.{suffix}"
        run("export", series, *options, "--out", out)
        assert run("import", out, series, *options)[0].endswith("0 added\t0 changed\t2 as before")
    assert not (series.parent / "glossary").exists()
    sheet = tmp_path / "out.csv"
    sheet.write_text(sheet.read_text("utf-8").replace("God of War", "Ares"), encoding="utf-8")
    run("import", sheet, series)
    assert files(series.parent / "glossary").keys() == {"en.csv"}
    assert (series.parent / "glossary" / "en.csv").read_text("utf-8") == f"{HEADER}战神,Ares,preferred,,,,,,,\n"


def test_a_table_that_prefers_what_its_genre_only_admits_is_exported_as_it_holds(series: Path, tmp_path: Path) -> None:
    shipped = settings.glossaries_dir() / "war-god" / "en.csv"
    write(shipped, "赘婿,live-in son-in-law,", "赘婿,kept husband,admitted", header="source,target,status")
    table = write(series.parent / "glossary" / "en.csv", "赘婿,kept husband")
    out = tmp_path / "out.csv"
    run("export", series, "--to", "en", "--out", out)
    assert out.read_text("utf-8") == f"{HEADER}赘婿,kept husband,preferred,,,,,,,\n"
    assert run("import", out, series, "--to", "en") == [f"{table}\t0 added\t0 changed\t1 as before"]


def test_a_row_in_the_way_that_differs_in_another_column_names_that(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write(series.parent / "glossary" / "en.csv", "龙王,Dragon King,title", header="source,target,pos")
    sheet = write(tmp_path / "in.csv", "龙王,Dragon King,name", header="source,target,pos")
    with pytest.raises(GlossaryError, match="would replace others"):
        glossary.glossary_files.import_(sheet, series, to="en")
    there = f"{table}:2: 龙王: 'Dragon King' (preferred) with pos 'title' is there"
    assert f"{there}, 'Dragon King' (preferred) with pos 'name' would replace it" in capsys.readouterr().err


def test_what_an_episode_takes_from_its_series_is_not_copied(series: Path, tmp_path: Path) -> None:
    write(series.parent / "glossary" / "en.csv", "战神,Ares")
    sheet = write(tmp_path / "in.csv", "战神,Ares")
    assert run("import", sheet, series, "--to", "en", "--episode", "ep01")[0].endswith(
        "0 added\t0 changed\t1 as before"
    )
    # What ships does not hold here: the series says otherwise.
    write(sheet, "战神,God of War")
    assert run("import", sheet, series, "--to", "en", "--episode", "ep01")[0].endswith(
        "1 added\t0 changed\t0 as before"
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "tbx"])
def test_what_is_exported_can_be_imported(series: Path, tmp_path: Path, suffix: str) -> None:
    if suffix == "tbx":
        pytest.importorskip("translate.storage.tbx", reason="needs the extra: pip install 'localize[interchange]'")
    rows = ("龙王,Dragon King,preferred,Dragon Kings,龙王庙", "龙王,king,forbidden,,")
    table = write(series.parent / "glossary" / "en.csv", *rows, header="source,target,status,variants,not_in")
    out = tmp_path / f"out.{suffix}"
    assert run("export", series, "--to", "en", "--scope", "series", "--out", out) == [str(out)]
    assert run("import", out, series, "--to", "en") == [f"{table}\t0 added\t0 changed\t2 as before"]


def test_an_export_of_several_locales_has_a_column_for_each_and_the_narrower_scope_wins(
    series: Path, tmp_path: Path
) -> None:
    write(series.parent / "glossary" / "en.csv", "战神,Ares")
    run("export", series, "--to", "all", "--out", tmp_path / "out.csv", "--excel")
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines() == [
        "source,near,not_near,en,th,vi", "战神,,,Ares,เทพสงคราม,",
    ]  # fmt: skip
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_terms_leave_and_come_back_as_tmx(series: Path, tmp_path: Path) -> None:
    pytest.importorskip("translate.storage.tmx", reason="needs the extra: pip install 'localize[interchange]'")
    table = write(series.parent / "glossary" / "en.csv", "龙王,Dragon King")
    run("export", series, "--to", "all", "--out", tmp_path / "out.tmx")
    table.unlink()
    assert run("import", tmp_path / "out.tmx", series) == [
        f"{table}\t1 added\t0 changed\t1 as before", f"{table.with_name('th.csv')}\t0 added\t0 changed\t1 as before",
    ]  # fmt: skip
    assert table.read_text("utf-8") == f"{HEADER}龙王,Dragon King,preferred,,,,,,,\n"


@pytest.mark.parametrize(
    "options", [("--to", "en", "--out", "x.doc"), ("--to", "", "--out", "x.csv"), ("--to", "vi", "--out", "x.csv")]
)
def test_an_export_of_nothing_or_in_no_format_is_refused(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        run("export", series, *options)
    assert error.value.next_step
    assert not list(tmp_path.glob("x.*"))


def transcribed(series: Path, *lines: str) -> None:
    cues = tuple(Cue(f"c{n}", n * 1000, n * 1000 + 900, text) for n, text in enumerate(lines))
    track = SourceTrack("zh-Hans", cues, len(cues))
    write_atomic(series.parent / "workspace" / "d" / "ep01" / "source.json", to_json(track))


def test_suggestions_are_written_as_a_sheet_that_import_takes(series: Path, tmp_path: Path) -> None:
    transcribed(series, "苏若雪来了。", "苏若雪，走吧。", "战神来了。", "战神！", "是战神。")
    out = tmp_path / "new.csv"
    assert run("suggest", series, "--out", out) == ["苏若雪\tname\t2\tSu Ruoxue\tep01\tc0: 苏若雪来了。"]
    assert out.read_text("utf-8").splitlines() == [
        "source,pos,near,not_near,en,th,vi,note", "苏若雪,name,,,Su Ruoxue,,,苏若雪来了。",
    ]  # fmt: skip
    table = series.parent / "glossary" / "en.csv"
    assert run("import", out, series) == [f"{table}\t1 added\t0 changed\t0 as before"]
    assert [path.name for path in table.parent.iterdir()] == ["en.csv"]
    assert run("suggest", series) == []


def test_suggestions_need_lines(series: Path) -> None:
    with pytest.raises(InputError, match="no episode of d was transcribed yet") as error:
        run("suggest", series)
    assert error.value.next_step == f"localize run {series}"
