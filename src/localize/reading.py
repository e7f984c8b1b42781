"""Reading profiles: how fast the readers of a locale read, and how subtitles are written there. One row per locale.

Speeds are for adults, in grapheme clusters a second; spaces and punctuation count, line breaks do not. Netflix counts
spaces and half-width characters of Japanese and Korean as half: here they count in full, which is stricter, so that one
count serves all locales. Where sources differ the lower figure stands. A series overrides figures in `series.toml`:
`[reading] cps = 15` for all of its locales, `[reading.th] cps = 12` for one.

Every figure names its source by a key of `SOURCES`; `assumed` says that none was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from localize.timing import Limits

Shape = Literal["bottom-heavy", "balanced"]
FullStop = Literal["kept", "dropped"]

ASSUMED = "assumed"


class Figure(NamedTuple):
    """A number and where it is from."""

    value: int
    source: str


class Convention(NamedTuple):
    """A way of writing and where it is from."""

    value: str
    source: str


_SHORTEST, _LONGEST, _GAP, _LINES = (Figure(value, "N-gen") for value in (833, 7000, 2, 2))
_BOTTOM_HEAVY, _WESTERN = Convention("bottom-heavy", "N-gen"), Convention("western", ASSUMED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What readers of one locale need and expect; `gap_frames` as `timing.Limits` has it."""

    tag: str
    cps: Figure
    quotes: Convention
    """Opening and closing mark, with what stands between them and the words."""
    dash: Convention
    """What each line begins with where two people speak in one subtitle."""
    ellipsis: Convention
    full_stop: Convention
    """Whether a subtitle keeps the stop at its end."""
    min_ms: Figure = _SHORTEST
    max_ms: Figure = _LONGEST
    gap_frames: Figure = _GAP
    close_gaps: bool = True
    """Gaps under half a second are closed to `gap_frames`: N-time."""
    lines: Figure = _LINES
    shape: Convention = _BOTTOM_HEAVY
    numerals: Convention = _WESTERN

    @property
    def limits(self) -> Limits:
        return Limits(self.cps.value, self.min_ms.value, self.max_ms.value, self.gap_frames.value, self.close_gaps)

    @property
    def opening(self) -> str:
        return self.quotes.value.partition("|")[0]

    @property
    def closing(self) -> str:
        return self.quotes.value.partition("|")[2]


def _row(
    tag: str,
    cps: tuple[int, str],
    quotes: tuple[str, str] = ("“|”", "CLDR"),
    dash: tuple[str, str] = ("- ", "N-dash"),
    *,
    ellipsis: tuple[str, str] = ("…", "N-gen"),
    full_stop: tuple[FullStop, str] = ("kept", ASSUMED),
    shape: Convention = _BOTTOM_HEAVY,
) -> Reading:
    return Reading(
        tag,
        Figure(*cps),
        Convention(*quotes),
        Convention(*dash),
        Convention(*ellipsis),
        Convention(*full_stop),
        shape=shape,
    )


# Short lines of full-width characters read as a block, and a line of a few under a long one looks lost.
_BLOCK = Convention("balanced", ASSUMED)

PROFILES: Mapping[str, Reading] = {
    row.tag: row
    for row in (
        # N-SDH and S say 20 for English, SE 20 for Arabic and 22 for Hindi: the lower ones stand.
        _row("en", (17, "N-en"), dash=("-", "N-en")),
        _row("es-419", (17, "S, SE")),
        _row("pt-BR", (17, "S, SE")),
        _row("fr", (17, "S, SE"), ("«\u202f|\u202f»", "CLDR, IN")),
        _row("de", (17, "S, SE"), ("„|“", "CLDR"), ("-", "N-dash")),
        _row("it", (17, "S, SE"), ("“|”", ASSUMED)),
        _row("ru", (17, "S, SE"), ("«|»", "CLDR")),
        _row("tr", (17, "S, SE"), dash=("-", "N-dash")),
        # The marks do not turn round in a right-to-left line, so the one that closes in English opens.
        _row("ar", (17, "S"), ("”|“", "CLDR")),
        _row("hi", (17, "S"), dash=("-", "N-dash")),
        _row("id", (17, "S, SE")),
        _row("ms", (17, "SE")),
        _row("th", (17, "S, SE"), full_stop=("dropped", "orthography")),
        _row("ja", (4, "S, SE"), ("「|」", "CLDR"), ("-", "N-dash"), full_stop=("dropped", "N-ja"), shape=_BLOCK),
        _row("ko", (12, "S, SE"), shape=_BLOCK),
        _row("fil", (17, "SE"), dash=("-", "N-dash")),
        _row("zh-Hant", (9, "S, SE"), ("「|」", "CLDR"), ("–", "N-zh"), ellipsis=("……", "CLREQ"), shape=_BLOCK),
        _row("vi", (17, "S, SE")),
        _row("zh-Hans", (9, "S, SE"), dash=("–", "N-zh"), ellipsis=("……", "CLREQ"), shape=_BLOCK),
    )
}

