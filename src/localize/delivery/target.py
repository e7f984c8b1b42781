"""Where files are delivered to: a folder, or any URL that fsspec has a driver for.

What is written is read back and hashed before it counts. Where a file system renames, a file is written under a
temporary name and moved; an object store shows an object whole or not at all by itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from localize.errors import DeliveryError, InputError, LocalizeError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CHUNK_BYTES = 1 << 20
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)(?:::\S*)?://")
# Anything else stores objects, where a move is a copy.
_RENAMES = frozenset({"file", "local", "sftp", "ssh", "smb", "ftp", "hdfs", "arrow_hdfs", "webhdfs", "memory"})
# They know no folders, and a driver takes the wish for one as that for a bucket, which a slip of the pen would make.
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "oss", "r2", "tos", "cos", "abfs", "abfss", "az"})
_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}


class Changed(Exception):
    """What was read is not what was announced: somebody wrote to it meanwhile."""


class Target:
    """Files below one folder of a file system, by paths relative to it."""

    def __init__(self, fs: AbstractFileSystem, root: str, shown: str) -> None:
        self._fs = fs
        self._root = root.rstrip("/")
        self.shown = shown
        """Where it is, for people: without a password."""
        protocols = {fs.protocol} if isinstance(fs.protocol, str) else {*fs.protocol}
        self.local = bool(protocols & {"file", "local"})
        self._renames = bool(protocols & _RENAMES)
        self._in_bucket = bool(protocols & _BUCKETS)

    def below(self, folder: str) -> Target:
        return Target(self._fs, self._path(folder), f"{self.shown.rstrip('/')}/{folder}") if folder else self

    def path(self, name: str) -> Path | None:
        """Where a file is on this machine, None where the target is elsewhere."""
        return Path(self._path(name)) if self.local else None

    def size(self, name: str) -> int | None:
        """Bytes of a file, None where there is none."""
        with self._errors(name, "read"):
            self._fs.invalidate_cache()
            try:
                found = self._fs.info(self._path(name))
            except (FileNotFoundError, NotADirectoryError):
                return None
        return int(found["size"]) if found.get("type") == "file" else None

    def read(self, name: str) -> bytes | None:
        """The whole of a small file, None where there is none."""
        if self.size(name) is None:
            return None
        with self._errors(name, "read"):
            return bytes(self._fs.cat_file(self._path(name)))

    def sha256(self, name: str) -> str:
        """Of what can be read there now."""
        return self._sha256(self._path(name), name)

    def put(self, name: str, chunks: Iterable[bytes], sha256: str) -> None:
        """Write a file whose content has to have `sha256`, and read it back.

        Changed where `chunks` are something else, DeliveryError where the target does not hold what was sent; either
        way what stood there before still does, except on an object store that lost what it was given.
        """
        final = self._path(name)
        folder, _, last = final.rpartition("/")
        written = f"{folder}/.{last}.part" if self._renames else final
        try:
            with self._errors(name, "written"):
                if not self._in_bucket:
                    self._fs.makedirs(folder, exist_ok=True)
                self._write(written, chunks, sha256)
            if self._sha256(written, name) != sha256:
                raise DeliveryError(f"{self.shown}/{name} does not hold what was sent", next_step="deliver again")
            if written != final:
                with self._errors(name, "written"):
                    self._move(written, final)
        except BaseException:
            if self._renames:
                with suppress(Exception):  # what went wrong before is worth more than that it left something behind
                    self._fs.rm_file(written)
            raise

    def remove(self, name: str) -> None:
        """Delete a file; that it is not there is no error."""
        with self._errors(name, "removed"), suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def _write(self, path: str, chunks: Iterable[bytes], sha256: str) -> None:
        sent = hashlib.sha256()
        # An upload begun is not thrown away by leaving `with`: it would be finished. Hence no block for stores.
        file: Any = self._fs.open(path, "wb")
        try:
            for chunk in chunks:
                sent.update(chunk)
                file.write(chunk)
            if sent.hexdigest() != sha256:
                raise Changed(path)
            if self.local:
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            _abandon(file, whole=self._renames)
            raise
        file.close()

    def _move(self, written: str, final: str) -> None:
        if self.local:
            Path(written).replace(final)
            return
        # Not every server replaces.
        if self._fs.exists(final):
            self._fs.rm_file(final)
        self._fs.mv(written, final)

    def _sha256(self, path: str, name: str) -> str:
        read = hashlib.sha256()
        with self._errors(name, "read"):
            self._fs.invalidate_cache()
            with self._fs.open(path, "rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    read.update(chunk)
        return read.hexdigest()

    @contextmanager
    def _errors(self, name: str, doing: str) -> Iterator[None]:
        """Whatever a driver raises, as one line that says what to do."""
        try:
            yield
        except (LocalizeError, Changed):
            raise
        except OSError as error:
            if error.errno in _FULL:
                full = f"{_FULL[error.errno]}: {self.shown}/{name}"
                raise DeliveryError(full, next_step="free space, then deliver again") from error
            raise self._failed(name, doing, error.strerror or str(error)) from error
        except Exception as error:
            # Each driver has its own tree of errors, and none of them is ours to import.
            raise self._failed(name, doing, f"{type(error).__name__}: {error}") from error

    def _failed(self, name: str, doing: str, why: str) -> DeliveryError:
        return DeliveryError(
            f"{self.shown}/{name} cannot be {doing}: {why}", next_step="check the target, then deliver again"
        )


def open_target(where: str) -> Target:
    """The folder or URL `where`; InputError names what to install for a URL without a driver."""
    import fsspec
    from fsspec.implementations.local import LocalFileSystem

    url = _URL.match(where)
    if not where.strip():
        raise InputError("a delivery needs a folder", next_step="give --to-folder DIR or URL")
    if url is None or url[1].lower() in {"file", "local"}:
        path = where if url is None else urlsplit(where).path
        folder = Path(path).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is no folder", next_step="give a folder to --to-folder")
        return Target(LocalFileSystem(auto_mkdir=True), folder.as_posix(), str(folder))
    try:
        fs, root = fsspec.url_to_fs(where)
    except ImportError as error:
        raise InputError(
            f"{shown(where)} needs a driver: {error}", next_step=f"install it ({_package(url[1])}), then deliver again"
        ) from error
    except ValueError as error:
        known = "s3://, gs://, abfs://, sftp://, smb://, file://"
        raise InputError(f"{shown(where)}: {error}", next_step=f"give a folder, or a URL such as {known}") from error
    except Exception as error:
        raise DeliveryError(
            f"{shown(where)} cannot be reached: {type(error).__name__}: {error}",
            next_step="check the target, then deliver again",
        ) from error
    return Target(fs, root, shown(where))


def shown(where: str) -> str:
    """A URL without the password in it."""
    parts = urlsplit(where)
    if "@" not in parts.netloc:
        return where
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _package(protocol: str) -> str:
    """What PyPI calls the driver of `protocol`."""
    packages = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs",
                "az": "adlfs", "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol", "oss": "ossfs"}  # fmt: skip
    return f"pip install {packages[protocol]}" if protocol in packages else "pip install what it names"


def _abandon(file: Any, *, whole: bool) -> None:
    """Give up a file half written; `whole`: it has a temporary name, and is closed like any other."""
    with suppress(Exception):
        if whole:
            file.close()
        else:
            file.discard()
            file.closed = True  # or its end would be sent when it is collected
