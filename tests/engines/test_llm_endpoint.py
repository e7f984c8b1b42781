"""The LLM engine and its endpoint, a real server on loopback that misbehaves in every way that servers do."""

from __future__ import annotations

import logging
import threading
from email.utils import formatdate
from itertools import pairwise

import pytest

from localize.engines.base import Translation
from localize.engines.llm import LLM
from localize.engines.llm.client import ATTEMPTS
from localize.engines.llm.traffic import traffic_of
from localize.errors import EngineRejected, InputError
from localize.spending import Budget, Usage
from tests.engines.llm_case import (
    KEY,
    PRICES,
    Make,
    QuickClock,
    asked_lines,
    assert_all_written,
    brief_of,
    paid,
    translate,
)
from tests.engines.llm_server import (
    Answer,
    Asked,
    Behaviour,
    Server,
    as_json,
    broken_envelope,
    completion,
    drips,
    drops_mid_body,
    error,
    good,
    hangs_up,
    items,
    lines,
)

# How servers misbehave


@pytest.mark.parametrize(
    "once",
    [
        lambda _: error(429, "slow down"),
        lambda _: error(503, "Loading model"),
        lambda _: error(500, "oops"),
        lambda _: Answer(502, b"<html>bad gateway</html>"),
        lambda _: Answer(200),
        lambda _: as_json({"choices": []}),
        lambda _: as_json({"error": {"message": "upstream overloaded", "code": 529}}),
        lambda _: as_json({"error": "worker died"}),
        hangs_up,
        drops_mid_body,
        broken_envelope,
        drips,
    ],
    ids=[
        "429", "503", "500", "502-html", "empty-body", "no-choices", "error-in-200", "error-text-in-200", "hangs-up",
        "drops-mid-body", "broken-envelope", "drips",
    ],
)  # fmt: skip
def test_a_server_that_fails_twice_is_asked_a_third_time(
    server: Server, llm: Make, clock: QuickClock, once: Behaviour
) -> None:
    server.first = [once, once]
    assert_all_written(translate(llm(timeout_s=0.2, tokens_per_second=1e9), asked_lines()))
    assert len(server.asked) == 3
    assert [0.7 < clock.slept[0] < 1.3, 1.4 < clock.slept[1] < 2.6] == [True, True]


def test_a_server_that_says_nothing_is_waited_for_as_long_as_its_tokens_may_take(server: Server, llm: Make) -> None:
    def silent(asked: Asked) -> Answer:
        server.released.wait()
        return good(asked)

    server.first = [silent]
    assert_all_written(translate(llm(timeout_s=0.05, tokens_per_second=1e9), asked_lines()))


def test_retry_after_in_seconds_is_obeyed(server: Server, llm: Make, clock: QuickClock) -> None:
    server.first = [lambda _: error(429, "slow down", Retry_After="7")]
    assert_all_written(translate(llm(), asked_lines()))
    assert sum(clock.slept) == pytest.approx(7, abs=0.5)


def test_retry_after_as_a_date_is_meant_by_the_servers_clock(server: Server, llm: Make, clock: QuickClock) -> None:
    headers = {"Date": formatdate(1_000_000_000, usegmt=True), "Retry_After": formatdate(1_000_000_030, usegmt=True)}
    server.first = [lambda _: error(503, "maintenance", **headers)]
    assert_all_written(translate(llm(), asked_lines()))
    assert sum(clock.slept) == pytest.approx(30, abs=0.5)


def test_a_wait_that_is_longer_than_the_deadline_is_not_begun(server: Server, llm: Make, clock: QuickClock) -> None:
    server.then = lambda _: error(429, "come back tomorrow", Retry_After="86400")
    made = translate(llm(), asked_lines())
    assert {(line.failure, line.transient) for line in made} == {("endpoint unavailable: 429 come back tomorrow", True)}
    assert (len(server.asked), clock.slept) == (1, [])


def test_repetitions_end_with_the_deadline(server: Server, llm: Make) -> None:
    server.then = lambda _: error(500, "oops")
    translate(llm(deadline_s=5), asked_lines())
    assert len(server.asked) == 3


