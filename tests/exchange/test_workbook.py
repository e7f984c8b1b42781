"""A workbook goes out and comes back: what a reviewer sees in it, and what a hostile one does not do."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from localize.cues import graphemes
from localize.errors import InputError
from localize.exchange import package, returned, workbook, workbook_reader
from localize.exchange.handout import Handout, Line
from localize.locales import LOCALES
from localize.metadata import Limit
from tests import golden_cues
from tests.exchange.conftest import DRAFTS, Book

Given = Callable[[str], list[Handout]]
office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


def by_office(kind: str, folder: Path, **books: bytes) -> dict[str, bytes]:
    """`books` as LibreOffice saves them."""
    (folder / "in").mkdir()
    paths = [folder / "in" / f"{name}.xlsx" for name in books]
    for path, data in zip(paths, books.values(), strict=True):
        path.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return {name: (folder / f"{name}.{kind.partition(':')[0]}").read_bytes() for name in books}


@pytest.mark.parametrize("tag", DRAFTS)
def test_what_comes_back_unedited_is_what_went_out(given: Given, tag: str) -> None:
    back = workbook_reader.read(workbook.export(given(tag)))
    assert (back.series, back.locale, back.problems) == ("tide", tag, ())
    assert [(row.episode, row.cue_id, row.target) for row in back.rows] == [
        (one.episode, line.cue_id, line.target) for one in given(tag) for line in one.lines
    ]
    assert back.given == {(one.episode, line.cue_id): line.version for one in given(tag) for line in one.lines}


@office
@pytest.mark.engines
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_what_libreoffice_saves_comes_back_equal(given: Given, tag: str, tmp_path: Path) -> None:
    data = workbook.export(given(tag))
    saved = by_office("xlsx", tmp_path, book=data)["book"]
    assert saved != data
    assert workbook_reader.read(saved) == workbook_reader.read(data)


@office
@pytest.mark.engines
def test_the_cells_count_what_a_reader_counts(tmp_path: Path) -> None:
    texts = {tag: [cue.text for cue in golden_cues.load(tag)] for tag in LOCALES}
    books = {tag: workbook.export([of_texts(tag, said)]) for tag, said in texts.items()}
    tables = by_office("csv:Text - txt - csv (StarCalc):44,34,76", tmp_path, **books)
    for tag, said in texts.items():
        head, *rows = csv.reader(io.StringIO(tables[tag].decode()))
        cells = [dict(zip(head, row, strict=True)) for row in rows]
        counted = [int(row["characters"]) for row in cells]
        assert counted == [len(graphemes(text)) for text in said], tag
        speeds = [float(row["a second, at most 17"]) for row in cells]
        assert speeds == pytest.approx([count / 2 for count in counted], abs=0.051)
        assert [row["start"] for row in cells][:2] == ["00:00.000", "00:10.250"]


def of_texts(tag: str, said: Sequence[str]) -> Handout:
    """Lines that are two seconds on screen each."""
    lines = (
        Line(f"c{n}", n * 10_250, n * 10_250 + 2000, 2000, "一", text, "0" * 16, "argos") for n, text in enumerate(said)
    )
    return Handout("tide", "ep01", tag, 17, tuple(lines))


def test_only_target_and_comment_may_be_edited(book: Callable[[str], Book]) -> None:
    sheet = book("th").sheet
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    free = {sheet.cell(1, cell.column).value for cell in sheet[2] if not cell.protection.locked}
    assert free == {"target", "comment"}
    assert sheet.freeze_panes == "B2"


def test_text_that_begins_like_a_formula_is_text(book: Callable[[str], Book]) -> None:
    english = book("en")
    cell = english.sheet[english.cell("target", 5)]
    assert (cell.value, cell.data_type, cell.number_format) == ("=1+1", "s", "@")


def test_arabic_runs_from_right_to_left_and_thai_does_not(book: Callable[[str], Book]) -> None:
    arabic, thai = book("ar"), book("th")
    assert arabic.sheet.sheet_view.rightToLeft
    assert arabic.sheet[arabic.cell("target", 2)].alignment.readingOrder == 2
    assert not thai.sheet.sheet_view.rightToLeft


def test_findings_stand_beside_their_line_the_worst_first_and_coloured(book: Callable[[str], Book]) -> None:
    thai = book("th")
    cell = thai.sheet[thai.cell("findings", 3)]
    assert cell.value == "error: no text\nwarning: 21 characters a second"
    assert cell.fill.fgColor.rgb == "00FFC7CE"
    assert not thai.sheet[thai.cell("findings", 2)].value


def test_a_title_has_its_limit_in_the_place_of_times_and_speed_and_comes_back(given: Given) -> None:
    (first, _) = given("en")
    limits = {line.cue_id: Limit(4, "graphemes", "") for line in first.lines}
    titles = replace(first, limits=limits)
    sheet = load_workbook(io.BytesIO(workbook.export([titles]))).worksheets[0]
    assert [cell.value for cell in sheet[1]][7] == "at most"
    assert [[row[at].value for at in (1, 2, 3, 7)] for row in sheet["A2:K3"]] == [[None, None, None, 4]] * 2
    back = workbook_reader.read(workbook.export([titles]))
    assert [row.target for row in back.rows] == list(DRAFTS["en"])


def test_the_hidden_sheet_is_hidden(book: Callable[[str], Book]) -> None:
    assert book("th").book["localize"].sheet_state == "hidden"


def test_episodes_whose_names_are_alike_for_a_spreadsheet_have_sheets_of_their_own(given: Given) -> None:
    (first, _) = given("th")
    long = "ep01-the-dragon-king-returns-to-the-sea"
    names = (long, f"{long}-2", "EP", "ep", "localize")
    data = workbook.export([replace(first, episode=name) for name in names])
    titles = load_workbook(io.BytesIO(data)).sheetnames
    assert len({title.casefold() for title in titles}) == len(names) + 1
    assert max(map(len, titles)) <= 31
    assert {row.episode for row in workbook_reader.read(data).rows} == set(names)


def test_a_number_typed_into_a_target_is_its_text(book: Callable[[str], Book]) -> None:
    rows = workbook_reader.read(book("en").type("target", 2, 10).bytes()).rows
    assert rows[0].target == "10"


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x.example","y")', "=Sheet2!A1"])
@pytest.mark.parametrize("column", ["target", "comment", "id"])
def test_a_formula_is_refused_by_its_cell_and_never_evaluated(
    book: Callable[[str], Book], column: str, formula: str
) -> None:
    english = book("en")
    (problem,) = workbook_reader.read(english.type(column, 3, formula).bytes()).problems
    assert problem.place == "ep01, row 3"
    assert problem.message == f"{english.cell(column, 3)} is a formula: {formula[:40]}"


def test_an_empty_row_and_a_title_above_are_passed_over(book: Callable[[str], Book]) -> None:
    thai = book("th")
    thai.sheet.insert_rows(1, 2)
    thai.sheet["A1"] = "Second round"
    back = workbook_reader.read(thai.bytes())
    assert len(back.rows) == 8
    assert back.rows[0].place == "ep01, row 4"


def test_a_row_that_stands_twice_is_named_with_the_first_of_it(book: Callable[[str], Book]) -> None:
    (problem,) = workbook_reader.read(book("th").type("id", 4, "c0001").bytes()).problems
    assert str(problem) == ("ep01, row 4: c0001 stands twice, first in ep01, row 2; next: delete one of the two rows")


def refused(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        workbook_reader.read(data)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("column", ["id", "source", "target"])
def test_a_deleted_column_is_named(book: Callable[[str], Book], column: str) -> None:
    thai = book("th")
    thai.sheet.delete_cols("ABCDEFGHIJK".index(thai.cell(column, 1)[0]) + 1)
    assert refused(thai.bytes()).message == f"sheet 'ep01' has no column '{column}' any more"


def test_columns_that_nothing_reads_may_go_and_others_may_come(book: Callable[[str], Book]) -> None:
    thai = book("th")
    thai.sheet.delete_cols(2, 3)
    thai.sheet.insert_cols(1)
    assert [row.target for row in workbook_reader.read(thai.bytes()).rows[:4]] == list(DRAFTS["th"])


def test_merged_cells_are_named(book: Callable[[str], Book]) -> None:
    thai = book("th")
    thai.sheet.merge_cells("F2:F3")
    error = refused(thai.bytes())
    assert error.message == "cells F2:F3 of sheet 'ep01' are merged"


def test_a_renamed_sheet_is_named(book: Callable[[str], Book]) -> None:
    thai = book("th")
    thai.sheet.title = "Episode 1"
    error = refused(thai.bytes())
    assert error.message == "the sheet 'Episode 1' is none of this workbook's"
    assert "ep01, ep02" in (error.next_step or "")


@pytest.mark.parametrize("cell", ["B2", "D6"])
def test_a_changed_hidden_sheet_is_not_believed(book: Callable[[str], Book], cell: str) -> None:
    thai = book("th")
    thai.book["localize"][cell] = "0" * 16
    if cell == "B2":
        # The series is no part of what tells lines apart: it is compared when the file is taken in.
        assert workbook_reader.read(thai.bytes()).series == "0" * 16
    else:
        assert refused(thai.bytes()).message == "the hidden sheet 'localize' of the workbook was changed"


def test_a_workbook_without_the_hidden_sheet_is_refused(book: Callable[[str], Book]) -> None:
    thai = book("th")
    del thai.book["localize"]
    assert refused(thai.bytes()).message == "the workbook has lost its hidden sheet 'localize'"


def zipped(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped(
            *((one, change(archive.read(one)) if one == name else archive.read(one)) for one in archive.namelist())
        )


def test_a_large_upload_is_refused_before_it_is_opened() -> None:
    assert refused(b"PK" + bytes(50 << 20)).message == "the file has 50 MB, 32 are allowed"


def test_a_zip_bomb_is_refused(book: Callable[[str], Book]) -> None:
    data = with_part(book("th").bytes(), "xl/worksheets/sheet1.xml", lambda part: part + b" " * (60 << 20))
    assert len(data) < returned.MOST_BYTES
    assert refused(data).message == (
        "the workbook was refused: 'xl/worksheets/sheet1.xml' unpacks to more than 200 times its size"
    )
    many = zipped(*((f"xl/{n}.xml", b" " * (20 << 20)) for n in range(5)))
    assert "unpacks to 100 MB" in refused(many).message


def test_a_row_or_a_part_that_would_be_one_huge_tree_is_refused(book: Callable[[str], Book]) -> None:
    cells = b"<c/>" * (5 << 18)
    noise = bytes(random.Random(1).choices(b"abcdefgh", k=5 << 20))
    sheet, styles = "xl/worksheets/sheet1.xml", "xl/styles.xml"
    row = with_part(book("th").bytes(), sheet, lambda part: part.replace(b"</row>", cells + noise + b"</row>", 1))
    assert refused(row).message == f"the workbook was refused: '{sheet}' holds a row of more than 4 MB"
    part = with_part(book("th").bytes(), styles, lambda part: part + noise)
    assert refused(part).message == f"the workbook was refused: '{styles}' holds parts of more than 4 MB"
    tags = with_part(book("th").bytes(), sheet, lambda part: part + b"<row/>" * 2_000_001 + noise)
    assert refused(tags).message == f"'{sheet}' in the workbook holds more than 2000000 tags"


def test_an_entry_longer_than_it_says_is_refused(book: Callable[[str], Book]) -> None:
    data = bytearray(zipped(("[Content_Types].xml", b" " * 5000)))
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(sign) + offset
        data[at : at + 4] = (10).to_bytes(4, "little")
    assert "is longer than its header says" in refused(bytes(data)).message or "Bad CRC" in refused(bytes(data)).message


def test_a_zip_of_thousands_of_entries_is_refused() -> None:
    data = zipped(*((f"{n}.xml", b"") for n in range(3000)))
    assert refused(data).message == "the workbook was refused: it has 3000 entries, 2000 are allowed"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_stand(book: Callable[[str], Book], encoding: str) -> None:
    def declare(part: bytes) -> bytes:
        text = part.decode().partition("?>")[2] or part.decode()
        head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        return (head + text).encode(encoding)

    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        error = refused(with_part(book("th").bytes(), name, declare))
        assert error.message == f"'{name}' in the workbook declares a document type, which is not read"


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04broken", zipped(("a.txt", b"x"))])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    refused(data)


def test_cells_far_away_are_refused(book: Callable[[str], Book]) -> None:
    thai = book("th")
    thai.sheet.cell(2, 1000).value = "x"
    assert refused(thai.bytes()).message == "sheet 'ep01' has cells beyond row 50000 or column 64"


def test_a_damaged_part_is_one_line(book: Callable[[str], Book]) -> None:
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        refused(with_part(book("th").bytes(), name, lambda part: part[: len(part) // 2]))


def test_package_limits_leave_room_for_a_long_series(given: Given) -> None:
    (first, _) = given("th")
    lines = tuple(replace(first.lines[n % 4], cue_id=f"c{n:04d}") for n in range(400))
    data = workbook.export([replace(first, episode=f"ep{n:02d}", lines=lines) for n in range(12)])
    assert package.judged(data) == {}
    assert len(workbook_reader.read(data).rows) == 4800
