"""From a source track to target tracks: what is sent, what is kept, and what is never shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from localize.cues import STALE, Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.base import Translation, Translator
from localize.engines.fake import FakeTranslator
from localize.errors import EngineRejected, LocaleError, NoEngine
from localize.glossary.terms import Term
from localize.lines import Brief, Line
from localize.locales import locale as profile_of
from localize.stages import translate as stage
from localize.stages.translate import EMPTY, UNTRANSLATED
from localize.text.typography import typeset


def source(*lines: str) -> SourceTrack:
    cues = tuple(Cue(f"c{i:04d}", i * 1000, i * 1000 + 900, line) for i, line in enumerate(lines, 1))
    return SourceTrack("zh-Hans", cues, len(cues) + 1)


def translate(
    track: SourceTrack,
    locales: Sequence[str],
    *,
    engine: Translator,
    previous: Mapping[str, TargetTrack] | None = None,
    terms: Mapping[str, str] | None = None,
    **given: object,
) -> dict[str, TargetTrack]:
    """The tracks alone, by one engine; `terms` maps a source text to the target it requires of the whole line."""
    required = {text: Term(text, target) for text, target in (terms or {}).items()}
    lines = [
        Line(cue, terms=dict.fromkeys(locales, (required[cue.text],)) if cue.text in required else {})
        for cue in track.cues
    ]
    made = stage.translate(track, locales, engines=[engine], lines=lines, previous=previous, **given)  # type: ignore[arg-type]
    return {tag: one.track for tag, one in made.items()}


class Engine(FakeTranslator):
    """Writes `<locale>:<number of characters>`, and remembers what it was asked."""

    def __init__(self, version: str = "fake 1") -> None:
        super().__init__(lambda line, tag: f"{tag}:{len(line)}", version=version)
        self.asked: list[tuple[list[str], list[str]]] = []

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        self.asked.append(([line.text for line in lines], list(locales)))
        return super().translate(lines, locales, brief)


def says(text: str, *flags: str) -> FakeTranslator:
    return FakeTranslator(lambda _line, _tag: Translation(text, flags))


def one(track: TargetTrack) -> TargetLine:
    (line,) = track.lines
    return line


def test_every_locale_gets_one_line_per_source_id_and_the_engine_one_call() -> None:
    engine = Engine()
    tracks = translate(source("跪下！", "我回来了。"), ["en", "th"], engine=engine)
    assert engine.asked == [(["跪下！", "我回来了。"], ["en", "th"])]
    assert [(line.id, line.text, line.by, line.draft) for line in tracks["th"].lines] == [
        ("c0001", "th:3", "fake", "th:3"),
        ("c0002", "th:5", "fake", "th:5"),
    ]
    assert tracks["en"].locale == "en"


def test_a_line_that_did_not_change_is_not_sent_again() -> None:
    before = translate(source("跪下！", "我回来了。"), ["en"], engine=Engine())
    engine = Engine()
    after = translate(source("跪下！", "我是林凡。"), ["en"], engine=engine, previous=before)
    assert engine.asked == [(["我是林凡。"], ["en"])]
    assert after["en"].lines[0] is before["en"].lines[0]


def test_nothing_is_asked_when_nothing_changed() -> None:
    before = translate(source("跪下！"), ["en", "th"], engine=Engine())
    engine = Engine()
    assert translate(source("跪下！"), ["en", "th"], engine=engine, previous=before) == before
    assert engine.asked == []


def test_a_locale_that_comes_later_is_the_only_one_asked_for() -> None:
    before = translate(source("跪下！"), ["en"], engine=Engine())
    engine = Engine()
    tracks = translate(source("跪下！"), ["en", "th"], engine=engine, previous=before)
    assert engine.asked == [(["跪下！"], ["th"])]
    assert list(tracks) == ["en", "th"]


def test_another_engine_version_writes_machine_lines_anew() -> None:
    before = translate(source("跪下！"), ["en"], engine=Engine())
    engine = Engine("fake 2")
    translate(source("跪下！"), ["en"], engine=engine, previous=before)
    assert engine.asked == [(["跪下！"], ["en"])]


def test_a_changed_term_redoes_the_line_it_touches() -> None:
    track = source("战神！", "我回来了。")
    before = translate(track, ["en"], engine=Engine(), terms={"战神！": "God of War"})
    engine = Engine()
    translate(track, ["en"], engine=engine, previous=before, terms={"战神！": "War God"})
    assert engine.asked == [(["战神！"], ["en"])]


@pytest.mark.parametrize("by", ["human", "fake"], ids=["written by hand", "edited"])
def test_a_persons_line_is_never_overwritten_and_another_engine_does_not_make_it_stale(by: str) -> None:
    before = translate(source("跪下！"), ["en"], engine=Engine())["en"]
    edited = replace(before, lines=(replace(one(before), text="On your knees!", by=by),))
    engine = Engine("fake 2")
    after = translate(source("跪下！"), ["en"], engine=engine, previous={"en": edited})
    assert engine.asked == []
    assert after["en"] == edited


def test_a_persons_line_whose_source_changed_is_flagged_until_the_source_is_back() -> None:
    before = translate(source("跪下！"), ["en"], engine=Engine())["en"]
    edited = replace(before, lines=(replace(one(before), text="On your knees!"),))
    moved = translate(source("站住！"), ["en"], engine=Engine(), previous={"en": edited})
    assert (one(moved["en"]).text, one(moved["en"]).flags) == ("On your knees!", (STALE,))
    again = translate(source("站住！"), ["en"], engine=Engine(), previous=moved)
    assert again == moved
    assert one(translate(source("跪下！"), ["en"], engine=Engine(), previous=moved)["en"]).flags == ()


def test_a_line_brought_in_from_outside_belongs_to_the_source_of_today() -> None:
    track = source("跪下！")
    outside = TargetTrack("en", (TargetLine("c0001", "On your knees!", "human"),))
    line = one(translate(track, ["en"], engine=Engine(), previous={"en": outside})["en"])
    assert (line.text, line.flags, line.source_fingerprint) == ("On your knees!", (), source_fingerprint(track.cues[0]))


def test_an_approved_line_is_kept_whatever_the_engine() -> None:
    made = translate(source("跪下！"), ["en"], engine=Engine())["en"]
    before = {"en": replace(made, lines=tuple(replace(line, approved=True) for line in made.lines))}
    engine = Engine("fake 2")
    assert translate(source("跪下！"), ["en"], engine=engine, previous=before) == before
    after = translate(source("站住！"), ["en"], engine=engine, previous=before)
    assert (one(after["en"]).text, one(after["en"]).flags) == ("en:3", (STALE,))
    assert engine.asked == []


def test_fewer_lines_than_cues_are_refused() -> None:
    class Short(Engine):
        def translate(
            self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
        ) -> Mapping[str, Sequence[Translation]]:
            return {tag: [Translation("x")] for tag in locales}

    with pytest.raises(EngineRejected) as caught:
        translate(source("跪下！", "我回来了。"), ["th"], engine=Short())
    assert str(caught.value).startswith("translate [th]: 2 lines went into fake and 1 came out; next: ")


def test_a_locale_that_the_engine_forgot_is_refused() -> None:
    class Forgetful(Engine):
        def translate(
            self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
        ) -> Mapping[str, Sequence[Translation]]:
            return {}

    with pytest.raises(EngineRejected, match=r"\[en\]: 1 lines went into fake and 0 came out"):
        translate(source("跪下！"), ["en"], engine=Forgetful())


@pytest.mark.parametrize(
    ("locale", "text", "flags"),
    [
        ("th", "你终于回来了。", (UNTRANSLATED,)),
        ("en", "You are back, 林凡.", (UNTRANSLATED,)),
        ("ja", "你终于回来了。", (UNTRANSLATED,)),
        ("ja", "帰ってきたね。", ()),
        ("zh-Hant", "你终于回来了。", ()),
        ("en", "  ", (EMPTY,)),
        ("en", " You are back. ", ()),
    ],
)
def test_source_text_and_nothing_at_all_are_never_passed_off_as_a_translation(
    locale: str, text: str, flags: tuple[str, ...]
) -> None:
    line = one(translate(source("你终于回来了。"), [locale], engine=says(text))[locale])
    assert (line.text, line.flags) == (typeset(text.strip(), profile_of(locale)), flags)


def test_a_machines_line_is_written_with_the_marks_of_its_locale() -> None:
    assert one(translate(source("谁？"), ["fr"], engine=says("Qui est-ce?"))["fr"]).text == "Qui est-ce\u202f?"


def test_what_the_engine_says_of_a_line_stays_with_it() -> None:
    line = one(translate(source("跪下！"), ["en"], engine=says("Kneel!", "starter"))["en"])
    assert line.flags == ("starter",)


def test_marks_alone_are_not_sent_to_an_engine() -> None:
    engine = Engine()
    tracks = translate(source("……", "？！"), ["en", "ja"], engine=engine)
    assert engine.asked == []
    assert [line.text for line in tracks["en"].lines] == ["…", "?!"]
    assert [line.text for line in tracks["ja"].lines] == ["……", "？！"]


def test_a_locale_without_an_engine_says_so_before_anything_is_translated() -> None:
    engine = FakeTranslator(lambda line, _tag: line, locales=["en"])
    with pytest.raises(NoEngine, match=r"^translate \[vi\]: fake does not write vi; next: "):
        translate(source("跪下！"), ["en", "vi"], engine=engine)


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(LocaleError, match="'xx' is not a locale we carry a profile for"):
        translate(source("跪下！"), ["xx"], engine=Engine())


def test_an_empty_track_asks_nothing() -> None:
    engine = Engine()
    assert translate(source(), ["en"], engine=engine) == {"en": TargetTrack("en", ())}
    assert engine.asked == []
