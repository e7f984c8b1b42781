"""Articles before a term: put where a title needs one, and in the form that the sound behind them asks for.

Models treat a placeholder as a bare name: "I am XQ1", "l'ordre d'XQ1". What has to change follows from the words right
beside it; where it does not, nothing is guessed. German, whose articles show case, is left alone.
"""

from __future__ import annotations

import regex

from localize.glossary.terms import Term

# A title that nobody is called by takes the definite article: "I am XQ1" is "I am the Dragon King".
_ARTICLES = {"en": {"": "the", "m": "the", "f": "the", "n": "the"}, "es": {"m": "el", "f": "la"},
             "pt": {"m": "o", "f": "a"}, "fr": {"m": "le", "f": "la"}, "it": {"m": "il", "f": "la"}}  # fmt: skip
_DETERMINERS = {
    "en": "a an the this that these those my your his her its our their whose no any some every each which what another"
    r" mr\.? mrs\.? ms\.? miss",
    "es": "el la los las un una unos unas este esta ese esa aquel aquella mi tu su nuestro nuestra vuestro vuestra al"
    " del qué cual ningún ninguna cada otro otra don doña",
    "pt": "o a os as um uma este esta esse essa aquele aquela meu minha seu sua teu tua nosso nossa ao à do da no na"
    " pelo pela que qual nenhum nenhuma cada outro outra dom",
    "fr": "le la les l' un une des ce cet cette ces mon ma mes ton ta tes son sa ses notre votre leur au aux du quel"
    " quelle aucun aucune chaque d' qu'",
    "it": "il lo la i gli le l' un uno una un' questo questa quel quello quella mio mia tuo tua suo sua nostro nostra"
    " vostro vostra loro al allo alla all' dal dallo dalla dall' del dello della dell' nel nello nella nell' sul sullo"
    " sulla sull' che quale nessun nessuna ogni altro altra don",
}
# With at most one adjective behind it: "the real XQ1".
_HAS_DETERMINER = {
    code: regex.compile(rf"(?i)(?<![\p{{L}}'’])(?:{'|'.join(words.split())})(?:\s+|(?<=['’]))(?:\p{{L}}+\s+)?$")
    for code, words in _DETERMINERS.items()
}
# Determined already, or a form of address that takes no article in any place.
_DETERMINED = regex.compile(
    r"(?i)^(?:(?:the|your|his|her|my|our|this|su|tu|vuestra|votre|sa|son|vossa|sua|vostra|este|esta)\s"
    r"|(?:madame|mademoiselle|monsieur)\b)"
)
_OPEN = r"[\s\"'“”«»¿¡(\[]*"
_CALL_BEFORE = {
    code: regex.compile(rf"(?i)(?:^|[,!?….—–:;-]|(?<!\p{{L}})(?:{words})){_OPEN}$")
    for code, words in {
        "en": "hello|hi|hey|dear|oh?|goodbye|farewell|greetings|welcome|thank you|thanks|sorry|yes|no",
        "es": "hola|querid[oa]|oh|adiós|gracias|bienvenid[oa]|perdón|sí",
        "pt": "olá|oi|querid[oa]|oh?|ó|adeus|obrigad[oa]|bem-vind[oa]|perdão|desculpe|sim",
        "fr": "bonjour|salut|ch(?:er|ère)|oh?|ô|adieu|merci|bienvenue|pardon|oui|non",
        "it": "ciao|salve|car[oa]|oh?|addio|grazie|benvenut[oa]|scusa|sì",
    }.items()
}
SENTENCE_START = regex.compile(r"(?:^|(?<!\.)\.|[!?]|\n)[\s\"'“”«»¿¡(\[—–-]*$")
_VOICED = regex.compile(r"^\s*(?:[,!?…。！？，.;:\"”»)]|$)")
_NAME_FOLLOWS = regex.compile(r"^\s+(?:\p{Lu}|XQ\d)")
_NAME_BEFORE = regex.compile(r"(?:XQ\d|(?<=\p{L}['’]?\s)(?!I\b)\p{Lu}\p{Ll}+)\s+$")
_NO_ARTICLE = regex.compile(r"(?i)(?<!\p{L})(?:as|como|comme|come)\s+$")
_PLURAL = regex.compile(r"^s(?!\p{L})")

