"""Terms: a row of a table, and what one line requires of its translation."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import regex

Status = Literal["preferred", "admitted", "forbidden"]
STATUSES: tuple[Status, ...] = ("preferred", "admitted", "forbidden")
Gender = Literal["m", "f", "n", ""]
GENDERS: tuple[Gender, ...] = ("m", "f", "n", "")
PARTS_OF_SPEECH = (
    "name", "title", "noun", "kinship", "pronoun", "insult", "interjection", "phrase", "verb", "adjective", "",
)  # fmt: skip

COLUMNS = ("source", "target", "status", "pos", "gender", "variants", "near", "not_near", "not_in", "note")
"""Of a glossary table, in order; a cell that holds several values separates them by `|`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a glossary table, for one locale.

    `near` and `not_near` are source words of which one must, or none may, stand in the same cue or the ones beside it;
    `not_in` are longer source words inside which the characters mean something else. `variants` are further forms of
    the target that count as right. `gender` is the grammatical gender of the target.
    """

    source: str
    target: str
    status: Status = "preferred"
    pos: str = ""
    gender: Gender = ""
    variants: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    note: str = ""
    locale: str = ""
    scope: str = ""
    """`common`, a genre, `series`, or `episode`."""
    file: str = ""
    row: int = 0
    """Of an XLSX its row, of a CSV the line of the file on which the row begins; 1 holds the names of the columns.

    0 for a name of characters.toml.
    """

    @property
    def sense(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What tells this meaning from others of the same characters."""
        return self.source, self.near, self.not_near

    @property
    def where(self) -> str:
        return f"{self.file}:{self.row}" if self.row else self.file


@dataclass(frozen=True, slots=True)
class Term:
    """What one source term has to be in one locale: `target`, or any of the `accepted` forms.

    `borrowed`: the locale has no target of its own and takes the English one. `suffixes`: the language writes endings
    and particles in one piece with the word, so that letters may follow it.
    """

    source: str
    target: str
    accepted: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    pos: str = ""
    gender: Gender = ""
    borrowed: bool = False
    suffixes: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.target, *self.accepted)

    def count(self, text: str) -> int:
        """How often the term stands in `text`, in any accepted form."""
        return len(places(text, self.forms, self.suffixes))

    def forbidden_in(self, text: str, beside: Sequence[Term] = ()) -> tuple[str, ...]:
        """The forbidden renderings that `text` holds, other than where `beside`, all terms of the line, account for it.

        A word that is wrong for one term may be right for another one that stands in the same line.
        """
        rest = folded(text)
        forms = dict.fromkeys(form for term in (self, *beside) for form in term.forms)
        for start, end in reversed(places(text, tuple(forms), self.suffixes)):
            rest = f"{rest[:start]}|{rest[end:]}"
        return tuple(form for form in self.forbidden if places(rest, (form,), self.suffixes))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a term stands in a source line, `[start, end)` in code points; spans of a line never overlap."""

    start: int
    end: int
    source: str


_ALIKE = str.maketrans({"İ": "i", "I": "i", "ı": "i", "’": "'", "ʼ": "'", "أ": "ا", "إ": "ا", "آ": "ا", "ـ": None})
# Invisible controls, and Arabic vowel points, which a writer may leave out.
_UNWRITTEN = regex.compile(r"[\p{Cf}\u064B-\u065F\u0670]")
# Scripts that put spaces between words, so that letters beside a match make it part of another word.
_SPACED = r"\p{Latin}\p{Cyrillic}\p{Greek}\p{Devanagari}\p{Arabic}\p{Hangul}\p{N}"
_IS_SPACED = regex.compile(f"[{_SPACED}]")
_ARABIC = regex.compile(r"\p{Arabic}")
_ARTICLE_AND_STEM = 4
"""Letters: what is left of a shorter Arabic word without its article may be any word."""
# Arabic writes "and", "with", "to" and "the" in one piece with the word.
_CLITICS = rf"(?<![{_SPACED}])(?:[وف]?[بلك]?(?:ال|ل)?)"


def folded(text: str) -> str:
    """`text` for comparison: one case, one spelling of apostrophes and spaces, no vowel points, no invisible marks."""
    text = _UNWRITTEN.sub("", unicodedata.normalize("NFKC", text)).translate(_ALIKE)
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).split())


def missing(text: str, terms: Iterable[Term]) -> Counter[Term]:
    """What `text` lacks of `terms`, which may name one several times.

    No word counts twice: the Dragon King of "Dragon King Token" is none where both are required.
    """
    left = Counter(iter(terms))
    takers: dict[str, list[Term]] = {}
    for term in sorted(left, key=lambda term: len(term.forms)):  # who has no other form comes first
        for form in dict.fromkeys(map(_stem, term.forms)):
            takers.setdefault(form, []).append(term)
    whole, suffixes = folded(text), any(term.suffixes for term in left)
    for start, end in places(text, tuple(takers), suffixes):
        if taker := next((term for term in takers[whole[start:end]] if left[term]), None):
            left[taker] -= 1
    return +left


def places(text: str, forms: tuple[str, ...], suffixes: bool = False) -> list[tuple[int, int]]:
    """Where any of `forms` stands as a word of its own, the longest first; code points of `folded(text)`."""
    return [match.span("word") for match in _pattern(forms, suffixes).finditer(folded(text))]


@lru_cache(maxsize=4096)
def _pattern(forms: tuple[str, ...], suffixes: bool) -> regex.Pattern[str]:
    words = sorted({word for form in forms if (word := _stem(form))}, key=len, reverse=True)
    return regex.compile("|".join(_word(word, suffixes) for word in words) or "(?!)(?P<word>)")


def _stem(form: str) -> str:
    """`form` as it is looked for: folded, and without the Arabic article, which goes where another noun follows."""
    word = folded(form)
    return word.removeprefix("ال") if len(word) > _ARTICLE_AND_STEM else word


def _word(word: str, suffixes: bool) -> str:
    before = _CLITICS if _ARABIC.match(word) else f"(?<![{_SPACED}])" if _IS_SPACED.match(word) else ""
    after = "" if suffixes or not _IS_SPACED.match(word[-1]) else f"(?![{_SPACED}])"
    return f"{before}(?P<word>{regex.escape(word, literal_spaces=True)}){after}"
