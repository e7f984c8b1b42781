from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.glossary.terms import Term, folded, missing
from localize.locales import LOCALES


def term(target: str, *accepted: str, suffixes: bool = False, forbidden: tuple[str, ...] = ()) -> Term:
    return Term(target, target, accepted, forbidden, suffixes=suffixes)


KING, TOKEN = term("Dragon King"), term("Dragon King Token")


@pytest.mark.parametrize(
    ("target", "text", "count"),
    [
        ("Dragon King", "The Dragon King met a dragon king.", 2),
        ("Dragon King", "The Dragon Kings left.", 0),
        ("CEO", "CEOs", 0),
        ("Art", "party start art", 1),
        ("Dragon King", "the DRAGON\u00a0KING", 1),
        ("l'Empereur", "C’est l’Empereur !", 1),
        ("Señora", "sen\u0303ora", 1),
        ("Бог войны", "Ты — бог войны.", 1),
        ("бог", "богатый", 0),
        ("राजा", "राजा आया", 1),
        ("राजा", "महाराजा", 0),
        ("ملك", "والملك وصل بالملك", 2),
        ("ملك", "ملكة", 0),
        ("الشركة", "أفلست شركة فو", 1),
        ("الشركة", "إلى الشركة", 1),
        ("إله الحرب", "يا اله الحرب!", 1),
        ("مَلِك", "ملك", 1),
        ("Rey", "¡Rey!Rey", 2),
    ],
)
def test_a_term_counts_where_it_stands_as_a_word(target: str, text: str, count: int) -> None:
    assert term(target).count(text) == count


@pytest.mark.parametrize(
    ("locale", "target", "text", "count"),
    [
        ("tr", "İmparator", "imparator'un", 1),
        ("tr", "imparator", "İMPARATORUN", 1),
        ("tr", "kız", "KIZIM", 1),
        ("tr", "savaş tanrısı", "Savaş Tanrısının", 1),
        ("tr", "han", "bahane", 0),
        ("ko", "용왕", "용왕이 왔다", 1),
        ("id", "nona", "nonaku", 1),
        ("ja", "竜王", "彼は竜王だ", 1),
        ("th", "ราชา", "คือราชามังกร", 1),
    ],
)
def test_endings_may_follow_a_term_where_the_language_writes_them_in_one_piece(
    locale: str, target: str, text: str, count: int
) -> None:
    assert term(target, suffixes=LOCALES[locale].suffixes).count(text) == count


def test_every_accepted_form_counts() -> None:
    assert term("Бог войны", "Бога войны", "Богу войны").count("Бога войны видел Бог войны.") == 2


def test_a_term_inside_another_that_is_required_too_is_missing() -> None:
    assert missing("Give me the Dragon King Token.", [KING, TOKEN]) == {KING: 1}
    assert not missing("The Dragon King has the Dragon King Token.", [KING, TOKEN])
    assert not missing("Give me the Dragon King Token.", [KING])


def test_a_term_that_stands_twice_has_to_be_said_twice() -> None:
    assert missing("Dragon King!", [KING, KING]) == {KING: 1}


def test_one_word_does_not_do_for_two_terms_that_share_it() -> None:
    lord, master = Term("龙主", "lord"), Term("少主", "lord", ("young lord",))
    assert missing("lord", [lord, master]) == {master: 1}
    assert not missing("the lord and the lord", [lord, master])
    assert not missing("a lord, a young lord", [master, lord])


def test_an_arabic_noun_without_its_article_is_missing_from_nothing() -> None:
    company = term("الشركة")
    assert not missing("أفلست شركة فو تيانيو.", [company])
    assert missing("أفلست فو تيانيو.", [company]) == {company: 1}


def test_a_forbidden_form_inside_an_accepted_one_is_none() -> None:
    master = term("Master Lin", forbidden=("Master",))
    assert master.forbidden_in("Master Lin is here.") == ()
    assert master.forbidden_in("Master, Master Lin is here.") == ("Master",)


_WORDS = st.lists(st.sampled_from(["dragon", "king", "token", "İstanbul", "señor", "войны", "ملك", ","]), max_size=8)


@given(_WORDS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), st.booleans())
def test_case_and_normal_form_change_no_count(words: list[str], form: str, upper: bool) -> None:
    text = " ".join(words)
    other = unicodedata.normalize(form, text.upper() if upper else text)  # type: ignore[arg-type]
    for one in (KING, TOKEN, term("İstanbul"), term("señor"), term("войны"), term("ملك")):
        assert one.count(other) == one.count(text)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(_WORDS, st.lists(st.sampled_from([KING, TOKEN, term("king"), term("señor", "dragon")]), max_size=5))
def test_what_is_missing_was_asked_for(words: list[str], terms: list[Term]) -> None:
    lacking = missing(" ".join(words), terms)
    assert lacking <= Counter(terms)
    assert all(Counter(terms)[one] - count <= one.count(" ".join(words)) for one, count in lacking.items())


@given(st.lists(st.sampled_from([KING, TOKEN, term("señor")]), max_size=5))
def test_nothing_is_missing_where_all_are_said(terms: list[Term]) -> None:
    assert not missing(" , ".join(one.target for one in terms), terms)
