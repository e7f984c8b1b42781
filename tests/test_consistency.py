"""Consistency: what earlier episodes made of a line, read from their files and from nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import consistency
from localize.consistency import Rendering, earlier, key
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.series import Series
from localize.workspace import to_json

SERIES = Series.model_validate(
    {
        "schema": 1, "id": "dragon", "title": "t", "genre": "war-god", "locales": ["en"],
        "episode": [{"id": name, "file": f"{name}.mp4"} for name in ("ep2", "ep1", "ep3")],
    }
)  # fmt: skip
SOURCE = "我回来了。"


def put(folder: Path, episode: str, target: str, *, approved: bool = False, made_of: str | None = None) -> Path:
    """An episode of one cue, `SOURCE`; `made_of`: what the line was translated from, if that was another text."""
    (folder / episode / "targets").mkdir(parents=True, exist_ok=True)
    cue = Cue("c1", 0, 900, SOURCE)
    print_ = source_fingerprint(Cue("c1", 0, 900, made_of or SOURCE))
    line = TargetLine("c1", target, "argos", draft=target, source_fingerprint=print_, approved=approved)
    (folder / episode / "source.json").write_bytes(to_json(SourceTrack("zh-Hans", (cue,), 2)))
    path = folder / episode / "targets" / "en.json"
    path.write_bytes(to_json(TargetTrack("en", (line,))))
    return path


def seen(folder: Path, episode: int, *sources: str) -> list[Rendering]:
    found = earlier(SERIES, SERIES.episode[episode], folder, "en", sources or (SOURCE,))
    return list(found.values())


def test_the_first_rendering_before_this_episode_counts_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    for name in ("ep1", "ep2", "ep3"):
        put(tmp_path, name, f"Back in {name}.")
    assert seen(tmp_path, 0) == []
    assert seen(tmp_path, 1) == seen(tmp_path, 2) == [Rendering("ep2", "c1", "Back in ep2.", False)]


def test_what_a_reviewer_let_pass_comes_before_what_a_machine_wrote_earlier(tmp_path: Path) -> None:
    put(tmp_path, "ep2", "Back.")
    put(tmp_path, "ep1", "I'm back.", approved=True)
    assert seen(tmp_path, 2) == [Rendering("ep1", "c1", "I'm back.", True)]


def test_only_what_this_episode_says_is_looked_up(tmp_path: Path) -> None:
    put(tmp_path, "ep2", "Back.")
    assert seen(tmp_path, 1, "他是谁啊") == []
    assert seen(tmp_path, 1, "我，回来了！") == [Rendering("ep2", "c1", "Back.", False)]


def test_a_line_whose_source_moved_on_or_that_is_empty_says_nothing(tmp_path: Path) -> None:
    put(tmp_path, "ep2", "Back.", made_of="我走了")
    put(tmp_path, "ep1", " ")
    assert seen(tmp_path, 2) == []


def test_a_missing_or_damaged_episode_is_none(tmp_path: Path) -> None:
    put(tmp_path, "ep2", "Back.").write_text("{", encoding="utf-8")
    assert seen(tmp_path, 2) == []


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    from_json = consistency.from_json
    monkeypatch.setattr(consistency, "from_json", lambda kind, path: read.append(path) or from_json(kind, path))
    path = put(tmp_path, "ep2", "Back.")
    assert seen(tmp_path, 1) == seen(tmp_path, 2) == [Rendering("ep2", "c1", "Back.", False)]
    assert len(read) == 2
    path.write_text(path.read_text(encoding="utf-8").replace("Back.", "Here I am."), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert seen(tmp_path, 1) == [Rendering("ep2", "c1", "Here I am.", False)]
    assert [one.name for one in read] == ["en.json", "source.json", "en.json"]


@given(st.lists(st.tuples(st.sampled_from("我你来走战神A1"), st.text("，。！…、 “”—", max_size=3)), min_size=4))
def test_marks_and_spaces_are_no_part_of_a_key(said: list[tuple[str, str]]) -> None:
    assert key("".join(char + marks for char, marks in said)) == "".join(char for char, _ in said)


def test_a_question_is_no_statement_and_marks_do_not_matter() -> None:
    assert key("你，回来了！") == key("你回来了…") != key("你回来了？") == key("你回来了?")
    assert key("好的。") == ""
