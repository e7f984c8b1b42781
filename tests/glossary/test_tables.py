from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from localize.errors import GlossaryError, LocaleError
from localize.glossary import sheets, tables
from localize.glossary.terms import PARTS_OF_SPEECH, STATUSES, Entry

ROWS = "source,target\n战神,God of War\n霸总,alpha CEO\n"


def put(folder: Path, data: str | bytes, name: str = "en.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def pairs(path: Path, locale: str = "en") -> list[tuple[str, str]]:
    return [(entry.source, entry.target) for entry in tables.read(path, locale=locale, scope="series")]


def refused(path: Path, locale: str = "en") -> list[tuple[int, str, str]]:
    """Row, term and message of every problem; nothing of such a file is used."""
    found = tables.scan(path, locale=locale, scope="series").problems
    if found:
        with pytest.raises(GlossaryError) as error:
            tables.read(path, locale=locale, scope="series")
        assert error.value.message.startswith(f"{path}:{found[0].row}: ")
        assert error.value.next_step == found[0].next_step
    return [(problem.row, problem.term, problem.message) for problem in found]


def workbook(folder: Path, *rows: tuple[object, ...], name: str = "en.xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / name)
    return folder / name


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_table_is_read_however_a_spreadsheet_saved_it(
    tmp_path: Path, separator: str, encoding: str, line_end: str
) -> None:
    path = put(tmp_path, ROWS.replace(",", separator).replace("\n", line_end).encode(encoding))
    assert pairs(path) == [("战神", "God of War"), ("霸总", "alpha CEO")]


def test_columns_are_found_by_name_and_lists_are_cut_at_bars(tmp_path: Path) -> None:
    path = put(tmp_path, "Target,not_in,SOURCE,variants,gender\nRey,战神经|作战神,战神, a | b ||a,M\n")
    (entry,) = tables.read(path, locale="es-419", scope="war-god")
    assert entry == Entry(
        "战神", "Rey", gender="m", variants=("a", "b"), not_in=("战神经", "作战神"), locale="es-419", scope="war-god",
        file=str(path), row=2,
    )  # fmt: skip


def test_rows_are_numbered_as_an_editor_shows_them(tmp_path: Path) -> None:
    path = put(tmp_path, 'source,target,note\n\n战神,God of War,"two\r\nlines"\n,,\n霸总,alpha CEO,\n')
    entries = tables.read(path, locale="en", scope="series")
    assert [(entry.source, entry.row) for entry in entries] == [("战神", 3), ("霸总", 6)]
    assert entries[0].note == "two\nlines"


def test_rows_of_a_workbook_are_numbered_as_the_sheet_shows_them(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("source", "target"), (), ("战神", "two\nlines"), (520, "love"))
    entries = tables.read(path, locale="en", scope="series")
    assert [(entry.source, entry.target, entry.row) for entry in entries] == [
        ("战神", "two lines", 3),
        ("520", "love", 4),
    ]


def test_cells_that_a_spreadsheet_leaves_empty_at_the_edge_are_no_columns(tmp_path: Path) -> None:
    assert pairs(put(tmp_path, "source,target,,\n战神,God of War,,\n")) == [("战神", "God of War")]


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("", 1, "the file is empty"),
        ("战神,God of War\n", 1, "no column is named 'source', only '战神', 'god of war'"),
        ("source,note\n战神,God of War\n", 1, "no column is named 'target'"),
        ("Glossary,\nsource,target\n战神,x\n", 1, "a title stands above the names of the columns, which are in row 2"),
        ("source,,target\n战神,,God of War\n", 1, "column 2 has no name"),
        ("source,target,Target\n战神,God of War,x\n", 1, "two columns are named 'target'"),
        ("source,target\n战神,God of War\r霸总,CEO\n", 2, "a carriage return stands alone, without a line feed"),
        ('source,target\n战神,"God of War\n霸总,CEO\n', 2, "the row cannot be read: unexpected end of data"),
    ],
)  # fmt: skip
def test_a_file_whose_rows_cannot_be_told_is_refused_with_its_line(
    tmp_path: Path, text: str, row: int, message: str
) -> None:
    assert refused(put(tmp_path, text)) == [(row, "", message)]


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    ((row, _, message),) = refused(put(tmp_path, "source,target,remark\n战神,God of War,x\n"))
    assert (row, message) == (1, "unknown column 'remark'")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("战神,God of War,,,x", "the row has 5 cells under 4 columns"),
        ("战神, ,,", "the target is empty"),
        ("战神,God of War,prefered,", "status 'prefered' is unknown"),
        ("战神,God of War,,nuon", "pos 'nuon' is unknown"),
        ("战神,=A1,,", "target is a formula: =A1"),
        ("战神,@SUM(1),,", "target is a formula: @SUM(1)"),
        ("战神,+cmd|' /C calc'!A0,,", "target is a formula: +cmd|' /C calc'!A0"),
        ("战神,-2+3,,", "target is a formula: -2+3"),
        ("战神,+Sheet1!A1,,", "target is a formula: +Sheet1!A1"),
        ("战神,#NAME?,,", "target is an error of the spreadsheet: #NAME?"),
        ("战神,God\x07of War,,", "target holds a control or lost character, U+0007"),
        ("战神,God\ufffdof War,,", "target holds a control or lost character, U+FFFD"),
        ("战神,XQ1,,", "target holds the placeholder XQ1"),
        ("战神,战神,,", "'战神' is not English: it holds '战'"),
        ("战神,Бог войны,,", "'Бог войны' is not English: it holds 'Б'"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_line_and_term(tmp_path: Path, line: str, message: str) -> None:
    path = put(tmp_path, f"source,target,status,pos\n霸总,alpha CEO,,\n{line}\n")
    assert refused(path) == [(3, "战神", message)]


def test_a_source_of_spaces_is_empty(tmp_path: Path) -> None:
    assert refused(put(tmp_path, "source,target\n  　,x\n")) == [(2, "", "the source is empty")]


def test_two_preferred_targets_of_one_meaning_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path, f"{ROWS}战神,War God\n")
    assert refused(path) == [(4, "战神", "'War God' and 'God of War' (row 2) are both preferred")]


