"""What every translator promises, held against all of them: the fake always, the real ones with their models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from localize.cues import Cue
from localize.engines.argos import Argos
from localize.engines.base import Translation, Translator
from localize.engines.fake import FakeTranslator
from localize.engines.opencc import OpenCC
from localize.engines.termed import Termed
from localize.errors import EngineRejected, NoEngine
from localize.lines import Brief, Line
from localize.models import Store


def asked(translator: Translator, texts: Sequence[str], locales: Sequence[str]) -> Mapping[str, Sequence[Translation]]:
    lines = [Line(Cue(f"c{n:04d}", n * 1000, n * 1000 + 900, text)) for n, text in enumerate(texts, 1)]
    return translator.translate(lines, locales, Brief())


Get = Callable[[str], Any]
"""Hands out a fixture by name: only what an engine needs is made."""


def fake(_get: Get) -> tuple[Translator, list[str]]:
    return FakeTranslator(lambda line, tag: f"{tag} {line}", locales=["en", "th"]), ["en", "th"]


def argos(get: Get) -> tuple[Translator, list[str]]:
    return Termed(Argos(get("store"), starter_only=True)), ["en", "es-419", "ar"]


def opencc(_get: Get) -> tuple[Translator, list[str]]:
    return Termed(OpenCC()), ["zh-Hant"]


def llm(get: Get) -> tuple[Translator, list[str]]:
    return get("llm")(), ["en", "vi"]


ENGINES = [fake, pytest.param(argos, marks=pytest.mark.engines), opencc, llm]


@pytest.fixture(params=ENGINES, ids=lambda make: make.__name__)
def engine(request: pytest.FixtureRequest) -> tuple[Translator, list[str]]:
    made: tuple[Translator, list[str]] = request.param(request.getfixturevalue)
    return made


def test_one_translation_per_line_and_locale_in_order(engine: tuple[Translator, list[str]]) -> None:
    translator, locales = engine
    lines = ["我等了五年，终于找到林凡了。", "你是谁？", "我等了五年，终于找到林凡了。"]
    result = asked(translator, lines, locales)
    assert sorted(result) == sorted(locales)
    for translations in result.values():
        assert len(translations) == 3
        assert translations[0] == translations[2]
        assert all(translation.text for translation in translations)


def test_the_same_lines_give_the_same_text_alone_and_together(engine: tuple[Translator, list[str]]) -> None:
    translator, locales = engine
    together = asked(translator, ["我是林凡。", "你是谁？"], locales)
    for locale in locales:
        assert asked(translator, ["你是谁？"], [locale])[locale][0] == together[locale][1]


def test_no_lines_give_no_lines(engine: tuple[Translator, list[str]]) -> None:
    translator, locales = engine
    result = asked(translator, [], locales)
    assert [list(result[locale]) for locale in locales] == [[] for _ in locales]


def test_a_version_names_the_engine_and_a_locale_it_does_not_serve_is_refused(
    engine: tuple[Translator, list[str]],
) -> None:
    translator, locales = engine
    assert all(translator.version(locale).startswith(translator.name) for locale in locales)
    if "vi" in locales:
        assert translator.version("vi") != translator.version("en")
        return
    with pytest.raises(NoEngine) as caught:
        translator.version("vi")
    assert caught.value.next_step
    assert caught.value.locale == "vi"


@pytest.mark.engines
def test_an_empty_line_is_refused_and_never_made_up(store: Store) -> None:
    for translator, locale in ((Termed(Argos(store, starter_only=True)), "en"), (Termed(OpenCC()), "zh-Hant")):
        with pytest.raises(EngineRejected, match="line 2 of 2 is empty"):
            asked(translator, ["你是谁？", " "], [locale])


def test_taiwanese_wording_is_used_in_traditional_chinese() -> None:
    (line,) = asked(Termed(OpenCC()), ["这个软件的信息里没有后妈。"], ["zh-Hant"])["zh-Hant"]
    assert line.text == "這個軟體的資訊裡沒有後媽。"
