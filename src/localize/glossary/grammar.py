"""What a language does around a term that is put back where a placeholder stood: spaces, capitals, articles, particles.

Models treat a placeholder as a bare name. What has to change for a title or a common noun follows from the words right
beside it; where it does not (German cases, Slavic endings), nothing is guessed, and the term's table lists its forms.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from localize.glossary import placeholders
from localize.glossary.terms import Term
from localize.locales import Locale

_SENTENCE_START = regex.compile(r"(?:^|(?<!\.)\.|[!?]|\n)[\s\"'“”«»¿¡(\[—–-]*$")
_WORD_END = regex.compile(r"[\p{L}\p{M}\p{N}]$")
_WORD_START = regex.compile(r"^[\p{L}\p{N}]")
_HANGUL_SYLLABLES, _FINALS = 0xAC00, 28
_RIEUL = 8

# A title that nobody is called by takes the definite article: "I am XQ1" is "I am the Dragon King".
_ARTICLES = {"en": {"": "the", "m": "the", "f": "the", "n": "the"}, "es": {"m": "el", "f": "la"},
             "pt": {"m": "o", "f": "a"}, "fr": {"m": "le", "f": "la"}, "it": {"m": "il", "f": "la"}}  # fmt: skip
_DETERMINERS = {
    "en": "a an the this that these those my your his her its our their no any some every each which what whose",
    "es": "el la los las un una unos unas este esta ese esa aquel aquella mi tu su nuestro nuestra al del qué cual",
    "pt": "o a os as um uma este esta esse essa aquele aquela meu minha seu sua teu tua nosso nossa ao à do da no na"
    " pelo pela que qual",
    "fr": "le la les l' un une des ce cet cette ces mon ma mes ton ta tes son sa ses notre votre leur au aux du quel"
    " quelle",
    "it": "il lo la i gli le l' un uno una un' questo questa quel quello quella mio mia tuo tua suo sua nostro nostra"
    " al allo alla dal dalla del dello della nel nella sul sulla che quale",
}
# With at most one adjective behind it: "the real XQ1".
_HAS_DETERMINER = {
    code: regex.compile(rf"(?i)(?<!\p{{L}})(?:{'|'.join(words.split())})(?:\s+|(?<='))(?:\p{{L}}+\s+)?$")
    for code, words in _DETERMINERS.items()
}
_POSSESSIVE = regex.compile(r"(?i)^(?:the|your|his|her|my|our|su|vuestra|votre|sa|son|vossa|sua|vostra)\s")
_VOICED = regex.compile(r"^[,!?…。！？，.]|^\s*$")
_CALL_BEFORE = regex.compile(r"(?:^|[,!?….—–:;]\s*)$")
# Contractions, tried right before the term after its article was put in: (code, what stands there, what it becomes).
_CONTRACTIONS = {
    "es": (("a el", "al"), ("de el", "del")),
    "pt": (("de o", "do"), ("de a", "da"), ("em o", "no"), ("em a", "na"), ("a o", "ao"), ("a a", "à"),
           ("por o", "pelo"), ("por a", "pela")),
    "fr": (("à le", "au"), ("de le", "du")),
    "it": (("di il", "del"), ("a il", "al"), ("da il", "dal"), ("in il", "nel"), ("su il", "sul"), ("di la", "della"),
           ("a la", "alla"), ("da la", "dalla"), ("in la", "nella"), ("su la", "sulla")),
}  # fmt: skip
# Particles by whether the syllable before them ends in a consonant; 으로 also follows ㄹ as 로.
_PARTICLES = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("아", "야"), ("이여", "여"))


_MARKS = str.maketrans({"，": ",", "。": ".", "！": "!", "？": "?", "、": ",", "；": ";", "：": ":", "～": "~"})
_OWN_MARKS = {"ar": {",": "،", ";": "؛", "?": "؟"}, "hi": {".": "।"}, "th": {".": "", ",": " "}}


def marks(text: str, profile: Locale) -> str:
    """The Chinese marks of `text` as `profile` writes them: alone they mean the same everywhere."""
    if profile.writes_han:
        return text
    text = text.translate(_MARKS).replace("……", "...")
    for mark, own in _OWN_MARKS.get(profile.tag, {}).items():
        text = text.replace("...", "…").replace(mark, own).replace("…", "...")
    text = regex.sub(r"([,;:!?.،؛؟।])(?=[\p{L}\p{N}])", r"\1 ", text)
    if profile.tag.startswith("es"):
        text = regex.sub(r"([^.!?]*\p{L}[^.!?]*)([!?]+)", lambda m: _inverted(m[1], m[2]), text)
    return regex.sub(r"(?<=\p{L}|\p{N})([!?;:])", "\u202f\\1", text) if profile.tag == "fr" else text


def _inverted(sentence: str, ends: str) -> str:
    space = sentence[: len(sentence) - len(sentence.lstrip())]
    return f"{space}{'¡' if ends[0] == '!' else '¿'}{sentence.strip()}{ends}"


def restore(text: str, terms: Sequence[Term], profile: Locale) -> str:
    """`text` with every placeholder replaced by the target of its term, and the words beside it made to fit."""
    for number, start, end in reversed(placeholders.positions(text)):
        if number <= len(terms):
            text = _put(text[:start], terms[number - 1], text[end:], profile)
    return text


def _put(before: str, term: Term, after: str, profile: Locale) -> str:
    code, target = profile.tag.split("-")[0], term.target
    if code == "ko":
        after = _with_particle(target, after)
    if profile.spaced:
        before, target = _with_article(before, target, after, term, code)
        if _WORD_END.search(before):
            before += " "
        if _WORD_START.match(after) and not profile.suffixes:
            after = f" {after}"
        if _SENTENCE_START.search(before):
            target = target[:1].upper() + target[1:] if profile.tag != "tr" else _turkish_capital(target)
    else:
        # Models set spaces around a placeholder where the script has none.
        before, after = before.rstrip(" "), after.lstrip(" ")
    return f"{before}{target}{after}"


def _with_article(before: str, target: str, after: str, term: Term, code: str) -> tuple[str, str]:
    """`before` and `target` with the article that belongs there, if any, contracted with what stands before it."""
    if code == "en":
        before = regex.sub(r"(?i)\b(a)n?(\s+)$", rf"\1{'n' if target[:1].lower() in 'aeiou' else ''}\2", before)
    article = _ARTICLES.get(code, {}).get(term.gender)
    called = _CALL_BEFORE.search(before) and _VOICED.match(after)
    named = regex.match(r"\s+(?:\p{Lu}|XQ\d)", after)
    if term.pos != "title" or article is None or called or named or _POSSESSIVE.match(target):
        return before, target
    if before.rstrip().endswith(",") and _VOICED.match(after):
        return before, target
    if _HAS_DETERMINER[code].search(before):
        return before, target
    if code == "it" and article == "il" and regex.match(r"(?i)s[^aeiou]|z|gn|ps|x|y", target):
        article = "lo"
    if code in {"fr", "it"} and regex.match(r"(?i)[aeiouhéèêàâîôû]", target):
        return before, f"l'{target}"
    before = before if not before or before.endswith((" ", "'", "\n")) else f"{before} "
    for long, short in _CONTRACTIONS.get(code, ()):
        head, tail = long.split()
        if tail == article and (match := regex.search(rf"(?i)(?:^|(?<=[^\p{{L}}])){head}\s+$", before)):
            capital = match[0][:1].isupper()
            return before[: match.start()], f"{short.capitalize() if capital else short} {target}"
    if _SENTENCE_START.search(before):
        return before, f"{article.capitalize()} {target}"
    return before, f"{article} {target}"


def _with_particle(target: str, after: str) -> str:
    """`after` with the Korean particle at its start in the form that follows `target`."""
    code = ord(target[-1]) - _HANGUL_SYLLABLES if target else -1
    if not 0 <= code < 11172:
        return after
    final = code % _FINALS
    for closed, open_ in sorted(_PARTICLES, key=lambda pair: -len(pair[0])):
        for form in (closed, open_):
            if regex.match(rf"{form}(?!\p{{Hangul}})", after):
                right = open_ if final == 0 or (closed == "으로" and final == _RIEUL) else closed
                return right + after[len(form) :]
    return after


def _turkish_capital(text: str) -> str:
    return ("İ" if text.startswith("i") else text[:1].upper()) + text[1:]
