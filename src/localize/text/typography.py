"""Typography: a machine's line as the locale writes it. What a person wrote is never touched.

Engines answer with the marks they were trained on: straight quotes, three dots, ASCII marks in Chinese, none of the
spaces of French. `typeset` puts that right and nothing else; it is idempotent. Web addresses stay as they are. The
conventions stand in `reading`, where they have a source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle

import regex

from localize import reading
from localize.locales import Locale
from localize.reading import Reading

NARROW_SPACE = "\u202f"

_ADDRESS = regex.compile(
    r"(?:https?://|www\.)[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|cn|io|tv)(?!\w)(?:/\S*)?",
    regex.ASCII | regex.IGNORECASE,
)
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_TO_ASCII = str.maketrans({"，": ",", "。": ".", "！": "!", "？": "?", "、": ",", "；": ";", "：": ":", "～": "~",
                           "（": "(", "）": ")", "．": ".", "％": "%", "\u3000": " "})  # fmt: skip
_TO_FULL = str.maketrans({",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "：", "(": "（", ")": "）"})
_IDEOGRAPHIC_STOP = regex.compile(r"(?<![.。])。(?=[\s”]|$)")
_WIDE = r"\p{Han}\p{Hiragana}\p{Katakana}、。，！？；：「」『』（）…"
_BY_WIDE = regex.compile(rf"(?<=[{_WIDE}])[ ]*[,.!?;:)]+[ ]*|[ ]*\([ ]*(?=[{_WIDE}])")
_BY_WIDE_MARK = regex.compile(r"[ ]*([、。，！？；：「」『』（）])[ ]*")

_ELLIPSIS = regex.compile(r"[.。](?:[ ]?[.。]){2,}|…[…\u22ef]*|\u22ef+")
_DASHES = regex.compile(r"(?<![-\w])--(?![-\w])|(?<=\w)--(?!-)|(?<!-)--(?=\w)|——")
_SPACE_BEFORE_MARK = regex.compile(r"(?<=\S)[ ]+(?=[,.!?;:…،؛؟।])(?![.…]{2,})")
_SPACE_AFTER_MARK = regex.compile(r"(?<=[\p{L}\p{M}][,;!?،؛؟।])(?=\p{L})")
_APOSTROPHE = regex.compile(r"(?<=\p{L})['ʼ`´](?=\p{L})")
_DIALOGUE = regex.compile(r"(?m)^[-–—‐](?!-)[ \u00a0]?(?=\S)")
_FAMILIES = ('"＂', "“”„", "«»", "「」")
_QUOTES = regex.compile(f"[{''.join(_FAMILIES)}]")
_ROUNDS = 8
_INSIDE_QUOTES = "[ \u00a0\u202f]*"


def typeset(text: str, profile: Locale, *, prose: bool = False) -> str:
    """`text` with the marks of `profile`; those of subtitles, unless it is `prose`."""
    parts, at = [], 0
    kept = [found.span() for found in _ADDRESS.finditer(text)]
    # One stretch of text at a time, so that marks are seen with their neighbours but never inside an address.
    shield = {f"\ue000{chr(0xE100 + number)}\ue001": text[start:end] for number, (start, end) in enumerate(kept)}
    for (start, end), name in zip(kept, shield, strict=True):
        parts += [text[at:start], name]
        at = end
    line = _settled("".join([*parts, text[at:]]), profile, reading.of(profile.tag), prose)
    for name, address in shield.items():
        line = line.replace(name, address)
    return line


def _settled(text: str, profile: Locale, row: Reading, prose: bool) -> str:
    """Where one rule makes room for another, the line is gone over again."""
    for _ in range(_ROUNDS):
        if (line := _typeset(text, profile, row, prose)) == text:
            break
        text = line
    return text


def _typeset(text: str, profile: Locale, row: Reading, prose: bool) -> str:
    text = text.translate(_DIGITS)
    if not profile.writes_han:
        if row.full_stop.value == "dropped":
            # As an ASCII one it could end an abbreviation.
            text = _IDEOGRAPHIC_STOP.sub("", text)
        text = text.translate(_TO_ASCII)
    text = _ELLIPSIS.sub(row.ellipsis.value, text)
    text = _DASHES.sub("——" if profile.writes_han else "—", text)
    text = _quoted(text, row)
    text = _dialogue(text, row)
    if profile.writes_han:
        text = _full_width(text)
    else:
        text = _SPACE_BEFORE_MARK.sub("", text)
        text = _SPACE_AFTER_MARK.sub(" ", text)
    if profile.script in {"Latn", "Cyrl"}:
        text = _APOSTROPHE.sub("’", text)
    language = profile.tag.split("-")[0]
    own = _OWN.get(language, str)
    return (_IN_PROSE.get(language, own) if prose else own)(text)


def _quoted(text: str, row: Reading) -> str:
    """Double quotes in the locale's own form, where they are of one kind and come in pairs."""
    marks = _QUOTES.findall(text)
    kinds = {next(family for family in _FAMILIES if mark in family) for mark in marks}
    if len(kinds) != 1 or len(marks) % 2:
        return text
    sides = cycle((True, False))
    pieces = regex.split(f"({_INSIDE_QUOTES})({_QUOTES.pattern})({_INSIDE_QUOTES})", text)
    line = pieces[0]
    for before, _, after, rest in zip(*(pieces[number::4] for number in range(1, 5)), strict=True):
        line += f"{before}{row.opening}{rest}" if next(sides) else f"{row.closing}{after}{rest}"
    return line


