from __future__ import annotations

import errno
import hashlib
import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from localize.delivery.target import Changed, Target, open_target, shown
from localize.errors import DeliveryError, InputError

DATA = b"subtitles" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "file://", "memory://"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    where = {"folder": str(tmp_path / "发行 a:b"), "file://": f"file://{tmp_path}/out",
             "memory://": f"memory://{uuid.uuid4()}"}  # fmt: skip
    return open_target(where[request.param])


class Full(io.BytesIO):
    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class Store(MemoryFileSystem):
    """A file system with a fault: `lost` cuts what is read back, `full` takes nothing."""

    cachable = False
    fault = ""

    def open(self, path: str, mode: str = "rb", **how: object) -> object:
        if self.fault == "full" and "w" in mode:
            return Full()
        if self.fault == "lost" and "r" in mode:
            return io.BytesIO(b"")
        return super().open(path, mode, **how)


@pytest.fixture
def store() -> tuple[Store, Target]:
    fs = Store()
    return fs, Target(fs, f"/{uuid.uuid4()}", "memory://store")


def test_what_was_put_can_be_read_again_and_replaced(target: Target) -> None:
    assert target.size("a/b 1.srt") is None
    assert target.read("a/b 1.srt") is None
    target.put("a/b 1.srt", [b"old"], hashlib.sha256(b"old").hexdigest())
    target.put("a/b 1.srt", [DATA[:100], DATA[100:]], SHA256)
    assert (target.size("a/b 1.srt"), target.sha256("a/b 1.srt"), target.read("a/b 1.srt")) == (9000, SHA256, DATA)
    target.remove("a/b 1.srt")
    target.remove("a/b 1.srt")
    assert target.size("a/b 1.srt") is None


def test_a_file_that_changed_on_the_way_leaves_the_old_one_and_nothing_else(target: Target) -> None:
    target.put("a.srt", [DATA], SHA256)
    with pytest.raises(Changed):
        target.put("a.srt", [b"another"], SHA256)
    assert target.read("a.srt") == DATA
    assert target.size(".a.srt.part") is None


def test_a_source_that_breaks_off_leaves_the_old_file(target: Target) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA[:10]
        raise DeliveryError("gone")

    target.put("a.srt", [DATA], SHA256)
    with pytest.raises(DeliveryError, match="gone"):
        target.put("a.srt", broken(), SHA256)
    assert target.read("a.srt") == DATA


def test_a_target_that_holds_other_bytes_than_were_sent_is_found_out(store: tuple[Store, Target]) -> None:
    fs, target = store
    fs.fault = "lost"
    with pytest.raises(DeliveryError, match=r"memory://store/a.srt does not hold what was sent"):
        target.put("a.srt", [DATA], SHA256)


def test_a_full_disk_says_so_and_what_to_do(store: tuple[Store, Target]) -> None:
    fs, target = store
    fs.fault = "full"
    with pytest.raises(DeliveryError, match=r"the disk is full: memory://store/a.srt; next: free space"):
        target.put("a.srt", [DATA], SHA256)


def test_a_driver_s_own_error_becomes_one_line(store: tuple[Store, Target], monkeypatch: pytest.MonkeyPatch) -> None:
    class NoCredentials(Exception):
        pass

    def refuse(*_: object, **__: object) -> None:
        raise NoCredentials("unable to locate credentials")

    monkeypatch.setattr(store[0], "info", refuse)
    with pytest.raises(DeliveryError, match="cannot be read: NoCredentials: unable to locate credentials; next: check"):
        store[1].size("a.srt")


def test_a_url_without_a_driver_says_what_to_install_and_shows_no_password() -> None:
    fsspec.register_implementation("adrive", "no_such_module.Drive", clobber=True, errtxt="Install adrivefs")
    with pytest.raises(InputError) as caught:
        open_target("adrive://key:secret@bucket/x")
    assert str(caught.value).startswith("adrive://bucket/x needs a driver: Install adrivefs; next: install it (pip")


@pytest.mark.parametrize("where", ["nowhere://x", "", "  "])
def test_a_url_of_no_file_system_is_refused(where: str) -> None:
    with pytest.raises(InputError):
        open_target(where)


def test_a_file_is_no_folder_to_deliver_to(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(InputError, match="is no folder"):
        open_target(str(tmp_path / "taken"))


def test_a_password_is_never_shown() -> None:
    assert shown("sftp://mei:geheim@host:22/in") == "sftp://host:22/in"
    assert shown("s3://bucket/in") == "s3://bucket/in"


class Bucket(MemoryFileSystem):
    """Makes a bucket of every folder it is asked for, as drivers of object stores do."""

    cachable = False
    protocol = ("s3",)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        raise AssertionError(f"{path} was made")


def test_a_bucket_that_is_not_there_is_never_made() -> None:
    target = Target(Bucket(), f"/{uuid.uuid4()}", "s3://shows")
    target.put("king/a.srt", [DATA], SHA256)
    assert target.sha256("king/a.srt") == SHA256
