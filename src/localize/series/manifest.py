"""Episodes and the whole of a manifest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from localize.characters import Address, Cast, Character
from localize.locales import LOCALES
from localize.reading import Overrides
from localize.series.gates import Gates
from localize.series.strict import Strict
from localize.series.style import Style

GENRES = ("ceo-romance", "war-god", "rebirth", "xianxia", "palace", "family", "folk-culture")
PLATFORMS = ("tiktok", "reels", "shorts", "reelshort", "full")

TextSource = Literal["auto", "ocr", "speech", "file"]
SOURCES: tuple[TextSource, ...] = get_args(TextSource)
Cover = Literal["auto", "blur", "box", "inpaint", "none"]
# Ids become file and folder names on every platform, so: no separators, no leading dot.
ID_CHARS = 64
Id = Annotated[str, Field(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{ID_CHARS - 1}}}$")]
Fraction01 = Annotated[float, Field(ge=0, le=1)]
_TRANSLATOR = re.compile(r"argos|opencc(?::hk)?|llm:[A-Za-z0-9][A-Za-z0-9._-]*")

METADATA = "metadata"
"""Stands for an episode whose lines are the titles and the synopsis of a series: they are worked on like any other."""
DELIVERIES = "deliveries"
"""The folder beside the episodes of a series that holds the records of its deliveries."""


class Episode(Strict):
    """One media file, with the Chinese subtitles that came with it if there are any."""

    id: Id
    file: str
    subtitles: str | None = None
    source: TextSource | None = None
    """Where its text comes from, where that is not what the series says."""
    title: str = ""
    """As viewers see it, in the source's language; localised like the series' own title and synopsis."""

    @property
    def has_film(self) -> bool:
        """Not so where it stands for the titles and the synopsis: nothing of them is drawn, timed or measured."""
        return self.id != METADATA


class Series(Strict):
    """A whole manifest. `root` is the folder its paths are relative to."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    id: Id
    title: str
    synopsis: str = ""
    genre: str
    source_locale: Literal["zh-Hans"] = "zh-Hans"
    locales: tuple[str, ...]
    platform: str = "tiktok"
    source: TextSource = "auto"
    """Where the text comes from: `auto` takes a supplied file, else burned-in subtitles, else speech."""
    translator: tuple[str, ...] = ("argos",)
    """`argos`, `opencc`, `opencc:hk`, `llm:NAME`, in the order they are asked: the next writes what one cannot."""
    translators: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The same for single locales."""
    formats: tuple[Literal["srt", "vtt", "ttml"], ...] = ("srt", "vtt")
    """The subtitle files that stand beside the video."""
    memory: Literal["series", "studio", "off"] = "series"
    """Whose approved lines are used again: this series', those of every series on this machine, or none."""
    shorten: bool = True
    """Whether a line that cannot be read in its time is asked for again, shorter."""
    cover: Cover = "auto"
    """How burned-in source subtitles are hidden in masters; `auto`: blurred wherever they were found."""
    band: tuple[Fraction01, Fraction01] | None = None
    """Top and bottom of burned-in source subtitles as shares of the frame's height, where a series knows better than
    the reader; targets stand on it where it is covered, else clear of it."""
    max_minutes: Annotated[float, Field(gt=0)] = 30
    priority: int = 0
    """Which series a batch takes first: the highest."""
    gates: Gates = Gates()
    style: Style = Style()
    reading: Overrides = Overrides()
    """Reading speeds, durations and the like that differ from the locales' profiles."""
    episode: tuple[Episode, ...]
    characters: tuple[Character, ...] = ()
    addresses: tuple[Address, ...] = ()
    root: Path = Path()
    manifest: Path = Path()

    @field_validator("genre")
    @classmethod
    def _known_genre(cls, value: str) -> str:
        if value not in GENRES:
            raise ValueError(f"{value!r} is not a genre; choose among {', '.join(GENRES)}")
        return value

    @field_validator("locales")
    @classmethod
    def _some_locales(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError(f"a series needs at least one target; choose among {', '.join(LOCALES)}")
        if twice := [tag for tag in value if value.count(tag) > 1]:
            raise ValueError(f"{twice[0]!r} stands there twice")
        return value

    @field_validator("translator", "translators", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        """One name may stand for a list of one."""
        if isinstance(value, dict):
            return {tag: cls._lists(names) for tag, names in value.items()}
        return (value,) if isinstance(value, str) else value

    @field_validator("platform")
    @classmethod
    def _known_platform(cls, value: str) -> str:
        if value not in PLATFORMS:
            raise ValueError(f"{value!r} is not a platform; choose among {', '.join(PLATFORMS)}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Series:
        for where, names in {"translator": self.translator, **self.translators}.items():
            if wrong := [name for name in names if not _TRANSLATOR.fullmatch(name)]:
                raise ValueError(f"{wrong[0]!r} is not a translator; choose among argos, opencc, opencc:hk, llm:NAME")
            if not names:
                raise ValueError(f"{where} needs at least one translator: argos, opencc, llm:NAME")
        if unknown := self.translators.keys() - LOCALES.keys():
            raise ValueError(f"translators: {sorted(unknown)[0]!r} is not a locale; choose among {', '.join(LOCALES)}")
        ids = [episode.id for episode in self.episode]
        if not ids:
            raise ValueError("a series needs at least one [[episode]]")
        if len(set(ids)) != len(ids):
            raise ValueError("episode ids must differ")
        if taken := {METADATA, DELIVERIES} & set(ids):
            raise ValueError(f"{sorted(taken)[0]!r} is a folder of the series' own; choose another episode id")
        if self.band and not self.band[0] < self.band[1]:
            raise ValueError("band is [top, bottom] with top < bottom")
        return self

    @property
    def cast(self) -> Cast:
        return Cast(self.characters, self.addresses)

    def path_of(self, file: str) -> Path:
        return (self.root / file).absolute()

    @property
    def names(self) -> tuple[str, ...]:
        """Every proper name of the series, in manifest order, once."""
        return tuple(dict.fromkeys(n for c in self.characters for n in (c.name, *c.aliases)))
