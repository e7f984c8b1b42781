"""The manifest: `series.toml`, what is to be localised and how. An unknown key is an error, never ignored."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from localize import styles
from localize.characters import Address, Cast, Character
from localize.errors import LocaleError, ManifestError, MediaError
from localize.findings import Severity
from localize.locales import LOCALES, SOURCE, Locale, locale
from localize.reading import Overrides

GENRES = ("ceo-romance", "war-god", "rebirth", "xianxia", "palace", "family", "folk-culture")
PLATFORMS = ("tiktok", "reels", "shorts", "reelshort", "full")
MEDIA_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts"})

TextSource = Literal["auto", "ocr", "speech", "file"]
SOURCES: tuple[TextSource, ...] = get_args(TextSource)
Cover = Literal["auto", "blur", "box", "inpaint", "none"]
GateMode = Literal["required", "auto", "off"]
# Ids become file and folder names on every platform, so: no separators, no leading dot.
_ID_CHARS = 64
Id = Annotated[str, Field(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{_ID_CHARS - 1}}}$")]
Fraction01 = Annotated[float, Field(ge=0, le=1)]


_TRANSLATOR = re.compile(r"argos|opencc(?::hk)?|llm:[A-Za-z0-9][A-Za-z0-9._-]*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GateRule(_Strict):
    """How a gate opens: by a person (`required`), by itself while no finding is as bad as `at` (`auto`), or always.

    A mode alone may stand for it: `translation = "auto"` is `translation = { mode = "auto", at = "error" }`.
    """

    mode: GateMode
    at: Severity = "error"

    @model_validator(mode="before")
    @classmethod
    def _mode_alone(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _severity_of_auto(self) -> GateRule:
        if self.mode != "auto" and self.at != "error":
            raise ValueError(f"'at' says when a gate that is auto passes; this one is {self.mode}")
        return self


class LocaleGates(_Strict):
    """What one locale has otherwise; the transcript is shared by all."""

    translation: GateRule | None = None
    final: GateRule | None = None


class Gates(_Strict):
    """Where a person decides; the defaults are those of a new series."""

    transcript: GateRule = GateRule(mode="auto")
    translation: GateRule = GateRule(mode="required")
    final: GateRule = GateRule(mode="auto")
    locales: dict[str, LocaleGates] = {}

    @field_validator("locales")
    @classmethod
    def _known_locales(cls, value: dict[str, LocaleGates]) -> dict[str, LocaleGates]:
        if unknown := value.keys() - LOCALES.keys():
            raise ValueError(f"{sorted(unknown)[0]!r} is not a locale; choose among {', '.join(LOCALES)}")
        return value

    def rule(self, gate: str, tag: str | None = None) -> GateRule:
        """How `gate` opens for locale `tag` (None: the transcript, which all share)."""
        rule: GateRule = getattr(self.locales.get(tag or ""), gate, None) or getattr(self, gate)
        return rule


Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$")]


class Style(_Strict):
    """How subtitles look: a preset of `styles` and what the series changes of it.

    `font` is a family for all locales, or a table of families by locale; `localize` never lets another stand in for it.
    `size` is the em height and `outline` a width, both as shares of the frame's shorter side.
    """

    preset: str = "clean"
    font: str | dict[str, str] = ""
    size: Annotated[float | None, Field(gt=0.01, lt=0.2)] = None
    weight: styles.Weight | None = None
    colour: Colour | None = None
    outline: Annotated[float | None, Field(ge=0, lt=0.02)] = None
    box: Colour | Literal["none"] | None = None
    position: Literal["bottom", "top"] | Annotated[float, Field(gt=0, lt=1)] | None = None
    bilingual: bool = False
    """Whether the source stands small above the target."""
    speakers: styles.Speakers = "none"
    """How a change of speaker shows, where cues name them."""

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, value: str) -> str:
        if value not in styles.PRESETS:
            raise ValueError(f"{value!r} is not a preset; choose among {', '.join(styles.PRESETS)}")
        return value

    @field_validator("font")
    @classmethod
    def _known_locales(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        if isinstance(value, dict) and (unknown := value.keys() - LOCALES.keys()):
            raise ValueError(f"{sorted(unknown)[0]!r} is not a locale; choose among {', '.join(LOCALES)}")
        return value

    @property
    def look(self) -> styles.Look:
        """The preset with the changes of the series; a box that no preset pads takes the padding of `boxed`."""
        preset = styles.PRESETS[self.preset]
        box = "" if self.box == "none" else self.box
        padding = preset.padding or (styles.PRESETS["boxed"].padding if box else None)
        return preset.with_(
            size=self.size, weight=self.weight, colour=self.colour, outline=self.outline, box=box, padding=padding,
            position=self.position,
        )  # fmt: skip

    @property
    def bold(self) -> bool:
        return self.look.bold

    def font_of(self, tag: str) -> str:
        """The family that the series names for a locale, empty where it leaves that to us."""
        return self.font if isinstance(self.font, str) else self.font.get(tag, "")

    def profile(self, profile: Locale) -> Locale:
        """`profile` drawn with the font of the series."""
        family = self.font_of(profile.tag)
        return replace(profile, font=family) if family else profile


class Episode(_Strict):
    """One media file, with the Chinese subtitles that came with it if there are any."""

    id: Id
    file: str
    subtitles: str | None = None
    source: TextSource | None = None
    """Where its text comes from, where that is not what the series says."""


class Series(_Strict):
    """A whole manifest. `root` is the folder its paths are relative to."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    id: Id
    title: str
    genre: str
    source_locale: Literal["zh-Hans"] = "zh-Hans"
    locales: tuple[str, ...]
    platform: str = "tiktok"
    source: TextSource = "auto"
    """Where the text comes from: `auto` takes a supplied file, else burned-in subtitles, else speech."""
    translator: tuple[str, ...] = ("argos",)
    """`argos`, `opencc`, `opencc:hk`, `llm:NAME`, in the order they are asked: the next writes what one cannot."""
    translators: dict[str, tuple[str, ...]] = {}
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


