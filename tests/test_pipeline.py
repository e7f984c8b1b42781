"""The pipeline end to end on a two-second clip: real ffmpeg, engines that do what the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline
from localize.drawing.safe_area import Rect
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.engines.registry import Engines
from localize.errors import EngineRejected, EngineUnavailable, ModelUnavailable
from localize.job import Job
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.pipeline import Done, EpisodeResult, Unit
from localize.series import load
from localize.stages import read
from tests.conftest import Media

pytestmark = pytest.mark.engines

LINES = {
    "跪下！": {"en": "Kneel!", "th": "คุกเข่า!", "vi": "Quỳ xuống!"},
    "我回来了。": {"en": "I am back.", "th": "ฉันกลับมาแล้ว", "vi": "Tôi đã về."},
}


@pytest.fixture
def series_folder(tmp_path: Path, media: Media) -> Path:
    (tmp_path / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    return tmp_path


class Work:
    """One series of one episode, run as often as a test likes; counts what the engines were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[Path] = []
        self.asked: list[tuple[str, str]] = []
        self.lines = LINES
        self.version = "fake 1"
        self.hearing = "fake 1"
        self.on_translate: Callable[[str, str], None] = lambda _line, _tag: None
        self.found = HardSubs(reason="no text in the picture changes as subtitles do")
        self.deaf = ""

    def job(
        self,
        *,
        locales: tuple[str, ...] = ("en", "th"),
        modes: tuple[str, ...] = ("sidecar",),
        gates: str = "off",
        to: tuple[str, ...] = (),
        subtitles: str = "",
        source: str | None = None,
    ) -> Job:
        manifest = self.folder / "series.toml"
        manifest.write_text(
            dedent(f"""
            schema = 1
            id = "dragon"
            title = "龙王归来"
            genre = "war-god"
            locales = {json.dumps(locales)}
            [gates]
            transcript = "off"
            translation = "{gates}"
            final = "off"
            [[episode]]
            id = "ep01"
            file = "ep01.mp4"
            """)
            + (f'subtitles = "{subtitles}"\n' if subtitles else ""),
            encoding="utf-8",
        )
        engines = Engines(
            faster_whisper=FakeTranscriber(self._hear, version=self.hearing),
            argos=FakeTranslator(self._translate, version=self.version),
        )
        series = load(manifest)
        asked = pipeline.options(series, modes=modes, to=to, source=source)
        (job,) = pipeline.jobs(series, self.folder / "workspace", asked, engines)
        return job

    def run(self, **changes: object) -> EpisodeResult:
        return pipeline.advance(self.job(**changes))  # type: ignore[arg-type]

    def path(self, name: str) -> Path:
        return self.folder / "workspace" / "dragon" / "ep01" / name

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.path(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def _hear(self, media: Path, _names: object) -> object:
        self.heard.append(media)
        if self.deaf:
            raise ModelUnavailable(self.deaf, next_step="localize models install whisper-base")
        end_ms = 800 if self.hearing == "fake 1" else 900
        return spoken((100, 500, "跪"), (500, end_ms, "下！"), (1100, 1300, "我"), (1300, 1800, "回来了。"))

    def _translate(self, line: str, tag: str) -> str:
        self.asked.append((line, tag))
        self.on_translate(line, tag)
        return self.lines[line][tag]


@pytest.fixture
def work(series_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    """What is read in the picture is what the test says, too: reading it has tests of its own."""
    made = Work(series_folder)
    monkeypatch.setattr(read, "read", lambda *_, **__: made.found)
    return made


def test_one_run_writes_every_file_and_a_second_one_does_no_work(work: Work) -> None:
    first = work.run(modes=("burn", "mux", "sidecar"))
    assert first.errors == []
    assert first.delivered == ("en", "th")
    for name in ("source.json", "targets/th.json", "layout/th.json", "subtitles/th.srt", "subtitles/th.vtt",
                 "subtitles/th.ass", "findings/th.json", "renders/th.mp4", "ep01.multi.mp4", "ep01.multi.mkv",
                 "report.html", "contact-sheet.png", "episode.json"):  # fmt: skip
        assert work.path(name).stat().st_size > 0
    asked, files = len(work.asked), _stamps(work)
    second = work.run(modes=("burn", "mux", "sidecar"))
    assert not second.worked
    assert (len(work.asked), len(work.heard)) == (asked, 1)
    assert _stamps(work) == files
    assert not list(work.path("").rglob("*.part"))
    assert not list(work.path("").glob(".scratch*"))


def _stamps(work: Work) -> dict[str, int]:
    skip = ("locks", "runs")
    return {str(p): p.stat().st_mtime_ns for p in work.path("").rglob("*") if p.is_file() and p.parent.name not in skip}


def test_a_deleted_file_is_made_again_and_nothing_else(work: Work) -> None:
    work.run(modes=("burn", "sidecar"))
    work.path("renders/th.mp4").unlink()
    result = work.run(modes=("burn", "sidecar"))
    assert [(d.unit.step, d.outcome.done) for d in result.finished if d.outcome.done and d.unit.step != "report"] == [
        ("burn", ["th"])
    ]


def test_speech_is_recognised_once_for_all_locales_that_come_later(work: Work) -> None:
    work.run(locales=("en",))
    work.run(locales=("en", "th"))
    assert len(work.heard) == 1
    assert [tag for _, tag in work.asked] == ["en", "en", "th", "th"]


def test_a_line_that_a_person_edited_is_never_overwritten(work: Work) -> None:
    work.run()
    work.edit("targets/en.json", '"text": "Kneel!"', '"text": "On your knees!"')
    work.version = "fake 2"
    work.run()
    assert "On your knees!" in work.path("targets/en.json").read_text(encoding="utf-8")
    assert "On your knees!" in work.path("subtitles/en.srt").read_text(encoding="utf-8")
    assert ("跪下！", "en") not in work.asked[4:]


def test_a_mended_source_line_redoes_that_line_alone(work: Work) -> None:
    work.run()
    before = len(work.asked)
    work.lines = LINES | {"站住！": {"en": "Halt!", "th": "หยุด!"}}
    work.edit("source.json", "跪下！", "站住！")
    work.run()
    assert work.asked[before:] == [("站住！", "en"), ("站住！", "th")]
    assert len(work.heard) == 1


def test_a_mended_source_outlives_every_later_change_before_it(work: Work) -> None:
    work.lines = LINES | {"站住！": {"en": "Halt!", "th": "หยุด!"}}
    work.run()
    work.edit("source.json", "跪下！", "站住！")
    work.run()
    work.hearing = "fake 2"
    result = work.run()
    assert len(work.heard) == 2
    assert "站住！" in work.path("source.json").read_text(encoding="utf-8")
    assert "Halt!" in work.path("subtitles/en.srt").read_text(encoding="utf-8")
    assert [f.rule for tag, f in result.findings if tag == "zh-Hans"] == ["no-band", "source-moved-on"]


def test_a_run_for_one_locale_leaves_the_others_in_the_file_with_all_tracks(work: Work) -> None:
    work.run(modes=("mux",))
    before = work.path("ep01.multi.mkv").stat().st_mtime_ns
    result = pipeline.advance(work.job(modes=("mux",), to=("en",)))
    assert (result.worked, work.path("ep01.multi.mkv").stat().st_mtime_ns) == (False, before)


def test_one_locale_that_the_engine_refuses_takes_no_other_along(work: Work) -> None:
    def refuse(_line: str, tag: str) -> None:
        if tag == "th":
            raise EngineRejected("no such words", next_step="mend the line")

    work.on_translate = refuse
    result = work.run()
    assert result.delivered == ("en",)
    assert str(result.errors[0]) == "translate ep01 [th]: no such words; next: mend the line"
    assert result.exit_code == 5


def test_supplied_subtitles_that_are_not_there_are_bad_input(work: Work) -> None:
    result = work.run(subtitles="gone.srt")
    assert result.exit_code == 2
    assert str(result.errors[0]).startswith("ingest ep01: gone.srt does not exist; next: mend [[episode]] subtitles")


def test_a_locale_without_an_engine_is_reported_and_the_others_go_on(work: Work) -> None:
    result = work.run(locales=("en", "vi", "th"))
    assert result.delivered == ("en", "th")
    (error,) = result.errors
    assert str(error).startswith("translate ep01 [vi]: Vietnamese has no Argos package; next: ")
    assert result.exit_code == 2


def test_an_engine_that_is_down_is_exit_5_and_keeps_what_was_done(work: Work) -> None:
    def down(_line: str, _tag: str) -> None:
        raise EngineUnavailable("the server does not answer", next_step="run the same command again")

    work.on_translate = down
    result = work.run()
    assert result.exit_code == 5
    assert str(result.errors[0]) == "translate ep01: the server does not answer; next: run the same command again"
    assert work.path("source.json").exists()
    work.on_translate = lambda _line, _tag: None
    assert work.run().delivered == ("en", "th")
    assert len(work.heard) == 1


def test_one_approved_locale_is_delivered_while_the_other_waits_and_an_edit_reopens_its_gate(work: Work) -> None:
    result = work.run(gates="required")
    assert (result.exit_code, result.delivered) == (4, ())
    assert "localize review approve" in str(result.waiting[0])
    assert not work.path("subtitles/en.srt").exists()
    pipeline.decide(work.job(gates="required"), "translation", "en", "approved", "mei")
    result = work.run(gates="required")
    assert result.delivered == ("en",)
    assert [waiting.locale for waiting in result.waiting] == ["th"]
    work.version = "fake 2"
    assert work.run(gates="required").delivered == ("en",)
    assert [tag for _, tag in work.asked[4:]] == ["th", "th"]
    work.edit("targets/en.json", '"text": "Kneel!"', '"text": "Down!"')
    assert work.run(gates="required").delivered == ()


def test_an_interrupt_stops_encoders_in_other_threads_and_a_later_run_goes_on(work: Work) -> None:
    job = work.job(modes=("burn",))

    def interrupted(units: Sequence[Unit], run: Callable[[Unit], Done]) -> Sequence[Done]:
        if units[0].step == "burn":
            raise KeyboardInterrupt
        return pipeline.in_threads(units, run)

    with pytest.raises(KeyboardInterrupt):
        pipeline.advance(job, interrupted)
    with pytest.raises(KeyboardInterrupt):
        pipeline.run_unit(job, Unit("burn", "ep01", ("en", "th")))
    assert not list(work.path("").rglob("burned*"))
    assert work.run(modes=("burn",)).delivered == ("en", "th")


def test_a_track_with_a_leftover_of_the_source_is_exit_3_with_everything_written(work: Work) -> None:
    work.lines = LINES | {"跪下！": {"en": "跪下！", "th": "คุกเข่า!"}}
    result = work.run()
    assert result.exit_code == 3
    assert {(tag, f.cue_id) for tag, f in result.findings if f.severity == "error"} == {("en", "c0001")}
    assert work.path("subtitles/en.srt").exists()


BOX, CARD = Rect(60, 330, 210, 350), Rect(20, 100, 120, 130)
BAND = Band(0.68, 0.74, "#ffffff", 0.036, 1, 0, 2000)


def shown(*texts: tuple[int, int, str]) -> tuple[Shown, ...]:
    return tuple(
        Shown(start_ms, end_ms, text, BOX, "subtitle", (0.99,) * len(text)) for start_ms, end_ms, text in texts
    )


BURNED_IN = HardSubs((BAND,), "", shown((80, 880, "跪下！"), (1080, 1880, "我回来了。")))


def of_source(result: EpisodeResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for tag, finding in result.findings if tag == "zh-Hans"]


def test_burned_in_subtitles_are_the_source_and_speech_bears_them_out(work: Work) -> None:
    work.found = BURNED_IN
    result = work.run()
    assert (result.exit_code, result.delivered, of_source(result)) == (0, ("en", "th"), [])
    source = work.job().source()
    assert [(cue.text, cue.origin, cue.start_ms) for cue in source.cues] == [
        ("跪下！", "ocr", 80),
        ("我回来了。", "ocr", 1080),
    ]
    state = work.job().workspace.state
    assert state.picture
    assert state.picture.bands == (BAND,)
    report = work.path("report.html").read_text(encoding="utf-8")
    assert "Burned-in subtitles</b>: found at 68 to 74 % of the height" in report
    assert "2 of 2" in report


def test_a_missing_recogniser_does_not_stop_an_episode_whose_band_was_read(work: Work) -> None:
    work.found, work.deaf = BURNED_IN, "whisper-base is missing"
    result = work.run()
    assert (result.exit_code, result.delivered) == (0, ("en", "th"))
    assert of_source(result) == [("not-recognised", "warning")]
    again = work.run()
    assert (again.worked, len(work.heard)) == (False, 2)
    work.deaf = ""
    assert of_source(work.run()) == []


@pytest.mark.parametrize("source", [None, "speech"])
def test_a_missing_recogniser_stops_an_episode_that_has_no_other_text(work: Work, source: str | None) -> None:
    work.deaf = "whisper-base is missing"
    result = work.run(source=source)
    assert result.exit_code == 5
    (error,) = result.errors
    assert str(error) == "transcribe ep01: whisper-base is missing; next: localize models install whisper-base"


def test_a_disagreement_has_a_picture_as_long_as_there_is_one(work: Work) -> None:
    work.found = HardSubs((BAND,), "", shown((80, 880, "站住！"), (1080, 1880, "我回来了。")))
    work.lines = LINES | {"站住！": {"en": "Halt!", "th": "หยุด!"}}
    result = work.run()
    (note,) = [finding for tag, finding in result.findings if tag == "zh-Hans"]
    assert (note.rule, note.cue_id, note.picture) == ("readings-differ", "c0001", "crops/c0001.jpg")
    assert work.path("crops/c0001.jpg").read_bytes().startswith(b"\xff\xd8")
    assert 'class="crop"' in work.path("report.html").read_text(encoding="utf-8")
    assert not work.run().worked
    work.path("crops/c0001.jpg").unlink()
    assert work.run().worked
    assert work.path("crops/c0001.jpg").exists()


def test_what_is_shown_and_not_said_is_translated_and_drawn_beside_its_place(work: Work) -> None:
    work.found = HardSubs((BAND,), "", (*BURNED_IN.shown, Shown(400, 1800, "禁止入内", CARD, "sign", (0.9,) * 4)))
    work.lines = LINES | {"禁止入内": {"en": "No entry", "th": "ห้ามเข้า"}}
    assert work.run().exit_code == 0
    layout = json.loads(work.path("layout/en.json").read_text(encoding="utf-8"))
    (event,) = [event for event in layout["events"] if event["kind"] == "forced"]
    assert event["text"] == "No entry"
    assert 130 < 480 - event["margin_bottom_px"] < 200


def test_a_source_that_was_asked_for_and_is_not_there_is_told_before_any_work(work: Work) -> None:
    result = work.run(source="file")
    assert result.exit_code == 2
    assert str(result.errors[0]).startswith('ingest ep01: no subtitles came with it; next: add subtitles = "FILE"')


def test_burned_in_subtitles_that_were_asked_for_and_are_not_there_are_an_error_finding(work: Work) -> None:
    result = work.run(source="ocr")
    assert (result.exit_code, result.delivered) == (3, ("en", "th"))
    assert of_source(result) == [("no-band", "error")]


def test_a_supplied_file_comes_before_the_picture_and_is_held_against_it(work: Work) -> None:
    work.found = BURNED_IN
    srt = "1\n00:00:00,100 --> 00:00:00,800\n跪下！\n\n2\n00:00:01,100 --> 00:00:01,800\n我回来啦。\n"
    (work.folder / "ep01.srt").write_text(srt, encoding="utf-8")
    work.lines = LINES | {"我回来啦。": LINES["我回来了。"]}
    result = work.run(subtitles="ep01.srt")
    assert (of_source(result), work.heard) == ([("readings-differ", "warning")], [])
    assert of_source(work.run(subtitles="ep01.srt", source="ocr")) == []
    assert [cue.text for cue in work.job().source().cues] == ["跪下！", "我回来了。"]


def test_a_mended_source_is_never_read_anew(work: Work) -> None:
    work.found = BURNED_IN
    work.lines = LINES | {"站住！": {"en": "Halt!", "th": "หยุด!"}}
    work.run()
    work.edit("source.json", "跪下！", "站住！")
    work.found = HardSubs((BAND,), "", shown((80, 880, "下跪！"), (1080, 1880, "我回来了。")))
    work.path("ocr.json").unlink()
    result = work.run()
    assert [(cue.text, cue.origin) for cue in work.job().source().cues] == [("站住！", "human"), ("我回来了。", "ocr")]
    assert ("source-moved-on", "warning") in of_source(result)


def test_a_silent_episode_with_a_band_is_localised(work: Work, media: Media) -> None:
    (work.folder / "ep01.mp4").write_bytes(media("silent.mp4").read_bytes())
    work.found = BURNED_IN
    result = work.run()
    assert (result.exit_code, result.delivered, work.heard, of_source(result)) == (0, ("en", "th"), [], [])
