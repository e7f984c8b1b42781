"""A server for the LLM engine, and engines that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from localize.endpoints import Endpoint
from localize.engines.llm import LLM
from localize.spending import Budget
from tests.engines.llm_case import Make, QuickClock
from tests.engines.llm_server import Server

_numbers = count(1)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
def llm(server: Server, clock: QuickClock) -> Iterator[Make]:
    """Builds engines on `server`; every test has an endpoint of its own, since endpoints remember what they met."""
    made: list[LLM] = []

    def make(budget: Budget | None = None, **settings: Any) -> LLM:
        name = f"test{next(_numbers)}"
        endpoint = Endpoint.model_validate({"name": name, "base_url": server.url, "model": "m"} | settings)
        made.append(LLM(endpoint, budget=budget, clock=clock))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
