"""Pronouns: a line shows the register that its pronouns have, and nothing where they are missing or mean others."""

from __future__ import annotations

import pytest

from localize.text import pronouns

SAID = {
    "es-419": ("¿Qué quieres tú?", "¿Qué quiere usted?"),
    "pt-BR": ("Você me paga!", "O senhor me paga!"),
    "fr": ("Je t’aime.", "Je vous aime."),
    "de": ("Was willst du?", "Was wollen Sie?"),
    "it": ("Ti amo.", "Prego, mi dica Lei."),
    "ru": ("Я тебя люблю.", "Я Вас люблю."),
    "tr": ("Seni seviyorum.", "Sizi seviyorum."),
    "hi": ("मैं तुम्हें जानता हूँ।", "मैं आपको जानता हूँ।"),
    "id": ("Aku cinta kamu.", "Saya menghormati Anda."),
    "ms": ("Aku sayang kau.", "Saya hormati Anda."),
    "fil": ("Mahal kita, ikaw lang.", "Salamat po."),
    "zh-Hant": ("我愛你", "我請您坐"),
}


@pytest.mark.parametrize("tag", SAID)
def test_each_register_is_told_by_its_pronouns(tag: str) -> None:
    familiar, polite = SAID[tag]
    assert pronouns.registers(familiar, tag) == {"familiar"}
    assert pronouns.registers(polite, tag) == {"polite"}
    assert pronouns.registers(f"{familiar} {polite}", tag) == {"familiar", "polite"}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "Sie ist schön."),
        ("de", "Er liebt sie."),
        ("de", "Gut. Sie kommt."),
        ("it", "Lei è mia moglie."),
        ("it", "Amo lei."),
        ("es-419", "Ustedes ganan."),
        ("pt-BR", "O senhor Lin chegou."),
        ("fr", "L’étui est là."),
        ("hi", "वह अपने आप आया।"),
        ("tr", "Sensiz olmaz ki!"),
        ("ja", "君は誰だ。"),
        ("vi", "Anh yêu em."),
    ],
)
def test_other_people_and_other_words_show_nothing(tag: str, text: str) -> None:
    assert pronouns.registers(text, tag) == frozenset()
