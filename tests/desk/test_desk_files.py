"""Files of an episode taken away from the desk, edited elsewhere, and brought back."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from openpyxl import load_workbook

from localize.desk import files, http
from localize.desk.held import KEPT_S, MOST, PER_USER, Held
from localize.errors import InputError
from localize.exchange.returned import MOST_BYTES
from localize.job import Job
from localize.review import edits, log
from localize.review.edits import Edit
from localize.review.log import Who
from localize.workspace import target_file
from tests.desk.conftest import BASE, Browser
from tests.desk.test_desk_review import EN, TH, Sit, _once, job, page_data, row, save, sit, texts

__all__ = ["_once", "job", "sit"]
SCRIPT = "<script>alert(2)</script>"


def edited(book: bytes, targets: Mapping[str, str], change: Callable[[Any], None] | None = None) -> bytes:
    """The workbook as somebody saves it who gave the cues of `targets` these texts."""
    opened = load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[0]
    head = next(cells for cells in sheet.iter_rows(max_row=10) if "target" in [cell.value for cell in cells])
    at = {cell.value: cell.column for cell in head}
    for cells in sheet.iter_rows(min_row=head[0].row + 1):
        if (id_ := cells[at["id"] - 1].value) in targets:
            cells[at["target"] - 1].value = targets[id_]
    if change:
        change(sheet)
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def taken(browser: Browser, path: str, kind: str = "xlsx") -> bytes:
    answer = browser.get(f"{path}/files/{kind}")
    assert answer.status_code == 200
    return bytes(answer.content)


def bring(browser: Browser, path: str, data: bytes, name: str = "tide.ep01.xlsx") -> Any:
    """As the form of the page does it."""
    browser.get("/")
    return browser.client.post(
        f"{path}/files", data={"csrf": browser.token}, files={"file": (name, data)},
        headers={"origin": BASE, "accept": "text/html"},
    )  # fmt: skip


def held(answer: Any) -> str:
    return re.findall(r'name="held" value="([^"]+)"', answer.text)[0]


def take_in(browser: Browser, path: str, token: str, **more: str) -> Any:
    return browser.submit(f"{path}/files/take", held=token, **more)


def state(job: Job, tag: str) -> tuple[bytes, int]:
    return job.workspace.path(target_file(tag)).read_bytes(), len(log.read(job.workspace, tag))


def test_an_edited_workbook_is_shown_first_and_taken_in_by_whoever_is_signed_in(sit: Sit, job: Job) -> None:
    ravi = sit("ravi")
    assert f'href="{TH}/files"' in ravi.get(TH).text
    before = state(job, "th")
    shown = bring(ravi, TH, edited(taken(ravi, TH), {"c0001": "ลง!", "c0006": "ฉันกลับมา"}))
    assert shown.status_code == 200
    assert "2 edited lines" in shown.text
    assert "4 lines as they are here" in shown.text
    assert state(job, "th") == before
    done = take_in(ravi, TH, held(shown))
    assert "2 lines taken in" in done.text
    assert (texts(job, "th")["c0001"], texts(job, "th")["c0006"]) == ("ลง!", "ฉันกลับมา")
    (event,) = log.read(job.workspace, "th")
    assert (event.what, event.who, event.text) == ("import", Who("ravi", signed_in=True), "from tide.ep01.xlsx")
    again = take_in(ravi, TH, held(shown))
    assert (again.status_code, len(log.read(job.workspace, "th"))) == (409, 1)


@pytest.mark.parametrize("kind", ["srt", "ass", "xlf"])
def test_every_format_that_can_be_taken_away_comes_back(sit: Sit, job: Job, kind: str) -> None:
    ravi = sit("ravi")
    answer = ravi.get(f"{TH}/files/{kind}")
    name = re.findall('filename="(.+)"', answer.headers["content-disposition"])[0]
    assert name.endswith(f".{kind}")
    data = answer.content.replace("ผมกลับมาแล้ว".encode(), "ผมมาแล้ว".encode())
    assert data != answer.content
    shown = bring(ravi, TH, data, name)
    assert "One edited line" in shown.text
    assert "One line taken in" in take_in(ravi, TH, held(shown)).text
    assert texts(job, "th")["c0006"] == "ผมมาแล้ว"


def test_a_clash_is_shown_and_both_texts_are_kept(sit: Sit, job: Job) -> None:
    lena, ravi = sit("lena"), sit("ravi")
    book = edited(taken(ravi, TH), {"c0001": "ลง!", "c0006": "ฉันกลับมา"})
    save(lena, TH, "c0001", "หมอบ!", row(page_data(lena, TH), "c0001")["version"])
    shown = bring(ravi, TH, book)
    assert "One clashing line" in shown.text
    assert all(text in shown.text for text in ("หมอบ!", "ลง!", "changed by lena", "keep both texts"))
    done = take_in(ravi, TH, held(shown), rest="true")
    assert all(text in done.text for text in ("One line taken in", "One line clashed"))
    assert (texts(job, "th")["c0001"], texts(job, "th")["c0006"]) == ("หมอบ!", "ฉันกลับมา")
    kept = [event for event in log.read(job.workspace, "th") if event.what == "clash"]
    assert [line.text for event in kept for line in event.lines_after] == ["ลง!"]


def test_a_line_that_changes_while_the_page_is_looked_at_is_not_overwritten(sit: Sit, job: Job) -> None:
    ravi = sit("ravi")
    shown = bring(ravi, TH, edited(taken(ravi, TH), {"c0001": "ลง!", "c0006": "ฉันกลับมา"}))
    version = row(page_data(ravi, TH), "c0001")["version"]
    edits.save(job, "th", [Edit("c0001", "หมอบ!", version)], Who("lena"))
    before = state(job, "th")
    again = take_in(ravi, TH, held(shown))
    assert (again.status_code, state(job, "th")) == (409, before)
    assert "changed since you looked" in again.text
    assert "One line taken in" in take_in(ravi, TH, held(again), rest="true").text
    assert texts(job, "th")["c0001"] == "หมอบ!"


def test_added_missing_and_moved_rows_are_told_and_the_rest_can_be_taken_in(sit: Sit, job: Job) -> None:
    ravi = sit("ravi")

    def rearrange(sheet: Any) -> None:
        rows = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
        head = next(at for at, cells in enumerate(rows, 1) if "target" in cells)
        ids = {cells[rows[head - 1].index("id")]: at for at, cells in enumerate(rows, 1)}
        for column, value in enumerate(rows[ids["c0004"] - 1], 1):
            sheet.cell(sheet.max_row + (column == 1), column, value)
        added = sheet.max_row + 1
        sheet.cell(added, rows[head - 1].index("target") + 1, "ใหม่")
        for cue_id in ("c0004", "c0002"):
            sheet.delete_rows(ids[cue_id])

    before = state(job, "th")
    shown = bring(ravi, TH, edited(taken(ravi, TH), {"c0001": "ลง!"}, rearrange))
    assert "One added row" in shown.text
    assert "One line is not in the file and stays as it is: c0002" in shown.text
    assert "One row was moved, which changes nothing: c0004" in shown.text
    assert take_in(ravi, TH, held(shown)).status_code == 409
    assert state(job, "th") == before
    again = bring(ravi, TH, edited(taken(ravi, TH), {"c0001": "ลง!"}, rearrange))
    assert "One line taken in" in take_in(ravi, TH, held(again), rest="true").text


def test_who_may_only_look_takes_away_and_brings_nothing_back(sit: Sit, job: Job) -> None:
    vera = sit("vera")
    page = vera.get(f"{TH}/files").text
    assert f'href="{TH}/files/xlsx"' in page
    assert 'type="file"' not in page
    before = state(job, "th")
    assert bring(vera, TH, edited(taken(vera, TH), {"c0001": "x"})).status_code == 403
    assert take_in(vera, TH, "x").status_code == 403
    assert state(job, "th") == before


def test_a_reviewer_brings_nothing_back_into_a_locale_of_others(sit: Sit, job: Job) -> None:
    ravi, lena = sit("ravi"), sit("lena")
    before = state(job, "en")
    assert bring(ravi, EN, edited(taken(ravi, EN), {"c0001": "Down!"})).status_code == 403
    shown = bring(lena, EN, edited(taken(lena, EN), {"c0001": "Down!"}))
    assert take_in(ravi, EN, held(shown)).status_code == 403
    assert take_in(ravi, TH, held(shown)).status_code == 409
    assert state(job, "en") == before
    assert take_in(lena, EN, held(shown)).status_code == 200


def test_script_tags_of_a_file_and_of_its_name_are_inert(sit: Sit) -> None:
    lena = sit("lena")
    comment = f"see {SCRIPT}"

    def remark(sheet: Any) -> None:
        head = next(cells for cells in sheet.iter_rows(max_row=10) if "comment" in [cell.value for cell in cells])
        sheet.cell(head[0].row + 2, [cell.value for cell in head].index("comment") + 1, comment)

    shown = bring(lena, EN, edited(taken(lena, EN), {"c0001": SCRIPT}, remark), f"{SCRIPT.replace('/', '')}.xlsx")
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert "see &lt;script&gt;alert(2)&lt;/script&gt;" in shown.text
    wrong = bring(lena, EN, b"x", "<b>.exe")
    assert (wrong.status_code, "&lt;b&gt;.exe is no .xlsx" in wrong.text) == (422, True)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 << 20))
    return out.getvalue()


def without_targets(sheet: Any) -> None:
    head = next(cells for cells in sheet.iter_rows(max_row=10) if "target" in [cell.value for cell in cells])
    sheet.delete_cols([cell.value for cell in head].index("target") + 1)


@pytest.mark.parametrize(
    ("made", "name", "said"),
    [
        (lambda book: bomb(), "a.xlsx", "the workbook was refused"),
        (lambda book: edited(book, {}, without_targets), "a.xlsx", "target"),
        (lambda book: b"\0" * (MOST_BYTES + 1), "a.xlsx", "32 are allowed"),
        (lambda book: random.Random(1).randbytes(2000), "a.xlsx", "is no whole workbook"),
        (lambda book: book, "tide.ep01.en.xlsx", "the file is in en, not in th"),
        (lambda book: b"1\n00:00:00,000 --> 00:00:01,000\nx\n", "a.srt", "no export of this workspace"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_one_line_on_the_page(
    sit: Sit, job: Job, made: Callable[[bytes], bytes], name: str, said: str
) -> None:
    ravi = sit("ravi")
    before = state(job, "th")
    answer = bring(ravi, TH, made(taken(ravi, TH)), name)
    assert answer.status_code == 422
    (notice,) = re.findall(r'role="alert"><bdi>(.*?)</p>', answer.text)
    assert said in notice
    assert "--" not in notice
    assert 'name="held"' not in answer.text
    assert state(job, "th") == before


def test_a_formula_is_told_as_a_row_that_cannot_be_taken_in(sit: Sit, job: Job) -> None:
    ravi = sit("ravi")
    shown = bring(ravi, TH, edited(taken(ravi, TH), {"c0001": "=1+1", "c0006": "ฉันกลับมา"}))
    assert "One row that cannot be taken in" in shown.text
    assert "formula" in shown.text
    assert "One line taken in" in take_in(ravi, TH, held(shown), rest="true").text
    assert texts(job, "th")["c0001"] == "คุกเข่า!"


def test_a_form_has_room_for_the_largest_file_and_for_little_more(sit: Sit) -> None:
    ravi = sit("ravi")
    assert bring(ravi, TH, b"\0" * (http.UPLOAD_BYTES + 1)).status_code == 413


def test_xliff_is_offered_only_where_it_can_be_made(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    ravi = sit("ravi")
    assert f'href="{TH}/files/xlf"' in ravi.get(f"{TH}/files").text

    def absent(kind: str) -> None:
        raise InputError(f"{kind} is not installed")

    monkeypatch.setattr(files.interchange, "storage", absent)
    assert f'href="{TH}/files/xlf"' not in ravi.get(f"{TH}/files").text
    assert ravi.get(f"{TH}/files/xlf").status_code == 404


def test_what_is_held_is_its_owners_for_a_while_and_never_too_much() -> None:
    now = [0.0]
    kept = Held(lambda: now[0])
    token = kept.keep("ravi", TH, "a.xlsx", b"a")
    assert kept.take("lena", TH, token) is None
    assert kept.take("ravi", EN, token) is None
    upload = kept.take("ravi", TH, token)
    assert upload is not None
    assert (upload.name, upload.data) == ("a.xlsx", b"a")
    assert kept.take("ravi", TH, token) is None
    old = kept.keep("ravi", TH, "a.xlsx", b"a")
    now[0] = KEPT_S + 1
    assert kept.take("ravi", TH, old) is None
    several = [kept.keep("ravi", TH, "a.xlsx", b"a") for _ in range(PER_USER + 1)]
    assert [kept.take("ravi", TH, one) is None for one in several] == [True, *[False] * PER_USER]
    large = [kept.keep(f"user{n}", TH, "a.xlsx", bytes(MOST // 2)) for n in range(3)]
    assert [kept.take(f"user{n}", TH, one) is None for n, one in enumerate(large)] == [True, False, False]
