"""What an edit redoes, and what it leaves alone: terms, memory, routes of engines, over two episodes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline, runs, settings
from localize.cues import TargetLine, TargetTrack
from localize.engines.base import Translation
from localize.engines.registry import Engines
from localize.errors import EngineUnavailable, GlossaryError
from localize.impact import impact
from localize.job import Job
from localize.lines import Brief, Line, Overlong
from localize.pipeline import EpisodeResult
from localize.series import load
from localize.spending import Account, Usage
from localize.state.status import status
from localize.workspace import target_file
from tests.conftest import Media

pytestmark = pytest.mark.engines

EPISODES = {"ep01": ("少帅驾到！", "我回来了。"), "ep02": ("你是谁？", "少帅，请。")}
SRT = "1\n00:00:00,100 --> 00:00:00,900\n{}\n\n2\n00:00:01,000 --> 00:00:01,900\n{}\n"


class Engine:
    """Writes the targets of a line's terms and its length, or fails as `failures` says; notes what it was asked."""

    reads_brief = False

    def __init__(self, name: str = "argos") -> None:
        self.name = name
        self.asked: list[tuple[str, str]] = []
        self.failures: dict[str, tuple[str, bool]] = {}
        self.accounts: list[Account] = []
        self.currency = "USD"
        self.dies_at = ""

    def version(self, locale: str) -> str:
        return f"{self.name} 1 {locale}"

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        return {tag: [self._one(line, tag) for line in lines] for tag in locales}

    def shorter(
        self, lines: Mapping[str, Sequence[Overlong]], brief: Brief
    ) -> Mapping[str, Sequence[Sequence[Translation]]]:
        return {tag: [() for _ in overlong] for tag, overlong in lines.items()}

    @contextmanager
    def paying(self, episode: str, account: Account) -> Iterator[None]:
        self.accounts.append(account)
        yield
        self.accounts.remove(account)

    def _one(self, line: Line, tag: str) -> Translation:
        if line.text == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.asked.append((line.text, tag))
        if line.text in self.failures:
            failure, transient = self.failures[line.text]
            return Translation("", failure=failure, transient=transient)
        for account in self.accounts:
            account(tag, Usage(1, 100, 10, 0.5, self.currency))
        return Translation(" ".join(["Say", *(term.target for term in line.terms[tag]), str(len(line.text))]))


class Series:
    """Two episodes with supplied subtitles, in English and French."""

    def __init__(self, folder: Path, clip: bytes) -> None:
        self.folder = folder
        self.engine = Engine()
        self.llm = Engine("llm:fast")
        for episode, lines in EPISODES.items():
            (folder / f"{episode}.mp4").write_bytes(clip)
            (folder / f"{episode}.srt").write_text(SRT.format(*lines), encoding="utf-8")
        self.manifest()
        self.glossary("en", "Young Marshal")
        self.glossary("fr", "Jeune Maréchal")

    def manifest(self, extra: str = "", gate: str = "off") -> None:
        episodes = "".join(
            f'[[episode]]\nid = "{episode}"\nfile = "{episode}.mp4"\nsubtitles = "{episode}.srt"\n'
            for episode in EPISODES
        )
        head = f"""
            schema = 1
            id = "marshal"
            title = "少帅"
            genre = "war-god"
            locales = ["en", "fr"]
            {extra}
            [gates]
            transcript = "off"
            translation = "{gate}"
            final = "off"
        """
        (self.folder / "series.toml").write_text(dedent(head) + episodes, encoding="utf-8")

    def glossary(self, tag: str, target: str) -> None:
        (self.folder / "glossary").mkdir(exist_ok=True)
        table = f"source,target,pos\n少帅,{target},title\n"
        (self.folder / "glossary" / f"{tag}.csv").write_text(table, encoding="utf-8")

    def jobs(self) -> list[Job]:
        series = load(self.folder / "series.toml")
        engines = Engines(argos=self.engine, **{"llm:fast": self.llm})
        return pipeline.jobs(series, self.folder / "workspace", pipeline.options(series, modes=("sidecar",)), engines)

    def run(self) -> list[EpisodeResult]:
        self.engine.asked, self.llm.asked = [], []
        return [pipeline.advance(job) for job in self.jobs()]

    def track(self, episode: str, tag: str) -> tuple[TargetLine, ...]:
        job = next(job for job in self.jobs() if job.episode.id == episode)
        return job.workspace.need(TargetTrack, target_file(tag)).lines


@pytest.fixture
def work(tmp_path: Path, media: Media) -> Series:
    return Series(tmp_path, media("clip.mp4").read_bytes())