def _dialogue(text: str, row: Reading) -> str:
    """The dashes of two speakers in the locale's form; one dash alone may be anything."""
    return _DIALOGUE.sub(row.dash.value, text) if len(_DIALOGUE.findall(text)) > 1 else text


def _full_width(text: str) -> str:
    text = _BY_WIDE.sub(lambda found: found[0].strip(" ").translate(_TO_FULL), text)
    return _BY_WIDE_MARK.sub(r"\1", text)


# A title's full stop does not end a sentence, and neither does an ellipsis that goes on in small letters.
_SENTENCE = regex.compile(
    r"[^.!?…\n]*(?:(?:(?<=\b(?:Sr|Sra|Srta|Dr|Dra|Lic|Ud|Uds|Mr|Mrs|Ms))\.|…(?=\s*\p{Ll}))[^.!?…\n]*)*([!?]+)"
)
_LEAD = regex.compile(r"[\s\"“«(\[—–-]*")


def _spanish(text: str) -> str:
    return _SENTENCE.sub(lambda found: _opened(found[0], found[1], text[: found.start()]), text)


def _opened(sentence: str, ends: str, before: str) -> str:
    """`sentence` with the marks that open what `ends` closes, unless they stand there or are still open `before`."""
    if "¿" in sentence or "¡" in sentence or not regex.search(r"[\p{L}\p{N}]", sentence):
        return sentence
    if any(mark in ends and before.count(opening) > before.count(mark) for opening, mark in ("¿?", "¡!")):
        return sentence
    lead = _LEAD.match(sentence)
    start = lead.end() if lead else 0
    return f"{sentence[:start]}{ends[::-1].replace('!', '¡').replace('?', '¿')}{sentence[start:]}"


def _french(text: str) -> str:
    text = regex.sub(r"(?<=[\p{L}\p{M}\p{N}’)»…%€$\ue001])[ \u00a0\u202f]?(?=[!?;:]+(?!\d))", NARROW_SPACE, text)
    return regex.sub(r"(?<=\p{N})[ \u00a0\u202f]?(?=[%€$])", NARROW_SPACE, text)


_TO_ARABIC = str.maketrans({",": "،", ";": "؛", "?": "؟"})
# Not between two Latin letters or digits, as in 1,000.
_MARK_OF_ARABIC = regex.compile(r"(?<![A-Za-z0-9])[,;?]|[,;?](?![A-Za-z0-9])")


def _arabic(text: str) -> str:
    return _MARK_OF_ARABIC.sub(lambda found: found[0].translate(_TO_ARABIC), text)


def _hindi(text: str) -> str:
    text = regex.sub(r"(?<=\p{Devanagari})[ ]*\|(?!\w)", "।", text)
    return regex.sub(r"(?<!\b(?:डॉ|श्री|प्रो|कु|मि|सु|पं))(?<=\p{Devanagari})\.(?=[\s\"”’)]|$)", "।", text)


def _thai(text: str) -> str:
    text = regex.sub(r"(?<=\p{Thai}),[ ]*(?=\S)", " ", text)
    # Four letters and more are no abbreviation.
    return regex.sub(r"(?<=\p{Thai}{4}|\p{Thai}[!?”])[.,](?=[\s”]|$)", "", text)


def _japanese_prose(text: str) -> str:
    return regex.sub(r"(?<=[!?！？…])[。]", "", text)


def _japanese(text: str) -> str:
    text = _japanese_prose(text)
    text = regex.sub(r"。+(?=[」』）]|\s*$|\n)", "", text)
    return regex.sub(r"。+[ \u3000]*", "\u3000", text)


_OWN: Mapping[str, Callable[[str], str]] = {
    "es": _spanish, "fr": _french, "ar": _arabic, "hi": _hindi, "th": _thai, "ja": _japanese,
}  # fmt: skip
_IN_PROSE: Mapping[str, Callable[[str], str]] = {"ja": _japanese_prose}
"""Where subtitles have a convention of their own."""