_PREPOSITIONS = {
    "es": {"a": "a", "de": "de"},
    "pt": {"de": "d", "em": "n", "a": "a", "por": "pel"},
    "fr": {"à": "à", "de": "de"},
    "it": {"di": "de", "a": "a", "da": "da", "in": "ne", "su": "su"},
}
_CONTRACTED = {
    "es": {"a el": "al", "de el": "del"},
    "pt": {"a o": "ao", "a a": "à"},
    "fr": {"à le": "au", "de le": "du"},
}

# What is sounded otherwise than it is written: "an hour", "a unicorn"; "le héros"; "lo sposo"; "el águila".
_AN = regex.compile(
    r"(?i:[ai]|o(?!ne(?:\b|-)|nce\b)|e(?![uw])|u(?!ni(?![mn])|s[aeu]|ti|r[aeio]|b[iu]|k)|hono|hour|heir|honest)"
    r"|[AEFHILMNORSX](?=[A-Z]+\b)"
)
_ASPIRATED = (
    "éros|ér[ai]ss|éraut|aut|uit|asard|arem|ache|alte|ont|ors|i[bd]|omard|uss|ong|aine|a[iï]r|all|anche|arp|âte|erse"
    r"|eurt|uée|urle|ollande|obbit|an\b"
)
_VOWEL = regex.compile(rf"(?i)[aàâáäeéèêëiîïíoôöóuùûúœæ]|h(?!{_ASPIRATED})")
_IMPURE = regex.compile(r"(?i)^(?:s[^aeiouàèéìòù\s]|z|gn|ps|pn|x|y)")
_STRESSED_A = regex.compile(r"(?i)^(?:h?á|(?:agua|alma|arma|ama|ala|alba|aula|hada)(?!\p{L}))")


def with_article(before: str, term: Term, after: str, code: str) -> tuple[str, str]:
    """`before` and the target of `term` with the article that belongs between them; `code` is the language's."""
    target = term.target
    if code not in _ARTICLES:
        return before, target
    article = _ARTICLES[code].get(term.gender) if _needed(before, term, after, code) else None
    if article:
        space = " " if before[-1:].isalpha() else ""
        before = f"{before}{space}{_capitalised(article) if SENTENCE_START.search(before) else article} "
        before = _contracted(before, code)
    return _sounded(before, target, term, code), target


def _needed(before: str, term: Term, after: str, code: str) -> bool:
    """Whether `term` is a title that stands here without what a noun needs, and that nobody is called by."""
    called = _CALL_BEFORE[code].search(before) and _VOICED.match(after)
    named = _NAME_FOLLOWS.match(after) or _NAME_BEFORE.search(before) or _NO_ARTICLE.search(before)
    return (
        term.pos == "title"
        and not called
        and not named
        and not _PLURAL.match(after)
        and not _DETERMINED.match(term.target)
        and not _HAS_DETERMINER[code].search(before)
    )


def _contracted(before: str, code: str) -> str:
    """`a el ` as `al `, `di il ` as `del `; what ends in an article is contracted with a preposition before it."""
    match = regex.search(r"(?<!\p{L})(\p{L}+)\s+(\p{L}+)\s+$", before)
    if not match or match[1].lower() not in _PREPOSITIONS.get(code, {}):
        return before
    preposition, article = match[1].lower(), match[2].lower()
    short = _CONTRACTED.get(code, {}).get(f"{preposition} {article}")
    if short is None and code == "pt":
        short = f"{_PREPOSITIONS[code][preposition]}{article}"
    if short is None and code == "it":
        short = _PREPOSITIONS[code][preposition] + {"il": "l", "la": "lla"}.get(article, article)
    if short is None:
        return before
    return f"{before[: match.start()]}{_like(match[1], short)} "


