"""Pronouns: what in a line tells whether it says du or Sie. Only words that can mean nothing else are listed."""

from __future__ import annotations

from collections.abc import Mapping

import regex

from localize.characters import Register

_LETTER = r"[\p{L}\p{M}]"


def _words(forms: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?i)(?<!{_LETTER})(?:{forms})(?!{_LETTER})")


def _capitals(forms: str) -> regex.Pattern[str]:
    """Written with a capital inside a sentence: at its start Sie may be she, and Lei her."""
    return regex.compile(rf"(?<=\p{{L}},?[ \n])(?:{forms})(?!{_LETTER})")


_TABLE: Mapping[str, Mapping[Register, regex.Pattern[str]]] = {
    "es-419": {
        "familiar": _words("tú|ti|te|tus?|contigo|tuy[oa]s?"),
        # ustedes is the plural of both.
        "polite": _words("usted"),
    },
    "pt-BR": {
        "familiar": _words("você|tu|te|ti|contigo|teus?|tuas?"),
        # "o senhor Lin" speaks of him.
        "polite": _words(r"(?:(?:[oa]|ao|à|d[oa]|n[oa]|pel[oa]) senhor(?:a|ita)?)(?! +(?-i:\p{Lu}))"),
    },
    "fr": {
        "familiar": _words("tu|toi|te|ton|ta|tes|tiens|tiennes?|t(?=['’])"),
        "polite": _words("vous|votre|vos|vôtres?"),
    },
    "de": {
        "familiar": _words("du|dich|dir|dein(?:e[rnms]?)?"),
        "polite": _capitals("Sie|Ihnen|Ihr(?:e[rnms]?)?"),
    },
    "it": {
        "familiar": _words("tu|te|ti|tuo|tua|tuoi|tue"),
        "polite": _capitals("Lei|Suo|Sua|Suoi|Sue"),
    },
    "ru": {
        "familiar": _words("ты|тебя|тебе|тобо[йю]|тво(?:й|я|ё|е|и|ю|его|ему|ей|ею|им|ими|их|ём|ем)"),
        "polite": _words("вы|вас|вам|вами|ваш(?:а|е|и|у|его|ему|ей|ею|им|ими|их|ем)?"),
    },
    "tr": {
        "familiar": _words("sen|seni|sana|sende|senden|senin|seninle"),
        "polite": _words("siz|sizi|size|sizde|sizden|sizin|sizinle"),
    },
    "hi": {
        "familiar": _words("तू|तूने|तुझे|तुझको|तुझसे|तेर[ािीे]|तुम|तुमने|तुमको|तुमसे|तुम्हें|तुम्हार[ािीे]"),
        # अपने आप is "by oneself".
        "polite": _words("(?<!अपने )आप(?:ने|को|का|की|के|से|में|पर)?"),
    },
    "id": {"familiar": _words("kamu|kau|engkau"), "polite": _words("anda")},
    "ms": {"familiar": _words("kamu|kau|engkau"), "polite": _words("anda")},
    "fil": {"familiar": _words("ikaw|ka|mo|iyo"), "polite": _words("po|opo|kayo|ninyo|niyo|inyo")},
    "zh-Hant": {"familiar": regex.compile("[你妳]"), "polite": regex.compile("您")},
}


def registers(text: str, locale: str) -> frozenset[Register]:
    """The registers that pronouns of `text` show; none where it holds no pronoun, or `locale` tells by other means."""
    return frozenset(name for name, words in _TABLE.get(locale, {}).items() if words.search(text))