def test_an_edited_term_redoes_the_lines_it_stands_in_and_no_others(work: Series) -> None:
    work.run()
    work.glossary("fr", "Petit Maréchal")
    foretold = {
        (row.episode, row.locale, row.cue_id): row.fate
        for job in work.jobs()
        for row in impact(job, "少帅", ["en", "fr"])
    }
    assert [key for key, fate in foretold.items() if fate == "redo"] == [
        ("ep01", "fr", "c0001"),
        ("ep02", "fr", "c0002"),
    ]
    assert [(row.episode, row.locale, row.redo) for job in work.jobs() for row in status(job) if row.redo] == [
        ("ep01", "fr", ("c0001",)),
        ("ep02", "fr", ("c0002",)),
    ]
    work.run()
    assert work.engine.asked == [("少帅驾到！", "fr"), ("少帅，请。", "fr")]
    assert work.track("ep02", "fr")[1].text == "Say Petit Maréchal 5"
    work.run()
    assert work.engine.asked == []


def test_a_note_in_a_table_redoes_nothing(work: Series) -> None:
    work.run()
    table = "source,target,pos,note\n少帅,Young Marshal,title,the son of the warlord\n"
    (work.folder / "glossary" / "en.csv").write_text(table, encoding="utf-8")
    work.run()
    assert work.engine.asked == []


def test_a_term_of_one_episode_touches_that_episode_alone(work: Series) -> None:
    work.run()
    own = work.folder / "glossary" / "ep02"
    own.mkdir()
    (own / "en.csv").write_text("source,target,pos\n少帅,Marshal Junior,title\n", encoding="utf-8")
    work.run()
    assert work.engine.asked == [("少帅，请。", "en")]


def test_a_line_that_a_person_wrote_is_kept_and_the_violated_term_is_a_finding(work: Series) -> None:
    work.run()
    path = work.folder / "workspace/marshal/ep01/targets/en.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"text": "Say Young Marshal 5"', '"text": "The Young Marshal!"'),
        encoding="utf-8",
    )
    work.glossary("en", "Marshal Junior")
    results = work.run()
    assert work.engine.asked == [("少帅，请。", "en")]
    assert work.track("ep01", "en")[0].text == "The Young Marshal!"
    rules = [
        (tag, found.rule, found.cue_id, found.limit) for tag, found in results[0].findings if found.severity == "error"
    ]
    assert rules == [("en", "glossary_violation", "c0001", "Marshal Junior")]


def test_a_broken_table_is_an_error_with_its_line_and_changes_nothing(work: Series) -> None:
    work.run()
    before = work.track("ep01", "en")
    (work.folder / "glossary" / "en.csv").write_text("source,target,pos\n少帅,,title\n", encoding="utf-8")
    (first, _) = work.run()
    assert isinstance(first.errors[0], GlossaryError)
    assert "en.csv:2" in str(first.errors[0])
    assert work.track("ep01", "en") == before


def test_an_approved_line_is_used_again_wherever_the_same_text_stands(work: Series) -> None:
    (work.folder / "ep02.srt").write_text(SRT.format("我回来了。", "少帅，请。"), encoding="utf-8")
    work.manifest(gate="required")
    work.run()
    pipeline.decide(work.jobs()[0], "translation", "en", "approved", "Lin")
    work.run()
    first, second = work.track("ep02", "en")
    assert (first.by, first.text, second.by) == ("memory", "Say 5", "argos")
    assert work.engine.asked == []
    assert work.track("ep02", "fr")[0].by == "argos", "nobody approved the French"
    work.manifest('memory = "off"', gate="required")
    work.run()
    assert work.track("ep02", "en")[0].by == "argos"


def test_an_approved_line_whose_term_has_changed_is_not_used_again(work: Series) -> None:
    (work.folder / "ep02.srt").write_text(SRT.format("你是谁？", "少帅驾到！"), encoding="utf-8")
    work.manifest(gate="required")
    work.run()
    pipeline.decide(work.jobs()[0], "translation", "en", "approved", "Lin")
    work.glossary("en", "Marshal Junior")
    work.run()
    assert (work.track("ep02", "en")[1].by, work.track("ep02", "en")[1].text) == ("argos", "Say Marshal Junior 5")


def test_what_the_first_engine_refuses_the_next_one_writes_and_the_line_says_why(work: Series) -> None:
    work.manifest('translator = ["llm:fast", "argos"]')
    work.llm.failures["我回来了。"] = ("refused", False)
    work.run()
    first, second = work.track("ep01", "en")
    assert (first.by, second.by, second.flags, second.note) == ("llm:fast", "argos", ("fallback",), "llm:fast: refused")
    work.run()
    assert (work.llm.asked, work.engine.asked) == ([], []), "a refusal stays one"


def test_a_line_that_an_engine_could_not_write_for_now_is_asked_of_it_again(work: Series) -> None:
    work.manifest('translator = ["llm:fast", "argos"]')
    work.llm.failures["我回来了。"] = ("endpoint unavailable", True)
    work.run()
    assert work.track("ep01", "fr")[1].by == "argos"
    work.llm.failures.clear()
    work.run()
    assert work.llm.asked == [("我回来了。", "en"), ("我回来了。", "fr")]
    assert work.track("ep01", "fr")[1].by == "llm:fast"