def _sounded(before: str, target: str, term: Term, code: str) -> str:
    """`before` with the words at its end in the form that the first sound of `target` asks for."""
    if code == "en":
        n = "n" if _AN.match(target) else ""
        # A capital inside a sentence is a letter: vitamin A.
        return regex.sub(r"(?<!\p{L})(a|(?<!\p{L}\s)A)n?(\s+)$", rf"\g<1>{n}\g<2>", before)
    if code == "es" and term.gender == "f" and _STRESSED_A.match(target):
        before = regex.sub(r"(?i)(?<!\p{L})la\s+$", lambda m: _like(m[0], "el "), before)
        return _contracted(before, code)
    if code == "fr":
        return _elided(before, target, term)
    return _italian(before, target, term) if code == "it" else before


def _elided(before: str, target: str, term: Term) -> str:
    """French: l', d' and qu' stand before a vowel and nowhere else, au and du before none."""
    if _VOWEL.match(target):
        before = regex.sub(r"(?i)(?<!\p{L})(l|d|qu)[eae]\s+$", lambda m: f"{m[1]}'", before)
        before = regex.sub(r"(?i)(?<!\p{L})au\s+$", lambda m: _like(m[0], "à l'"), before)
        return regex.sub(r"(?i)(?<!\p{L})du\s+$", lambda m: _like(m[0], "de l'"), before)
    before = regex.sub(r"(?i)(?<!\p{L})(d|qu)['’]\s*$", lambda m: f"{m[1]}e ", before)
    le = {"m": "le", "f": "la"}.get(term.gender)
    if le:
        before = regex.sub(r"(?i)(?<!\p{L})l['’]\s*$", lambda m: f"{_like(m[0], le)} ", before)
    return regex.sub(
        r"(?i)(?<!\p{L})(à|de) le\s+$", lambda m: _like(m[1], "au " if m[1].lower() == "à" else "du "), before
    )


_ITALIAN = regex.compile(
    r"(?i)(?<!\p{L})(?:il|(?:(?:de|a|da|ne|su)l)?l(?:o|a|['’])|(?:de|a|da|ne|su)l|un(?:o|a|['’])?)(?:\s+|(?<=['’]))$"
)


def _italian(before: str, target: str, term: Term) -> str:
    """Italian: il and un, lo and uno before s with a consonant, l' and (feminine) un' before a vowel."""
    vowel, impure = bool(_VOWEL.match(target)) and target[:1].lower() != "h", bool(_IMPURE.match(target))
    match = regex.search(
        r"(?i)(?<!\p{L})(?:((?:de|a|da|ne|su)?)(l|ll)(o|a|['’])?|(i)(l)|(un)(o|a|['’])?|(lo|la))(?:\s+|(?<=['’]))$",
        before,
    )
    if not match:
        return before
    word = match[0].strip().lower().replace("’", "'")
    if word in {"un", "uno", "una", "un'"}:
        feminine = word in {"una", "un'"} or (word == "un" and term.gender == "f" and vowel)
        made = ("un'" if vowel else "una ") if feminine else ("uno " if impure else "un ")
    else:
        stem = regex.sub(r"(?:il|lo|la|l'|llo|lla|ll'|l)$", "", word)
        feminine = word.endswith("a") or (word.endswith("'") and term.gender == "f")
        if word.endswith("'") and not term.gender and not vowel:
            return before
        double = "ll" if stem else "l"
        masculine = f"{double}o " if impure else ("l " if stem else "il ")
        made = stem + (f"{double}'" if vowel else f"{double}a " if feminine else masculine)
    return f"{before[: match.start()]}{_like(match[0], made)}"


def _like(model: str, text: str) -> str:
    """`text` with a capital where `model` has one."""
    return _capitalised(text) if model[:1].isupper() else text


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
