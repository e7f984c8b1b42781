"""What a decision leaves in the workspace: a person's, and that of a gate that passed by itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import dedent

import pytest

from localize import pipeline
from localize.deciding import decide, settle
from localize.decisions import BY_ITSELF, CueComment, Decision
from localize.engines.fake import FakeTranscriber, FakeTranslator, spoken
from localize.engines.registry import Engines
from localize.errors import InputError, StaleApproval
from localize.gates import reviewed_digest
from localize.job import Job
from localize.pipeline import EpisodeResult
from localize.review import log
from localize.series import load
from tests.conftest import Media

pytestmark = pytest.mark.engines


class Room:
    """One episode of two lines in English and Thai, with the gates a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gates = 'translation = "required"'
        self.lines = {"en": "Kneel!", "th": "คุกเข่า!"}

    def job(self) -> Job:
        manifest = self.folder / "series.toml"
        text = """
            schema = 1
            id = "dragon"
            title = "龙王归来"
            genre = "war-god"
            locales = ["en", "th"]
            [[episode]]
            id = "ep01"
            file = "ep01.mp4"
            [gates]
            """
        manifest.write_text(dedent(text) + self.gates, encoding="utf-8")
        heard = spoken((100, 500, "跪"), (500, 900, "下！"), (1100, 1300, "我"), (1300, 1800, "回来了。"))
        engines = Engines(
            faster_whisper=FakeTranscriber(lambda _media, _names: heard),
            argos=FakeTranslator(
                lambda line, tag: self.lines[tag] if line == "跪下！" else {"en": "I am back.", "th": "ฉันกลับมา"}[tag]
            ),
        )
        series = load(manifest)
        options = pipeline.options(series, modes=("sidecar",))
        (job,) = pipeline.jobs(series, self.folder / "workspace", options, engines)
        return job

    def run(self) -> EpisodeResult:
        return pipeline.advance(self.job())

    def decision(self, name: str) -> Decision | None:
        return self.job().workspace.read(Decision, f"decisions/{name}.json")

    def approved(self, tag: str) -> list[bool]:
        track = json.loads(self.job().workspace.path(f"targets/{tag}.json").read_text(encoding="utf-8"))
        return [line["approved"] for line in track["lines"]]

    def edit(self, old: str, new: str) -> None:
        path = self.job().workspace.path("targets/en.json")
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(f'"text": "{old}"', f'"text": "{new}"'), encoding="utf-8")


@pytest.fixture
def room(tmp_path: Path, media: Media) -> Room:
    (tmp_path / "ep01.mp4").write_bytes(media("clip.mp4").read_bytes())
    return Room(tmp_path)


def test_a_gate_that_passes_by_itself_says_so_once_and_approves_no_line(room: Room) -> None:
    room.gates = 'translation = "auto"'
    assert room.run().delivered == ("en", "th")
    said = {name: room.decision(name) for name in ("transcript", "translation.en", "final.th")}
    for decision in said.values():
        assert decision is not None
        assert (decision.verdict, decision.reviewer, decision.limit) == ("approved", BY_ITSELF, "error")
        assert (decision.self_declared, decision.comment) == (False, "no finding at error severity or above")
    assert room.approved("en") == [False, False]
    files = [room.job().workspace.path(f"decisions/{name}.json") for name in said]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    room.run()
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in files] == before


def test_what_an_auto_gate_passed_waits_for_a_person_once_the_gate_is_required(room: Room) -> None:
    room.gates = 'translation = "auto"'
    room.run()
    room.gates = 'translation = "required"\n[gates.locales.th]\ntranslation = "off"'
    result = room.run()
    assert result.delivered == ("th",)
    assert [waiting.message for waiting in result.waiting] == ["waits for review"]


def test_an_auto_gate_holds_at_the_severity_it_was_given_and_an_approval_outlasts_its_findings(room: Room) -> None:
    room.gates = 'translation = { mode = "auto", at = "warning" }\n[gates.locales.th]\ntranslation = "off"'
    room.lines["en"] = "Kneel down before the king, all of you, at once and without a word, " * 3
    assert room.run().delivered == ("th",)
    assert room.decision("translation.en") is None
    decide(room.job(), "translation", "en", "approved", "mei")
    assert room.run().delivered == ("en", "th")
    decision = room.decision("translation.en")
    assert decision is not None
    assert (decision.reviewer, decision.limit) == ("mei", None)
    assert room.approved("en") == [True, True]


