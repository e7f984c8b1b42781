"""The reading-speed loop: which lines are asked for again, what replaces them, and what never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines.base import Translation
from localize.engines.fake import FakeTranslator
from localize.errors import EngineRejected
from localize.glossary.terms import Term
from localize.lines import NOTHING_KNOWN, Line, Overlong
from localize.stages import translate as stage
from localize.text.shortening import SHORTENED
from localize.workspace import from_json

FULL = "I have been waiting for you to come back for five long years."
SHORT = "I waited five years for you."
SHORTER = "I waited so long."
SOURCE = "我等你回来等了五年。"
WAR_GOD = Term("战神", "God of War")
BUSY = Translation("", failure="endpoint unavailable", transient=True)


class Engine(FakeTranslator):
    """Writes FULL, or SHORT and the like when it is asked for less; notes which limits it was asked for."""

    def __init__(
        self, *shorter: str | Translation, full: str | Translation = FULL, name: str = "fake", version: str = "fake 1"
    ) -> None:
        super().__init__(self._write, version=version, shorter=self._shorten)
        self.name = name
        self.full = full
        self.answers: Sequence[str | Translation] = shorter
        self.written: list[str] = []
        self.asked: list[tuple[str, str, int]] = []

    def _write(self, line: str, tag: str) -> str | Translation:
        self.written.append(line)
        return self.full

    def _shorten(self, one: Overlong, tag: str) -> Sequence[str | Translation]:
        self.asked.append((tag, one.text, one.limit))
        return self.answers


def translated(
    *engines: Engine,
    limit: int | None,
    previous: TargetTrack | None = None,
    recalled: str = "",
    terms: tuple[Term, ...] = (),
    text: str = SOURCE,
) -> stage.Translated:
    """The only line of a track that can have `limit` characters."""
    cue = Cue("c0001", 0, 1000, text)
    line = Line(cue, terms={"en": terms}, limits={} if limit is None else {"en": limit})
    return stage.translate(
        SourceTrack("zh-Hans", (cue,), 2),
        ["en"],
        engines=engines,
        lines=[line],
        recalled={"en": {cue.id: recalled}} if recalled else None,
        previous={"en": previous} if previous else None,
    )["en"]


def line_of(made: stage.Translated) -> TargetLine:
    (line,) = made.track.lines
    return line


def test_a_line_that_can_be_read_is_not_asked_for_again() -> None:
    engine = Engine(SHORT)
    line = line_of(translated(engine, limit=len(FULL)))
    assert (line.text, line.flags, line.limit, engine.asked) == (FULL, (), None, [])


def test_a_line_above_its_limit_is_replaced_and_keeps_its_full_text() -> None:
    engine = Engine(SHORTER, SHORT)
    line = line_of(translated(engine, limit=30))
    assert engine.asked == [("en", FULL, 30)]
    assert (line.text, line.full, line.limit, line.flags, line.by) == (SHORT, FULL, 30, (SHORTENED,), "fake")
    assert not line.human


def test_without_a_limit_nothing_is_shortened() -> None:
    engine = Engine(SHORT)
    assert line_of(translated(engine, limit=None)).text == FULL
    assert engine.asked == []


def test_a_line_that_is_only_nearer_to_its_limit_is_taken_if_it_is_worth_it() -> None:
    assert line_of(translated(Engine(SHORT), limit=10)).text == SHORT
    left = line_of(translated(Engine(FULL[:-3]), limit=10))
    assert (left.text, left.full, left.limit, left.flags) == (FULL, "", 10, ())


def test_what_loses_a_term_or_a_number_or_is_no_translation_is_no_shorter_line() -> None:
    full = "The God of War has waited for all of these 5 years."
    engine = Engine("He waited 5 years.", "The God of War waited.", "战神 God of War 5.", "", full=full)
    left = line_of(translated(engine, limit=30, terms=(WAR_GOD,), text="战神等了5年。"))
    assert (left.text, left.limit) == (full, 30)
    engine.answers = ["The God of War waited 5 years."]
    assert line_of(translated(engine, limit=30, terms=(WAR_GOD,), text="战神等了5年。")).flags == (SHORTENED,)


def test_a_line_shortened_for_the_same_limit_stays_as_it_is() -> None:
    before = translated(Engine(SHORT), limit=30)
    engine = Engine(SHORTER)
    assert translated(engine, limit=30, previous=before.track) == before
    assert (engine.written, engine.asked) == ([], [])


def test_a_new_limit_asks_for_another_rendering_of_the_full_text_without_translating_again() -> None:
    before = translated(Engine(SHORT), limit=30)
    engine = Engine(SHORTER)
    line = line_of(translated(engine, limit=20, previous=before.track))
    assert (engine.written, engine.asked) == ([], [("en", FULL, 20)])
    assert (line.text, line.full, line.limit, line.flags) == (SHORTER, FULL, 20, (SHORTENED,))


@pytest.mark.parametrize("limit", [len(FULL), None], ids=["time enough", "shortening switched off"])
def test_a_line_that_has_its_time_again_is_in_full_again_without_an_engine(limit: int | None) -> None:
    before = translated(Engine(SHORT), limit=30)
    engine = Engine(SHORTER)
    line = line_of(translated(engine, limit=limit, previous=before.track))
    assert (line.text, line.draft, line.full, line.limit, line.flags) == (FULL, FULL, "", None, ())
    assert (engine.written, engine.asked) == ([], [])


@pytest.mark.parametrize(("limit", "asked"), [(30, 0), (20, 0), (40, 1)], ids=["same", "smaller", "larger"])
def test_what_could_not_be_shortened_is_asked_for_again_only_where_more_is_allowed(limit: int, asked: int) -> None:
    before = translated(Engine(), limit=30)
    engine = Engine()
    after = translated(engine, limit=limit, previous=before.track)
    assert len(engine.asked) == asked
    assert line_of(after).text == FULL


def test_a_changed_term_makes_the_line_anew_and_shortens_that() -> None:
    before = translated(Engine(SHORT), limit=30)
    engine = Engine(SHORT)
    translated(engine, limit=30, previous=before.track, terms=(WAR_GOD,))
    assert (len(engine.written), len(engine.asked)) == (1, 1)


def test_the_lines_of_a_person_of_a_reviewer_and_of_the_memory_are_never_shortened() -> None:
    engine = Engine(SHORT)
    (made,) = translated(Engine(), limit=None).track.lines
    for kept in (replace(made, by="human"), replace(made, text=FULL + "!"), replace(made, approved=True)):
        before = TargetTrack("en", (kept,))
        assert translated(engine, limit=10, previous=before).track == before
    assert line_of(translated(engine, limit=10, recalled=FULL)).text == FULL
    assert engine.asked == []


def test_a_shortened_line_that_was_approved_stays_when_there_is_time_again() -> None:
    shortened = line_of(translated(Engine(SHORT), limit=30))
    before = TargetTrack("en", (replace(shortened, approved=True),))
    assert line_of(translated(Engine(), limit=100, previous=before)).text == SHORT


def test_marks_alone_are_not_shortened() -> None:
    engine = Engine(SHORT)
    assert line_of(translated(engine, limit=0, text="……")).text
    assert engine.asked == []


def test_a_line_that_is_not_translated_is_no_line_to_shorten() -> None:
    engine = Engine(SHORT, full=SOURCE)
    assert line_of(translated(engine, limit=3)).flags == (stage.UNTRANSLATED,)
    assert engine.asked == []


def test_the_engine_that_wrote_the_line_is_the_one_that_is_asked() -> None:
    first = Engine(SHORTER, full=Translation("", failure="refused"), name="first")
    second = Engine(SHORT, name="second")
    before = translated(first, second, limit=30)
    assert (first.asked, second.asked) == ([], [("en", FULL, 30)])
    assert set(line_of(before).flags) == {stage.FALLBACK, SHORTENED}
    translated(first, second, limit=20, previous=before.track)
    assert (first.asked, len(second.asked)) == ([], 2)


def test_an_engine_that_could_not_try_leaves_the_line_and_is_asked_the_next_time() -> None:
    made = translated(Engine(BUSY), limit=30)
    assert made.provisional
    assert (line_of(made).text, line_of(made).limit, made.unfinished) == (FULL, None, "")
    engine = Engine(SHORT)
    after = translated(engine, limit=30, previous=made.track)
    assert (line_of(after).text, engine.written, after.provisional) == (SHORT, [], False)


def test_an_engine_that_could_not_try_costs_no_line_that_was_shortened_before() -> None:
    before = translated(Engine(SHORT), limit=30)
    made = translated(Engine(BUSY), limit=20, previous=before.track)
    assert made.track == before.track
    assert made.provisional


def test_all_locales_are_asked_at_once() -> None:
    calls: list[list[str]] = []

    class Counting(Engine):
        def shorter(self, lines, brief):  # type: ignore[no-untyped-def]
            calls.append(list(lines))
            return super().shorter(lines, brief)

    cue = Cue("c0001", 0, 1000, SOURCE)
    line = Line(cue, limits={"en": 30, "fr": 20, "de": 100})
    stage.translate(SourceTrack("zh-Hans", (cue,), 2), ["en", "fr", "de"], engines=[Counting(SHORT)], lines=[line])
    assert calls == [["en", "fr"]]


def test_an_engine_that_answers_for_another_number_of_lines_is_refused() -> None:
    class Short(Engine):
        def shorter(self, lines, brief):  # type: ignore[no-untyped-def]
            return {}

    with pytest.raises(EngineRejected, match=r"\[en\]: 1 lines went into fake to be shortened and 0 came out"):
        translated(Short(), limit=30)


def test_the_lines_that_the_next_run_will_shorten_are_outdated() -> None:
    cues = [Cue("c0001", 0, 1000, SOURCE), Cue("c0002", 1000, 2000, SOURCE + "！")]
    source, engine = SourceTrack("zh-Hans", tuple(cues), 3), Engine(SHORT)

    def lines(*limits: int) -> list[Line]:
        return [Line(cue, limits={"en": limit}) for cue, limit in zip(cues, limits, strict=True)]

    made = stage.translate(source, ["en"], engines=[engine], lines=lines(100, 30))["en"].track

    def outdated(*limits: int) -> tuple[str, ...]:
        return stage.outdated(
            source, "en", engines=[engine], lines=lines(*limits), brief=NOTHING_KNOWN, recalled={}, previous=made
        )

    assert outdated(100, 30) == ()
    assert outdated(99, 30) == ()
    assert outdated(30, 30) == ("c0001",)
    assert outdated(100, 25) == ("c0002",)
    assert outdated(100, 100) == ("c0002",)


def test_a_track_from_before_there_was_shortening_still_reads(tmp_path: Path) -> None:
    file = tmp_path / "en.json"
    file.write_text('{"locale": "en", "lines": [{"id": "c0001", "text": "Kneel!", "by": "argos"}], "schema": 1}')
    (line,) = from_json(TargetTrack, file).lines
    assert (line.full, line.limit) == ("", None)
