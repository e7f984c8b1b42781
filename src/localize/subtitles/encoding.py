"""The encoding of a subtitle file, found from its bytes and from the language it should be in."""

from __future__ import annotations

from pathlib import Path

from localize.errors import SubtitleError
from localize.locales import Locale

# What editors on Windows save where nobody asked for UTF-8.
_BY_SCRIPT = {"Thai": "cp874", "Cyrl": "cp1251", "Arab": "cp1256", "Kore": "cp949", "Jpan": "cp932", "Latn": "cp1252"}
_BY_TAG = {"tr": "cp1254", "vi": "cp1258"}
# Lead bytes of the characters in everyday use: level 1 of GB 2312, level 1 of Big5.
_EVERYDAY = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}

# Text of UTF-16 without a byte order mark has one for every digit, colon and line end.
_FEWEST_ZEROS = 0.05


def decode(data: bytes, path: Path, profile: Locale) -> tuple[str, str]:
    """The text and its encoding: UTF-8, UTF-16 or an older one of the locale, whichever has not a single error."""
    for encoding in _candidates(data, profile):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise SubtitleError(f"{path.name} is neither {_older(profile)} text", next_step=f"save {path} as UTF-8")


def _candidates(data: bytes, profile: Locale) -> list[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    # A single one is a fault of the text, and found there.
    if data.count(0) > _FEWEST_ZEROS * len(data):
        # Times and markup are ASCII: their zero bytes tell which half comes first.
        return ["utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"]
    if profile.script in {"Hans", "Hant"}:
        return ["utf-8-sig", *sorted(_EVERYDAY, key=lambda name: -_everyday(data, name))]
    older = _BY_TAG.get(profile.tag) or _BY_SCRIPT.get(profile.script)
    return ["utf-8-sig", *([older] if older else [])]


def _older(profile: Locale) -> str:
    names = [name.upper() for name in _candidates(b"", profile)[1:]]
    return ", ".join(["UTF-8", "UTF-16", *names[:-1]]) + "".join(f" nor {name}" for name in names[-1:])


def _everyday(data: bytes, encoding: str) -> float:
    """Share of everyday characters among all beyond ASCII; GB18030 decodes most Big5 text, into rare ones."""
    try:
        beyond = [c for c in data.decode(encoding) if not c.isascii()]
    except UnicodeDecodeError:
        return -1.0
    return sum(c.encode(encoding)[0] in _EVERYDAY[encoding] for c in beyond) / max(len(beyond), 1)