SOURCES: Mapping[str, str] = {
    "N-gen": "Netflix, Timed Text Style Guide: General Requirements, partnerhelp.netflixstudios.com 215758617",
    "N-time": "Netflix, Subtitle Timing Guidelines, partnerhelp.netflixstudios.com 360051554394",
    "N-en": "Netflix, English Template Timed Text Style Guide, backlothelp.netflix.com 219375728: 200 words a minute",
    "N-SDH": "Netflix, English Timed Text Style Guide, partnerhelp.netflixstudios.com 217350977",
    "N-ja": "Netflix, Japanese Timed Text Style Guide, partnerhelp.netflixstudios.com 215767517",
    "N-zh": "Netflix, Simplified Chinese Timed Text Style Guide, partnerhelp.netflixstudios.com 215986007",
    "N-dash": "Netflix's guides by language, as github.com/SubtitleEdit/subtitleedit has them (dialogue styles)",
    "SE": "Netflix's guides by language, as github.com/SubtitleEdit/subtitleedit has them (speeds)",
    "S": "sublingo.cc/guides/subtitle-specs-by-language, 2026-06-11, after Netflix's guides",
    "CLDR": "Unicode CLDR, delimiters: quotationStart and quotationEnd",
    "CLREQ": "W3C, Requirements for Chinese Text Layout: the ellipsis takes two full-width characters",
    "IN": "Imprimerie nationale, Lexique des règles typographiques: a thin no-break space inside guillemets",
    "orthography": "the script has no such mark at the end of a sentence",
    ASSUMED: "no source was found",
}


class Override(BaseModel):
    """Figures that a series sets for its own readers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cps: Annotated[int | None, Field(gt=0, le=60)] = None
    min_ms: Annotated[int | None, Field(gt=0)] = None
    max_ms: Annotated[int | None, Field(gt=0)] = None
    gap_frames: Annotated[int | None, Field(ge=0, le=12)] = None
    close_gaps: bool | None = None
    lines: Annotated[int | None, Field(ge=1, le=3)] = None
    shape: Shape | None = None

    def on(self, row: Reading) -> Reading:
        """`row` with what is set here."""
        changed: dict[str, Any] = {}
        for name, value in self.model_dump(exclude_none=True, include=set(Override.model_fields)).items():
            kind = type(getattr(row, name))
            changed[name] = kind(value, "series.toml") if kind in {Figure, Convention} else value
        return replace(row, **changed)


class Overrides(Override):
    """The table `[reading]` of a manifest: figures for all locales, and `[reading.<locale>]` for single ones."""

    locales: Mapping[str, Override] = {}

    @model_validator(mode="before")
    @classmethod
    def _by_locale(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "locales" in data:
            return data
        tables = {key: value for key, value in data.items() if isinstance(value, dict)}
        if unknown := tables.keys() - PROFILES.keys():
            raise ValueError(f"{sorted(unknown)[0]!r} is not a locale; choose among {', '.join(PROFILES)}")
        return {key: value for key, value in data.items() if key not in tables} | {"locales": tables}

    @model_validator(mode="after")
    def _possible(self) -> Overrides:
        for tag in PROFILES:
            limits = self.of(tag).limits
            if limits.min_ms >= limits.max_ms:
                raise ValueError(f"{tag}: min_ms {limits.min_ms} is not below max_ms {limits.max_ms}")
        return self

    def of(self, tag: str) -> Reading:
        """The profile of a locale as this series wants it."""
        return self.locales.get(tag, _NOTHING).on(self.on(PROFILES[tag]))


_NOTHING = Override()


def of(tag: str) -> Reading:
    """The profile of a locale; `tag` is one of `LOCALES` or the source locale."""
    return PROFILES[tag]
