"""What each language does around a term that is put back; a wrong word is worse than a missing one."""

from __future__ import annotations

import pytest

from localize.glossary import grammar
from localize.glossary.terms import Gender, Term
from localize.locales import LOCALES, locale


def title(target: str, gender: Gender = "m") -> Term:
    return Term(target, target, pos="title", gender=gender)


def noun(target: str, gender: Gender = "m") -> Term:
    return Term(target, target, pos="noun", gender=gender)


def name(target: str, gender: Gender = "m") -> Term:
    return Term(target, target, pos="name", gender=gender)


KING, EMPRESS = title("Dragon King"), title("emperatriz", "f")


@pytest.mark.parametrize(
    ("text", "term", "line"),
    [
        ("I am XQ1.", KING, "I am the Dragon King."),
        ("XQ1 is waiting.", KING, "The Dragon King is waiting."),
        ("No. XQ1 is here.", KING, "No. The Dragon King is here."),
        ('"XQ1 is here."', KING, '"The Dragon King is here."'),
        ("... XQ1 is here.", title("young master"), "... the young master is here."),
        ("Protect XQ1!", KING, "Protect the Dragon King!"),
        ("XQ1's order", KING, "The Dragon King's order"),
        # Whoever is called by a title is called by nothing else.
        ("XQ1, come here.", KING, "Dragon King, come here."),
        ("Yes, XQ1!", KING, "Yes, Dragon King!"),
        ("Thank you, XQ1, for coming.", KING, "Thank you, Dragon King, for coming."),
        ("Hello XQ1!", KING, "Hello Dragon King!"),
        ("Dear XQ1,", KING, "Dear Dragon King,"),
        ("XQ1?", title("young master"), "Young master?"),
        # Something says already whose or which.
        ("my XQ1 is here", KING, "my Dragon King is here"),
        ("the real XQ1", KING, "the real Dragon King"),
        ("Mr. XQ1", title("CEO"), "Mr. CEO"),
        ("I want XQ1.", title("Your Majesty"), "I want Your Majesty."),
        ("XQ1 Lin is here.", title("General"), "General Lin is here."),
        ("When XQ1 Lin came", title("General"), "When General Lin came"),
        ("as XQ1", title("CEO"), "as CEO"),
        ("XQ1s are here.", title("General"), "Generals are here."),
        ("I love XQ1.", name("Lin Fan"), "I love Lin Fan."),
        ("I want XQ1.", noun("jade pendant"), "I want jade pendant."),
        ("He is a XQ1.", title("emperor"), "He is an emperor."),
        ("He is an XQ1.", title("general"), "He is a general."),
        ("A XQ1!", noun("elixir"), "An elixir!"),
        ("a XQ1", noun("unicorn"), "a unicorn"),
        ("a XQ1", noun("uninvited guest"), "an uninvited guest"),
        ("a XQ1", noun("heir"), "an heir"),
        ("an XQ1", noun("one-eyed man"), "a one-eyed man"),
        ("a XQ1", noun("MVP"), "an MVP"),
        ("vitamin A XQ1", noun("elixir"), "vitamin A elixir"),
    ],
)
def test_english(text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], LOCALES["en"]) == line


@pytest.mark.parametrize(
    ("text", "term", "line"),
    [
        ("Yo soy XQ1.", title("Rey Dragón"), "Yo soy el Rey Dragón."),
        ("Vi a XQ1.", title("Rey Dragón"), "Vi al Rey Dragón."),
        ("Vi a XQ1.", EMPRESS, "Vi a la emperatriz."),
        ("La orden de XQ1.", title("Rey Dragón"), "La orden del Rey Dragón."),
        ("¡XQ1!", title("rey"), "¡Rey!"),
        ("¡XQ1, ven!", title("rey"), "¡Rey, ven!"),
        ("Sí, XQ1.", EMPRESS, "Sí, emperatriz."),
        ("Mi XQ1 llegó.", EMPRESS, "Mi emperatriz llegó."),
        ("Es XQ1.", title("Su Alteza", "f"), "Es Su Alteza."),
        ("la orden de XQ1", title("águila", "f"), "la orden del águila"),
        ("Amo a XQ1.", name("Ana", "f"), "Amo a Ana."),
        ("Es XQ1.", Term("x", "experto", pos="title"), "Es experto."),
    ],
)
def test_spanish(text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], LOCALES["es-419"]) == line


@pytest.mark.parametrize(
    ("text", "term", "line"),
    [
        ("A ordem de XQ1.", title("Rei Dragão"), "A ordem do Rei Dragão."),
        ("Confio em XQ1.", title("imperatriz", "f"), "Confio na imperatriz."),
        ("Foi dito por XQ1.", title("general"), "Foi dito pelo general."),
        ("Sim, XQ1.", title("general"), "Sim, general."),
        ("Meu XQ1!", title("general"), "Meu general!"),
        ("Eu amo XQ1.", name("Lin Fan"), "Eu amo Lin Fan."),
    ],
)
def test_portuguese(text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], LOCALES["pt-BR"]) == line


