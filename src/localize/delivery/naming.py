"""Names of delivered files: a template, what may stand in it, and what no file may be called anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from localize.errors import InputError
from localize.numbering import number
from localize.series import Series

DEFAULT = "{series}/{locale}/{episode:03}.{ext}"
# An uploader shows a name without its folders; there it has to tell the series and the locale by itself.
_BY_ITSELF = "{series}/{locale}/{series}_{episode:03}_{locale}.{ext}"
TEMPLATES: Mapping[str, str] = {
    "tiktok": _BY_ITSELF,
    "reels": _BY_ITSELF,
    "shorts": _BY_ITSELF,
    "reelshort": DEFAULT,
    "full": DEFAULT,
}
"""By platform. No platform publishes a rule for names: these are habits, and `--template` has the last word."""

FIELDS = {
    "series": "id of the series",
    "platform": "tiktok, reels, ...",
    "locale": "BCP-47; mul for a file of all locales",
    "episode": "number of the episode; {episode:03} for 001",
    "id": "id of the episode",
    "ext": "mp4, mkv, srt, vtt, ttml",
}
_VARYING = {"locale", "episode", "id", "ext"}
_SPEC = re.compile(r"0?\d?")
# What Windows, and so many a delivered disk, does not take in a name.
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_LONGEST_BYTES = 255


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template; `home` is the part of every path that no field of a file changes."""

    text: str
    series: str
    platform: str

    @property
    def home(self) -> str:
        """The folder that holds everything of one series, empty for the target itself."""
        fixed: list[str] = []
        for part in self.text.split("/")[:-1]:
            if _fields(part) & _VARYING:
                break
            fixed.append(self._fill(part))
        return "/".join(fixed)

    def name(self, *, locale: str, episode: int, id_: str, ext: str) -> str:
        """The path of one file below the target; InputError where no file can have it."""
        made = self._fill(self.text, locale=locale, episode=episode, id=id_, ext=ext)
        if wrong := unusable(made):
            raise InputError(f"--template {self.text} makes {made!r}, {wrong}", next_step="give another --template")
        return made

    def _fill(self, text: str, **fields: str | int) -> str:
        return unicodedata.normalize("NFC", text.format(series=self.series, platform=self.platform, **fields))


def template(text: str, series: str, platform: str) -> Template:
    """`text` as a template; InputError on a field nobody knows or a form that a field cannot take."""
    try:
        parts = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise _refused(text, f"is no template: {error}") from None
    for name, spec, conversion in parts:
        if name not in FIELDS:
            raise _refused(text, f"has the field {{{name}}}, which is none")
        if conversion or not _SPEC.fullmatch(spec or "") or (spec and name != "episode"):
            raise _refused(text, f"gives {{{name}}} a form that it does not have; only {{episode:03}} takes one")
    return Template(text, series, platform)


def numbers(series: Series) -> dict[str, int]:
    """The number of each episode: the one in its id where all ids have one and all differ, else its place."""
    ids = [episode.id for episode in series.episode]
    found = {id_: n for id_ in ids if (n := number(id_)) is not None}
    if len(set(found.values())) == len(ids):
        return found
    return {id_: place for place, id_ in enumerate(ids, 1)}


def unusable(path: str) -> str:
    """Why a path cannot be delivered to every kind of disk; empty where it can."""
    if path.startswith("/"):
        return "which leaves the folder"
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            return "which leaves the folder" if part == ".." else "with an empty part"
        if found := _FORBIDDEN.search(part):
            return f"with {found[0]!r}, which Windows does not take"
        if part != part.strip() or part.endswith("."):
            return f"whose part {part!r} begins or ends with a space, or ends with a dot"
        if _DEVICES.fullmatch(part):
            return f"whose part {part!r} is the name of a device on Windows"
        if len(part.encode()) > _LONGEST_BYTES:
            return f"with a part of more than {_LONGEST_BYTES} bytes"
    return ""


def clash(names: Iterable[str]) -> tuple[str, str] | None:
    """The first two names that are one on a disk which tells no capitals apart; a file may also not be a folder."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        key = folded(name)
        if other := seen.get(key) or folders.get(key):
            return other, name
        seen[key] = name
        for end in (place for place, char in enumerate(key) if char == "/"):
            if other := seen.get(key[:end]):
                return other, name
            folders.setdefault(key[:end], name)
    return None


def folded(name: str) -> str:
    """Equal for two names that a disk without capitals, or one that composes accents, takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _fields(part: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(part) if name}


def _refused(text: str, why: str) -> InputError:
    return InputError(f"--template {text!r} {why}", next_step=f"use {', '.join(f'{{{name}}}' for name in FIELDS)}")
