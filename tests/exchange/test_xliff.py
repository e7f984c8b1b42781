"""XLIFF 1.2 out and back: well-formed, read by others, and every unit with its state, limit and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree
from translate.storage import xliff as toolkit

from localize.errors import InputError
from localize.exchange import handout, xliff
from localize.exchange.compare import Comparison, compare
from localize.exchange.handout import Handout
from localize.job import Job
from localize.metadata import Limit
from localize.review import edits
from localize.review.log import Who
from tests.exchange.conftest import DRAFTS, SAID

NS = {"x": "urn:oasis:names:tc:xliff:document:1.2"}
Given = Callable[[str], list[Handout]]


@pytest.fixture(params=["th", "ar"])
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_another_tool_reads_sources_targets_and_languages(given: Given, tag: str) -> None:
    store = toolkit.xlifffile.parsestring(xliff.export(given(tag)))
    assert (store.sourcelanguage, store.targetlanguage) == ("zh-Hans", tag)
    assert store.getfilenames() == ["ep01", "ep02"]
    assert [(unit.source, unit.target) for unit in store.units[:4]] == list(zip(SAID, DRAFTS[tag], strict=True))


def test_it_is_version_1_2_with_a_file_for_each_episode_and_a_unit_for_each_cue(given: Given) -> None:
    root = etree.fromstring(xliff.export(given("th")))
    assert root.get("version") == "1.2"
    assert {namespace for element in root.iter() for namespace in element.nsmap.values()} == {NS["x"]}
    files = root.findall("x:file", NS)
    assert [(one.get("original"), one.get("target-language"), one.get("datatype")) for one in files] == [
        ("ep01", "th", "plaintext"), ("ep02", "th", "plaintext"),
    ]  # fmt: skip
    units = files[1].findall("x:body/x:trans-unit", NS)
    assert [unit.get("id") for unit in units] == ["c0001", "c0002", "c0003", "c0004"]
    # 1.8 s at 17 characters a second.
    assert {(unit.get("maxwidth"), unit.get("size-unit")) for unit in units} == {("30", "char")}


def test_findings_comments_and_the_limit_are_notes(given: Given) -> None:
    (first, second) = given("th")
    lines = (first.lines[0], replace(first.lines[1], comments=("Ben: too rude?",)))
    root = etree.fromstring(xliff.export([replace(first, lines=lines), second]))
    notes = root.findall(".//x:trans-unit[@id='c0002']/x:note", NS)[:4]
    assert [(note.get("from"), note.text) for note in notes] == [
        ("localize-length", "1.8 s on screen: at most 30 characters can be read"),
        ("localize-finding", "error: no text"),
        ("localize-finding", "warning: 21 characters a second"),
        ("localize-comment", "Ben: too rude?"),
    ]


def test_a_title_has_the_platform_s_limit_in_its_unit_and_no_time_on_screen(given: Given) -> None:
    (first, _) = given("th")
    limits = {"c0001": Limit(5000, "bytes", "a source"), "c0002": Limit(100, "utf-16", "a source")}
    root = etree.fromstring(xliff.export([replace(first, lines=first.lines[:2], limits=limits)]))
    units = root.findall(".//x:trans-unit", NS)
    assert [(unit.get("maxwidth"), unit.get("size-unit")) for unit in units] == [("5000", "byte"), ("100", "char")]
    assert units[1].find("x:note", NS).text == "at most 100 utf-16 (a source)"


def states(job: Job, tag: str = "th") -> list[tuple[str | None, ...]]:
    root = etree.fromstring(xliff.export([handout.of(job, tag)]))
    return [
        (unit.get("approved"), *(unit.find("x:target", NS).get(name) for name in ("state", "state-qualifier")))
        for unit in root.iterfind(".//x:trans-unit", NS)
    ]


def test_the_state_of_a_unit_says_who_wrote_it_and_whether_it_was_let_through(
    job: Job, write: Callable[[str, str, str], None]
) -> None:
    write("th", "c0001", "หมอบ")
    write("th", "c0004", "")
    cue = job.source().cues[2]
    line = job.workspace.need(edits.TargetTrack, "targets/th.json").lines[2]
    edits.approve(job, "th", {cue.id: edits.version(cue, line)}, Who("Ben"))
    assert states(job) == [
        ("no", "translated", None),
        ("no", "needs-review-translation", "mt-suggestion"),
        ("yes", "signed-off", None),
        ("no", "needs-translation", None),
    ]


def compared(jobs: list[Job], data: bytes) -> Comparison:
    back = xliff.read(data)
    return compare(jobs, back.locale, back)


def test_what_comes_back_unedited_says_nothing(jobs: list[Job], given: Given, tag: str) -> None:
    found = compared(jobs, xliff.export(given(tag)))
    assert replace(found, same=0) == Comparison(tag, ("ep01", "ep02"))
    assert found.same == 8


def test_edits_come_back_from_a_tool_that_segments_and_comments(jobs: list[Job], given: Given) -> None:
    text = xliff.export(given("th")).decode()
    target = '<target state="translated"><mrk mtype="seg" mid="1">ฉัน</mrk><mrk mtype="seg" mid="2">กลับมา</mrk></target>'
    head, _, rest = text.partition("ผมกลับมา</target>")
    head = head[: head.rindex("<target")]
    found = compared(jobs, f"{head}{target}<note from='Malee'>ผม or ฉัน?</note>{rest}".encode())
    assert [(change.cue_id, change.after) for change in found.edited] == [("c0002", "ฉันกลับมา")]
    assert [(one.cue_id, one.text) for one in found.remarks] == [("c0002", "ผม or ฉัน?")]


def test_a_line_that_changed_since_clashes(
    jobs: list[Job], given: Given, write: Callable[[str, str, str], None]
) -> None:
    data = xliff.export(given("th")).replace("ผมกลับมา".encode(), "ฉันกลับมา".encode(), 1)
    write("th", "c0002", "กลับมาแล้ว")
    write("th", "c0003", "ใครน่ะ")
    found = compared(jobs, data)
    assert [(clash.episode, clash.cue_id) for clash in found.clashes] == [("ep01", "c0002")]
    assert found.edited == ()


def test_inline_tags_in_a_target_are_refused_by_unit(jobs: list[Job], given: Given) -> None:
    data = xliff.export(given("th")).replace("ผมกลับมา".encode(), 'ผม<x id="1"/>กลับมา'.encode(), 1)
    (problem,) = compared(jobs, data).problems
    assert problem.cue_id == "c0002"
    assert problem.message == "the target holds inline tags"


def test_an_added_unit_is_refused_by_its_line(jobs: list[Job], given: Given) -> None:
    data = xliff.export(given("th")).replace(
        b"</body>", b'<trans-unit id="c0099"><source>x</source><target>y</target></trans-unit></body>', 1
    )
    (added,) = compared(jobs, data).added
    assert added.message == "'y' is a new row"
    assert added.place.startswith("ep01, line ")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<xliff", b"<a/>", b"x" * (20 << 20),
        b'<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0"/>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xliff version="1.2"><file original="e"/></xliff>',
        b'<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="e"><body/></file></xliff>',
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        xliff.read(data)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


def test_without_the_toolkit_the_extra_is_named(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("localize.glossary.interchange.import_module", absent)
    with pytest.raises(InputError) as caught:
        xliff.export(given("th"))
    assert caught.value.next_step == "pip install 'localize[interchange]'"
