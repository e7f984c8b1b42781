"""Check, the text of a line: source or English left standing, words a market cuts, who wrote it."""

from __future__ import annotations

import pytest

from localize.cues import Cue, TargetLine, TargetTrack
from localize.findings import Finding
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import locale
from localize.rules import RULES
from localize.series import Style
from localize.stages.check.text import of_text
from localize.text.sensitive import Sensitive


def found(
    text: str,
    source: str,
    tag: str,
    *,
    terms: tuple[Term, ...] = (),
    english: str | None = None,
    words: tuple[Sensitive, ...] = (),
    flags: tuple[str, ...] = (),
    note: str = "",
) -> dict[str, Finding]:
    line = Line(Cue("1", 0, 1000, source), terms={tag: terms})
    target = TargetTrack(tag, (TargetLine("1", text, "x", draft=text, flags=flags, note=note),))
    at = {"1": english} if english else {}
    return {f.rule: f for f in of_text([line], target, locale(tag), Style(), at, words)}


@pytest.mark.parametrize("tag", ["ja", "zh-Hant"])
def test_the_very_source_is_untranslated_where_it_holds_a_character_the_locale_does_not_write(tag: str) -> None:
    assert found("战神", "战神！", tag)["untranslated"].severity == "error"
    assert "untranslated" not in found("皇后", "皇后！", tag)


def test_a_stretch_of_the_source_in_a_japanese_line_is_half_translated() -> None:
    finding = found("お前は三年之期到来のことを知っているのか", "你知道三年之期到来吗", "ja")["half-translated"]
    assert (finding.severity, finding.measured) == ("warning", "三年之期到来")


def test_a_term_may_be_written_as_in_the_source() -> None:
    term = Term("北斗七星步", "北斗七星歩", ("北斗七星步",))
    assert found("これが北斗七星步だ", "这就是北斗七星步", "ja", terms=(term,)).keys() <= {"wrong-han"}


def test_traditional_chinese_shares_its_stretches_with_the_source_unless_they_are_simplified() -> None:
    assert found("你到底是不是我妹妹", "你到底是不是我妹妹呢", "zh-Hant") == {}
    assert (
        found("這是战神归来的日子", "这是战神归来的日子", "zh-Hant")["half-translated"].measured == "是战神归来的日子"
    )


def test_the_english_line_in_another_locale_is_half_translated() -> None:
    english = "I know who you are."
    assert found(english, "我知道你是谁", "id", english=english)["half-translated"].severity == "warning"
    assert found(english, "我知道你是谁", "id", english="I know you.") == {}
    assert found(english, "我知道你是谁", "en", english=english) == {}


def test_names_and_terms_that_are_english_are_not_half_translated() -> None:
    assert found("Lin Xiao!", "林晓！", "de", english="Lin Xiao!") == {}
    term = Term("恭迎战神", "All hail the God of War", borrowed=True)
    text = "All hail the God of War!"
    assert found(text, "恭迎战神！", "ms", terms=(term,), english=text) == {}


def test_a_sensitive_word_is_as_bad_as_its_list_says_and_comes_with_the_reason() -> None:
    words = (Sensitive("hell", "info", "mild profanity"), Sensitive("damn you", "error", "profane"))
    finding = found("Go to Hell!", "滚", "en", words=words)["sensitive"]
    assert (finding.severity, finding.measured, finding.message) == ("info", "hell", "'hell': mild profanity")
    assert found("Say hello!", "打招呼", "en", words=words) == {}


def test_a_line_of_a_later_engine_says_why() -> None:
    finding = found("You.", "你", "en", flags=("fallback",), note="llm:qwen: refused")["fallback"]
    assert (finding.severity, finding.message) == ("warning", "llm:qwen: refused")


def test_numbers_are_judged_by_the_text_not_by_the_flag_of_an_engine() -> None:
    assert found("You.", "你", "en", flags=("numbers",)) == {}


def test_every_rule_is_listed_once_with_a_meaning() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.meaning and not rule.meaning.endswith(".") for rule in RULES)