def load(path: Path) -> Series:
    """The series of `path`: a `series.toml`, or a media file as a series of one.

    Raises ManifestError (unreadable, unknown key, bad value), LocaleError, MediaError (no such file).
    """
    try:
        return _load(path)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read: {error.strerror or error}", next_step="give a series.toml or a media file"
        ) from error


def _load(path: Path) -> Series:
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        # Python carries such bytes along as lone surrogates, which no JSON and no report can hold.
        raise MediaError(f"{str(path)!a} is not UTF-8", next_step="rename the file or folder") from None
    if not path.exists():
        raise MediaError(f"{path} does not exist", next_step="give a series.toml or a media file")
    if path.is_dir():
        raise ManifestError(f"{path} is a folder", next_step=f"localize run {path / 'series.toml'}")
    if path.suffix.lower() != ".toml":
        return _single(path)
    data = _read(path)
    # Fields of Series that the manifest itself has no say in.
    if given := sorted(data.keys() & {"characters", "addresses", "manifest", "root"}):
        raise ManifestError(f"{path.name}: unknown key {given[0]!r}", next_step=f"edit {path}")
    if (characters := path.parent / "characters.toml").exists():
        extra = _read(characters)
        if unknown := extra.keys() - {"character", "address"}:
            raise ManifestError(
                f"{characters.name}: unknown key {sorted(unknown)[0]!r}", next_step=f"edit {characters}"
            )
        data |= {"characters": extra.get("character", []), "addresses": extra.get("address", [])}
    return _validate(data, path)


def _single(path: Path) -> Series:
    """A media file as a series of one, named after the file so that another name never shares its workspace.

    The folder is no part of the id: by default the workspace lies beside the media. Files of one name from several
    folders need a `--workspace` each.
    """
    if path.suffix.lower() not in MEDIA_SUFFIXES:
        raise MediaError(
            f"{path} is neither a manifest nor a video ({', '.join(sorted(MEDIA_SUFFIXES))})",
            next_step="give a series.toml or a media file",
        )
    id_ = id_of(path)
    data = {
        "schema": 1, "id": id_, "title": path.stem, "genre": "ceo-romance", "locales": list(LOCALES),
        "gates": {"transcript": "off", "translation": "off", "final": "off"},
        "episode": [{"id": id_, "file": path.name} | beside(path)],
    }  # fmt: skip
    return _validate(data, path)


def id_of(media: Path) -> str:
    """The stem of an `.mp4` where it can stand as an id; any other name gets 8 digits of its hash after what can.

    A stem that ends as if it had such digits gets them too, so that no plain name meets a hashed one.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]", "-", media.stem).strip("-._")[:_ID_CHARS]
    if stem == media.stem and media.suffix == ".mp4" and not re.search(r"-[0-9a-f]{8}$", stem):
        return stem
    digits = hashlib.sha256(media.name.encode()).hexdigest()[:8]
    return f"{stem[: _ID_CHARS - 9] or 'episode'}-{digits}"


def beside(path: Path) -> dict[str, str]:
    """Chinese subtitles with the media file's own name, as players find them."""
    for suffix in (".zh.srt", ".zh.ass", ".zh.vtt", ".zh-Hans.srt"):
        if path.with_suffix(suffix).exists():
            return {"subtitles": path.with_suffix(suffix).name}
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path.name} cannot be read: {error}", next_step=f"edit {path}") from error


def _validate(data: dict[str, Any], path: Path) -> Series:
    try:
        series = Series.model_validate(data | {"root": path.parent.absolute(), "manifest": path.absolute()})
    except ValidationError as error:
        # A misspelt key also makes the right one missing: name what was typed.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        file = path.with_name("characters.toml") if first["loc"][:1] in {("characters",), ("addresses",)} else path
        raise ManifestError(f"{file.name}: {_complaint(first)}", next_step=f"edit {file}") from None
    for tag in series.locales:
        if tag == SOURCE.tag:
            raise LocaleError(f"{path.name}: {tag} is the source, not a target", next_step=f"edit {path}")
        try:
            locale(tag)
        except LocaleError as error:
            raise LocaleError(f"{path.name}: {error.message}", next_step=error.next_step) from None
    return series


def _complaint(detail: ErrorDetails) -> str:
    """In words an operator can act on."""
    where = ".".join(str(part) for part in detail["loc"]) or "manifest"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {where!r}"
    if detail["type"] == "missing":
        return f"missing key {where!r}"
    return f"{where}: {detail['msg'].removeprefix('Value error, ')}"