def test_conditions_and_status_tell_targets_of_one_source_apart(tmp_path: Path) -> None:
    path = put(tmp_path, "source,target,status,near\n本宫,I,,\n本宫,this Consort,,皇上\n本宫,this palace,forbidden,\n")
    assert len(pairs(path)) == 3


def test_all_problems_of_a_file_are_counted_in_one_error(tmp_path: Path) -> None:
    path = put(tmp_path, "source,target\n战神,\n,CEO\n龙王,=1\n赘婿,live-in son-in-law\n")
    with pytest.raises(GlossaryError) as error:
        tables.read(path, locale="en", scope="series")
    assert str(error.value) == (
        f"{path}:2: 战神: the target is empty (and 2 more problems in this file); next: fill it in, or delete the row"
    )
    assert [row for row, _, _ in refused(path)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "encoding", "row"),
    [("source,target\n戰神,軍神\n總裁,総裁\n戀愛,x\n戀,x", "big5", 2), ("source,target\nx,y\n語,x", "utf-16-le", 1)],
)
def test_bytes_in_another_encoding_are_refused(tmp_path: Path, text: str, encoding: str, row: int) -> None:
    found = refused(put(tmp_path, text.encode(encoding, "ignore")), "ja")
    assert found[0][0] == row


def test_bytes_in_no_known_encoding_name_the_ones_that_were_tried(tmp_path: Path) -> None:
    path = put(tmp_path, b"source,target\n\xff\xff,x\n")
    assert refused(path) == [(2, "", "the text is not utf-8 or gb18030")]


@pytest.mark.parametrize(
    ("locale", "target", "char"),
    [
        ("zh-Hant", "战神", "战"), ("ja", "战神", "战"), ("ko", "戰神", "戰"), ("th", "战神", "战"),
        ("ru", "Ὕδρα", "Ὕ"),
        ("hi", "战神", "战"), ("vi", "战神", "战"),
    ],
)  # fmt: skip
def test_a_target_in_the_wrong_script_is_refused(tmp_path: Path, locale: str, target: str, char: str) -> None:
    ((row, term, message),) = refused(put(tmp_path, f"source,target\n战神,{target}\n"), locale)
    assert (row, term) == (2, "战神")
    assert message.endswith(f"it holds {char!r}")


@pytest.mark.parametrize(
    ("locale", "target"),
    [
        ("zh-Hant", "戰神"), ("zh-Hant", "看着"), ("ja", "戦神ビル"), ("ko", "전쟁의 신"), ("th", "เทพ CEO"),
        ("ru", "CEO"),
        ("ar", "إله الحرب"), ("hi", "युद्ध देवता"), ("vi", "Chiến Thần"), ("en", "-san"), ("fr", "+1, l'élu"),
        ("id", "-nya"), ("en", "- room B12 (locked)"),
    ],
)  # fmt: skip
def test_a_target_in_the_script_of_its_locale_is_read(tmp_path: Path, locale: str, target: str) -> None:
    assert pairs(put(tmp_path, f'source,target\nCEO,"{target}"\n'), locale) == [("CEO", target)]


def test_what_is_forbidden_may_be_in_any_script(tmp_path: Path) -> None:
    assert pairs(put(tmp_path, "source,target,status\n战神,战神,forbidden\n")) == [("战神", "战神")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("战神", "=A1"), "target is a formula: =A1"),
        (("战神", "'=A1", "x"), "the row has 3 cells under 2 columns"),
        ((None, "God of War"), "the source is empty"),
    ],
)
def test_a_row_of_a_workbook_is_refused_with_its_number(tmp_path: Path, row: tuple[object, ...], message: str) -> None:
    path = workbook(tmp_path, ("source", "target"), ("霸总", "alpha CEO"), row)
    assert [(number, what) for number, _, what in refused(path)] == [(3, message)]


def test_a_merged_title_in_a_workbook_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(("Glossary",))
    sheet.append(("source", "target"))
    sheet.merge_cells("A1:B1")
    book.save(path := tmp_path / "en.xlsx")
    assert refused(path) == [(1, "", "a title stands above the names of the columns, which are in row 2")]


