"""The ladder against engines that do to placeholders what models do, and worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue, SourceTrack
from localize.engines.argos import Argos
from localize.engines.base import Translation
from localize.engines.termed import GLOSSARY, RUNGS, Termed
from localize.glossary import placeholders
from localize.glossary.stack import Termbase
from localize.glossary.terms import Entry, missing
from localize.lines import NOTHING_KNOWN, Line
from localize.locales import LOCALES
from localize.models import Store
from localize.stages import translate as stage
from localize.stages.check.terms import of_terms
from tests.bench import terms as bench

Leg = Callable[[str], str]

TERMS = {"战神": "God of War", "龙王": "Dragon King", "龙王令": "King's Token", "神医": "miracle doctor", "酒店": "inn"}
BASE = Termbase([Entry(source, target, pos="noun", locale=tag) for source, target in TERMS.items() for tag in LOCALES])


def english(text: str) -> str:
    """What a model without any knowledge makes of a line: a word for what is no placeholder."""
    words = (f" {one} " if placeholders.positions(one) else " word " for one in regex.findall(r"XQ\d|\p{Han}+", text))
    return " ".join("".join(words).split()) + "."


class Engine:
    """Two legs, each a function of one text; what it was asked is kept."""

    name = "legs"

    def __init__(self, onward: Leg = str, pivot: Leg = english) -> None:
        self._legs = pivot, onward
        self.asked: list[str] = []

    def version(self, locale: str) -> str:
        return "legs 1"

    def pivot(self, texts: Sequence[str], locale: str) -> Sequence[Translation]:
        self.asked += texts
        return [Translation(self._legs[0](text)) for text in texts]

    def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
        return [replace(one, text=self._legs[1](one.text)) for one in pivots]

    def alternatives(self, texts: Sequence[str], locale: str) -> Sequence[Sequence[Translation]]:
        return [[] for _ in texts]


def lines_of(*texts: str, tag: str = "en", base: Termbase = BASE) -> list[Line]:
    return base.lines([Cue(f"c{n}", n * 1000, n * 1000 + 900, text) for n, text in enumerate(texts)], [tag])


def made(engine: Engine, text: str, tag: str = "en", base: Termbase = BASE) -> Translation:
    return Termed(engine).translate(lines_of(text, tag=tag, base=base), [tag], NOTHING_KNOWN)[tag][0]


def each(change: Callable[[int], str]) -> Leg:
    """A leg that makes `change(n)` of every placeholder `XQn`."""
    return lambda text: regex.sub(r"XQ(\d)", lambda match: change(int(match[1])), text)


def reversed_order(text: str) -> str:
    numbers = [number for number, _, _ in placeholders.positions(text)]
    return placeholders.replaced(text, {n: placeholders.name(m) for n, m in zip(numbers, numbers[::-1], strict=True)})


ADVERSARIES: dict[str, Leg] = {
    "drops all": each(lambda n: ""),
    "drops odd": each(lambda n: f"XQ{n}" if n % 2 else ""),
    "drops the first": each(lambda n: "" if n == 1 else f"XQ{n}"),
    "doubles": each(lambda n: f"XQ{n} XQ{n}"),
    "doubles the last": lambda text: text + " " + " ".join(regex.findall(r"XQ\d", text)[-1:]),
    "reorders": reversed_order,
    "lower case": each(lambda n: f"xq{n}"),
    "title case": each(lambda n: f"Xq {n}"),
    "splits": each(lambda n: f"X Q{n}"),
    "hyphenates": each(lambda n: f"XQ-{n}"),
    "tears apart": each(lambda n: f"X. Q. {n}"),
    "letters only": each(lambda n: "XQ"),
    "renumbers": each(lambda n: f"XQ{n + 1}"),
    "beyond nine": each(lambda n: f"XQ1{n}"),
    "full-width digits": each(lambda n: f"XQ{chr(0xFF10 + n)}"),
    "full-width letters": each(lambda n: f"ＸＱ{n}"),
    "other digits": each(lambda n: f"XQ{chr(0x0660 + n)}"),
    "superscript": each(lambda n: f"XQ{'⁰¹²³⁴⁵⁶⁷⁸⁹'[n]}"),
    "invents one": lambda text: f"{text} XQ7",
    "swallows everything": lambda text: "",
    "spaces": lambda text: "  ",
    "changes nothing": str,
    "says the same always": lambda text: "Nothing at all.",
}
BEND_ONLY = {"lower case", "title case", "splits", "hyphenates", "full-width digits", "full-width letters", "reorders"}

LINE = st.lists(st.sampled_from([*TERMS, "你好", "，", "把", "交给", "！", "来了。"]), min_size=1, max_size=12).map(
    "".join
)
WORDED = LINE.filter(lambda text: regex.search(r"\p{Han}", text) is not None)


@pytest.mark.parametrize("leg", [0, 1], ids=["first leg", "last leg"])
@pytest.mark.parametrize("how", ADVERSARIES)
@given(text=WORDED)
def test_nothing_is_left_over_appended_or_lost_in_silence(how: str, leg: int, text: str) -> None:
    adversary = ADVERSARIES[how]
    engine = Engine(adversary) if leg else Engine(pivot=lambda one: adversary(english(one)))
    (line,) = lines_of(text)
    source = SourceTrack("zh-Hans", (line.cue,), 2)
    track = stage.translate(source, ["en"], engines=[Termed(engine)], lines=[line])["en"].track
    (target,) = track.lines
    assert not placeholders.has_leftover(target.text)
    assert target.text or stage.EMPTY in target.flags
    # What is not there is reported, term by term and as often as it is not there.
    lacking = missing(target.text, line.terms["en"]) if target.text else {}
    found = {finding.term for finding in of_terms([line], track, LOCALES["en"]) if finding.rule == "glossary_violation"}
    assert found == {term.source for term in lacking}
    assert set(target.attempts) <= set(RUNGS)
    # No term stands there more often than its source says.
    assert all(term.count(target.text) <= line.terms["en"].count(term) for term in line.terms["en"])


@pytest.mark.parametrize("how", sorted(BEND_ONLY))
def test_a_placeholder_that_is_only_spelled_otherwise_is_put_back(how: str) -> None:
    result = made(Engine(ADVERSARIES[how]), "战神把龙王令交给神医。")
    assert result.attempts == ("placeholder",)
    assert not missing(result.text, lines_of("战神把龙王令交给神医。")[0].terms["en"])


def test_the_whole_line_is_a_term() -> None:
    engine = Engine()
    result = made(engine, "战神！")
    assert (result.text, result.by, result.attempts) == ("God of War!", GLOSSARY, ("whole",))


def test_other_numbers_are_tried_where_a_model_loses_some() -> None:
    result = made(Engine(each(lambda n: "" if n < 3 else f"XQ{n}")), "战神来了，龙王也来了。")
    assert result.attempts == ("placeholder", "renumbered")
    assert "God of War" in result.text
    assert "Dragon King" in result.text


def test_the_target_itself_goes_through_the_last_leg() -> None:
    result = made(Engine(each(lambda n: "")), "战神来了。")
    assert result.attempts == ("placeholder", "renumbered", "code-switch")
    assert result.text == "God of War word."


def test_a_line_whose_term_came_out_twice_is_not_taken() -> None:
    echo = lambda text: regex.sub(r"XQ\d|God of War", lambda match: f"{match[0]} {match[0]}", text)  # noqa: E731
    result = made(Engine(echo), "战神来了。")
    assert "God of War God of War" not in result.text


def test_clauses_go_through_alone_where_the_line_does_not() -> None:
    shy: Leg = lambda text: english(text) if len(regex.findall(r"XQ\d|战神|龙王", text)) < 2 else "word."  # noqa: E731
    result = made(Engine(pivot=shy), "战神来了，龙王也来了。")
    assert result.attempts[-1] == "clauses"
    assert result.text == "God of War word. Dragon King word."


def test_an_engine_that_knows_the_term_needs_no_placeholder() -> None:
    knows: Leg = lambda text: "The God of War is here." if "战神" in text else "Nobody is here."  # noqa: E731
    result = made(Engine(pivot=knows), "战神来了。")
    assert result.text == "The God of War is here."
    assert result.attempts[-1] == "plain"


def test_a_miss_keeps_the_sentence_that_is_whole() -> None:
    holes: Leg = lambda text: "Is here." if "XQ" in text else "The war god is here."  # noqa: E731
    result = made(Engine(pivot=holes), "战神来了。")
    assert result.text == "The war god is here."


def test_source_text_is_no_translation_even_with_its_terms_put_back() -> None:
    result = made(Engine(pivot=lambda text: text if "XQ" in text else "The God of War is here."), "战神来了。")
    assert result.text == "The God of War is here."


def test_a_line_that_holds_a_placeholder_of_its_own_is_left_alone() -> None:
    engine = Engine(pivot=lambda text: text.replace("战神", "God of War ").replace("的型号是", "'s model is "))
    result = made(engine, "战神的型号是XQ1。")
    assert engine.asked == ["战神的型号是XQ1。"]
    assert result.text == "God of War 's model is XQ1。"


def test_a_line_without_terms_goes_through_once_and_says_nothing_of_attempts() -> None:
    engine = Engine()
    result = made(engine, "你好。")
    assert (result.text, result.attempts, engine.asked) == ("word.", (), ["你好。"])


def test_a_placeholder_made_up_in_a_line_without_terms_is_no_text() -> None:
    result = made(Engine(lambda text: f"{text} XQ1"), "你好。")
    assert result.text == ""
    assert result.failure


def test_more_terms_than_placeholders_are_still_all_checked() -> None:
    text = "和".join(["战神"] * 11)
    result = made(Engine(), text)
    assert missing(result.text, lines_of(text)[0].terms["en"]).total() == 2


def test_more_terms_than_placeholders_go_through_clause_by_clause() -> None:
    text = "，".join(["战神"] * 11) + "来了"
    result = made(Engine(), text)
    assert result.attempts[-1] == "clauses"
    assert not missing(result.text, lines_of(text)[0].terms["en"])


def test_each_sentence_takes_the_rung_that_it_needs() -> None:
    def moody(text: str) -> str:
        if text.count("。") > 1 or ("XQ" in text and "走了" in text):
            return "Lost."
        return "The God of War left." if "战神" in text else english(text)

    result = made(Engine(pivot=moody), "龙王来了。战神走了。")
    assert result.attempts[-1] == "sentences"
    assert result.text == "Dragon King word. The God of War left."


def test_marks_between_sentences_are_no_sentence() -> None:
    shy: Leg = lambda text: english(text) if len(regex.findall(r"XQ\d|战神|龙王", text)) < 2 else "word."  # noqa: E731
    engine = Engine(pivot=shy)
    result = made(engine, "……战神来了。龙王也来了。")
    assert result.text == "… God of War word. Dragon King word."
    assert not any(text == "……" for text in engine.asked)


def test_lines_that_are_alike_go_through_the_first_leg_once_for_all_locales() -> None:
    engine = Engine()
    lines = BASE.lines([Cue(f"c{n}", n * 1000, n * 1000 + 900, "战神来了。") for n in range(3)], ["en", "fr", "ja"])
    Termed(engine).translate(lines, ["en", "fr", "ja"], NOTHING_KNOWN)
    assert engine.asked == ["XQ1来了。"]


def test_a_feminine_term_makes_its_line_agree() -> None:
    agrees: Leg = lambda text: "Maria está cansada." if "Maria" in text else "XQ1 está cansado."  # noqa: E731
    base = Termbase([Entry("皇后", "emperatriz", pos="title", gender="f", locale="es-419")])
    result = made(Engine(agrees), "皇后累了。", "es-419", base)
    assert result.text == "La emperatriz está cansada."
    assert result.attempts == ("placeholder", "carrier")


def test_a_carrier_that_changes_the_line_is_not_taken() -> None:
    strays: Leg = lambda text: "Santa Maria, madre de Dios, ruega." if "Maria" in text else "XQ1 está cansado."  # noqa: E731
    base = Termbase([Entry("皇后", "emperatriz", pos="title", gender="f", locale="es-419")])
    assert made(Engine(strays), "皇后累了。", "es-419", base).text == "La emperatriz está cansado."


def test_a_carrier_that_loses_another_term_does_not_undo_what_was_done() -> None:
    loses: Leg = lambda text: "Maria mira a XQ9." if "Maria" in text else "XQ1 mira a XQ2."  # noqa: E731
    base = Termbase([
        Entry("皇后", "emperatriz", pos="title", gender="f", locale="es-419"),
        Entry("战神", "Marte", pos="name", gender="m", locale="es-419"),
    ])  # fmt: skip
    result = made(Engine(loses), "皇后看着战神。", "es-419", base)
    assert result.text == "La emperatriz mira a Marte."
    assert result.attempts == ("placeholder",)


def test_flags_of_both_legs_are_on_a_line_made_of_clauses() -> None:
    class Flagged(Engine):
        def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
            return [replace(one, flags=("starter",)) for one in super().onward(pivots, locale)]

    shy: Leg = lambda text: english(text) if len(regex.findall(r"XQ\d", text)) < 2 else "word."  # noqa: E731
    assert made(Flagged(pivot=shy), "战神来了，龙王也来了。").flags == ("starter",)


@pytest.mark.engines
def test_terms_are_kept_on_real_models(store: Store) -> None:
    base, cues = Termbase(bench.entries(bench.QUICK)), bench.held_out(80)
    engine = Termed(Argos(store, starter_only=True))
    for tag, result in bench.adherence(engine, base, cues, bench.QUICK, print).items():
        assert result.share >= bench.AT_LEAST, tag
        assert result.required > len(cues)
