"""Evidence: a check is done again when something that concerns its lines changes, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize import settings, steps
from localize.cues import Cue, Event, Layout, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.registry import Engines
from localize.episode import EpisodeState
from localize.findings import Findings
from localize.job import Job, Options
from localize.locales import locale
from localize.series import load
from localize.workspace import findings_file, layout_file, target_file, to_json
from tests.facts import FACTS

MANIFEST = """
schema = 1
id = "dragon"
title = "t"
genre = "war-god"
locales = ["en", "id"]
[[episode]]
id = "ep1"
file = "ep1.mp4"
[[episode]]
id = "ep2"
file = "ep2.mp4"
"""
SOURCE = "战神回来了。"


class Checked:
    """Two episodes that both say SOURCE; `en` and `id` of each are laid out and wait for their check."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "series.toml").write_text(MANIFEST, encoding="utf-8")
        self.term("war-god", "en", "战神,God of War")
        self.term("war-god", "id", "战神,Dewa Perang")
        for episode in ("ep1", "ep2"):
            self.say(episode, "en", "The God of War is back.")
            self.say(episode, "id", "Dewa Perang telah kembali.")

    def term(self, scope: str, tag: str, row: str) -> None:
        path = self.root / "glossaries" / scope / f"{tag}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"source,target\n{row}\n", encoding="utf-8")

    def say(self, episode: str, tag: str, text: str) -> None:
        cue = Cue("c1", 0, 3000, SOURCE)
        line = TargetLine("c1", text, "argos", draft=text, source_fingerprint=source_fingerprint(cue))
        layout = Layout(tag, 1080, 1920, locale(tag).font, 48, 90, 460, (Event(0, 3000, text, ("c1",)),))
        for name, value in (
            ("source.json", SourceTrack("zh-Hans", (cue,), 2)),
            (target_file(tag), TargetTrack(tag, (line,))),
            (layout_file(tag), layout),
        ):
            path = self.folder(episode) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(to_json(value))
        state = self.folder(episode) / "episode.json"
        if not state.exists():
            state.write_bytes(to_json(EpisodeState(FACTS)))

    def folder(self, episode: str) -> Path:
        return self.root / "workspace" / "dragon" / episode

    def job(self, episode: str = "ep2") -> Job:
        series = load(self.root / "series.toml")
        (one,) = (e for e in series.episode if e.id == episode)
        return Job(series, one, self.folder(episode), Options(("en", "id")), Engines())

    def run(self, episode: str = "ep2", job: Job | None = None) -> list[str]:
        """The locales that were checked anew."""
        outcome = steps.check_step(job or self.job(episode), ("en", "id"), lambda _share: None)
        assert outcome.failed == {}
        return outcome.done

    def findings(self, tag: str, episode: str = "ep2") -> Findings:
        return self.job(episode).workspace.need(Findings, findings_file(tag))

    def rules(self, tag: str, episode: str = "ep2") -> list[str]:
        return [finding.rule for finding in self.findings(tag, episode).findings]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.setenv(settings.GLOSSARIES, str(tmp_path / "glossaries"))
    return Checked(tmp_path)


def test_a_good_episode_has_no_findings_and_its_terms_are_counted(checked: Checked) -> None:
    assert checked.run() == ["en", "id"]
    assert (checked.rules("en"), checked.rules("id")) == ([], [])
    (use,) = checked.findings("id").terms
    assert (use.source, use.target, use.stands, use.kept) == ("战神", "Dewa Perang", 1, 1)
    assert checked.run() == []


def test_a_changed_term_is_checked_anew_in_its_locale_alone(checked: Checked) -> None:
    checked.run()
    checked.term("war-god", "id", "战神,Panglima Perang")
    assert checked.run() == ["id"]
    assert checked.rules("id") == ["glossary_violation"]


def test_a_term_that_no_line_holds_changes_nothing(checked: Checked) -> None:
    checked.run()
    checked.term("common", "id", "皇后,Permaisuri")
    assert checked.run() == []


def test_one_job_sees_a_table_that_changed_while_it_lived(checked: Checked) -> None:
    job = checked.job()
    checked.run(job=job)
    checked.term("war-god", "id", "战神,Panglima Perang")
    assert checked.run(job=job) == ["id"]


def test_an_earlier_episode_concerns_only_lines_it_shares(checked: Checked) -> None:
    checked.run("ep2")
    checked.say("ep1", "id", "Sang Dewa Perang pulang.")
    assert checked.run("ep2") == ["id"]
    assert checked.rules("id") == ["inconsistent"]
    assert checked.run("ep2") == []
    checked.run("ep1")
    assert checked.rules("id", "ep1") == []


def test_the_english_track_concerns_only_a_line_that_is_the_same(checked: Checked) -> None:
    checked.run("ep1")
    checked.say("ep1", "en", "Our God of War is back.")
    assert checked.run("ep1") == ["en"]
    checked.say("ep1", "id", "Our God of War is back.")
    assert checked.run("ep1") == ["id"]
    assert "half-translated" in checked.rules("id", "ep1")
    checked.say("ep1", "en", "The God of War is back.")
    assert checked.run("ep1") == ["en", "id"]


def test_a_changed_list_of_sensitive_words_is_checked_anew_in_its_locale(checked: Checked) -> None:
    checked.run()
    path = checked.root / "glossaries" / "sensitive" / "en.csv"
    path.parent.mkdir()
    path.write_text("word,severity,reason\nGod,warning,blasphemous\n", encoding="utf-8")
    assert checked.run() == ["en"]
    assert checked.rules("en") == ["sensitive"]


def test_a_table_that_cannot_be_used_fails_the_check_in_one_line(checked: Checked) -> None:
    checked.term("war-god", "id", "战神,")
    outcome = steps.check_step(checked.job(), ("en", "id"), lambda _share: None)
    assert "id.csv:2" in str(outcome.failed["id"])
