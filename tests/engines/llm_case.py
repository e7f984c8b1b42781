"""What tests of the LLM engine share: lines, terms, a clock that needs no time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from localize.cues import Cue
from localize.engines.base import Translation
from localize.engines.llm import LLM
from localize.engines.llm.traffic import Clock
from localize.glossary.terms import Span, Term
from localize.lines import Brief, Line
from localize.spending import Usage
from tests.engines.llm_server import translated

Make = Callable[..., LLM]
"""Builds an engine: a budget if there is one, and settings of its endpoint."""

SOURCES = [
    "你终于来了。",
    "我等了你五年。",
    "战神回来了！",
    "你是谁？",
    "跪下！",
    "我不认识你，滚出去。",
    "他是我的丈夫。",
]
WAR_GOD = Term("战神", "God of War", forbidden=("Ares",))
# Whole units of money a thousand tokens, so that sums are read at a glance.
PRICES = {"input_per_million": 1000.0, "output_per_million": 2000.0, "currency": "CNY"}
KEY = "sk-a-key-that-nobody-may-see-0123456789"


class QuickClock(Clock):
    """Sleeps in no time and notes it; its day moves on as if it had slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        with self._lock:
            self.slept.append(seconds)


def cue(number: int, text: str, **given: Any) -> Cue:
    """One second each, one after the other."""
    return Cue(f"c{number:04}", number * 1000, number * 1000 + 900, text, **given)


def asked_lines(sources: list[str] = SOURCES, *terms: Term, tag: str = "en") -> list[Line]:
    made = []
    for number, text in enumerate(sources, 1):
        own = tuple(term for term in terms if term.source in text)
        spans = tuple(Span(at := text.index(term.source), at + len(term.source), term.source) for term in own)
        made.append(Line(cue(number, text), {tag: spans}, {tag: own}))
    return made


def brief_of(lines: list[Line], **given: Any) -> Brief:
    return Brief(episode="ep01", track=tuple(line.cue for line in lines), **given)


def translate(engine: LLM, asked: list[Line], tag: str = "en", brief: Brief | None = None) -> list[Translation]:
    return list(engine.translate(asked, [tag], brief or brief_of(asked))[tag])


@contextmanager
def paid(engine: LLM, episode: str = "ep01") -> Iterator[dict[str, Usage]]:
    """What `episode` costs while the body runs, by locale."""
    spent: dict[str, Usage] = {}
    lock = threading.Lock()

    def account(tag: str, usage: Usage) -> None:
        with lock:
            spent[tag] = spent.get(tag, Usage()) + usage

    with engine.paying(episode, account):
        yield spent


def assert_all_written(made: list[Translation], sources: list[str] = SOURCES) -> None:
    """Every line has the text of its own source, and no other line's."""
    assert [(line.text, line.failure) for line in made] == [(translated(source), "") for source in sources]