def test_no_request_outlasts_the_deadline(server: Server, llm: Make) -> None:
    def silent(asked: Asked) -> Answer:
        server.released.wait()
        return good(asked)

    server.then = silent
    made = translate(llm(deadline_s=0.05), asked_lines())
    assert {line.failure for line in made} == {"endpoint unavailable: no answer in time"}


def test_an_endpoint_that_is_down_is_not_hammered_and_every_line_says_so(
    server: Server, llm: Make, clock: QuickClock
) -> None:
    server.then = lambda _: error(500, "out of memory")
    sources = [f"{first}{second}{third}了。" for first in "你我他她它" for second in "今明昨后" for third in "来去走"]
    made = translate(llm(concurrency=1), asked_lines(sources))
    assert {(line.failure, line.transient) for line in made} == {("endpoint unavailable: 500 out of memory", True)}
    assert len(server.asked) == 2 * ATTEMPTS


def test_an_endpoint_that_came_back_is_asked_again_after_a_while(server: Server, llm: Make, clock: QuickClock) -> None:
    engine = llm(concurrency=1)
    server.then = hangs_up
    for _ in range(2):
        translate(engine, asked_lines())
    server.then = good
    assert {line.transient for line in translate(engine, asked_lines())} == {True}
    clock.slept.append(61)
    assert_all_written(translate(engine, asked_lines()))


def test_failures_with_an_answer_between_them_do_not_make_an_endpoint_down(server: Server, llm: Make) -> None:
    engine = llm()
    for _ in range(3):
        server.first = [hangs_up] * ATTEMPTS
        assert {line.transient for line in translate(engine, asked_lines())} == {True}
        assert_all_written(translate(engine, asked_lines()))


def test_nobody_there_is_a_failure_that_may_pass(llm: Make, server: Server) -> None:
    made = translate(llm(base_url="http://127.0.0.1:9/v1"), asked_lines())
    assert all(line.failure.startswith("endpoint unavailable: ") and line.transient for line in made)


def test_an_account_without_credit_fails_at_once_and_may_pass(server: Server, llm: Make) -> None:
    server.then = lambda _: error(429, "You exceeded your current quota", "insufficient_quota")
    made = translate(llm(), asked_lines())
    assert len(server.asked) == 1
    assert all("no credit left" in line.failure and line.transient for line in made)


# What the operator has to mend


def test_a_wrong_key_names_where_the_key_is(server: Server, llm: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    server.then = lambda _: error(401, f"Incorrect API key provided: {KEY}")
    with pytest.raises(EngineRejected, match=r"refuses the key .*401.*\*\*\*.*next: put the right key into \$MY_KEY"):
        translate(llm(key_env="MY_KEY"), asked_lines())
    assert len(server.asked) <= 2


def test_a_server_that_wants_a_key_says_where_to_name_it(server: Server, llm: Make) -> None:
    server.then = lambda _: error(403, "no key")
    with pytest.raises(EngineRejected, match=r"asks for a key .*next: name a variable in key_env of \[test"):
        translate(llm(), asked_lines())


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Answer(200, b"<!doctype html><title>Sign in</title>"), "answers with an HTML page"),
        (Answer(404, b"<html>not found</html>"), "answers 404"),
        (as_json({"detail": "Not Found"}, 404), "answers 404"),
        (Answer(200, b"It works!"), "answers no JSON"),
        (as_json({"hello": "world"}), "answers JSON of another kind"),
        (as_json({"choices": "none"}), "answers JSON of another kind"),
        (Answer(302, b"", {"Location": "https://login.example/"}), "sends requests on to login.example"),
    ],
    ids=["login-page", "404-html", "404-json", "text", "other-json", "other-choices", "redirect"],
)
def test_what_is_no_endpoint_is_refused_with_its_address(server: Server, llm: Make, answer: Answer, what: str) -> None:
    server.then = lambda _: answer
    with pytest.raises(EngineRejected) as caught:
        translate(llm(), asked_lines())
    assert f"{server.url}/chat/completions {what}" in str(caught.value)
    assert "correct base_url of [test" in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        error(404, "The model `m` does not exist", "model_not_found"),
        error(404, 'model "m" not found, try pulling it first'),
        error(400, "Model Not Exist"),
    ],
)
def test_a_model_that_is_not_there_is_named(server: Server, llm: Make, answer: Answer) -> None:
    server.then = lambda _: answer
    with pytest.raises(EngineRejected, match=r"has no model 'm' .*; next: correct model of \[test"):
        translate(llm(), asked_lines())