def test_a_person_decides_while_the_gate_would_pass_by_itself_and_is_not_overwritten(room: Room) -> None:
    room.gates = 'translation = "auto"'
    room.run()
    decide(room.job(), "translation", "en", "approved", "mei")
    assert settle(room.job(), "translation", "en") is None
    decision = room.decision("translation.en")
    assert decision is not None
    assert decision.reviewer == "mei"


def test_cues_sent_back_lose_their_approval_and_wait_again_once_they_were_edited(room: Room) -> None:
    room.run()
    decide(room.job(), "translation", "en", "approved", "mei")
    decide(room.job(), "translation", "en", "rejected", "Ann", cues=[CueComment("c0002", "too stiff")])
    assert room.approved("en") == [True, False]
    assert [w.message for w in room.run().waiting if w.locale == "en"] == ["rejected by Ann: c0002: too stiff"]
    room.edit("I am back.", "I'm back.")
    (waiting,) = [w for w in room.run().waiting if w.locale == "en"]
    assert waiting.message == "changed after Ann rejected it: c0002: too stiff"


def test_nobody_approves_what_they_did_not_see(room: Room) -> None:
    room.run()
    job = room.job()
    seen = reviewed_digest(job.series, job.workspace, "translation", "en")
    room.edit("I am back.", "I'm back.")
    with pytest.raises(StaleApproval, match="edited before mei decided; nothing was decided; next: localize review"):
        decide(job, "translation", "en", "approved", "mei", seen=seen)
    assert room.decision("translation.en") is None


@pytest.mark.parametrize("name", ["", "  ", "auto", "Auto "])
def test_a_decision_needs_a_name_that_is_a_persons(room: Room, name: str) -> None:
    with pytest.raises(InputError, match="not a reviewer"):
        decide(room.job(), "translation", "en", "approved", name)


def test_a_comment_to_a_cue_that_is_not_there_is_refused(room: Room) -> None:
    room.run()
    with pytest.raises(InputError, match="no cue 'c0009'; next: choose among c0001 to c0002"):
        decide(room.job(), "translation", "en", "rejected", "mei", cues=[CueComment("c0009", "what?")])
    assert room.decision("translation.en") is None


def test_a_gate_that_cannot_write_down_that_it_passed_stays_shut_and_says_to_run_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.gates = 'translation = "auto"'
    room.run()
    job = room.job()
    job.workspace.path("decisions/translation.en.json").unlink()
    monkeypatch.setattr("localize.lease.PATIENCE_S", 0)
    lease = json.dumps({"owner": "another", "token": "t", "host": "elsewhere", "namespace": "", "pid": os.getpid()})
    job.workspace.path("locks/en.json").write_text(lease)
    result = room.run()
    assert (result.exit_code, result.delivered) == (5, ("th",))
    assert "translation ep01 [en]: en is being written by another" in str(result.errors[0])


def test_a_decision_and_its_comments_stand_in_the_log_of_its_locale(room: Room) -> None:
    room.run()
    cue_id = room.job().source().cues[0].id
    note = CueComment(cue_id, "too stiff")
    decide(room.job(), "translation", "en", "rejected", "Mei", "names", cues=[note], self_declared=False)
    decided, said = log.read(room.job().workspace, "en")
    assert (decided.what, decided.who, decided.text) == ("decide", log.Who("Mei", True), "translation rejected: names")
    assert (said.what, said.cue_ids, said.text) == ("comment", (cue_id,), "too stiff")


def test_a_verdict_that_stands_is_not_made_again_until_it_says_something_else(room: Room) -> None:
    room.run()
    first = decide(room.job(), "translation", "en", "approved", "mei")
    assert decide(room.job(), "translation", "en", "approved", "ann") == first
    remarked = decide(room.job(), "translation", "en", "approved", "ann", "names are right")
    assert (remarked.reviewer, room.decision("translation.en")) == ("ann", remarked)
    decide(room.job(), "translation", "en", "rejected", "mei", "no")
    assert decide(room.job(), "translation", "en", "approved", "ann").reviewer == "ann"
    signed = decide(room.job(), "translation", "en", "approved", "lena", self_declared=False)
    assert (signed.reviewer, room.approved("en")) == ("lena", [True, True])
    room.edit("Kneel!", "Down!")
    assert decide(room.job(), "translation", "en", "approved", "ann").digest != signed.digest
