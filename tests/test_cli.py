from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import regex

from localize import cli, pipeline, waves
from localize.cues import Cue, SourceTrack
from localize.engines import registry
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.episode import EpisodeState
from localize.errors import EngineUnavailable
from localize.pipeline import Unit
from localize.workspace import to_json
from tests.conftest import Media
from tests.golden_cues import facts

HEAVY = (
    "torch",
    "whisper",
    "faster_whisper",
    "ctranslate2",
    "argostranslate",
    "prefect",
    "onnxruntime",
    "cv2",
    "rapidocr",
)

MANIFEST = """
schema = 1
id = "d"
title = "t"
genre = "war-god"
locales = ["en"]
[[episode]]
id = "ep01"
file = "a.mp4"
"""


def localize(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localize", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd, env=os.environ | env,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["models", "--help"]])
def test_help_imports_no_model_library_and_no_prefect(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['localize', *{arguments!r}]\n"
        "from localize.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stderr.strip() == "[]"


def test_importing_every_module_of_the_package_loads_no_model_library() -> None:
    code = (
        "import sys, pkgutil, importlib, localize\n"
        "for m in pkgutil.walk_packages(localize.__path__, 'localize.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "missing.mp4"], "missing.mp4 does not exist"),
        (["run", "."], "is a folder"),
        (["run", "series.toml", "--to", "tlh"], "'tlh' is not a locale"),
        (["run", "series.toml", "--to", "zh-Hans"], "is the source"),
        (["run", "series.toml", "--mode", "shout"], "'shout' is not a mode"),
        (["run", "series.toml", "--mode", ""], "no mode was given"),
        (["run", "series.toml", "--transcriber", "ear"], "'ear' is not a transcriber"),
        (["run", "series.toml", "--source", "ear"], "'ear' is no source of text"),
        (["run", "series.toml", "--episode", "ep99"], "no episode 'ep99'"),
        (["status", "series.toml", "--workspace", "w", "--to", "xx"], "'xx' is not a locale"),
    ],
)
def test_wrong_usage_is_one_line_with_the_next_step_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST)
    done = localize(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "; next: " in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_failures_are_listed_with_tabs_and_as_an_array_of_rows(tmp_path: Path) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST)
    assert localize("failures", "series.toml", cwd=tmp_path).stdout == ""
    assert localize("run", "series.toml", cwd=tmp_path).returncode == 2
    done = localize("failures", "series.toml", cwd=tmp_path)
    first, *_ = done.stdout.splitlines()
    columns = first.split("\t")
    assert columns[1:4] == ["ingest", "-", "parked"]
    assert columns[4].endswith("does not exist")
    assert columns[5].startswith("mend [[episode]] file in ")
    rows = json.loads(localize("failures", "series.toml", "--json", cwd=tmp_path).stdout)
    assert (rows[0]["episode"], rows[0]["message"], rows[0]["parked"]) == (columns[0], columns[4], True)


def test_status_of_a_series_that_never_ran_says_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "series.toml").write_text(MANIFEST)
    done = localize("status", "series.toml", "--json", cwd=tmp_path)
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)
    assert (row["episode"], row["locale"], row["lines"], row["waits_for"]) == ("ep01", "en", 0, "")
    assert row["next_step"] == f"localize run {tmp_path}/series.toml"
    assert not (tmp_path / "workspace").exists()


def two_episodes_one_damaged(folder: Path) -> None:
    (folder / "series.toml").write_text(MANIFEST + '[[episode]]\nid = "ep02"\nfile = "b.mp4"\n')
    cue = Cue("c0001", 0, 1000, "龙王来了")
    for episode in ("ep01", "ep02"):
        made = folder / "workspace" / "d" / episode
        made.mkdir(parents=True)
        (made / "episode.json").write_bytes(to_json(EpisodeState(facts=facts())))
        (made / "source.json").write_bytes(to_json(SourceTrack("zh-Hans", (cue,), 2)))
    (folder / "workspace" / "d" / "ep01" / "source.json").write_text("{")


