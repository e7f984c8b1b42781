from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from localize import lease
from localize.errors import LeaseHeld
from localize.lease import hold


def of(folder: Path, **changed: object) -> bytes:
    """The file of a lease on `th` that this process wrote, with some of its values `changed`."""
    with hold(folder, ["th"]):
        return json.dumps(json.loads((folder / "th.json").read_bytes()) | changed).encode()


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_held_lease_names_its_holder_and_may_be_tried_again(tmp_path: Path) -> None:
    said = pytest.raises(LeaseHeld, match=f"th is being written by process {os.getpid()}")
    with hold(tmp_path, ["th"]), said, hold(tmp_path, ["th"], patience_s=0):
        pass
    assert LeaseHeld.retry


def test_a_short_step_of_another_process_is_waited_for(tmp_path: Path) -> None:
    with hold(tmp_path, ["th"]):
        ends = threading.Timer(0.3, (tmp_path / "th.json").unlink)
        ends.start()
        with hold(tmp_path, ["th"], patience_s=30):
            pass


def test_who_waits_for_one_lease_holds_none_of_the_others(tmp_path: Path) -> None:
    def both() -> None:
        with pytest.raises(LeaseHeld, match="th"), hold(tmp_path, ["ar", "th"], patience_s=0.5):
            pass

    with hold(tmp_path, ["th"]):
        waits = threading.Thread(target=both)
        waits.start()
        time.sleep(0.2)
        with hold(tmp_path, ["ar"], patience_s=0):
            pass
        waits.join()


def test_two_runs_that_want_the_same_leases_in_any_order_both_get_them(tmp_path: Path) -> None:
    got: list[str] = []

    def take(*scopes: str) -> None:
        for _ in range(5):
            with hold(tmp_path, scopes, patience_s=30):
                got.append("")

    runs = [threading.Thread(target=take, args=scopes) for scopes in (("ar", "th"), ("th", "ar"))]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(got) == 10


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"th"', b"{}", b'{"owner": "x", "token": "y", "host": "z", "pid": "many"}', b"\xff"]
)
def test_a_file_that_is_no_lease_holds_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "th.json").write_bytes(content)
    with hold(tmp_path, ["th"], patience_s=0) as (held,):
        held.check()


def test_the_lease_of_a_process_that_died_is_free_at_once(tmp_path: Path, dead: int) -> None:
    (tmp_path / "th.json").write_bytes(of(tmp_path, pid=dead))
    with hold(tmp_path, ["th"], patience_s=0):
        pass


@pytest.mark.parametrize("elsewhere", [{"host": "another"}, {"namespace": "pid:[1]"}])
def test_a_process_number_says_nothing_about_another_host_or_container(
    tmp_path: Path, dead: int, elsewhere: dict[str, str]
) -> None:
    path = tmp_path / "th.json"
    path.write_bytes(of(tmp_path, pid=dead, **elsewhere))
    with pytest.raises(LeaseHeld), hold(tmp_path, ["th"], patience_s=0):
        pass
    silent_since = time.time() - lease.STALE_S - 1
    os.utime(path, (silent_since, silent_since))
    with hold(tmp_path, ["th"], patience_s=0):
        pass


def test_a_lease_stays_fresh_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "HEARTBEAT_S", 0.05)
    path = tmp_path / "th.json"
    with hold(tmp_path, ["th"]):
        os.utime(path, (0, 0))
        until_s = time.monotonic() + 30
        while path.stat().st_mtime == 0 and time.monotonic() < until_s:
            time.sleep(0.02)
        assert path.stat().st_mtime > 0


def test_giving_back_a_lease_whose_folder_is_gone_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    with hold(folder, ["th"]):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.write_text("a file now")


def test_a_lease_that_cannot_be_written_leaves_none_of_the_others_held(tmp_path: Path) -> None:
    (tmp_path / "th.json").symlink_to(tmp_path / "nowhere" / "th.json")
    with pytest.raises(FileNotFoundError), hold(tmp_path, ["ar", "th"]):
        pass
    assert not (tmp_path / "ar.json").exists()
