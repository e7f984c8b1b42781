"""The Argos engine on real packages: as Argos itself would translate, only faster and from the store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise, product
from pathlib import Path
from textwrap import dedent

import pytest

from localize.cues import STARTER, Cue, graphemes
from localize.engines import argos_package
from localize.engines.argos import Argos
from localize.engines.base import Translation
from localize.engines.termed import Termed
from localize.errors import ModelUnavailable, NoEngine
from localize.glossary.terms import Span, Term
from localize.lines import NOTHING_KNOWN, Line, Overlong
from localize.models import Package, Store
from tests.through import through

LINES = [
    f"{before}{name}{after}"
    for name, (before, after) in product(
        ["林凡", "苏若雪", "顾北辰", "战神"],
        [("我等了五年，终于找到", "了。"), ("", "，你敢动我的女人？"), ("你好。我是", "！你是谁？"), ("", "不可能。")],
    )
] + ["……", "XQ1在酒店等XQ2。", "第一行\n第二行", "OK。"]


class Stored(Store):
    """A store that holds the given packages and nothing else."""

    def __init__(self, packages: dict[tuple[str, str], Package]) -> None:
        self.folder = Path("/store")
        self.packages = packages

    def package(self, from_code: str, to_code: str, *, starter_only: bool) -> Package | None:
        return self.packages.get((from_code, to_code))


def package(name: str, *, starter: bool = False) -> Package:
    return Package(name, Path("/store") / name, "1.0", "a" * 64, starter)


def test_a_missing_package_names_the_leg_and_what_to_type() -> None:
    engine = Argos(Stored({("zh", "en"): package("argos-zh_en")}), starter_only=False)
    with pytest.raises(NoEngine) as caught:
        engine.version("fil")
    assert str(caught.value) == (
        "[fil]: no en -> tl package is installed in /store; "
        "next: localize models install (or: localize models install argos-en_tl)"
    )


def test_vietnamese_has_no_package_and_says_what_to_configure() -> None:
    with pytest.raises(NoEngine, match="leave vi out with --to, or set translator"):
        Argos(Stored({})).version("vi")


def test_the_version_names_both_packages_and_their_hashes() -> None:
    legs = {("zh", "en"): package("argos-zh_en"), ("en", "th"): package("starter-en_th", starter=True)}
    engine = Argos(Stored(legs), starter_only=False)
    assert engine.version("th").endswith(f" argos-zh_en 1.0@{'a' * 12} starter-en_th 1.0@{'a' * 12}")
    assert engine.version("en").endswith(f" argos-zh_en 1.0@{'a' * 12}")


def test_a_package_that_cannot_be_loaded_is_a_model_that_cannot_be_had(tmp_path: Path) -> None:
    broken = Package("argos-zh_en", tmp_path, "1.0", "a" * 64, False)
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded: .*; next: localize models verify"):
        through(Argos(Stored({("zh", "en"): broken}), starter_only=False), ["你好。"], ["en"])


@pytest.mark.engines
def test_a_line_says_so_when_any_of_its_legs_was_a_starter(store: Store) -> None:
    def found(from_code: str, to_code: str, starter: bool) -> Package:
        real = store.package(from_code, to_code, starter_only=True)
        assert real
        return Package(real.name, real.folder, real.version, real.sha256, starter)

    legs = {("zh", "en"): found("zh", "en", False), ("en", "es"): found("en", "es", True)}
    result = through(Argos(Stored(legs), starter_only=False), ["我是林凡。"], ["en", "es-419"])
    assert (result["en"][0].flags, result["es-419"][0].flags) == ((), (STARTER,))


@pytest.mark.engines
def test_the_text_is_what_argostranslate_itself_gives(store: Store) -> None:
    """In a process of its own: argostranslate reads its folders when it is imported, and ours is imported here."""
    script = dedent("""
        import json, socket, sys, types
        def refused(*args, **kwargs): raise OSError("no network in this test")
        socket.socket.connect = refused
        sys.modules["stanza"] = types.ModuleType("stanza"); sys.modules["spacy"] = None
        import argostranslate.translate as argos
        lines, codes = json.load(sys.stdin)
        print(json.dumps({code: [argos.translate(line, "zh", code) for line in lines] for code in codes}))
    """)
    package = store.package("zh", "en", starter_only=True)
    assert package
    home = str(store.derived("argos-home"))
    environment = {"ARGOS_PACKAGES_DIR": str(package.folder.parent), "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
    codes = {"en": "en", "es-419": "es", "ar": "ar"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        input=json.dumps([LINES, list(codes.values())]),
        env=os.environ | environment | {"XDG_CACHE_HOME": home, "ARGOS_INTRA_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(done.stdout.splitlines()[-1])
    ours = through(Argos(store, starter_only=True), LINES, list(codes))
    assert {code: [line.text for line in ours[tag]] for tag, code in codes.items()} == expected


@pytest.mark.engines
def test_translating_leaves_no_trace_in_the_environment_and_loads_no_torch(store: Store, tmp_path: Path) -> None:
    script = dedent("""
        import os, sys
        from pathlib import Path
        before = dict(os.environ)
        from localize.engines.argos import Argos
        from localize.models import Store
        assert not {"argostranslate", "ctranslate2"} & set(sys.modules)
        (line,) = Argos(Store(Path(sys.argv[1])), starter_only=True).pivot(["我是林凡。"], "en")
        assert line.text
        assert dict(os.environ) == before
        print(sorted({"torch", "stanza", "spacy"} & set(sys.modules)), os.listdir(os.environ["HOME"]))
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, str(store.folder)],
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[] []"


