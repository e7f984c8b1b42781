from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localize import lease
from localize.cues import Cue, SourceTrack
from localize.disk import write_atomic
from localize.episode import EpisodeState
from localize.errors import LeaseHeld, WorkspaceError
from localize.workspace import EpisodeWorkspace, Writer
from tests.facts import FACTS

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
    said = pytest.raises(LeaseHeld, match="th is being written by process")
    with ws.writing("th"), said as caught, ws.writing("th", patience_s=0):
        pass
    assert caught.value.exit_code == 5
    with ws.writing("th", patience_s=0):
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


ACTS: dict[str, Callable[[Writer, Path], None]] = {
    "commit": lambda writer, made: writer.commit("targets/th.json", "machine", "f2"),
    "adopt": lambda writer, made: writer.adopt("targets/th.json", made, "f2"),
}
acts = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A finished file that waits to be moved into place."""
    path = tmp_path / "made"
    path.write_text("machine")
    return path


def track_of(ws: EpisodeWorkspace) -> Path:
    """`targets/th.json` as a machine committed it."""
    with ws.writing("th") as writer:
        writer.commit("targets/th.json", "first", "f1")
    return ws.path("targets/th.json")


@acts
def test_an_edit_saved_while_a_step_works_is_never_overwritten(
    ws: EpisodeWorkspace, made: Path, act: Callable[[Writer, Path], None]
) -> None:
    path = track_of(ws)
    with ws.writing("th") as writer:
        path.write_text("a person's words")
        with pytest.raises(WorkspaceError, match=r"th\.json was edited while.*next: run the same command again"):
            act(writer, made)
    assert path.read_text() == "a person's words"
    assert ws.state.artefacts["targets/th.json"].fingerprint == "f1"
    assert ws.edited("targets/th.json")
    with ws.writing("th") as writer:
        act(writer, made)
    assert ws.fresh("targets/th.json", "f2")


@acts
def test_a_file_that_appeared_while_a_step_worked_is_never_overwritten(
    ws: EpisodeWorkspace, made: Path, act: Callable[[Writer, Path], None]
) -> None:
    with ws.writing("th") as writer:
        ws.path("targets").mkdir()
        ws.path("targets/th.json").write_text("a person's words")
        with pytest.raises(WorkspaceError, match="was edited"):
            act(writer, made)
    assert ws.path("targets/th.json").read_text() == "a person's words"


def test_a_file_that_was_deleted_while_a_step_worked_is_made_again(ws: EpisodeWorkspace) -> None:
    path = track_of(ws)
    with ws.writing("th") as writer:
        path.unlink()
        writer.commit("targets/th.json", "machine", "f2")
    assert path.read_text() == "machine"


def test_a_step_may_commit_a_file_twice(ws: EpisodeWorkspace, made: Path) -> None:
    with ws.writing("th") as writer:
        writer.commit("targets/th.json", "first", "f1")
        writer.commit("targets/th.json", "second, longer", "f2")
        writer.adopt("targets/th.json", made, "f3")
    assert ws.fresh("targets/th.json", "f3", verify=True)


@acts
def test_a_process_whose_lease_was_taken_over_records_nothing(
    ws: EpisodeWorkspace, made: Path, act: Callable[[Writer, Path], None]
) -> None:
    track_of(ws)
    with ws.writing("th") as writer:
        (ws.path("locks") / "th.json").unlink()
        with pytest.raises(WorkspaceError, match="taken over"):
            act(writer, made)
        with pytest.raises(WorkspaceError, match="taken over"):
            writer.facts(FACTS)
    assert ws.state.artefacts["targets/th.json"].fingerprint == "f1"
    assert ws.state.facts is None


def test_a_finished_file_is_on_disk_before_it_moves_into_place(
    ws: EpisodeWorkspace, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    fsync, move = os.fsync, Path.replace

    def synced(handle: int) -> None:
        happened.append("sync a folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync a file")
        fsync(handle)

    def moved(path: Path, target: Path) -> Path:
        happened.append(f"move {path.name}")
        return move(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    with ws.writing("th") as writer:
        writer.adopt("renders/th.mp4", made, "f1")
    assert happened[:3] == ["sync a file", "move made", "sync a folder"]
    assert ws.fresh("renders/th.mp4", "f1", verify=True)


def test_a_file_that_nobody_recorded_counts_as_a_persons(ws: EpisodeWorkspace) -> None:
    assert not ws.edited("source.json")
    commit(ws)
    assert not ws.edited("source.json")
    ws.path("episode.json").unlink()
    assert ws.edited("source.json")


def test_an_error_of_the_work_inside_is_not_blamed_on_the_workspace(ws: EpisodeWorkspace) -> None:
    with pytest.raises(PermissionError, match="ffmpeg"), ws.writing("th"):
        raise PermissionError(errno.EACCES, "Permission denied", "/usr/bin/ffmpeg")
    with pytest.raises(FileNotFoundError, match="ffmpeg"), ws.writing("th"), ws.scratch():
        raise FileNotFoundError(errno.ENOENT, "No such file", "/usr/bin/ffmpeg")


@pytest.mark.parametrize("root", ["/proc/localize", "/dev/null/localize", "/sys/localize"])
def test_a_place_where_nothing_can_be_made_is_named_with_the_way_out(root: str) -> None:
    with pytest.raises(WorkspaceError, match=rf"{root}.* cannot be written: .*--workspace"):
        commit(EpisodeWorkspace(Path(root) / "dragon" / "ep01"))


@pytest.fixture
def locked_out(ws: EpisodeWorkspace) -> Iterator[EpisodeWorkspace]:
    """A workspace with a source track and no rights on its folder; root, whom rights do not stop, steps down."""
    commit(ws)
    ws.folder.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield ws
    os.seteuid(user)
    ws.folder.chmod(0o755)


READS: dict[str, Callable[[EpisodeWorkspace], object]] = {
    "read": lambda ws: ws.read(SourceTrack, "source.json"),
    "need": lambda ws: ws.need(SourceTrack, "source.json"),
    "exists": lambda ws: ws.exists("renders/th.mp4"),
    "state": lambda ws: ws.state,
    "fresh": lambda ws: ws.fresh("source.json", "f1"),
    "edited": lambda ws: ws.edited("source.json"),
    "digest": lambda ws: ws.digest("source.json"),
    "commit": commit,
}


@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_a_workspace_without_rights_is_exit_5_in_whatever_is_asked(
    locked_out: EpisodeWorkspace, act: Callable[[EpisodeWorkspace], object]
) -> None:
    with pytest.raises(
        WorkspaceError, match=r"ep01.* cannot be (read|written): Permission denied; next: .*--workspace"
    ):
        act(locked_out)


def test_a_folder_in_place_of_a_file_is_named(ws: EpisodeWorkspace) -> None:
    ws.path("source.json").mkdir(parents=True)
    for act in (lambda: ws.read(SourceTrack, "source.json"), lambda: ws.digest("source.json"), lambda: commit(ws)):
        with pytest.raises(WorkspaceError, match=r"source\.json"):
            act()


def test_a_scratch_folder_is_private_and_gone_afterwards(ws: EpisodeWorkspace) -> None:
    with ws.writing("th") as writer, ws.scratch() as one, ws.scratch() as two:
        assert one != two
        assert one.parent == ws.folder
        (one / "th.mp4").write_text("master")
        writer.adopt("renders/th.mp4", one / "th.mp4", "f1")
    assert not list(ws.folder.glob(".scratch*"))


def test_what_a_killed_process_left_is_swept_but_nothing_that_may_be_in_use(ws: EpisodeWorkspace) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    hour_ago = time.time() - 3700

    def left(name: str, folder_at: float, file_at: float) -> Path:
        folder = ws.path(name)
        folder.mkdir(parents=True)
        (folder / "th.mp4").write_text("half")
        os.utime(folder / "th.mp4", (file_at, file_at))
        os.utime(folder, (folder_at, folder_at))
        return folder

    killed = left(f".scratch-{process.pid}-a", hour_ago, hour_ago)
    just_killed = left(f".scratch-{process.pid}-b", time.time(), time.time())
    on_another_machine = left(f".scratch-{process.pid}-c", hour_ago, time.time())
    ours = left(f".scratch-{os.getpid()}-d", hour_ago, hour_ago)
    nameless = left(".scratch-abc", hour_ago, hour_ago)
    with ws.scratch():
        pass
    there = [path.exists() for path in (killed, just_killed, on_another_machine, ours, nameless)]
    assert there == [False, True, True, True, False]


def test_the_record_is_the_one_in_the_file_whoever_wrote_it_and_an_empty_one_is_damaged(ws: EpisodeWorkspace) -> None:
    assert ws.state == EpisodeState()
    with ws.writing("en") as writer:
        writer.commit("a.txt", "one", "made of one")
    assert ws.state.artefacts["a.txt"].fingerprint == "made of one"
    path = ws.path("episode.json")
    path.write_text(path.read_text().replace("made of one", "made of two"))
    assert ws.state.artefacts["a.txt"].fingerprint == "made of two"
    path.write_bytes(b"")
    with pytest.raises(WorkspaceError, match=r"episode\.json is damaged at its start"):
        _ = ws.state
    path.unlink()
    assert ws.state == EpisodeState()
