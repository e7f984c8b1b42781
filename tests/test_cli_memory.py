"""The memory on the command line: what a reviewer approved is found by a line like it, and leaves as TMX."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from localize import pipeline
from localize.cli import app
from tests.conftest import Media
from tests.test_redo import SRT, Series

pytestmark = pytest.mark.engines


@pytest.fixture
def approved(tmp_path: Path, media: Media) -> Path:
    work = Series(tmp_path, media("clip.mp4").read_bytes())
    (tmp_path / "ep01.srt").write_text(SRT.format("少帅驾到！", "我终于回来了。"), encoding="utf-8")
    work.manifest(gate="required")
    work.run()
    pipeline.decide(work.jobs()[0], "translation", "en", "approved", "Lin")
    return tmp_path / "series.toml"


def test_a_line_like_an_approved_one_is_found_with_its_score(approved: Path) -> None:
    result = CliRunner().invoke(app, ["memory", "find", "我终于回来了吗？", str(approved), "--to", "en"])
    assert (result.exit_code, result.stdout) == (0, "en\t80\t我终于回来了。\tSay 7\n")


def test_the_very_line_says_where_it_was_approved(approved: Path) -> None:
    result = CliRunner().invoke(app, ["memory", "find", "我终于回来了。", str(approved), "--to", "en"])
    assert result.stdout == "en\t100\t我终于回来了。\tSay 7\tmarshal ep01 c0002\n"


def test_what_nobody_approved_is_not_found(approved: Path) -> None:
    assert CliRunner().invoke(app, ["memory", "find", "我终于回来了。", str(approved), "--to", "fr"]).exit_code == 3


def test_approved_lines_leave_as_tmx_and_survive_a_new_index(approved: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["memory", "rebuild"]).exit_code == 0
    out = tmp_path / "lines.tmx"
    assert CliRunner().invoke(app, ["memory", "export", str(approved), "--out", str(out)]).exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert "<seg>我终于回来了。</seg>" in text
    assert "<seg>Say 7</seg>" in text
