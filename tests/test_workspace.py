from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path

import pytest

from localize import lease
from localize.cues import Cue, SourceTrack
from localize.errors import WorkspaceError
from localize.workspace import EpisodeWorkspace, write_atomic

TRACK = SourceTrack("zh-Hans", (Cue("c0001", 0, 900, "跪下！"),), next_id=2)


@pytest.fixture
def ws(tmp_path: Path) -> EpisodeWorkspace:
    return EpisodeWorkspace(tmp_path / "dragon" / "ep01")


def commit(ws: EpisodeWorkspace, fingerprint: str = "f1") -> None:
    with ws.writing("source") as writer:
        writer.commit("source.json", TRACK, fingerprint)


def test_what_was_committed_is_read_back_the_same(ws: EpisodeWorkspace) -> None:
    commit(ws)
    assert ws.read(SourceTrack, "source.json") == TRACK


def test_the_same_fingerprint_is_fresh_and_another_is_not(ws: EpisodeWorkspace) -> None:
    commit(ws)
    assert ws.fresh("source.json", "f1")
    assert not ws.fresh("source.json", "f2")


def test_a_file_that_was_deleted_is_not_fresh(ws: EpisodeWorkspace) -> None:
    commit(ws)
    ws.path("source.json").unlink()
    assert not ws.fresh("source.json", "f1")


def test_a_touched_file_is_no_edit_but_a_changed_one_is(ws: EpisodeWorkspace) -> None:
    commit(ws)
    os.utime(ws.path("source.json"), (1, 1))
    assert not ws.edited("source.json")
    text = ws.path("source.json").read_text(encoding="utf-8").replace("跪下", "站住")
    ws.path("source.json").write_text(text, encoding="utf-8")
    assert ws.edited("source.json")
    assert not ws.fresh("source.json", "f1")


def test_verify_sees_an_edit_that_kept_size_and_time(ws: EpisodeWorkspace) -> None:
    commit(ws)
    path = ws.path("source.json")
    stat = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("跪下", "站住"), encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert ws.fresh("source.json", "f1")
    assert not ws.fresh("source.json", "f1", verify=True)


def test_a_damaged_file_is_named_with_what_to_do(ws: EpisodeWorkspace) -> None:
    commit(ws)
    ws.path("source.json").write_text('{"locale": 3}', encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"source\.json is damaged.*next: .*delete"):
        ws.read(SourceTrack, "source.json")


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WorkspaceError, match="disk is full") as caught:
        write_atomic(path, b"new", before_rename=full)
    assert caught.value.exit_code == 5
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_workspace_is_exit_5_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WorkspaceError, match="--workspace") as caught:
        commit(EpisodeWorkspace(tmp_path / "file" / "ep01"))
    assert caught.value.exit_code == 5


def test_a_second_writer_is_told_who_holds_the_locale(ws: EpisodeWorkspace) -> None:
    with ws.writing("th"), pytest.raises(WorkspaceError, match="th is being written by process"), ws.writing("th"):
        pass
    with ws.writing("th"):
        pass


def test_two_locales_are_written_at_the_same_time(ws: EpisodeWorkspace) -> None:
    with ws.writing("th") as one, ws.writing("ar") as two:
        one.commit("targets/th.json", "{}", "f")
        two.commit("targets/ar.json", "{}", "f")
    assert set(ws.state.artefacts) == {"targets/th.json", "targets/ar.json"}


def test_a_process_that_stood_still_cannot_commit_over_newer_work(ws: EpisodeWorkspace) -> None:
    with ws.writing("th") as sleeper:
        held = ws.path("locks") / "th.json"
        old = time.time() - lease.STALE_S - 1
        os.utime(held, (old, old))
        with ws.writing("th") as other:
            other.commit("targets/th.json", "new", "f2")
            with pytest.raises(WorkspaceError, match="taken over"):
                sleeper.commit("targets/th.json", "old", "f1")
    assert ws.path("targets/th.json").read_text() == "new"


def test_the_lease_of_a_process_that_died_is_free_at_once(ws: EpisodeWorkspace) -> None:
    with ws.writing("th"):
        pass
    dead = {"owner": "x", "token": "y", "host": os.uname().nodename, "pid": 2**22 + 1}
    (ws.path("locks") / "th.json").write_text(json.dumps(dead))
    with ws.writing("th"):
        pass