@pytest.mark.parametrize(
    ("text", "term", "line"),
    [
        ("Je suis XQ1.", title("roi dragon"), "Je suis le roi dragon."),
        ("Je suis XQ1.", title("empereur"), "Je suis l'empereur."),
        ("Je suis XQ1.", title("héros"), "Je suis le héros."),
        ("L'ordre de XQ1.", title("roi"), "L'ordre du roi."),
        ("L'ordre de XQ1.", title("empereur"), "L'ordre de l'empereur."),
        ("Parle à XQ1.", title("roi"), "Parle au roi."),
        ("Parle à XQ1.", title("impératrice", "f"), "Parle à l'impératrice."),
        ("L'ordre d'XQ1.", name("Lin Fan"), "L'ordre de Lin Fan."),
        ("L'ordre de XQ1.", name("Ariane", "f"), "L'ordre d'Ariane."),
        ("Je sais qu'XQ1 ment.", name("Lin Fan"), "Je sais que Lin Fan ment."),
        ("Je sais que XQ1 ment.", name("Ariane", "f"), "Je sais qu'Ariane ment."),
        ("Le XQ1 brille.", noun("élixir"), "L'élixir brille."),
        ("l'XQ1", noun("talisman"), "le talisman"),
        ("l'XQ1", Term("x", "talisman", pos="noun"), "l'talisman"),
        ("Oui, XQ1 !", title("général"), "Oui, général !"),
        ("Votre XQ1", title("empereur"), "Votre empereur"),
    ],
)
def test_french(text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], LOCALES["fr"]) == line


@pytest.mark.parametrize(
    ("text", "term", "line"),
    [
        ("Io sono XQ1.", title("re drago"), "Io sono il re drago."),
        ("Io sono XQ1.", title("sposo"), "Io sono lo sposo."),
        ("Io sono XQ1.", title("zar"), "Io sono lo zar."),
        ("Io sono XQ1.", title("imperatore"), "Io sono l'imperatore."),
        ("L'ordine di XQ1.", title("generale"), "L'ordine del generale."),
        ("L'ordine di XQ1.", title("sposo"), "L'ordine dello sposo."),
        ("L'ordine di XQ1.", title("imperatore"), "L'ordine dell'imperatore."),
        ("Vengo da XQ1.", title("regina", "f"), "Vengo dalla regina."),
        ("Parla a XQ1.", title("psicologo"), "Parla allo psicologo."),
        ("Dammi il XQ1.", noun("elisir"), "Dammi l'elisir."),
        ("Dammi il XQ1.", noun("specchio"), "Dammi lo specchio."),
        ("Dammi lo XQ1.", noun("talismano"), "Dammi il talismano."),
        ("È un XQ1.", noun("specchio"), "È uno specchio."),
        ("È una XQ1.", noun("erba", "f"), "È un'erba."),
        ("Nel XQ1", noun("specchio"), "Nello specchio"),
        ("Sì, XQ1!", title("sposo"), "Sì, sposo!"),
        ("Amo XQ1.", name("Anna", "f"), "Amo Anna."),
    ],
)
def test_italian(text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], LOCALES["it"]) == line


@pytest.mark.parametrize(
    ("text", "target", "line"),
    [
        ("XQ1은 왔다", "황제", "황제는 왔다"),
        ("XQ1가 왔다", "용왕", "용왕이 왔다"),
        ("XQ1를 봐", "용왕", "용왕을 봐"),
        ("XQ1와 나", "용왕", "용왕과 나"),
        ("XQ1으로 가자", "황제", "황제로 가자"),
        ("XQ1로 가자", "용왕", "용왕으로 가자"),
        ("XQ1으로 가자", "서울", "서울로 가자"),
        ("XQ1을 봐", "서울", "서울을 봐"),
        ("XQ1로서", "용왕", "용왕으로서"),
        ("XQ1이라고 해", "황제", "황제라고 해"),
        ("XQ1야!", "용왕", "용왕아!"),
        ("XQ1이 왔다", "CEO", "CEO가 왔다"),
        ("XQ1가 왔다", "VIP 7", "VIP 7이 왔다"),
        ("XQ1에게", "황제", "황제에게"),
        ("XQ1이다", "황제", "황제이다"),
        ("XQ1 은행", "황제", "황제 은행"),
        ("XQ1이슬", "황제", "황제이슬"),
        ("XQ1는", "Lin", "Lin는"),
    ],
)
def test_korean_particles_follow_the_sound_before_them(text: str, target: str, line: str) -> None:
    assert grammar.restore(text, [name(target)], LOCALES["ko"]) == line


