"""What came back, told apart and written: never a line lost, and nothing written where something clashes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from localize.cues import SourceTrack, TargetTrack
from localize.errors import InputError, ReviewConflict
from localize.exchange import merge, workbook, workbook_reader
from localize.exchange.compare import Comparison, _moved, compare
from localize.exchange.handout import Handout
from localize.exchange.returned import Returned
from localize.job import SOURCE, Job
from localize.review import comments, log, source, undo
from localize.review.log import Who
from tests.exchange.conftest import DRAFTS, Book

MALEE = Who("Malee")
Texts = Callable[[str], list[str]]
Write = Callable[[str, str, str], None]
Open = Callable[[str], Book]


def compared(jobs: list[Job], book: Book, tag: str = "th") -> Comparison:
    return compare(jobs, tag, workbook_reader.read(book.bytes()))


def test_an_unedited_file_says_nothing(jobs: list[Job], book: Open, texts: Texts) -> None:
    found = compared(jobs, book("th"))
    assert replace(found, same=0) == Comparison("th", ("ep01", "ep02"))
    assert found.same == 8
    assert merge.apply(jobs, found, MALEE) == merge.Applied()
    assert texts("th") == list(DRAFTS["th"])
    assert log.all_of(jobs[0].workspace) == []


def test_an_edited_target_becomes_the_line_and_the_log_says_whence(jobs: list[Job], book: Open, texts: Texts) -> None:
    found = compared(jobs, book("th").type("target", 3, "ฉันกลับมาแล้ว"))
    (change,) = found.edited
    assert (change.cue_id, change.source, change.before, change.after) == (
        "c0002", "我回来了。", "ผมกลับมา", "ฉันกลับมาแล้ว",
    )  # fmt: skip
    done = merge.apply(jobs, found, MALEE, text="from tide.th.xlsx")
    assert done.changed == (("ep01", "c0002"),)
    assert texts("th") == ["คุกเข่า", "ฉันกลับมาแล้ว", "คุณเป็นใคร", "- หนึ่ง"]
    (event,) = log.read(jobs[0].workspace, "th")
    assert (event.id, event.what, event.who, event.text) == (done.events[0], "import", MALEE, "from tide.th.xlsx")
    undo.undo(jobs[0], "th", MALEE)
    assert texts("th") == list(DRAFTS["th"])


def test_a_file_that_was_taken_in_may_be_taken_in_again(jobs: list[Job], book: Open) -> None:
    edited = book("th").type("target", 3, "ฉันกลับมาแล้ว").type("comment", 3, "หรือ ผม?")
    assert merge.apply(jobs, compared(jobs, edited), MALEE).comments == 1
    again = compared(jobs, edited)
    assert (again.edited, again.clashes, again.remarks, again.same) == ((), (), (), 8)


def test_a_comment_of_the_file_is_a_comment_of_the_cue(jobs: list[Job], book: Open) -> None:
    merge.apply(jobs, compared(jobs, book("th").type("comment", 2, " = too rude? ")), MALEE)
    (event,) = comments.still_open(log.read(jobs[0].workspace, "th"))
    assert (event.cue_ids, event.text, event.who) == (("c0001",), "= too rude?", MALEE)


def test_moved_rows_find_their_lines(jobs: list[Job], book: Open, texts: Texts) -> None:
    thai = book("th").type("target", 5, "- เดียว")
    rows = [[cell.value for cell in row] for row in thai.sheet.iter_rows(min_row=2)]
    for number, row in enumerate([rows[3], rows[0], rows[1], rows[2]], 2):
        for column, value in enumerate(row, 1):
            thai.sheet.cell(number, column).value = value
    found = compared(jobs, thai)
    assert found.reordered == (("ep01", "c0004"),)
    merge.apply(jobs, found, MALEE)
    assert texts("th") == ["คุกเข่า", "ผมกลับมา", "คุณเป็นใคร", "- เดียว"]


@for_all(st.permutations(range(7)))
def test_as_few_rows_as_possible_are_called_moved(order: list[int]) -> None:
    ids = [f"c{n}" for n in order]
    moved = _moved(ids, {f"c{n}": n for n in range(7)})
    rest = [one for one in ids if one not in moved]
    assert rest == sorted(rest)
    # What moved may be no fewer: Python's own way of finding a longest rising run of seven.
    best = max(
        bin(mask).count("1")
        for mask in range(128)
        if (picked := [n for i, n in enumerate(order) if mask >> i & 1]) == sorted(picked)
    )
    assert len(rest) == best


def test_a_missing_row_and_an_emptied_one_keep_their_lines_and_are_named(
    jobs: list[Job], book: Open, texts: Texts
) -> None:
    thai = book("th").type("target", 3, None)
    thai.sheet.delete_rows(5)
    found = compared(jobs, thai)
    assert (found.missing, found.emptied) == ((("ep01", "c0004"),), (("ep01", "c0002"),))
    merge.apply(jobs, found, MALEE)
    assert texts("th") == list(DRAFTS["th"])


def test_a_lost_sheet_is_missing_rows(jobs: list[Job], book: Open) -> None:
    thai = book("th").type("target", 2, "หมอบ")
    del thai.book["ep02"]
    found = compared(jobs, thai)
    assert len(found.missing) == 4
    assert len(found.edited) == 1


def test_an_added_row_is_refused_by_its_number_and_nothing_is_written(
    jobs: list[Job], book: Open, texts: Texts
) -> None:
    thai = book("th").type("target", 2, "หมอบ").type("target", 6, "จบตอน")
    thai.type("id", 7, "c0099").type("target", 7, "ต่อ")
    found = compared(jobs, thai)
    assert [problem.place for problem in found.added] == ["ep01, row 6", "ep01, row 7"]
    with pytest.raises(InputError) as caught:
        merge.apply(jobs, found, MALEE)
    assert caught.value.message == "ep01, row 6: 'จบตอน' is a new row (and 1 more); nothing was written"
    assert texts("th") == list(DRAFTS["th"])
    done = merge.apply(jobs, found, MALEE, merge=True)
    assert done.changed == (("ep01", "c0001"),)
    assert texts("th") == ["หมอบ", *DRAFTS["th"][1:]]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x.example")', "#REF!", "lost \ufffd here"])
def test_an_edited_text_that_is_no_line_is_refused(jobs: list[Job], book: Open, text: str) -> None:
    thai = book("th").type("target", 2, text)
    cell = thai.sheet[thai.cell("target", 2)]
    cell.data_type = "s"
    (problem,) = compared(jobs, thai).problems
    assert problem.place == "ep01, row 2"


@pytest.mark.parametrize("text", ["- A2 คือ", "-พอ(แล้ว)", "+1", "@Lin"])
def test_a_dash_or_a_sign_begins_a_line_like_any_other(jobs: list[Job], book: Open, text: str) -> None:
    thai = book("th").type("target", 2, text)
    thai.sheet[thai.cell("target", 2)].data_type = "s"
    (change,) = compared(jobs, thai).edited
    assert change.after == text


def test_a_formula_in_one_row_leaves_its_line_and_is_not_called_missing(jobs: list[Job], book: Open) -> None:
    found = compared(jobs, book("th").type("target", 2, "=1+1").type("target", 3, "กลับ"))
    assert found.missing == ()
    assert [(problem.episode, problem.cue_id) for problem in found.problems] == [("ep01", "c0001")]
    assert [change.cue_id for change in found.edited] == ["c0002"]


def test_a_line_that_changed_since_clashes_and_nothing_is_written(
    jobs: list[Job], book: Open, texts: Texts, write: Write
) -> None:
    thai = book("th").type("target", 2, "หมอบลง").type("target", 3, "กลับมาแล้ว")
    write("th", "c0001", "คุกเข่าลง")
    found = compared(jobs, thai)
    (clash,) = found.clashes
    assert (clash.before, clash.after, clash.who) == ("คุกเข่าลง", "หมอบลง", "Ben")
    with pytest.raises(ReviewConflict) as caught:
        merge.apply(jobs, found, MALEE)
    assert caught.value.message == "changed since the file was exported: ep01 c0001; nothing was written"
    assert "--merge" in (caught.value.next_step or "")
    assert texts("th") == ["คุกเข่าลง", *DRAFTS["th"][1:]]


def test_a_merge_writes_what_does_not_clash_and_keeps_the_rest_in_the_log(
    jobs: list[Job], book: Open, texts: Texts, write: Write
) -> None:
    thai = book("th").type("target", 2, "หมอบลง").type("target", 3, "กลับมาแล้ว")
    write("th", "c0001", "คุกเข่าลง")
    done = merge.apply(jobs, compared(jobs, thai), MALEE, merge=True)
    assert (done.changed, done.clashed) == ((("ep01", "c0002"),), (("ep01", "c0001"),))
    assert texts("th")[:2] == ["คุกเข่าลง", "กลับมาแล้ว"]
    (kept,) = [event for event in log.read(jobs[0].workspace, "th") if event.what == "clash"]
    assert (kept.lines_before[0].text, kept.lines_after[0].text) == ("คุกเข่าลง", "หมอบลง")


def test_a_line_that_both_made_alike_or_only_one_touched_is_no_clash(
    jobs: list[Job], book: Open, texts: Texts, write: Write
) -> None:
    thai = book("th").type("target", 2, "คุกเข่าลง")
    write("th", "c0001", "คุกเข่าลง")
    write("th", "c0002", "กลับมาแล้ว")
    found = compared(jobs, thai)
    assert (found.clashes, found.edited) == ((), ())
    merge.apply(jobs, found, MALEE)
    assert texts("th")[:2] == ["คุกเข่าลง", "กลับมาแล้ว"]


def test_an_edit_of_a_line_whose_source_changed_clashes(jobs: list[Job], book: Open) -> None:
    thai = book("th").type("target", 2, "หมอบลง")
    job = jobs[0]
    with job.workspace.writing(SOURCE) as writer:
        track = job.source()
        cues = (replace(track.cues[0], text="站住！"), *track.cues[1:])
        writer.commit("source.json", replace(track, cues=cues), "")
    (clash,) = compared(jobs, thai).clashes
    assert (clash.cue_id, clash.source) == ("c0001", "站住！")


def test_a_text_for_a_cue_that_was_merged_away_is_kept_in_the_log(jobs: list[Job], book: Open) -> None:
    thai = book("th").type("target", 2, "หมอบลง")
    job = jobs[0]
    cues = job.source().cues
    source.merge(job, [(cue.id, source.version(cue)) for cue in cues[:2]], Who("Ben"))
    found = compared(jobs, thai)
    assert [(clash.cue_id, clash.before) for clash in found.clashes] == [("c0001", "คุกเข่า")]
    done = merge.apply(jobs, found, MALEE, merge=True)
    (kept,) = [event for event in log.read(job.workspace, "th") if event.what == "clash"]
    assert (kept.id,) == done.events
    assert kept.lines_after[0].text == "หมอบลง"


def test_a_line_that_changes_between_comparing_and_writing_clashes_and_is_kept(
    jobs: list[Job], book: Open, texts: Texts, write: Write
) -> None:
    found = compared(jobs, book("th").type("target", 2, "หมอบลง"))
    write("th", "c0001", "คุกเข่าลง")
    assert merge.apply(jobs, found, MALEE).clashed == (("ep01", "c0001"),)
    assert texts("th")[0] == "คุกเข่าลง"


def test_rows_of_other_episodes_are_left_alone(jobs: list[Job], book: Open) -> None:
    thai = book("th").type("target", 2, "หมอบลง")
    found = compare(jobs[1:], "th", workbook_reader.read(thai.bytes()))
    assert (found.episodes, found.edited, found.missing) == (("ep02",), (), ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"series": "dragon"}, "the file is of dragon, not of tide"),
        ({"locale": "en"}, "the file is in en, not in th"),
        ({"given": {("ep09", "c0001"): "0"}}, "the file is of other episodes"),
    ],
)
def test_a_file_of_something_else_is_refused(
    jobs: list[Job], given: Callable[[str], list[Handout]], change: dict[str, object], message: str
) -> None:
    back: Returned = replace(workbook_reader.read(workbook.export(given("th"))), **change)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        compare(jobs, "th", back)
    assert caught.value.message == message


def test_no_line_is_lost_whatever_comes_back(jobs: list[Job], book: Open, write: Write) -> None:
    """Every text that stood or came back is in the track or in the log afterwards."""
    chance = random.Random(7)
    for round_ in range(12):
        thai = book("th")
        typed = set()
        for row in range(2, 6):
            if chance.random() < 0.5:
                typed.add(text := f"ก{round_}ข{row}")
                thai.type("target", row, text)
        for cue in range(1, 5):
            if chance.random() < 0.3:
                typed.add(text := f"ค{round_}ง{cue}")
                write("th", f"c000{cue}", text)
        if chance.random() < 0.3:
            thai.sheet.delete_rows(chance.randrange(3, 6))
            typed &= {str(row[5].value) for row in thai.sheet.iter_rows(min_row=2)} | {t for t in typed if "ค" in t}
        merge.apply(jobs, compared(jobs, thai), MALEE, merge=True)
        kept = {line.text for event in log.read(jobs[0].workspace, "th") for line in event.lines_after}
        kept |= set(jobs[0].workspace.need(TargetTrack, "targets/th.json").text_of().values())
        assert typed <= kept
    assert len(jobs[0].workspace.need(SourceTrack, "source.json").cues) == 4
