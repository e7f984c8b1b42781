"""What a review will take: from the log where it says enough, else from figures that are named as assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from localize import pipeline
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.findings import Findings
from localize.job import SOURCE, Job
from localize.review import edits, log, planning
from localize.review.edits import Edit
from localize.review.log import Event, What, Who
from localize.rules import finding

BEGIN = datetime(2025, 3, 1, 9, tzinfo=UTC)


def done(
    job: Job, at_s: float, cue_ids: Sequence[str], *, who: str = "Ann", what: What = "approve", tag: str = "en",
    before: Sequence[TargetLine] = (),
) -> None:  # fmt: skip
    """Somebody did something so many seconds after nine."""
    moment = BEGIN + timedelta(seconds=at_s)
    at = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    id_ = f"{moment.strftime('%Y%m%dT%H%M%S.000000Z')}-{who}{'-'.join(cue_ids[:1])}"
    log.append(job.workspace, Event(id_, at, Who(who), what, tag, tuple(cue_ids), tuple(before)))


@pytest.fixture
def long(job: Job) -> Job:
    """As `job`, with 60 lines in English."""
    cues = tuple(Cue(f"c{n:04d}", 200 * n, 200 * n + 180, f"第{n}句") for n in range(60))
    lines = tuple(
        TargetLine(cue.id, f"Line {n}.", "argos", None, "", (), source_fingerprint(cue)) for n, cue in enumerate(cues)
    )
    with job.workspace.writing(SOURCE, "en") as writer:
        writer.commit("source.json", SourceTrack("zh-Hans", cues, 60), "")
        writer.commit("targets/en.json", TargetTrack("en", lines), "")
        found = tuple(finding("numbers", "lost", f"c{n:04d}") for n in range(10))
        writer.commit("findings/en.json", Findings("en", (*found, finding("gap", "small", "c0059"))), "")
    return job


def test_without_history_the_figures_are_assumed_and_say_so(long: Job) -> None:
    (estimate,) = planning.plan([long], ["en"])
    assert estimate.lines == {"findings": 10, "edited": 0, "clean": 50}
    assert estimate.minutes == round((10 * 40 + 50 * 8) / 60, 1)
    assert set(estimate.basis.values()) == {"assumed"}
    assert estimate.events == 0


def test_the_time_between_two_events_is_that_of_the_second(long: Job) -> None:
    for n in range(31):
        done(long, 4 * n, [f"c{29 + n:04d}"])
    pace = planning.pace([long], ["en"])
    assert (pace.lines, pace.events) == ({"clean": 30}, 30)
    assert pace.of("clean") == pytest.approx(4)
    (estimate,) = planning.plan([long], ["en"])
    assert estimate.basis == {"findings": "assumed", "edited": "assumed", "clean": "this locale"}
    assert estimate.events == 30
    assert estimate.minutes == round((10 * 40 + 50 * 4) / 60, 1)


def test_a_pause_is_no_work_and_colleagues_do_not_share_a_clock(long: Job) -> None:
    done(long, 0, ["c0020"])
    done(long, 5, ["c0021"], who="Ben")
    done(long, 10, ["c0022"])
    done(long, 10 + 601, ["c0023"])
    done(long, 10 + 601 + 600, ["c0024"])
    pace = planning.pace([long], ["en"])
    assert pace.seconds == {"clean": 10 + 600}
    assert pace.lines == {"clean": 2}


def test_lines_that_were_approved_together_share_the_time(long: Job) -> None:
    done(long, 0, ["c0010"])
    done(long, 300, [f"c{n:04d}" for n in range(20, 50)])
    assert planning.pace([long], ["en"]).of("clean") == pytest.approx(10)


def test_who_comes_back_to_a_line_takes_longer_over_it_and_it_is_one_line(long: Job) -> None:
    done(long, 0, ["c0010"])
    done(long, 8, ["c0020"], what="comment")
    done(long, 20, ["c0020"], what="approve")
    pace = planning.pace([long], ["en"])
    assert (pace.seconds, pace.lines) == ({"clean": 20}, {"clean": 1})


def test_a_line_is_of_the_kind_that_it_was_when_met(long: Job) -> None:
    flagged = TargetLine("c0040", "Before.", "argos", None, "", ("fallback",))
    theirs = TargetLine("c0041", "Before.", "human")
    done(long, 0, ["c0020"])
    done(long, 10, ["c0040"], what="edit", before=[flagged])
    done(long, 30, ["c0041"], what="edit", before=[theirs])
    done(long, 60, ["c0003"])
    assert planning.pace([long], ["en"]).seconds == {"findings": 10 + 30, "edited": 20}


def test_what_came_in_with_a_file_was_edited_elsewhere(long: Job) -> None:
    done(long, 0, ["c0020"])
    done(long, 9, [f"c{n:04d}" for n in range(60)], what="import")
    assert planning.pace([long], ["en"]).lines == {}


def test_another_locale_lends_its_pace_where_one_has_none(long: Job) -> None:
    for n in range(31):
        done(long, 6 * n, ["c0001"] if n == 0 else [f"c{n:04d}"], tag="th")
    (estimate,) = planning.plan([long], ["en"])
    assert estimate.basis["clean"] == "all locales"
    assert estimate.seconds_a_line["clean"] == 6
    assert estimate.events == 30


def test_only_what_waits_is_counted(long: Job) -> None:
    cues = {cue.id: cue for cue in long.source().cues}
    lines = long.workspace.need(TargetTrack, "targets/en.json").lines
    edits.approve(long, "en", {line.id: edits.version(cues[line.id], line) for line in lines[:20]}, Who("Ann"))
    (estimate,) = planning.plan([long], ["en", "ar"])
    assert estimate.lines == {"findings": 0, "edited": 0, "clean": 40}
    pipeline.decide(long, "translation", "en", "approved", "Ann")
    assert planning.plan([long], ["en"]) == []
    line = replace(lines[5], approved=True)
    edits.save(long, "en", [Edit(line.id, "Another.", edits.version(cues[line.id], line))], Who("Ann"))
    (estimate,) = planning.plan([long], ["en"])
    assert sum(estimate.lines.values()) == 1