def test_a_key_that_cannot_be_had_is_asked_for_before_anything_is_sent(server: Server, llm: Make) -> None:
    with pytest.raises(InputError, match=r"\$NO_SUCH_KEY, which is not set; next: export NO_SUCH_KEY"):
        translate(llm(key_env="NO_SUCH_KEY"), asked_lines())
    assert not server.asked


# Dialects


def test_a_server_that_knows_no_schema_is_asked_for_json_and_then_for_nothing_and_it_is_remembered(
    server: Server, llm: Make
) -> None:
    server.then = lambda asked: (
        good(asked) if asked.format == "text" else error(400, "response_format is not supported")
    )
    engine = llm()
    assert_all_written(translate(engine, asked_lines()))
    assert_all_written(translate(engine, asked_lines()))
    assert [asked.format for asked in server.asked] == ["json_schema", "json_object", "text", "text"]


def test_two_requests_that_meet_the_same_complaint_take_one_step_together(llm: Make) -> None:
    traffic = traffic_of(llm().endpoint)
    first = traffic.dialect
    assert traffic.retreat(first, "no schema")
    assert traffic.retreat(first, "no schema")
    assert traffic.dialect.format == "json_object"
    assert traffic.retreat(traffic.dialect, "no JSON either")
    assert traffic.retreat(first, "a late complaint")
    assert traffic.dialect.format == "text"


def test_a_server_that_wants_other_words_for_limit_and_temperature_gets_them(server: Server, llm: Make) -> None:
    def modern(asked: Asked) -> Answer:
        if "max_tokens" in asked.body:
            return error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if "temperature" in asked.body:
            return error(400, "'temperature' does not support 0 with this model.")
        return good(asked)

    server.then = modern
    assert_all_written(translate(llm(), asked_lines()))
    assert (len(server.asked), server.asked[-1].format) == (3, "json_schema")


def test_a_server_that_takes_no_form_of_the_question_is_refused_with_its_words(server: Server, llm: Make) -> None:
    server.then = lambda _: error(400, "I do not like you")
    with pytest.raises(EngineRejected, match=r"does not take the request .400: I do not like you"):
        translate(llm(), asked_lines())


# Limits, tokens and money