def test_a_date_that_a_workbook_made_of_a_term_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("source", "target"), ("三五", datetime(2026, 3, 5)))
    assert refused(path) == [(2, "", "a cell became a date: 2026-03-05 00:00:00")]


def test_a_workbook_with_rows_on_two_sheets_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(("source", "target"))
    book.create_sheet("more").append(("战神", "God of War"))
    book.save(path := tmp_path / "en.xlsx")
    assert refused(path) == [(1, "", "several sheets hold cells: Sheet, more")]


def test_what_only_calls_itself_a_workbook_is_refused(tmp_path: Path) -> None:
    ((row, _, message),) = refused(put(tmp_path, ROWS, "en.xlsx"))
    assert row == 1
    assert message.startswith("the workbook cannot be read")


def test_other_files_and_missing_ones_are_errors_with_a_way_out(tmp_path: Path) -> None:
    for path, what in ((tmp_path / "en.ods", "is neither"), (tmp_path / "en.csv", "No such file")):
        with pytest.raises(GlossaryError, match=what) as error:
            tables.read(path, locale="en", scope="series")
        assert error.value.next_step


def test_a_locale_we_do_not_know_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocaleError):
        tables.read(put(tmp_path, ROWS), locale="xx", scope="series")


def test_a_sheet_with_a_column_for_each_locale_is_several_tables(tmp_path: Path) -> None:
    path = put(tmp_path, "source,EN,th,pos\n战神,God of War,เทพสงคราม,title\n龙王,Dragon King,,title\n夜澜会所,,,\n")
    found = tables.scan_all(path, scope="series")
    assert {tag: [(e.source, e.target, e.row) for e in table.entries] for tag, table in found.items()} == {
        "en": [("战神", "God of War", 2), ("龙王", "Dragon King", 3)],
        "th": [("战神", "เทพสงคราม", 2)],
    }
    assert not any(table.problems for table in found.values())
    assert tables.scan_all(put(tmp_path, ROWS), scope="series") == {}


def test_a_column_of_row_numbers_is_not_taken_for_indonesian(tmp_path: Path) -> None:
    found = tables.scan_all(put(tmp_path, "id,source,en\n1,战神,God of War\n2,龙王,Dragon King\n"), scope="series")
    assert [(problem.row, problem.message) for problem in found["id"].problems] == [
        (1, "column 'id' holds only numbers")
    ]
    assert found["en"].problems == ()


def is_plain(text: str) -> bool:
    return not any(sheets.flaws("x", text))


TEXTS = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Co", "Cs", "Cn")), max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", " ".join(text.replace("|", "").split())))
    .filter(lambda text: text.strip() == text and is_plain(text))
)
LISTS = (
    st.lists(TEXTS.filter(bool), max_size=3, unique=True).map(tuple).filter(lambda values: is_plain("|".join(values)))
)
NOTES = st.lists(TEXTS.filter(bool), max_size=2).map("\n".join).filter(is_plain)
TARGETS = st.text("aé -'\"=+@;,\t", min_size=1, max_size=8).map(lambda text: "Z" + " ".join(text.split()))
ENTRIES = st.lists(
    st.builds(
        Entry, TEXTS.filter(bool), TARGETS, st.sampled_from(STATUSES), st.sampled_from(PARTS_OF_SPEECH),
        st.sampled_from(("m", "f", "n", "")), st.lists(TARGETS, max_size=2, unique=True).map(tuple),
        LISTS, LISTS, LISTS, NOTES,
    ),
    max_size=4, unique_by=lambda entry: entry.sense,
)  # fmt: skip


@pytest.mark.parametrize(("suffix", "excel"), [(".csv", False), (".csv", True), (".xlsx", False)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(entries=ENTRIES)
def test_what_is_written_is_read_back_as_it_was(tmp_path: Path, suffix: str, excel: bool, entries: list[Entry]) -> None:
    tables.write(path := tmp_path / f"en{suffix}", entries, excel=excel)
    back = tables.read(path, locale="en", scope="")
    assert [replace(entry, locale="", file="", row=0) for entry in back] == entries


def test_only_a_csv_for_excel_starts_with_a_mark(tmp_path: Path) -> None:
    tables.write(path := tmp_path / "en.csv", [Entry("战神", "God of War")])
    assert path.read_text("utf-8") == f"{','.join(tables.COLUMNS)}\n战神,God of War,preferred,,,,,,,\n"
    tables.write(path, [], excel=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_workbook_holds_text_under_a_row_that_stays_in_sight(tmp_path: Path) -> None:
    tables.write(path := tmp_path / "ja.xlsx", [Entry("先生", "-san")])
    sheet = load_workbook(path).worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].data_type, sheet["B2"].number_format) == ("-san", "s", "@")
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("entry", [Entry("战神", "=A1"), Entry("战神", "x", variants=("a|b",)), Entry("战神", "a\x00")])
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, entry: Entry) -> None:
    path = put(tmp_path, ROWS)
    with pytest.raises(GlossaryError, match="战神"):
        tables.write(path, [entry])
    assert path.read_text("utf-8") == ROWS