@pytest.mark.parametrize(
    ("tag", "text", "term", "line"),
    [
        ("de", "Ich bin XQ1.", title("Drachenkönig"), "Ich bin Drachenkönig."),
        ("de", "XQ1 ist hier.", title("junger Herr"), "Junger Herr ist hier."),
        ("ru", "XQ1 здесь.", title("бог войны"), "Бог войны здесь."),
        ("ru", "Я — XQ1.", title("бог войны"), "Я — бог войны."),
        ("tr", "XQ1 geldi.", title("imparator"), "İmparator geldi."),
        ("tr", "XQ1 geldi.", title("ışık ustası"), "Işık ustası geldi."),
        ("tr", "Bu XQ1'ın emri.", title("imparator"), "Bu imparator'ın emri."),
        ("id", "XQ1nya", title("tuan"), "Tuannya"),
        ("hi", "XQ1आया", title("राजा"), "राजा आया"),
        ("ar", "أنا XQ1.", title("ملك التنانين"), "أنا ملك التنانين."),
        ("ar", "جاء والXQ1", title("ملك"), "جاء والملك"),
        ("ar", "جاء والXQ1", title("الملك"), "جاء والملك"),
        ("ar", "هذا لXQ1", title("الملك"), "هذا للملك"),
        ("ar", "هذا بXQ1", title("الملك"), "هذا بالملك"),
        ("ja", "私は XQ1 です。", title("竜王"), "私は竜王です。"),
        ("ja", "XQ1、来い。", title("竜王"), "竜王、来い。"),
        ("zh-Hant", "他是 XQ1 。", title("龍王"), "他是龍王。"),
        ("th", "XQ1 คุณอยู่ไหน", name("หลินฝาน"), "หลินฝาน คุณอยู่ไหน"),
        ("th", "XQ1คือใคร", name("หลินฝาน"), "หลินฝานคือใคร"),
    ],
)
def test_other_languages_keep_what_they_cannot_know(tag: str, text: str, term: Term, line: str) -> None:
    assert grammar.restore(text, [term], locale(tag)) == line


def test_terms_that_touch_are_set_apart_where_words_are() -> None:
    terms = [name("Lin Fan"), name("Su Ruoxue", "f")]
    assert grammar.restore("XQ1XQ2", terms, LOCALES["en"]) == "Lin Fan Su Ruoxue"
    assert grammar.restore("XQ1XQ2", [name("林凡"), name("蘇")], LOCALES["ja"]) == "林凡蘇"


def test_every_term_of_a_line_is_put_in_its_own_place() -> None:
    terms = [title("General"), name("Lin Fan"), KING]
    assert grammar.restore("XQ1 XQ2 met XQ3.", terms, LOCALES["en"]) == "General Lin Fan met the Dragon King."


def test_a_target_with_a_placeholder_like_word_is_not_read_again() -> None:
    assert grammar.restore("XQ1 and XQ2", [name("Q1"), name("X")], LOCALES["en"]) == "Q1 and X"


@pytest.mark.parametrize(
    ("tag", "text", "line"),
    [
        ("en", "战神！", "战神!"),
        ("en", "……", "…"),
        ("en", "《XQ1》，（XQ2）", "“XQ1”, (XQ2)"),
        ("en", "XQ1——XQ2", "XQ1—XQ2"),
        ("es-419", "XQ1，XQ2！", "¡XQ1, XQ2!"),
        ("es-419", "XQ1？！", "¡¿XQ1?!"),
        ("es-419", "XQ1。XQ2？", "XQ1. ¿XQ2?"),
        ("es-419", "……XQ1！", "…¡XQ1!"),
        ("es-419", "！", "!"),
        ("fr", "XQ1，XQ2！", "XQ1, XQ2\u202f!"),
        ("fr", "XQ1：XQ2", "XQ1\u202f: XQ2"),
        ("fr", "XQ1……", "XQ1…"),
        ("ar", "XQ1，XQ2？", "XQ1، XQ2؟"),
        ("ar", "XQ1；XQ2……", "XQ1؛ XQ2…"),
        ("hi", "XQ1。XQ2！", "XQ1। XQ2!"),
        ("hi", "XQ1……", "XQ1…"),
        ("th", "XQ1，XQ2。XQ1！", "XQ1 XQ2 XQ1!"),
        ("th", "XQ1……", "XQ1…"),
        ("ja", "XQ1，XQ2！", "XQ1，XQ2！"),
        ("ko", "XQ1，XQ2？", "XQ1, XQ2?"),
    ],
)
def test_chinese_marks_alone(tag: str, text: str, line: str) -> None:
    assert grammar.marks(text, LOCALES[tag]) == line
