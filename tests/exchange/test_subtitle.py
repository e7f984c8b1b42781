"""Subtitles out and back: ASS carries ids and versions, SRT finds them by its times in the record of what went out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pysubs2
import pytest

from localize.errors import InputError, SubtitleError
from localize.exchange import handout, merge, subtitle
from localize.exchange.compare import Comparison, compare
from localize.job import Job
from localize.review.log import Who
from tests.exchange.conftest import DRAFTS

MALEE = Who("Malee")
Texts = Callable[[str], list[str]]
Write = Callable[[str, str, str], None]


def exported(job: Job, tag: str, kind: str) -> tuple[str, str]:
    """Name and text of what goes out."""
    one = handout.of(job, tag)
    return subtitle.name(one, kind), subtitle.export(job, one, kind).decode("utf-8-sig")


def compared(jobs: list[Job], name: str, text: str, tag: str = "") -> Comparison:
    back = subtitle.read(text.encode(), name, jobs, tag)
    return compare(jobs, back.locale, back)


@pytest.mark.parametrize("kind", ["srt", "ass"])
@pytest.mark.parametrize("tag", DRAFTS)
def test_what_comes_back_unedited_says_nothing(jobs: list[Job], kind: str, tag: str) -> None:
    found = compared(jobs, *exported(jobs[0], tag, kind))
    assert replace(found, same=0) == Comparison(tag, ("ep01",))
    assert found.same == 4


@pytest.mark.parametrize("kind", ["srt", "ass"])
def test_an_edit_becomes_the_line_of_its_cue(jobs: list[Job], kind: str, texts: Texts) -> None:
    name, text = exported(jobs[0], "th", kind)
    merge.apply(jobs, compared(jobs, name, text.replace("ผมกลับมา", "ฉันกลับมา")), MALEE)
    assert texts("th") == ["คุกเข่า", "ฉันกลับมา", "คุณเป็นใคร", "- หนึ่ง"]


@pytest.mark.parametrize("kind", ["srt", "ass"])
def test_a_line_that_changed_since_clashes(jobs: list[Job], kind: str, write: Write) -> None:
    name, text = exported(jobs[0], "th", kind)
    write("th", "c0002", "กลับมาแล้ว")
    write("th", "c0003", "ใครน่ะ")
    found = compared(jobs, name, text.replace("ผมกลับมา", "ฉันกลับมา"))
    assert [(clash.cue_id, clash.before, clash.after) for clash in found.clashes] == [("c0002", "กลับมาแล้ว", "ฉันกลับมา")]
    # That nobody touched the third in the file is known, so the newer text stands.
    assert (found.edited, found.same) == ((), 3)


def test_the_events_of_ass_show_the_source_above_and_carry_cue_and_version(jobs: list[Job]) -> None:
    script = pysubs2.SSAFile.from_string(exported(jobs[0], "th", "ass")[1])
    above, drawn = script.events[2:4]
    assert above.is_comment
    assert above.text.startswith(r"我回来了。\Nerror: no text\Nwarning: 21 characters")
    assert drawn.effect == f"c0002 {handout.of(jobs[0], 'th').lines[1].version}"


def test_ass_that_lost_its_header_needs_to_be_told_what_it_is(jobs: list[Job]) -> None:
    name, text = exported(jobs[0], "th", "ass")
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("Localize"))
    with pytest.raises(InputError) as caught:
        compared(jobs, name, bare)
    assert caught.value.next_step == "give --to LOCALE and --episode ID"
    assert compared(jobs[:1], name, bare, "th").same == 4


def test_ass_without_effects_is_refused(jobs: list[Job]) -> None:
    name, text = exported(jobs[0], "th", "ass")
    script = pysubs2.SSAFile.from_string(text)
    for event in script.events:
        event.effect = ""
    with pytest.raises(InputError) as caught:
        compared(jobs, name, script.to_string("ass"))
    assert caught.value.message == "no event of the file says which cue it is: its Effect fields are gone"


@pytest.mark.parametrize("kind", ["srt", "ass"])
def test_a_cue_more_is_added_and_a_cue_less_is_missing(jobs: list[Job], kind: str) -> None:
    name, text = exported(jobs[0], "th", kind)
    script = pysubs2.SSAFile.from_string(text)
    said = [event for event in script.events if not event.is_comment]
    script.events = [event for event in script.events if event is not said[1]]
    script.events.append(pysubs2.SSAEvent(start=15_000, end=16_000, text="จบตอน"))
    found = compared(jobs, name, script.to_string(kind))
    assert found.missing == (("ep01", "c0002"),)
    (added,) = found.added
    assert added.message == "'จบตอน' is a new row"


def test_a_renamed_and_renumbered_srt_is_known_by_its_times_and_texts(jobs: list[Job], texts: Texts) -> None:
    text = exported(jobs[0], "th", "srt")[1]
    exported(jobs[0], "en", "srt")
    renumbered = text.replace("\n2\n", "\n12\n").replace("คุณเป็นใคร", "คุณคือใคร")
    found = compared(jobs, "final (2).srt", renumbered, "th")
    assert [change.cue_id for change in found.edited] == ["c0003"]


def test_an_srt_of_several_exports_is_the_one_it_was_made_from(jobs: list[Job], write: Write) -> None:
    first = exported(jobs[0], "th", "srt")
    write("th", "c0001", "คุกเข่าลง")
    second = exported(jobs[0], "th", "srt")
    assert first[0] != second[0]
    found = compared(jobs, second[0], second[1].replace("คุกเข่าลง", "หมอบลง"))
    assert [change.cue_id for change in found.edited] == ["c0001"]
    renamed = compared(jobs, "th.srt", first[1].replace("คุกเข่า", "หมอบ"), "th")
    assert [clash.cue_id for clash in renamed.clashes] == ["c0001"]


def test_a_retimed_cue_is_still_the_same(jobs: list[Job]) -> None:
    name, text = exported(jobs[0], "th", "srt")
    moved = text.replace("00:00:04,000 --> 00:00:05,800", "00:00:04,300 --> 00:00:05,950").replace("ผม", "ฉัน")
    assert [change.cue_id for change in compared(jobs, name, moved).edited] == ["c0002"]


def test_an_srt_that_nobody_exported_is_sent_to_the_other_import(jobs: list[Job]) -> None:
    with pytest.raises(InputError) as caught:
        compared(jobs, "mine.srt", "1\n00:00:02,000 --> 00:00:03,000\nx\n", "th")
    assert caught.value.message == "mine.srt is of no export of this workspace"
    assert "localize import" in (caught.value.next_step or "")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"garbage", b"\xb9\xd2\xc1"])
@pytest.mark.parametrize("name", ["x.srt", "x.ass"])
def test_what_is_no_subtitle_is_refused(jobs: list[Job], data: bytes, name: str) -> None:
    with pytest.raises(InputError) as caught:
        subtitle.read(data, name, jobs)
    assert caught.value.next_step


def test_thai_saved_by_an_old_editor_is_read_where_the_name_says_the_locale(jobs: list[Job]) -> None:
    name, text = exported(jobs[0], "th", "srt")
    back = subtitle.read(text.encode("cp874"), name, jobs)
    assert compare(jobs, "th", back).same == 4
    with pytest.raises(SubtitleError):
        subtitle.read(text.encode("cp874"), "x.srt", jobs)


def test_markup_in_a_line_is_text_on_its_way_out_and_back(jobs: list[Job], write: Write, tmp_path: Path) -> None:
    write("en", "c0001", r"{\pos(1,1)}<b>Kneel --> now</b> \N here")
    for kind in ("srt", "ass"):
        assert compared(jobs, *exported(jobs[0], "en", kind)).same == 4
