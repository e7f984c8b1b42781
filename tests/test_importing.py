"""Importing a professional's file: its lines are a person's, the gate closes again, and a refusal leaves no trace."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from localize import importing, pipeline
from localize.cli import app
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.errors import InputError, LeaseHeld, SubtitleError
from localize.fingerprint import fingerprint
from localize.importing import Fit, bring_in
from localize.job import SOURCE, Job
from localize.pipeline import gate_error
from localize.series import Style, load
from localize.stages.align import without_source
from localize.subtitles import TimedText
from localize.timing.shots import VERSION as SHOTS_VERSION
from localize.timing.shots import Shots
from tests.facts import FACTS as FILM

FACTS = replace(FILM, duration_ms=10_000)
SAID = ("跪下！", "我回来了。", "你是谁？", "……")
THAI = ["คุกเข่า!", "ฉันกลับมาแล้ว", "คุณเป็นใคร"]
MANIFEST = """
schema = 1
id = "dragon"
title = "龙王归来"
genre = "war-god"
locales = ["th", "en"]
[gates]
translation = "required"
[[episode]]
id = "ep01"
file = "ep01.mp4"
"""


def srt(path: Path, *cues: tuple[int, str], length_ms: int = 1500) -> Path:
    def clock(ms: int) -> str:
        return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

    blocks = [f"{n}\n{clock(ms)} --> {clock(ms + length_ms)}\n{text}\n" for n, (ms, text) in enumerate(cues, 1)]
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """An episode whose source has four lines, one every two seconds, and nothing else yet."""
    (tmp_path / "series.toml").write_text(MANIFEST, encoding="utf-8")
    series = load(tmp_path / "series.toml")
    engines = Engines(argos=FakeTranslator(lambda line, _tag: f"machine {len(line)}"))
    (made,) = pipeline.jobs(series, tmp_path / "workspace", pipeline.options(series), engines)
    cues = tuple(Cue(f"c{n}", 2000 * n, 2000 * n + 1800, text) for n, text in enumerate(SAID))
    with made.workspace.writing(SOURCE) as writer:
        writer.facts(FACTS)
        writer.commit("source.json", SourceTrack("zh-Hans", cues, 5), "")
        writer.commit("shots.json", Shots(()), fingerprint("shots", SHOTS_VERSION, FACTS.digest))
    return made


@pytest.fixture
def final(tmp_path: Path) -> Path:
    return srt(tmp_path / "final.th.srt", *((2000 * n + 40, text) for n, text in enumerate(THAI)))


def track(job: Job, tag: str = "th") -> TargetTrack:
    return job.workspace.need(TargetTrack, f"targets/{tag}.json")


def test_the_lines_of_the_file_are_a_persons_and_say_where_they_come_from(job: Job, final: Path) -> None:
    made = bring_in(job, "th", final, by="Malee")
    assert track(job) == made.track
    assert [(line.text, line.human, line.note) for line in made.track.lines[:3]] == [
        (text, True, "imported from final.th.srt, by Malee") for text in THAI
    ]
    # A line without words needs no subtitle from anybody.
    assert made.track.lines[3].text
    assert made.track.lines[3].flags == ()


def test_no_machine_writes_them_anew(job: Job, final: Path) -> None:
    bring_in(job, "th", final)
    pipeline.run_unit(job, pipeline.Unit("translate", "ep01", ("th", "en")))
    assert [line.text for line in track(job).lines[:3]] == THAI
    assert track(job, "en").lines[0].text == "machine 3"


def test_a_track_that_people_wrote_for_this_very_source_needs_no_engine(job: Job, final: Path) -> None:
    assert not importing.written_by_people(job, "th")
    bring_in(job, "th", final)
    assert importing.written_by_people(job, "th")
    with job.workspace.writing(SOURCE) as writer:
        changed = tuple(replace(cue, text="别动！") for cue in job.source().cues)
        writer.commit("source.json", SourceTrack("zh-Hans", changed, 5), "")
    assert not importing.written_by_people(job, "th")


def test_what_a_machine_wrote_before_stays_as_the_draft_and_what_a_person_wrote_is_named(job: Job, final: Path) -> None:
    lines = (TargetLine("c0", "old", "argos", draft="old"), TargetLine("c1", "theirs", "human"))
    with job.workspace.writing("th") as writer:
        writer.commit("targets/th.json", TargetTrack("th", lines), "made of")
    made = bring_in(job, "th", final)
    assert made.track.lines[0].draft == "old"
    assert made.replaced == ("c1",)


def test_an_approved_translation_waits_again_once_another_text_is_imported(job: Job, final: Path) -> None:
    bring_in(job, "th", final)
    pipeline.decide(job, "translation", "th", "approved", "Ann")
    bring_in(job, "th", final)
    assert gate_error(job, "translation", "th") is None
    bring_in(job, "th", srt(final, (40, "คุกเข่าลง!"), *((2000 * n + 40, THAI[n]) for n in (1, 2))))
    waiting = gate_error(job, "translation", "th")
    assert waiting
    assert waiting.message == "edited after Ann approved it"


def test_lines_without_a_cue_of_their_own_are_empty_and_say_why(job: Job, tmp_path: Path) -> None:
    long = srt(tmp_path / "long.srt", (0, "คุกเข่า! ฉันกลับมาแล้ว"), length_ms=3900)
    made = bring_in(job, "th", long)
    assert [(line.id, line.text, line.flags) for line in made.track.lines[:3]] == [
        ("c0", "คุกเข่า! ฉันกลับมาแล้ว", ()),
        ("c1", "", (importing.SHOWN_WITH,)),
        ("c2", "", (importing.LEFT_OUT,)),
    ]
    assert made.track.lines[1].note == "imported from long.srt: shown with c0"


def refused(job: Job, path: Path, tag: str = "th", fit: Fit | None = None) -> SubtitleError:
    """Why a file is refused; no track may be there afterwards."""
    with pytest.raises(SubtitleError) as caught:
        bring_in(job, tag, path, fit=fit)
    assert not job.workspace.exists(f"targets/{tag}.json")
    assert (caught.value.episode_id, caught.value.locale) == ("ep01", tag)
    return caught.value


def test_cues_that_belong_to_no_line_are_listed_and_nothing_is_imported(job: Job, final: Path) -> None:
    srt(final, *((2000 * n, text) for n, text in enumerate(THAI)), (9000, "จบตอน"))
    error = refused(job, final)
    assert error.message == "1 of 4 cues of final.th.srt belong to no line of the source: 00:09.000 'จบตอน'"
    assert "--allow-unmatched" in (error.next_step or "")
    made = bring_in(job, "th", final, allow_unmatched=True)
    assert [timed.text for timed in made.aligned.unmatched] == ["จบตอน"]
    assert made.track.lines[0].text == THAI[0]


def test_a_file_that_is_late_as_a_whole_is_refused_with_the_shift_that_mends_it(job: Job, final: Path) -> None:
    srt(final, *((2000 * n + 1200, text) for n, text in enumerate(THAI)), length_ms=700)
    error = refused(job, final)
    assert error.message == "final.th.srt does not fit: all cues 1.2 s late"
    assert (error.next_step or "").startswith("give --shift -1.2s")
    made = bring_in(job, "th", final, fit=Fit(-1200))
    assert [line.text for line in made.track.lines[:3]] == THAI


def test_a_file_in_another_script_is_refused(job: Job, tmp_path: Path) -> None:
    english = srt(tmp_path / "final.srt", (0, "On your knees!"), (2000, "I am back."), (4000, "Who are you?"))
    assert refused(job, english).message == "final.srt is not Thai: 0% of its letters are Thai"


def test_a_locale_that_another_process_writes_is_left_alone(
    job: Job, final: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localize.lease.PATIENCE_S", 0)
    with job.workspace.writing("th"), pytest.raises(LeaseHeld):
        bring_in(job, "th", final)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, InputError):
        return result.exception.exit_code, "", str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_import_lays_the_track_out_and_judges_it(job: Job, final: Path) -> None:
    srt(final, *((2000 * n, text) for n, text in enumerate(THAI)), length_ms=700)
    code, out, err = run("import", final, job.series.manifest, "--to", "th", "--by", "Malee")
    assert "ep01 [th]: 3 of 4 lines imported" in err
    assert code == 0
    for name in ("layout/th.json", "subtitles/th.ass", "findings/th.json"):
        assert job.workspace.exists(name)
    found = json.loads(job.workspace.path("findings/th.json").read_text(encoding="utf-8"))["findings"]
    assert len(out.splitlines()) == len(found)


def test_what_a_file_merges_and_leaves_out_is_a_finding_and_no_error(job: Job, tmp_path: Path) -> None:
    long = srt(tmp_path / "long.srt", (0, "คุกเข่า! ฉันกลับมาแล้ว"), length_ms=3900)
    code, out, _ = run("import", long, job.series.manifest, "--to", "th", "--json")
    told = json.loads(out)
    assert code == told["exit_code"] == 0
    assert (told["shown_with"], told["left_out"]) == ({"c1": "c0"}, ["c2"])
    rules = {(finding["rule"], finding["severity"], finding["cue_id"]) for finding in told["findings"]}
    assert {("shown-with", "info", "c1"), ("left-out", "warning", "c2")} <= rules


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--to", "th,en"), "a file is in one locale"),
        (("--to", "th", "--shift", "soon"), "--shift 'soon' is not a time"),
        (("--to", "th", "--rate", "25"), "--rate '25' is not two frame rates"),
        (("--to", "th", "--rate", "25:0"), "--rate '25:0' is not two frame rates"),
    ],
)
def test_options_that_make_no_sense_are_bad_input(job: Job, final: Path, options: tuple[str, ...], says: str) -> None:
    code, _, err = run("import", final, job.series.manifest, *options)
    assert code == 2
    assert says in err


def test_an_episode_that_was_not_begun_is_named(tmp_path: Path, final: Path) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST, encoding="utf-8")
    code, _, err = run("import", final, tmp_path / "series.toml", "--to", "th")
    assert code == 2
    assert "ep01: nothing was made yet; next: localize run" in err


# --- check FILE ---


def test_a_file_with_errors_ends_with_3_and_every_finding_has_its_measure(tmp_path: Path) -> None:
    path = srt(tmp_path / "a.srt", (0, r"{\an8}Up there"), (1000, "Down here"), length_ms=1500)
    code, out, _ = run("check", path, "--locale", "en", "--json")
    told = json.loads(out)
    assert code == 3
    assert {(f["rule"], f["severity"], f["cue"]) for f in told["findings"]} == {
        ("override-tag", "error", "1"),
        ("overlap", "error", "2"),
    }
    assert all({"rule", "severity", "cue", "measured", "limit"} <= finding.keys() for finding in told["findings"])


def test_a_file_without_errors_ends_with_0(tmp_path: Path) -> None:
    code, out, err = run("check", srt(tmp_path / "a.srt", (0, "Up there")), "--locale", "en")
    assert (code, out) == (0, "")
    assert err == "a.srt: 1 cues, 0 findings\n"


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("gone.srt", ("--locale", "en"), "gone.srt cannot be read"),
        ("a.srt", (), "a.srt does not say its locale; next: give --locale"),
        ("a.srt", ("--locale", "xx"), "'xx' is not a locale"),
        ("a.srt", ("--locale", "en", "--platform", "tv"), "'tv' is not a platform"),
        ("a.sub", ("--locale", "en"), "a.sub is no subtitle file; next: give one of .srt"),
    ],
)
def test_a_check_that_cannot_be_made_ends_with_2(
    tmp_path: Path, name: str, options: tuple[str, ...], says: str
) -> None:
    srt(tmp_path / "a.srt", (0, "Up there"))
    code, _, err = run("check", tmp_path / name, *options)
    assert code == 2
    assert says in err


@pytest.mark.engines
def test_with_media_the_end_of_the_picture_and_its_shots_count(tmp_path: Path, media: object) -> None:
    # The clip has a shot change at 800 ms, picture 20, and ends at 2 s.
    path = srt(tmp_path / "a.srt", (640, "Up there"))
    code, out, _ = run("check", path, "--locale", "en", "--media", media("clip.mp4"), "--json")  # type: ignore[operator]
    found = [(f["rule"], f["measured"], f["limit"]) for f in json.loads(out)["findings"]]
    assert (code, found) == (3, [("outside", 2140, 2000), ("shot-change", 4, 12)])


def test_a_bilingual_file_of_ours_comes_back_without_the_lines_of_the_source(job: Job, tmp_path: Path) -> None:
    lines = tuple(TargetLine(f"c{n}", text, "argos", draft=text) for n, text in enumerate((*THAI, "...")))
    with job.workspace.writing("th") as writer:
        writer.commit("targets/th.json", TargetTrack("th", lines), "made of")
    series = job.series.model_copy(update={"style": Style(bilingual=True)})
    bilingual = Job(series, job.episode, job.workspace.folder, job.options, job.engines)
    for step in ("fit", "sidecar"):
        pipeline.run_unit(bilingual, pipeline.Unit(step, "ep01", ("th",)))
    file = job.workspace.path("subtitles/th.srt")
    edited = file.read_text("utf-8")
    assert f"跪下！\n{THAI[0]}" in edited
    (tmp_path / "edited.srt").write_text(edited.replace(THAI[2], "มึงเป็นใคร"), "utf-8")
    made = bring_in(bilingual, "th", tmp_path / "edited.srt")
    assert [line.text for line in made.track.lines[:3]] == [*THAI[:2], "มึงเป็นใคร"]


def test_only_whole_lines_of_the_source_are_taken_off(job: Job) -> None:
    def left(text: str) -> str:
        (timed,) = without_source([TimedText(0, 1, text)], job.source())
        return timed.text

    assert left("跪下！我回\n来了。\nคุกเข่า") == "คุกเข่า"
    assert left("跪下\nคุกเข่า") == "跪下\nคุกเข่า"
    assert left("跪下！") == "跪下！"
