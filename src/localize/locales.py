"""What a locale needs, in one table.

`cps` is a provisional adult reading speed in grapheme clusters per second: for each locale the lower of the two figures
in sublingo.cc's subtitle specifications by language and Netflix's timed text style guides, as far as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from localize.errors import LocaleError

Breaker = Literal["spaces", "budoux-ja", "budoux-th", "budoux-zh-hant", "budoux-zh-hans"]
Engine = Literal["argos", "opencc"]

_LATIN = "Noto Sans"


@dataclass(frozen=True, slots=True)
class Locale:
    """One target (or source) locale. `argos` is the code of the en->X package; None where none is published."""

    tag: str
    name: str
    script: str
    """ISO 15924."""
    iso639_2: str
    """Terminologic code, as MP4 has it; Matroska takes the bibliographic one, see `stages.render`."""
    font: str
    """Family drawn first; `Noto Sans` follows it for what it lacks."""
    argos: str | None
    cps: int
    breaker: Breaker = "spaces"
    direction: Literal["ltr", "rtl"] = "ltr"
    engine: Engine = "argos"

    @property
    def suffixes(self) -> bool:
        """Whether endings and particles are written in one piece with a word, so that letters may follow a term."""
        return self.tag in {"tr", "id", "ms", "fil", "ko", "ja", "th", "zh-Hant"}

    @property
    def spaced(self) -> bool:
        """Whether spaces stand between words."""
        return self.script not in {"Hans", "Hant", "Jpan", "Thai"}

    @property
    def writes_han(self) -> bool:
        return self.script in {"Hans", "Hant", "Jpan"}

    @property
    def fonts(self) -> tuple[str, ...]:
        return (self.font,) if self.font == _LATIN else (self.font, _LATIN)


LOCALES: dict[str, Locale] = {
    locale.tag: locale
    for locale in (
        Locale("en", "English", "Latn", "eng", _LATIN, "en", 17),
        Locale("es-419", "Spanish (Latin America)", "Latn", "spa", _LATIN, "es", 17),
        Locale("pt-BR", "Portuguese (Brazil)", "Latn", "por", _LATIN, "pb", 17),
        Locale("fr", "French", "Latn", "fra", _LATIN, "fr", 17),
        Locale("de", "German", "Latn", "deu", _LATIN, "de", 17),
        Locale("it", "Italian", "Latn", "ita", _LATIN, "it", 17),
        Locale("ru", "Russian", "Cyrl", "rus", _LATIN, "ru", 17),
        Locale("tr", "Turkish", "Latn", "tur", _LATIN, "tr", 17),
        # The UI faces have Noto Sans' own line height, so that a Latin name inside the line keeps its size.
        Locale("ar", "Arabic", "Arab", "ara", "Noto Sans Arabic UI", "ar", 17, direction="rtl"),
        Locale("hi", "Hindi", "Deva", "hin", "Noto Sans Devanagari UI", "hi", 17),
        Locale("id", "Indonesian", "Latn", "ind", _LATIN, "id", 17),
        Locale("ms", "Malay", "Latn", "msa", _LATIN, "ms", 17),
        Locale("th", "Thai", "Thai", "tha", "Noto Sans Thai UI", "th", 17, "budoux-th"),
        # Named per locale: any other family falls back to the Japanese shapes.
        Locale("ja", "Japanese", "Jpan", "jpn", "Noto Sans CJK JP", "ja", 4, "budoux-ja"),
        Locale("ko", "Korean", "Kore", "kor", "Noto Sans CJK KR", "ko", 12),
        Locale("fil", "Filipino", "Latn", "fil", _LATIN, "tl", 17),
        Locale(
            "zh-Hant",
            "Chinese (Traditional)",
            "Hant",
            "zho",
            "Noto Sans CJK TC",
            None,
            9,
            "budoux-zh-hant",
            engine="opencc",
        ),
        Locale("vi", "Vietnamese", "Latn", "vie", _LATIN, None, 17),
    )
}

SOURCE = Locale("zh-Hans", "Chinese (Simplified)", "Hans", "zho", "Noto Sans CJK SC", None, 9, "budoux-zh-hans")


def locale(tag: str) -> Locale:
    """The profile of `tag` (a target, or the source locale); LocaleError names the known ones."""
    if tag == SOURCE.tag:
        return SOURCE
    try:
        return LOCALES[tag]
    except KeyError:
        raise LocaleError(
            f"{tag!r} is not a locale we carry a profile for", next_step=f"choose among {', '.join(LOCALES)}"
        ) from None
