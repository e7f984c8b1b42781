from __future__ import annotations

import json
import pickle

import pytest

from localize import console, errors, settings
from localize.errors import (
    EngineRejected,
    EngineUnavailable,
    LeaseHeld,
    LocalizeError,
    MediaError,
    ReviewPending,
    at,
    exit_code,
)


def _all(kind: type[LocalizeError]) -> list[type[LocalizeError]]:
    return [kind, *(sub for child in kind.__subclasses__() for sub in _all(child))]


def test_an_error_is_one_line_with_stage_episode_locale_and_next_step() -> None:
    error = EngineRejected(
        "2 cues went in\nand 1 came out", stage="translate", episode_id="e01", locale="th", next_step="x"
    )
    assert str(error) == "translate e01 [th]: 2 cues went in and 1 came out; next: x"


def test_context_is_attached_on_the_way_out_and_never_overwritten() -> None:
    with pytest.raises(MediaError) as caught, at(stage="ingest", episode_id="e02"), at(stage="probe"):
        raise MediaError("no audio")
    assert (caught.value.stage, caught.value.episode_id) == ("probe", "e02")


@pytest.mark.parametrize("kind", _all(LocalizeError), ids=lambda kind: kind.__name__)
def test_every_error_survives_the_trip_to_another_process(kind: type[LocalizeError]) -> None:
    error = kind("m", stage="s", episode_id="e", locale="l", next_step="n")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.exit_code) == (kind, str(error), error.exit_code)


def test_only_an_unavailable_engine_and_a_lease_that_another_holds_are_worth_a_retry() -> None:
    assert {kind for kind in _all(LocalizeError) if kind.retry} == {EngineUnavailable, LeaseHeld}


def test_the_tree_in_the_docstring_names_every_error() -> None:
    assert errors.__doc__
    assert [kind.__name__ for kind in _all(LocalizeError) if kind.__name__ not in errors.__doc__] == []


@pytest.mark.parametrize(
    ("codes", "worst"), [([], 0), ([0, 3], 3), ([3, 4], 4), ([4, 2], 2), ([2, 5], 5), ([5, 1], 1), ([0, 0], 0)]
)
def test_a_batch_ends_with_its_most_urgent_code(codes: list[int], worst: int) -> None:
    assert exit_code(codes) == worst


def test_waiting_for_review_is_exit_4() -> None:
    assert ReviewPending("waits").exit_code == 4


def test_talk_is_json_where_somebody_collects_logs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console.talk("ep01: 好")
    monkeypatch.setenv(settings.LOG, "json")
    for line in ("ep01: 好", "error: no disk", "warning: late"):
        console.talk(line)
    plain, *logged = capsys.readouterr().err.splitlines()
    assert plain == "ep01: 好"
    assert [(one["level"], one["message"]) for one in map(json.loads, logged)] == [
        ("info", "ep01: 好"), ("error", "error: no disk"), ("warning", "warning: late"),
    ]  # fmt: skip
    assert json.loads(logged[0])["time"].endswith("Z")