def test_as_many_requests_at_a_time_as_the_endpoint_allows_whatever_the_number_of_engines(
    server: Server, llm: Make, clock: QuickClock
) -> None:
    # Two may run, so that the third of the three waited for never comes.
    together = threading.Barrier(3)

    def meets_others(asked: Asked) -> Answer:
        try:
            together.wait(0.03)
        except threading.BrokenBarrierError:
            together.reset()
        return good(asked)

    server.then = meets_others
    sources = [f"{first}{second}{third}了。" for first in "你我他她它" for second in "今明昨后" for third in "来去走"]
    first = llm()
    second = LLM(first.endpoint, clock=clock)
    made: dict[str, list[Translation]] = {}
    threads = [
        threading.Thread(
            target=lambda name=name, engine=engine: made.update({name: translate(engine, asked_lines(sources))})
        )
        for name, engine in (("first", first), ("second", second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    assert_all_written(made["first"], sources)
    assert_all_written(made["second"], sources)
    assert server.most_at_a_time == 2


def test_requests_keep_to_the_number_a_minute(server: Server, llm: Make, clock: QuickClock) -> None:
    at: list[float] = []

    def noted(asked: Asked) -> Answer:
        at.append(clock.now())
        return completion("What a lovely scene!")

    server.then = noted
    translate(llm(requests_per_minute=30, concurrency=1), asked_lines())
    assert len(at) > 3
    assert all(later - earlier > 1.9 for earlier, later in pairwise(at))


def test_tokens_and_money_are_counted_per_episode_and_locale_failed_requests_too(server: Server, llm: Make) -> None:
    server.first = [lambda _: error(500, "oops")]
    engine = llm(**PRICES, concurrency=1)
    asked = asked_lines()
    with paid(engine) as spent, paid(engine, "ep02") as others:
        engine.translate(asked, ["en", "fr"], brief_of(asked))
    assert spent == {
        "en": Usage(2, 100, 50, pytest.approx(0.2), "CNY"),
        "fr": Usage(1, 100, 50, pytest.approx(0.2), "CNY"),
    }
    assert others == {}


def test_an_answer_that_never_arrived_counts_as_if_all_of_it_had_been_written(server: Server, llm: Make) -> None:
    server.first = [drops_mid_body]
    engine = llm(**PRICES, max_line_tokens=100)
    with paid(engine) as spent:
        translate(engine, asked_lines())
    usage = spent["en"]
    assert (usage.requests, usage.output_tokens, usage.estimated) == (2, 7 * 100 + 64 + 50, True)


def test_tokens_that_a_server_does_not_count_are_estimated_and_say_so(server: Server, llm: Make) -> None:
    server.then = lambda asked: lines(items(asked), usage=None)
    engine = llm()
    with paid(engine) as spent:
        translate(engine, asked_lines())
    usage = spent["en"]
    assert usage.estimated
    assert (usage.requests, usage.cost) == (1, None)
    assert 300 < usage.input_tokens < 2000
    assert 100 < usage.output_tokens < 2000


def test_a_budget_stops_before_it_is_passed_and_the_rest_may_be_written_another_time(server: Server, llm: Make) -> None:
    sources = [f"{first}{second}{third}了。" for first in "你我他她它" for second in "今明昨后" for third in "来去走"]
    # A question of 20 lines costs 9 at most and 0.2 as it comes: the third one is held back.
    budget = Budget(9, "CNY")
    server.then = lambda asked: lines(items(asked), usage=(100, 500))
    engine = llm(budget, **PRICES)
    with paid(engine) as spent:
        made = translate(engine, asked_lines(sources))
    written = [line for line in made if line.text]
    left = [line for line in made if not line.text]
    assert len(written) + len(left) == len(sources)
    assert written
    assert {(line.failure, line.transient) for line in left} == {("budget spent", True)}
    assert budget.spent == pytest.approx(spent["en"].cost)
    assert budget.spent <= budget.limit
    before = len(server.asked)
    assert {line.failure for line in translate(engine, asked_lines())} == {"budget spent"}
    assert len(server.asked) == before


def test_a_budget_needs_prices_in_its_own_currency(llm: Make) -> None:
    with pytest.raises(InputError, match=r"has no prices.*next: add input_per_million"):
        llm(Budget(1, "CNY"))
    with pytest.raises(InputError, match=r"the budget is in USD.*next: give the budget in CNY"):
        llm(Budget(1, "USD"), **PRICES)


# The key


def test_the_key_is_sent_to_the_endpoint_and_shows_nowhere(
    server: Server,
    llm: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    caplog.set_level(logging.DEBUG)
    engine = llm(key_env="MY_KEY")
    server.first = [lambda _: error(500, f"your key {KEY} broke us"), hangs_up]
    made = translate(engine, asked_lines())
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    server.then = lambda _: error(500, f"your key {KEY} broke us")
    failed = translate(engine, asked_lines())
    server.then = lambda _: error(401, f"wrong: {KEY}")
    with pytest.raises(EngineRejected) as caught:
        translate(engine, asked_lines())
    shown = [repr(engine), repr(engine.endpoint), engine.version("en"), str(caught.value), repr(caught.value)]
    shown += [caplog.text, *capsys.readouterr(), repr(made), repr(failed)]
    assert KEY not in "\n".join(shown)


def test_no_key_means_no_header(server: Server, llm: Make) -> None:
    translate(llm(), asked_lines())
    assert "authorization" not in server.asked[0].headers


def test_neither_a_proxy_nor_a_redirect_takes_the_key_to_another_host(
    server: Server, llm: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with Server().running() as other:
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("ALL_PROXY", other.url)
        assert_all_written(translate(llm(key_env="MY_KEY"), asked_lines()))
        server.then = lambda _: Answer(307, b"", {"Location": f"{other.url}/chat/completions"})
        with pytest.raises(EngineRejected, match=r"sends requests on to 127\.0\.0\.1"):
            translate(llm(key_env="MY_KEY"), asked_lines())
        assert not other.asked
