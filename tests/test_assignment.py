"""What the translation of an episode is made from: how long its lines may be, and what a change of that redoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from localize.assignment import SHOTS, Assignment
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines.base import Translation
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.job import SOURCE, Job, Options, Outcome
from localize.lines import Overlong
from localize.series import Series
from localize.steps import translate_step
from localize.text.shortening import SHORTENED
from localize.timing import Shots
from localize.workspace import target_file
from tests.golden_cues import facts

FULL, SHORT = "You will all kneel down before me.", "Kneel."


class Engine(FakeTranslator):
    """Writes FULL, and SHORT where it is asked for less; `busy`: it cannot be reached for that now."""

    def __init__(self) -> None:
        super().__init__(lambda line, _tag: self._write(line), shorter=self._shorten)
        self.written: list[str] = []
        self.shortened: list[str] = []
        self.busy = False

    def _write(self, line: str) -> str:
        self.written.append(line)
        return FULL

    def _shorten(self, one: Overlong, _tag: str) -> Sequence[str | Translation]:
        self.shortened.append(one.line.text)
        return [Translation("", failure="busy", transient=True) if self.busy else SHORT]


class Work:
    """An episode of three cues in English: the first has a second and a half, the others all they need."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.engine = folder, Engine()
        self.series = Series.model_validate(
            {
                "schema": 1, "id": "s", "title": "s", "genre": "ceo-romance", "locales": ["en"], "memory": "off",
                "episode": [{"id": "ep01", "file": "ep01.mp4"}], "root": folder,
            }
        )  # fmt: skip
        self.cues = [
            Cue("c1", 1000, 2200, "跪下！"),
            Cue("c2", 2500, 4000, "站住！"),
            Cue("c3", 20_000, 24_000, "滚！"),
        ]
        with self.job.workspace.writing(SOURCE) as writer:
            writer.facts(facts(duration_ms=60_000))
        self.retime()

    @property
    def job(self) -> Job:
        engines = Engines(argos=self.engine)
        return Job(self.series, self.series.episode[0], self.folder / "s" / "ep01", Options(("en",)), engines)

    def retime(self, **starts_ms: int) -> None:
        """Move the starts of cues, by id."""
        self.cues = [replace(cue, start_ms=starts_ms.get(cue.id, cue.start_ms)) for cue in self.cues]
        self.commit("source.json", SourceTrack("zh-Hans", tuple(self.cues), 9))

    def commit(self, name: str, value: object) -> None:
        with self.job.workspace.writing(SOURCE) as writer:
            writer.commit(name, value, "")

    def run(self) -> Outcome:
        """The translate step; what the engine was asked before is forgotten."""
        self.engine.written.clear()
        self.engine.shortened.clear()
        outcome = translate_step(self.job, ("en",), lambda _share: None)
        assert outcome.failed == {}
        return outcome

    @property
    def lines(self) -> dict[str, TargetLine]:
        return {line.id: line for line in self.job.workspace.need(TargetTrack, target_file("en")).lines}

    @property
    def limits(self) -> dict[str, int]:
        return dict(Assignment(self.job).limits("en"))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def test_limits_come_from_the_reading_speed_and_the_time_there_is(work: Work) -> None:
    # 1000 to 2400 ms and 2480 to 9480 ms at 25 frames and 17 characters a second.
    assert work.limits == {"c1": 23, "c2": 119, "c3": 119}
    work.commit(SHOTS, Shots((9360,)))
    assert work.limits["c2"] == 115  # out 2 frames before the shot


def test_a_line_too_long_for_its_cue_is_shortened_and_a_second_run_does_nothing(work: Work) -> None:
    assert work.run().done == ["en"]
    assert work.engine.shortened == ["跪下！"]
    assert {id_: line.text for id_, line in work.lines.items()} == {"c1": SHORT, "c2": FULL, "c3": FULL}
    assert (work.lines["c1"].flags, work.lines["c1"].full) == ((SHORTENED,), FULL)
    assert work.run().fresh == ["en"]


def test_a_retimed_cue_redoes_only_the_line_whose_limit_decides(work: Work) -> None:
    work.run()
    work.retime(c3=21_000)
    work.run()
    assert (work.engine.written, work.engine.shortened) == ([], [])
    work.retime(c1=1200)
    assert Assignment(work.job).outdated("en") == ("c1",)
    work.run()
    assert (work.engine.written, work.engine.shortened) == ([], ["跪下！"])
    work.retime(c1=0, c2=3500)
    work.run()
    assert (work.engine.written, work.engine.shortened) == ([], [])
    assert (work.lines["c1"].text, work.lines["c1"].flags) == (FULL, ())


def test_a_series_can_do_without(work: Work) -> None:
    work.run()
    work.series = work.series.model_copy(update={"shorten": False})
    assert work.limits == {}
    assert work.run().done == ["en"]
    assert (work.lines["c1"].text, work.engine.written, work.engine.shortened) == (FULL, [], [])


def test_an_engine_that_could_not_try_is_asked_by_the_next_run(work: Work) -> None:
    work.engine.busy = True
    assert work.run().done == ["en"]
    assert work.lines["c1"].text == FULL
    work.engine.busy = False
    assert work.run().done == ["en"]
    assert (work.lines["c1"].text, work.engine.written) == (SHORT, [])
    assert work.run().fresh == ["en"]
