"""Line breaks: nothing is lost, nothing is torn, and the sense decides."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from localize import linebreak
from localize.locales import LOCALES, SOURCE, locale

LONG = tomllib.loads(Path(__file__).with_name("golden").joinpath("long_lines.toml").read_text("utf-8"))
TAGS = sorted(LOCALES)
ANY_TEXT = st.text(alphabet="ab AB,.!? \n-10 éกุ้เह्न्दी العربيةあっ、。「」漢字안녕\u00a0\u200d👩‍👧\u3000", max_size=40)


def broken(text: str, tag: str, max_chars: int, max_lines: int = 2) -> list[str] | None:
    """Lines of at most `max_chars` code points."""
    return linebreak.balance(text, locale(tag), max_chars, max_lines, len)


def without_breaks(text: str) -> str:
    return regex.sub(r"[^\S\u00a0]", "", text)


@given(ANY_TEXT, st.sampled_from([*TAGS, SOURCE.tag]), st.integers(1, 20), st.integers(1, 4), st.booleans())
def test_lines_hold_the_whole_text_and_fit(text: str, tag: str, max_chars: int, max_lines: int, hard: bool) -> None:
    lines = linebreak.balance(text, locale(tag), max_chars, max_lines, len, hard=hard)
    if lines is None:
        return
    assert without_breaks("".join(lines)) == without_breaks(text)
    assert len(lines) <= max_lines
    assert all(0 < len(line) <= max_chars for line in lines)


@given(ANY_TEXT, st.sampled_from([*TAGS, SOURCE.tag]))
def test_no_break_ever_tears_a_grapheme_cluster(text: str, tag: str) -> None:
    text = linebreak.normalise(text)
    starts = {cluster.start() for cluster in regex.finditer(r"\X", text)}
    assert {b.at for b in linebreak.opportunities(text, locale(tag))} <= starts
    lines = linebreak.balance(text, locale(tag), 1, 100, lambda line: len(regex.findall(r"\X", line)), hard=True)
    assert lines is None or all(len(regex.findall(r"\X", line)) == 1 for line in lines)


@given(ANY_TEXT, st.sampled_from([*TAGS, SOURCE.tag]), st.integers(1, 12))
def test_a_break_inside_a_word_is_told(text: str, tag: str, max_chars: int) -> None:
    profile = locale(tag)
    soft = linebreak.balance(text, profile, max_chars, 100, len)
    if soft is not None:
        assert linebreak.hard_breaks(text, soft, profile) == 0
    elif hard := linebreak.balance(text, profile, max_chars, 100, len, hard=True):
        assert linebreak.hard_breaks(text, hard, profile) > 0


@pytest.mark.parametrize("tag", TAGS)
def test_every_locale_finds_places_to_break_in_a_long_line(tag: str) -> None:
    text = LONG[tag][0]
    assert len(linebreak.opportunities(text, locale(tag))) >= len(text) / 15


@pytest.mark.parametrize("tag", ["ja", "zh-Hant", "zh-Hans"])
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(tag: str) -> None:
    text = "「你好」，她說：「走吧！」……（笑）。"
    for b in linebreak.opportunities(text, locale(tag)):
        assert text[b.at] not in "」，：！…）。"
        assert text[b.at - 1] not in "「（"


def test_japanese_breaks_after_the_quotation_rather_than_inside_a_phrase() -> None:
    lines = broken("「三年前、お前は私を裏切った！」今度は私の番だ。", "ja", 18)
    assert lines == ["「三年前、お前は私を裏切った！」", "今度は私の番だ。"]


def test_a_latin_name_or_a_number_in_japanese_stays_whole() -> None:
    text = "iPhone15を3000万円で買った"
    inside = range(1, len("iPhone15"))
    assert not {b.at for b in linebreak.opportunities(text, locale("ja"))} & {*inside, *range(10, 13)}


def test_thai_breaks_between_words_and_never_before_a_following_vowel() -> None:
    text = LONG["th"][0]
    starts = {text[b.at] for b in linebreak.opportunities(text, locale("th"))}
    assert not starts & set("ะาำๆฯุู้่ี")


def test_korean_breaks_at_spaces_only() -> None:
    text = LONG["ko"][0]
    assert all(text[b.at - 1] == " " for b in linebreak.opportunities(text, locale("ko")))


def test_few_lines_are_better_than_many() -> None:
    assert broken("No. Never.", "en", 20) == ["No. Never."]


def test_the_break_follows_the_sentence() -> None:
    assert broken("I see you. You cannot hide from me.", "en", 26) == ["I see you.", "You cannot hide from me."]


def test_the_lower_line_is_the_longer_one_where_nothing_else_decides() -> None:
    assert broken("aaaa bbbb cccc", "tr", 9) == ["aaaa", "bbbb cccc"]


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("They have taken everything from the Lin family now", "the\n"),
        ("I have been waiting for this day for 10 years already", "10\n"),
        ("I told you that the powerful Mr. Lin is my own father", "Mr.\n"),
        ("He says that the well known Xiao Lin has come back now", "Xiao\n"),
    ],
)
def test_little_words_numbers_titles_and_names_stay_with_what_follows(text: str, torn: str) -> None:
    for width in range(27, 40):
        lines = broken(text, "en", width)
        assert lines is None or torn not in "\n".join(lines)


def test_french_punctuation_stays_with_its_word() -> None:
    assert broken("Que veux-tu donc ? Rien du tout !", "fr", 18) == ["Que veux-tu donc ?", "Rien du tout !"]


def test_a_german_closing_quote_may_end_a_line() -> None:
    assert broken("Er sagte „Nein“ und ging fort.", "de", 15) == ["Er sagte „Nein“", "und ging fort."]


def test_speech_is_rather_on_one_line_than_cut_behind_its_first_word() -> None:
    assert broken("She said: “The Dragon King is back.”", "en", 30) == ["She said:", "“The Dragon King is back.”"]
    assert broken("Он сказал: «Король драконов вернулся».", "ru", 28) == ["Он сказал:", "«Король драконов вернулся»."]


def test_no_break_falls_inside_what_is_kept_whatever_its_case() -> None:
    text = "Do you know who the dragon king of the east is?"
    for width in range(24, 40):
        lines = linebreak.balance(text, locale("en"), width, 3, len, keep=["Dragon King of the East"])
        assert lines is None or any("dragon king of the east" in line for line in lines)


def test_a_number_keeps_its_unit_unless_nothing_else_fits() -> None:
    assert broken("Give me back my 300 million yuan now", "en", 24) == ["Give me back", "my 300 million yuan now"]
    assert broken("He really paid 300 million yuan?", "en", 20) == ["He really paid", "300 million yuan?"]
    assert broken("300 Kilometer", "de", 9) == ["300", "Kilometer"]


def test_no_short_word_is_left_alone_on_the_last_line() -> None:
    assert broken("You never come here, do", "en", 20) == ["You never", "come here, do"]


def test_a_block_is_even_where_the_locale_wants_it_so() -> None:
    lines = linebreak.balance("aaaa bbb cc bbb aaaa", locale("en"), 12, 2, len, shape="balanced")
    assert lines == ["aaaa bbb cc", "bbb aaaa"] or lines == ["aaaa bbb", "cc bbb aaaa"]


def test_japanese_sentences_part_at_their_full_width_space() -> None:
    assert broken("行こう\u3000今すぐに出発するぞ", "ja", 10) == ["行こう", "今すぐに出発するぞ"]


def test_a_line_break_of_the_author_is_kept() -> None:
    assert broken("- Who are you?\n- Me.", "en", 40) == ["- Who are you?", "- Me."]


def test_a_line_break_of_the_author_gives_way_where_it_does_not_fit() -> None:
    assert broken("one two three four five\nsix", "en", 14) == ["one two three", "four five six"]


def test_a_word_that_fits_no_line_is_broken_only_when_asked() -> None:
    word = "Kapitänsmützenabzeichen"
    assert broken(word, "de", 12) is None
    lines = linebreak.balance(word, locale("de"), 12, 2, len, hard=True)
    assert lines is not None
    assert "".join(lines) == word
    assert linebreak.hard_breaks(word, lines, locale("de")) == 1


def test_a_hard_break_leaves_the_words_around_it_whole() -> None:
    lines = linebreak.balance("Es ist Kapitänsmützenabzeichen da", locale("de"), 12, 4, len, hard=True)
    assert lines is not None
    assert {"Es", "ist", "da"} <= set(" ".join(lines).split())


def test_text_without_anything_in_it_has_no_lines() -> None:
    assert broken(" \n ", "en", 10) == []


def test_a_line_ends_rather_with_a_short_sentence_than_within_the_next() -> None:
    assert broken("Lauf! Dreh dich nicht um", "de", 20) == ["Lauf!", "Dreh dich nicht um"]


def test_a_word_is_broken_at_its_own_hyphen_only_where_nothing_else_fits() -> None:
    text = "Your good-for-nothing ex is back."
    assert broken(text, "en", 22) == ["Your good-for-nothing", "ex is back."]
    assert linebreak.balance("good-for-nothing", locale("en"), 10, 2, len, hyphens=False) is None
    assert linebreak.balance("good-for-nothing", locale("en"), 10, 2, len) == ["good-for-", "nothing"]


@pytest.mark.parametrize(
    ("tag", "lines"),
    [
        ("th", ["คุณหญิงซู", "รั่วเสวี่ยกับท่านประธานกู้เป่ยเฉินรออยู่"]),
        ("th", ["เขา", "มองตาฉันแล้วพูดว่า"]),
        ("ja", ["スーパーコンピューター", "のセキュリティーシステムがハッキングされました"]),
    ],
)
def test_a_break_between_words_is_no_broken_word_although_no_phrase_ends_there(tag: str, lines: list[str]) -> None:
    text = "".join(lines)
    assert len(lines[0]) not in {b.at for b in linebreak.opportunities(text, locale(tag))}
    assert linebreak.hard_breaks(text, lines, locale(tag)) == 0


@pytest.mark.parametrize(
    ("tag", "lines"),
    [("th", ["ราชามัง", "กรกลับมาแล้ว"]), ("th", ["ใครเอากุญ", "แจบ้านให้เขา"]), ("ja", ["スーパーコ", "ンピューターの"])],
)
def test_a_break_inside_a_word_of_the_dictionary_is_told(tag: str, lines: list[str]) -> None:
    assert linebreak.hard_breaks("".join(lines), lines, locale(tag)) == 1


def test_a_thai_line_never_breaks_inside_a_word_of_the_dictionary() -> None:
    text = "ใครเอากุญแจบ้านให้เขา"
    ends = {text[: b.at][-3:] for b in linebreak.opportunities(text, locale("th"))}
    assert ends
    assert "กุญ" not in ends


def test_a_cue_shown_as_two_is_broken_as_two() -> None:
    """The phrases of a half may be others than those of the whole: what breaks a line is not called wrong for it."""
    whole = "防犯カメラの十頼むからもう動画は彼女を俺のセキュリティーシステムが"
    lines = ["防犯カメラの十頼むから", "も", "う動画は彼女を俺の", "セキュリティーシステムが"]
    halves = [len(lines[0]), len(lines[0]) + 1]
    assert [at in {b.at for b in linebreak.opportunities(whole, locale("ja"))} for at in halves] == [True, False]
    assert linebreak.hard_breaks(whole, lines, locale("ja")) == 0