def test_status_shows_the_episodes_beside_one_with_a_damaged_file_and_exits_5(tmp_path: Path) -> None:
    two_episodes_one_damaged(tmp_path)
    done = localize("status", "series.toml", "--json", cwd=tmp_path)
    assert done.returncode == 5
    assert [row["episode"] for row in json.loads(done.stdout)] == ["ep02"]
    (line,) = done.stderr.strip().splitlines()
    assert regex.match(r"error: ep01: .*/d/ep01/source\.json is damaged .*; next: mend the file, or delete it", line)


def test_impact_counts_the_episodes_beside_one_with_a_damaged_file_and_exits_5(tmp_path: Path) -> None:
    two_episodes_one_damaged(tmp_path)
    done = localize("glossary", "impact", "龙王", "series.toml", cwd=tmp_path)
    assert done.returncode == 5
    assert done.stdout.startswith("ep02\ten\tc0001\t")
    assert "ep01/source.json is damaged" in done.stderr
    assert "龙王 stands in 1 cue of 1 episode" in done.stderr


def test_a_damaged_table_of_the_series_is_one_line_however_many_episodes_read_it(tmp_path: Path) -> None:
    two_episodes_one_damaged(tmp_path)
    made = tmp_path / "workspace" / "d"
    (made / "ep01" / "source.json").write_bytes((made / "ep02" / "source.json").read_bytes())
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "en.csv").write_text("sauce,target\n龙王,Dragon King\n")
    done = localize("glossary", "impact", "龙王", "series.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 1


def test_models_list_is_data_on_stdout(tmp_path: Path) -> None:
    done = localize("models", "list", "--json", LOCALIZE_MODELS=str(tmp_path))
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["whisper-base"]["licence"]
    assert {row["state"] for row in rows.values()} == {"missing"}


class Terminal:
    """A series of two episodes and a command line in this process, with engines that do as told.

    ep01 is a clip of two seconds; ep02's media is a text file. The translation of every locale waits for a reviewer.
    """

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self._capture, self._patch = folder, capture, patch
        self.manifest = folder / "series.toml"
        self.manifest.write_text(
            MANIFEST.replace('["en"]', '["en", "th"]')
            + '[[episode]]\nid = "ep02"\nfile = "b.mp4"\n[gates]\ntranscript = "off"\ntranslation = "required"\n'
        )
        (folder / "b.mp4").write_text("not a video")
        self.out: list[str] = []
        self.err = ""

    def __call__(self, *arguments: str) -> int:
        """Run `localize` with `arguments`; the exit code."""
        self._patch.setattr(sys, "argv", ["localize", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = self._capture.readouterr()
        self.out, self.err = captured.out.splitlines(), captured.err
        return int(end.value.code or 0)

    def run(self, *more: str) -> int:
        return self("run", str(self.manifest), "--mode", "sidecar", *more)

    def review(self, verdict: str, gate: str, *more: str) -> int:
        return self("review", verdict, str(self.manifest), gate, "--reviewer", "mei", *more)

    def path(self, name: str) -> Path:
        return self.folder / "workspace" / "d" / name


@pytest.fixture
def terminal(
    tmp_path: Path, media: Media, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    (tmp_path / "a.mp4").write_bytes(media("clip.mp4").read_bytes())
    heard = spoken((100, 500, "跪"), (500, 900, "下！"))
    engines = registry.Engines(
        faster_whisper=FakeTranscriber(lambda _media, _names: heard),
        argos=FakeTranslator(lambda _line, tag: {"en": "Kneel!", "th": "คุกเข่า!"}[tag]),
    )
    monkeypatch.setattr(registry, "Engines", lambda budget=None: engines)
    handler = signal.getsignal(signal.SIGTERM)
    yield Terminal(tmp_path, capsys, monkeypatch)
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_decision_without_a_name_is_refused(tmp_path: Path, terminal: Terminal, name: str) -> None:
    assert terminal("review", "approve", str(terminal.manifest), "translation", "--reviewer", name) == 2
    assert terminal.err == "error: a decision needs the name of who decides; next: give --reviewer NAME\n"
    assert not (tmp_path / "workspace").exists()


@pytest.mark.engines
def test_what_was_not_reached_is_named_and_everything_else_is_decided(terminal: Terminal) -> None:
    assert terminal.review("approve", "translation") == 2
    assert len(terminal.err.splitlines()) == 4
    assert not terminal.path("").exists()
    terminal.run()
    assert terminal.review("approve", "translation") == 0
    assert terminal.err.splitlines() == [
        "translation ep01 [en]: approved by mei",
        "translation ep01 [th]: approved by mei",
        f"ep02 [en]: nothing to review yet; next: localize run {terminal.manifest}",
        f"ep02 [th]: nothing to review yet; next: localize run {terminal.manifest}",
        f"next: localize run {terminal.manifest}",
    ]
    assert terminal.review("approve", "translation", "--episode", "ep01,ep02") == 2
    assert terminal.review("approve", "final", "--episode", "ep01") == 2
    terminal.run()
    assert terminal.review("approve", "final", "--episode", "ep01", "--to", "th") == 0
    decided = {path.name for path in terminal.path("ep01/decisions").iterdir()}
    assert decided == {"translation.en.json", "translation.th.json", "final.en.json", "final.th.json"}
    assert not terminal.path("ep02/decisions").exists()


@pytest.mark.engines
def test_the_printed_review_command_opens_the_gate_in_another_workspace_when_pasted(terminal: Terminal) -> None:
    elsewhere = ("--workspace", str(terminal.folder / "my place"), "--episode", "ep01")
    assert terminal.run(*elsewhere) == 4
    pasted = [line.split("; next: ")[1] for line in terminal.err.splitlines() if line.startswith("waiting: ")]
    assert len(pasted) == 2
    for line in pasted:
        assert terminal(*shlex.split(line)[1:]) == 0
        assert terminal.err.splitlines()[-1] == f"next: localize run {terminal.manifest} --workspace '{elsewhere[1]}'"
    assert terminal.run(*elsewhere) == 0


@pytest.mark.engines
def test_a_rejected_translation_waits_with_its_reason(terminal: Terminal) -> None:
    terminal.run("--episode", "ep01")
    assert terminal.review("reject", "translation", "--to", "en", "--episode", "ep01", "--comment", "too soft") == 0
    assert "next:" not in terminal.err
    terminal.run("--episode", "ep01")
    assert "translation ep01 [en]: rejected by mei: too soft" in terminal.err


@pytest.mark.engines
def test_what_waits_is_listed_with_whom_it_waits_for_and_what_to_type(terminal: Terminal) -> None:
    terminal.run("--episode", "ep01")
    where = ("review", "list", str(terminal.manifest), "--episode", "ep01")
    assert terminal(*where) == 0
    approve = f"localize review approve {terminal.manifest} translation --episode ep01 --to en,th --reviewer NAME"
    assert terminal.out == [f"ep01\ttranslation\ten,th\treviewer\t0 min\twaits for review\t{approve}"]
    cues = ("--cue", "c0001=too stiff, really")
    assert terminal.review("reject", "translation", "--to", "en", "--episode", "ep01", *cues) == 0
    assert terminal(*where) == 0
    back, waits = terminal.out
    assert back.split("\t")[2:6] == ["en", "editor", "0 min", "rejected by mei: c0001: too stiff, really"]
    assert back.endswith(f"\tlocalize run {terminal.manifest}")
    assert waits.split("\t")[2:4] == ["th", "reviewer"]
    assert terminal(*where, "--json") == 0
    assert [(row["locale"], row["whom"]) for row in json.loads("\n".join(terminal.out))] == [
        ("en", "editor"), ("th", "reviewer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "a rejection needs its reason"),
        (("--comment", " "), "a rejection needs its reason"),
        (("--cue", "c0001"), "--cue 'c0001' says nothing about a cue"),
        (("--cue", "=stiff"), "says nothing about a cue"),
    ],
)
def test_a_rejection_without_a_reason_is_refused(terminal: Terminal, given: tuple[str, ...], says: str) -> None:
    assert terminal.review("reject", "translation", *given) == 2
    assert says in terminal.err


@pytest.mark.engines
def test_a_damaged_file_found_while_reviewing_is_named_with_its_episode(terminal: Terminal) -> None:
    terminal.run("--episode", "ep01")
    terminal.path("ep01/targets/en.json").write_text("{")
    assert terminal.review("approve", "translation", "--episode", "ep01") == 5
    assert terminal.err.startswith("error: translation ep01: ")
    assert "is damaged" in terminal.err


@pytest.mark.engines
def test_a_report_is_named_only_where_there_is_one(terminal: Terminal) -> None:
    assert terminal.run() == 2
    assert terminal.out == [f"ep01\twaiting\t{terminal.path('ep01/report.html')}", "ep02\tfailed\t-"]
    terminal.run("--json", "--episode", "ep02")
    assert json.loads("\n".join(terminal.out))["episodes"][0]["report"] is None


@pytest.mark.parametrize("command", ["report", "check"])
def test_looking_at_a_series_that_never_ran_makes_nothing_and_says_what_to_type(
    terminal: Terminal, command: str
) -> None:
    assert terminal(command, str(terminal.manifest)) == 2
    assert terminal.err.splitlines() == [
        f"error: {name}: nothing was made yet; next: localize run {terminal.manifest}" for name in ("ep01", "ep02")
    ]
    assert terminal.out == []
    assert not terminal.path("").exists()


@pytest.fixture
def advancing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let ep01 end with an exception, or with an error of the product as its result; ep02 does nothing."""

    def ends_with(error: BaseException) -> None:
        def advance(job: pipeline.Job, *_: object) -> pipeline.EpisodeResult:
            if job.episode.id != "ep01":
                return pipeline.EpisodeResult(job.episode.id)
            if isinstance(error, EngineUnavailable):
                return pipeline.EpisodeResult("ep01", errors=[error])
            raise error

        monkeypatch.setattr(pipeline, "advance", advance)

    return ends_with


def test_a_bug_in_one_episode_shows_its_traceback_and_the_others_go_on(
    terminal: Terminal, advancing: Callable[[BaseException], None]
) -> None:
    advancing(ZeroDivisionError("of a cue"))
    assert terminal.run() == 1
    assert "Traceback" in terminal.err
    assert "error: ep01: a bug in localize: ZeroDivisionError: of a cue; next: report it" in terminal.err
    assert [line.split("\t")[:2] for line in terminal.out] == [["ep01", "failed"], ["ep02", "unchanged"]]


@pytest.mark.parametrize("place", ["first", "last"])
def test_debug_may_stand_anywhere_and_shows_what_an_engine_said_last(
    terminal: Terminal, advancing: Callable[[BaseException], None], place: str
) -> None:
    error = EngineUnavailable("ffmpeg was killed", episode_id="ep01")
    error.add_note("[libx264] out of memory")
    advancing(error)
    command = ["run", str(terminal.manifest)]
    assert terminal(*(["--debug", *command] if place == "first" else [*command, "--debug"])) == 5
    assert "[libx264] out of memory" in terminal.err
    assert terminal(*command) == 5
    assert "[libx264]" not in terminal.err


def test_an_interrupt_says_that_what_was_finished_is_kept(
    terminal: Terminal, advancing: Callable[[BaseException], None]
) -> None:
    advancing(KeyboardInterrupt())
    assert terminal.run() == 130
    assert terminal.err == "stopped; what was finished is kept, run the same command again\n"


def test_sigterm_ends_a_run_as_ctrl_c_does(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def advance(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    monkeypatch.setattr(pipeline, "advance", advance)
    assert terminal.run() == 130
    assert terminal.err.startswith("stopped; ")


@pytest.mark.engines
def test_a_run_that_is_terminated_gives_its_leases_back(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    run_unit = pipeline.run_unit

    def killed(job: pipeline.Job, unit: Unit, progress: pipeline.OnProgress) -> pipeline.Done:
        if unit.step == "translate":
            with job.workspace.writing("en"):
                os.kill(os.getpid(), signal.SIGTERM)
                assert job.stop.wait(20)
                raise KeyboardInterrupt
        return run_unit(job, unit, progress)

    monkeypatch.setattr(waves, "run_unit", killed)
    assert terminal.run("--episode", "ep01") == 130
    # The thread that wrote ends by itself; a process waits for it at its end.
    until = time.monotonic() + 20
    while (left := list(terminal.path("ep01/locks").glob("*.json"))) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def test_wrong_options_are_shown_by_typer_with_exit_2_and_no_command_shows_the_help(terminal: Terminal) -> None:
    assert terminal("run", "--nonsense") == 2
    assert "nonsense" in terminal.err
    assert terminal("--debug") == 0
    assert "Usage" in "\n".join(terminal.out)
