"""What a locale needs, in one table; how fast it is read and how it is punctuated stands in `reading`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from localize import reading
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
    breaker: Breaker = "spaces"
    direction: Literal["ltr", "rtl"] = "ltr"
    engine: Engine = "argos"

    @property
    def cps(self) -> int:
        """Grapheme clusters a second of the locale's own readers, before a series has its say."""
        return reading.of(self.tag).cps.value

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
        Locale("en", "English", "Latn", "eng", _LATIN, "en"),
        Locale("es-419", "Spanish (Latin America)", "Latn", "spa", _LATIN, "es"),
        Locale("pt-BR", "Portuguese (Brazil)", "Latn", "por", _LATIN, "pb"),
        Locale("fr", "French", "Latn", "fra", _LATIN, "fr"),
        Locale("de", "German", "Latn", "deu", _LATIN, "de"),
        Locale("it", "Italian", "Latn", "ita", _LATIN, "it"),
        Locale("ru", "Russian", "Cyrl", "rus", _LATIN, "ru"),
        Locale("tr", "Turkish", "Latn", "tur", _LATIN, "tr"),
        # The UI faces have Noto Sans' own line height, so that a Latin name inside the line keeps its size.
        Locale("ar", "Arabic", "Arab", "ara", "Noto Sans Arabic UI", "ar", direction="rtl"),
        Locale("hi", "Hindi", "Deva", "hin", "Noto Sans Devanagari UI", "hi"),
        Locale("id", "Indonesian", "Latn", "ind", _LATIN, "id"),
        Locale("ms", "Malay", "Latn", "msa", _LATIN, "ms"),
        Locale("th", "Thai", "Thai", "tha", "Noto Sans Thai UI", "th", "budoux-th"),
        # Named per locale: any other family falls back to the Japanese shapes.
        Locale("ja", "Japanese", "Jpan", "jpn", "Noto Sans CJK JP", "ja", "budoux-ja"),
        Locale("ko", "Korean", "Kore", "kor", "Noto Sans CJK KR", "ko"),
        Locale("fil", "Filipino", "Latn", "fil", _LATIN, "tl"),
        Locale(
            "zh-Hant",
            "Chinese (Traditional)",
            "Hant",
            "zho",
            "Noto Sans CJK TC",
            None,
            "budoux-zh-hant",
            engine="opencc",
        ),
        Locale("vi", "Vietnamese", "Latn", "vie", _LATIN, None),
    )
}

SOURCE = Locale("zh-Hans", "Chinese (Simplified)", "Hans", "zho", "Noto Sans CJK SC", None, "budoux-zh-hans")


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