def test_without_another_engine_finished_lines_are_kept_and_only_the_rest_is_asked_again(work: Series) -> None:
    work.manifest('translator = "llm:fast"')
    work.llm.failures["我回来了。"] = ("endpoint unavailable", True)
    (first, _) = work.run()
    assert isinstance(first.errors[0], EngineUnavailable)
    assert "1 of 2 lines are missing (llm:fast: endpoint unavailable)" in str(first.errors[0])
    work.llm.failures.clear()
    work.run()
    assert work.llm.asked == [("我回来了。", "en"), ("我回来了。", "fr")]
    assert [line.text for line in work.track("ep01", "en")] == ["Say Young Marshal 5", "Say 5"]


def test_lines_of_a_broken_off_run_never_outlive_the_track_they_became(work: Series) -> None:
    work.manifest('translator = "llm:fast"')
    work.llm.failures["我回来了。"] = ("endpoint unavailable", True)
    work.run()
    work.llm.failures.clear()
    work.run()
    assert not list((work.folder / "workspace").glob("**/drafts/*.json"))
    work.glossary("en", "Marshal Junior")
    work.run()
    (work.folder / "ep01.srt").write_text(SRT.format("少帅驾到！", "你们好。"), encoding="utf-8")
    work.run()
    assert work.llm.asked == [("你们好。", "en"), ("你们好。", "fr")]
    assert work.track("ep01", "en")[0].text == "Say Marshal Junior 5"


def test_a_line_that_every_engine_refuses_is_left_to_a_person_and_never_made_up(work: Series) -> None:
    work.manifest('translator = "llm:fast"')
    work.llm.failures["我回来了。"] = ("refused", False)
    (first, _) = work.run()
    line = work.track("ep01", "en")[1]
    assert (line.text, line.flags, line.note) == ("", ("empty",), "llm:fast: refused")
    assert ("en", "empty") in [(tag, found.rule) for tag, found in first.findings if found.severity == "error"]


def test_vietnamese_is_written_by_an_endpoint_and_has_no_engine_without_one(work: Series) -> None:
    work.manifest('translators = { en = ["llm:fast"] }')
    manifest = work.folder / "series.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('["en", "fr"]', '["en", "vi"]'), encoding="utf-8")
    (first, _) = work.run()
    assert [error.locale for error in first.errors] == ["vi"]
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("{ en =", "{ vi ="), encoding="utf-8")
    (first, _) = work.run()
    assert first.errors == []
    assert {line.by for line in work.track("ep01", "vi")} == {"llm:fast"}


def test_what_a_run_cost_is_in_its_record_per_locale(work: Series) -> None:
    work.manifest('translator = "llm:fast"')
    work.run()
    job = work.jobs()[0]
    assert runs.costs(job.workspace) == [(tag, Usage(2, 200, 20, 1.0, "USD")) for tag in ("en", "fr")]


def test_what_a_killed_run_had_paid_for_is_in_its_record_and_counted_once(work: Series) -> None:
    work.manifest('translator = "llm:fast"')
    work.llm.dies_at = "我回来了。"
    if not (child := os.fork()):
        work.run()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    ws = work.jobs()[0].workspace
    assert runs.costs(ws) == [("en", Usage(1, 100, 10, 0.5, "USD"))]
    work.llm.dies_at = ""
    work.run()
    work.run()
    assert runs.costs(ws) == [("en", Usage(3, 300, 30, 1.5, "USD")), ("fr", Usage(2, 200, 20, 1.0, "USD"))]
    assert len(runs.all_of(ws)) == 2


def test_a_locale_that_was_paid_for_in_two_currencies_has_both_sums(work: Series) -> None:
    work.manifest('translators = { en = ["llm:fast", "argos"] }')
    work.llm.failures["我回来了。"] = ("refused", False)
    work.llm.currency = "CNY"
    work.run()
    assert [usage for tag, usage in runs.costs(work.jobs()[0].workspace) if tag == "en"] == [
        Usage(1, 100, 10, 0.5, "CNY"), Usage(1, 100, 10, 0.5, "USD"),
    ]  # fmt: skip


def test_a_locale_that_nothing_writes_is_not_promised_a_line(work: Series) -> None:
    work.manifest('translators = { fr = "opencc" }')
    work.run()
    fates = {(row.locale, row.fate) for job in work.jobs() for row in impact(job, "少帅", ["en", "fr"])}
    assert fates == {("en", "current"), ("fr", "unserved")}


def test_an_endpoint_that_is_not_configured_stands_in_the_rows_it_keeps_from_being_made(
    work: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.run()
    monkeypatch.setenv(settings.ENDPOINTS, str(work.folder / "none.toml"))
    work.manifest('translators = { fr = "llm:nowhere" }')
    rows = {row.locale: row for job in work.jobs() for row in status(job)}
    assert rows["fr"].waits_for == f"llm:nowhere is not configured: there is no {work.folder / 'none.toml'}"
    assert rows["fr"].next_step
    assert (rows["en"].waits_for, rows["en"].next_step) == ("", "")
