"""Whatever a line says, each format brings it back as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localize.exchange import subtitle, workbook, workbook_reader, xliff
from localize.exchange.handout import Handout, Line
from localize.exchange.returned import Returned
from localize.job import Job
from localize.subtitles.text import clean, plain

TEXTS = st.lists(st.text(max_size=12).map(clean), min_size=1, max_size=4)


def through_ass(job: Job, one: Handout) -> Returned:
    return subtitle.read(subtitle.export(job, one, "ass"), "x.ass", [job])


def through_srt(job: Job, one: Handout) -> Returned:
    return subtitle.read(subtitle.export(job, one, "srt"), subtitle.name(one, "srt"), [job])


FORMATS: dict[str, Callable[[Job, Handout], Returned]] = {
    "xlsx": lambda _job, one: workbook_reader.read(workbook.export([one])),
    "xliff": lambda _job, one: xliff.read(xliff.export([one])),
    "ass": through_ass,
    "srt": through_srt,
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("tag", ["th", "ar"])
def test_a_text_comes_back_as_it_went_out(jobs: list[Job], kind: str, tag: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(TEXTS)
    @example(["_x0041_", "=1", "'", "a\nb", " "])
    @example(["{\\pos(1,1)}\\N", "<b>&amp;</b>", "1\n00:00:01,000 --> 00:00:02,000", ""])
    @example(["]]>", "(a) [b]", "\u200f!", "12e4"])
    def check(texts: list[str]) -> None:
        lines = tuple(
            Line(f"c{n}", 2000 * n, 2000 * n + 1800, 1800, text or "一", text, f"{n:016x}", "human")
            for n, text in enumerate(texts)
        )
        back = FORMATS[kind](jobs[0], Handout("tide", "ep01", tag, 17, lines))
        assert back.problems == ()
        assert [(row.cue_id, plain(row.target)) for row in back.rows] == [
            (line.cue_id, plain(line.target)) for line in lines
        ]
        assert list(back.given.values()) == [line.version for line in lines]

    check()
