"""What flows do while their server is away: a wave goes on, and commands say it in a line."""

from __future__ import annotations

import httpx
import pytest

pytestmark = [pytest.mark.flows, pytest.mark.filterwarnings("default")]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import patience

    monkeypatch.setattr(patience, "PAUSES_S", (0.0, 0.0))


def answered(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://127.0.0.1:4200/api/")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.mark.parametrize(
    ("error", "times", "asked"),
    [
        (httpx.ConnectError("refused"), 2, 3),
        (httpx.ReadTimeout("slow"), 9, 3),
        (answered(500), 1, 2),
        (answered(401), 1, 1),
        (ValueError("a bug"), 1, 1),
    ],
)
def test_only_a_server_that_is_away_is_asked_again_and_not_for_ever(error: Exception, times: int, asked: int) -> None:
    from flows.patience import patient

    calls: list[int] = []

    @patient
    def ask() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise error
        return "there"

    if asked > times:
        assert ask() == "there"
    else:
        with pytest.raises(type(error)):
            ask()
    assert len(calls) == asked


def test_a_unit_whose_slot_could_not_be_asked_for_is_taken_on_again_and_the_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError

    from flows import tasks
    from localize.job import Outcome
    from localize.pipeline import Done, Unit

    taken: list[str] = []

    class Refused:
        def wait(self) -> None:
            raise ConcurrencySlotAcquisitionError("the server restarts")

    class Finished:
        def wait(self) -> None:
            pass

    class Work:
        """Stands for the task: the engine of Prefect raises out of the future where it gets no slot."""

        def with_options(self, **_options: object) -> Work:
            return self

        def submit(self, unit: Unit, wave: tasks.Wave) -> Refused | Finished:
            taken.append(unit.step)
            if taken == ["burn"]:
                return Refused()
            wave.finished[unit] = wave.run(unit)
            return Finished()

    monkeypatch.setattr(tasks, "work", Work())
    monkeypatch.setattr(tasks, "_tags", lambda _unit: [])
    units = [Unit("burn", "ep01", ("en",)), Unit("fit", "ep01", ("en",))]
    finished = tasks.as_tasks(units, lambda unit: Done(unit, Outcome(done=["en"]), 0))
    assert taken == ["burn", "fit", "burn"]
    assert [one.unit.step for one in finished] == ["burn", "fit"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (answered(401), "refused: set PREFECT_API_AUTH_STRING"),
        (answered(500), "answered 500: see its log"),
        (httpx.ConnectError("no"), "did not answer (ConnectError): set PREFECT_API_URL, or start it"),
    ],
)
def test_a_command_says_in_a_line_why_the_server_did_not_take_it(
    error: Exception, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from flows.patience import in_words

    with pytest.raises(typer.Exit) as end, in_words():
        raise error
    assert end.value.exit_code == 5
    assert capsys.readouterr().err == f"error: the Prefect server {says}\n"
