"""Room on the disk is asked for before an encoder begins, and set aside while it works."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from localize.errors import WorkspaceError
from localize.space import SPARE_BYTES, room


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> int:
    """A gigabyte is free beyond what is left to others."""
    bytes_ = SPARE_BYTES + 1_000_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**12, 0, bytes_))
    return bytes_


def test_a_step_that_fits_begins(tmp_path: Path, free: int) -> None:
    with room(tmp_path, 1_000_000_000, "burning 3 locales"):
        pass


def test_one_that_does_not_fit_is_refused_before_it_begins_with_what_it_needs(tmp_path: Path, free: int) -> None:
    said = r"burning 3 locales may take 1\.5 GB, and 1\.2 GB are free: .*; next: free space \(localize gc\), then run"
    with pytest.raises(WorkspaceError, match=said) as caught, room(tmp_path, 1_500_000_000, "burning 3 locales"):
        pytest.fail("it began")
    assert caught.value.exit_code == 5


def test_two_steps_at_once_do_not_count_on_the_same_room(tmp_path: Path, free: int) -> None:
    refused = pytest.raises(WorkspaceError, match="600 MB are wanted by others")
    with room(tmp_path, 600_000_000, "a"), refused, room(tmp_path, 600_000_000, "b"):
        pass
    with room(tmp_path, 600_000_000, "b"):
        pass


def test_what_a_step_set_aside_is_given_back_where_it_fails(tmp_path: Path, free: int) -> None:
    with pytest.raises(ValueError, match="broke"), room(tmp_path, 900_000_000, "a"):
        raise ValueError("broke")
    with room(tmp_path, 900_000_000, "a"):
        pass
