"""Whether a line that an LLM wrote can be used: language, leftovers, length, terms; and what to tell it where not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from localize.cues import SAME_HAN, graphemes
from localize.glossary.terms import missing
from localize.lines import Line
from localize.locales import Locale
from localize.text.chinese import has_han, traditional
from localize.text.scripts import SCRIPT_SHARE, foreign_han, own_share

NUMBERS = "numbers"
"""Flag: a number of the source is not in the line. It may be spelt out, so that it is no fault."""

WRONG_LANGUAGE = "wrong language"
REFUSED = "refused"

# Characters of a translation for one of the source, least and most, and characters that are free. On the template
# corpus of the starter packages (1900 lines a language) every line lies inside; a line of a few characters may rightly
# grow tenfold (滚: Get out of here!), and is never too short.
_LENGTHS = {
    "Latn": (0.8, 8, 24), "Cyrl": (0.8, 8, 24), "Arab": (0.7, 6, 20), "Deva": (0.5, 5, 16), "Thai": (0.5, 5, 16),
    "Kore": (0.4, 4, 12), "Jpan": (0.35, 3.5, 12), "Hans": (0.5, 2, 6), "Hant": (0.5, 2, 6),
}  # fmt: skip
_SHORT_SOURCE = 9

# Words that make English what it is and that no other locale in Latin script uses.
_ENGLISH = frozenset(
    {
        "and", "are", "can't", "don't", "for", "from", "had", "has", "have", "her", "him", "his", "how", "i'll", "i'm",
        "is", "it", "it's", "my", "not", "of", "our", "she", "that", "the", "them", "these", "they", "this", "those",
        "was", "we", "were", "what", "who", "why", "will", "with", "would", "you", "your",
    }
)  # fmt: skip
_ENGLISH_SHARE, _ENGLISH_WORDS = 0.4, 3

_WORD = regex.compile(r"[\p{L}'’]+")
_NUMBER = regex.compile(r"\p{Nd}+(?:[.,\u202f\u00a0 '’٬٫]\p{Nd}{3})*")
_TEMPLATE = regex.compile(r"(?i)\bXQ\s?\p{Nd}|[<>{}]|```|^\W*(?:translation|translated text|src)\s*[:：]")
# Narrow: people in dramas cannot do things all the time.
_REFUSAL = regex.compile(
    r"(?i)\bas an? (?:AI|artificial|language model)\b|作为(?:一个)?(?:AI|人工智能|语言模型)|(?:无法|不能)(?:翻译|协助)"
    r"|\b(?:can(?:no|['’])t|unable to|won['’]t) (?:assist|translate|help) (?:with )?(?:you with )?(?:this|that|the)\b"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be used: `reason` in a few words for the operator, `mend` as the model is told."""

    reason: str
    mend: str


def is_refusal(text: str) -> bool:
    """Whether a model that says `text` declines."""
    return _REFUSAL.search(text) is not None


def fault(text: str, line: Line, profile: Locale) -> Fault | None:
    """The first thing that is wrong with `text` as the translation of `line`; None where it can be used."""
    return next(_faults(text, line, profile), None)


def flags(text: str, source: str) -> tuple[str, ...]:
    return (NUMBERS,) if set(_numbers(source)) - set(_numbers(text)) else ()


def _faults(text: str, line: Line, profile: Locale) -> Iterator[Fault]:
    source = line.text
    if not any(char.isalnum() for char in text):
        yield Fault("no text", "the translation was empty")
    if not _is_writable(text):
        yield Fault("broken characters", "the translation held characters that cannot be written")
    if is_refusal(text) and not is_refusal(source):
        yield Fault(REFUSED, "the line is fiction and has to be translated")
    left = _TEMPLATE.search(text)
    if (left and left[0] not in source) or (line.cue.id in text.split() and not line.cue.id.isdigit()):
        yield Fault("no clean line", "the translation held more than the line itself: an id, a label or brackets")
    yield from _language(text, source, profile)
    least, most, free = _LENGTHS[profile.script]
    size, given = len(graphemes(text)), len(graphemes(source))
    if size > most * given + free:
        yield Fault("too long for its source", "the translation was far longer than the line")
    if given >= _SHORT_SOURCE and size < least * given:
        yield Fault("too short for its source", "the translation left out most of the line")
    terms = line.terms.get(profile.tag, ())
    lacking = missing(text, dict.fromkeys(terms))
    for term in dict.fromkeys(terms):
        if forbidden := term.forbidden_in(text, terms):
            yield Fault(f"forbidden {forbidden[0]}", f"{forbidden[0]} must not be written for {term.source}")
        if term in lacking:
            yield Fault(f"term {term.source} not kept", f"the term {term.source} must be rendered as {term.target}")


def _language(text: str, source: str, profile: Locale) -> Iterator[Fault]:
    wrong = Fault(WRONG_LANGUAGE, f"the translation was not in {profile.name}")
    if own_share(text, profile) < SCRIPT_SHARE:
        yield wrong
    if not profile.writes_han and has_han(text):
        yield Fault("Chinese left in the line", "Chinese characters were left in the translation")
    if profile.tag != "en" and profile.script == "Latn" and _looks_english(text):
        yield wrong
    if profile.writes_han and _same(text, source) and has_han(text) and not _rightly_same(source, profile):
        yield Fault("source text given back", f"the source line was repeated: write it in {profile.name}")
    # Some characters that Taiwan does write are not in its old character set.
    foreign = [char for char in foreign_han(text, profile) if profile.script == "Jpan" or traditional(char) != char]
    if foreign:
        yield Fault(WRONG_LANGUAGE, f"{foreign[0]} is a simplified character, which {profile.name} does not write")


def _same(text: str, source: str) -> bool:
    return [char for char in text if char.isalnum()] == [char for char in source if char.isalnum()]


def _rightly_same(source: str, profile: Locale) -> bool:
    """A conversion of script changes nothing where all characters have one shape; Japanese shares short words."""
    if profile.script == "Jpan":
        return sum(char.isalnum() for char in source) <= SAME_HAN
    return _same(traditional(source), source)


def _looks_english(text: str) -> bool:
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    known = sum(word in _ENGLISH for word in words)
    return known >= _ENGLISH_WORDS and known >= _ENGLISH_SHARE * len(words)


def _is_writable(text: str) -> bool:
    """No lone surrogates, which JSON can spell and UTF-8 cannot, and no control characters."""
    return not any(unicodedata.category(char) in {"Cs", "Cc", "Co"} or char == "\ufffd" for char in text)


def _numbers(text: str) -> Iterator[str]:
    """Numbers in digits, of any script, without what groups them."""
    for match in _NUMBER.finditer(text):
        yield "".join(str(unicodedata.digit(char)) for char in match[0] if char.isdigit())