class Varied:
    """A text translator that holds the given alternatives of every line; notes what it was asked."""

    name = "varied"

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.asked: list[str] = []

    def version(self, locale: str) -> str:
        return "varied 1"

    def pivot(self, texts: Sequence[str], locale: str) -> Sequence[Translation]:
        return [Translation(text) for text in texts]

    def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
        return pivots

    def alternatives(self, texts: Sequence[str], locale: str) -> Sequence[Sequence[Translation]]:
        self.asked += texts
        return [[Translation(text, (STARTER,)) for text in self.texts] for _ in texts]


WAR_GOD = Term("战神", "God of War", forbidden=("Ares",))


def shorter(engine: Varied, tag: str = "en") -> list[str]:
    """What there is of a line that stands at 40 characters."""
    line = Line(Cue("c0001", 0, 900, "战神回来了。"), {tag: (Span(0, 2, "战神"),)}, {tag: (WAR_GOD,)})
    ((found,),) = Termed(engine).shorter({tag: [Overlong(line, "x" * 40, 20)]}, NOTHING_KNOWN).values()
    assert all(one.flags == (STARTER,) and one.attempts == ("placeholder",) for one in found)
    return [one.text for one in found]


def test_alternatives_count_that_keep_their_terms_and_are_shorter() -> None:
    engine = Varied(
        "XQ1 is back.", "He is back.", "XQ1, Ares, is back.", "XQ 1!", f"XQ1 {'y' * 40}", "XQ1 XQ1", "XQ2", ""
    )
    assert shorter(engine) == ["God of War is back.", "God of War!"]
    assert engine.asked == ["XQ1回来了。"]


def test_chinese_is_no_alternative_in_a_locale_that_writes_none() -> None:
    assert shorter(Varied("XQ1 回来", "XQ1 a."), "fr") == ["God of War a."]


def test_nothing_is_asked_where_nothing_is_too_long() -> None:
    engine = Varied("XQ1")
    assert Termed(engine).shorter({"en": []}, NOTHING_KNOWN) == {"en": []}
    assert engine.asked == []


@pytest.mark.engines
@pytest.mark.parametrize("tag", ["en", "th"])
def test_alternatives_grow_shorter_and_keep_every_sentence(
    store: Store, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["林凡回来了！你是谁？", "三年前，我就是将军。", "……"]
    engine = Argos(store, starter_only=True)
    (usual, *_) = engine.alternatives(texts, tag)
    assert usual[0].text == through(engine, texts, [tag])[tag][0].text
    monkeypatch.setattr(argos_package, "MARGIN", 100.0)
    found = engine.alternatives(texts, tag)
    assert len(found) == len(texts)
    assert max(map(len, found)) > 2
    for others in found:
        lengths = [len(graphemes(one.text)) for one in others]
        assert all(after <= before for before, after in pairwise(lengths))
        assert len({sum(mark in "!?" for mark in one.text) for one in others}) <= 1
        assert all(STARTER in one.flags for one in others)


@pytest.mark.engines
def test_equal_lines_and_no_lines_have_their_alternatives(store: Store) -> None:
    engine = Argos(store, starter_only=True)
    one, other = engine.alternatives(["你是谁？", "你是谁？"], "es-419")
    assert one == other
    assert engine.alternatives([], "es-419") == []
