"""Typography: what engines answer, as each locale writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.locales import LOCALES, SOURCE, locale
from localize.text.typography import typeset

TAGS = [*sorted(LOCALES), SOURCE.tag]
MARKED = st.text(
    alphabet="aB 1,.!?;:…'\"“”„«»「」()-–—¿¡|％３。，！？、\n\u202f\u00a0\u3000漢かกдاक가",
    max_size=30,
)

GOLDEN = [
    ("en", '"I know," he said...', "“I know,” he said…"),
    ("en", "It's 5 o'clock -- go!", "It’s 5 o’clock — go!"),
    ("en", "Wait , what ?", "Wait, what?"),
    ("en", "- Who?\n- Me.", "-Who?\n-Me."),
    ("en", "－３ degrees，really？", "－3 degrees, really?"),
    ("es-419", "Que haces aqui? Vete!", "¿Que haces aqui? ¡Vete!"),
    ("es-419", "El Sr. Lin, quién es?", "¿El Sr. Lin, quién es?"),
    ("es-419", "¿Ya? ¡Sí!", "¿Ya? ¡Sí!"),
    ("es-419", "- Qué?!\n- Nada!", "- ¡¿Qué?!\n- ¡Nada!"),
    ("es-419", "Y tú... vienes?", "¿Y tú… vienes?"),
    ("es-419", '"Basta!", dijo.', "“¡Basta!”, dijo."),
    ("es-419", "¿Te vas, si juraste, ¡por Dios!, quedarte?", "¿Te vas, si juraste, ¡por Dios!, quedarte?"),
    ("pt-BR", 'Ele disse "não"...', "Ele disse “não”…"),
    ("fr", "Qu'est-ce que c'est?", "Qu’est-ce que c’est\u202f?"),
    ("fr", 'Il a dit: "Non!"', "Il a dit\u202f: «\u202fNon\u202f!\u202f»"),
    ("fr", "À 10:30, 50% ; ça va ?!", "À 10:30, 50\u202f%\u202f; ça va\u202f?!"),
    ("de", "“Ja”, sagte er.", "„Ja“, sagte er."),
    ("it", "L'uomo \"d'oro\"", "L’uomo “d’oro”"),
    ("ru", 'Он сказал "нет" -- и ушёл.', "Он сказал «нет» — и ушёл."),
    ("tr", 'İstanbul\'da "evet" dedi.', "İstanbul’da “evet” dedi."),
    ("ar", "ماذا تريد, يا Lin?", "ماذا تريد، يا Lin؟"),
    ("ar", "1,000 دولار; حقا?", "1,000 دولار؛ حقا؟"),
    ("ar", "انظر www.a.com/x?y=1", "انظر www.a.com/x?y=1"),
    ("hi", "डॉ. शर्मा आए. चलो|", "डॉ. शर्मा आए। चलो।"),
    ("id", 'Dia bilang "tidak".', "Dia bilang “tidak”."),
    ("ms", "Apa ?", "Apa?"),
    ("fil", "Ano 'to?", "Ano 'to?"),
    ("vi", 'Anh nói: "Không"...', "Anh nói: “Không”…"),
    ("th", "ฉันรู้จักคุณ.", "ฉันรู้จักคุณ"),
    ("th", "ไป。", "ไป"),
    ("th", "ดร.หลิน ไป,มา...", "ดร.หลิน ไป มา…"),
    ("ja", "行こう。今すぐ。", "行こう\u3000今すぐ"),
    ("ja", "「待て。」何?", "「待て」何？"),
    ("ko", '"가자" 그가 말했다...', "“가자” 그가 말했다…"),
    ("zh-Hant", "你好,林總!你在哪?", "你好，林總！你在哪？"),
    ("zh-Hant", "“走”... 3.5萬, Inc. 公司.", "「走」…… 3.5萬，Inc. 公司。"),
    ("zh-Hant", "- 誰?\n- 我!", "–誰？\n–我！"),
]


@pytest.mark.parametrize(("tag", "raw", "written"), GOLDEN)
def test_a_line_is_written_as_its_locale_writes_it(tag: str, raw: str, written: str) -> None:
    assert typeset(raw, locale(tag)) == written


@pytest.mark.parametrize(
    ("tag", "raw", "written"),
    [
        ("ja", "龍王が帰る。三年後。", "龍王が帰る。三年後。"),
        ("ja", "待て!。", "待て！"),
        ("th", "ฉันรู้จักคุณ.", "ฉันรู้จักคุณ"),
        ("fr", "Non!", "Non\u202f!"),
    ],
)
def test_prose_keeps_the_full_stops_that_subtitles_leave_out(tag: str, raw: str, written: str) -> None:
    assert typeset(raw, locale(tag), prose=True) == written


def test_every_locale_has_a_golden_line() -> None:
    assert {tag for tag, _, _ in GOLDEN} == set(LOCALES)


@given(MARKED, st.sampled_from(TAGS), st.booleans())
def test_a_line_that_is_right_stays_as_it_is(text: str, tag: str, prose: bool) -> None:
    once = typeset(text, locale(tag), prose=prose)
    assert typeset(once, locale(tag), prose=prose) == once


@given(MARKED, st.sampled_from(TAGS))
def test_letters_and_digits_stay_in_their_order(text: str, tag: str) -> None:
    def said(line: str) -> str:
        return "".join(c for c in line if c.isalpha() or c == "\n")

    assert said(typeset(text, locale(tag))) == said(text)


@pytest.mark.parametrize("tag", TAGS)
def test_a_web_address_is_left_alone(tag: str) -> None:
    address = "https://a.com/b?c=1,2;d...e"
    assert address in typeset(f"x {address} y", locale(tag))


@pytest.mark.parametrize("text", ['5" 6" 7"', "“a «b» c”", '"', ""])
def test_quotes_that_do_not_pair_up_are_left_alone(text: str) -> None:
    assert typeset(text, locale("de")) == text
