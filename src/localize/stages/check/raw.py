"""A subtitle file as it was written: markup where text should be, characters nobody draws, marks on the wrong side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from localize.findings import Finding, Severity
from localize.locales import Locale
from localize.rules import finding
from localize.subtitles import Entry
from localize.text.scripts import SCRIPT_SHARE, foreign_han, own_share

_BRACES = regex.compile(r"(?<!\\)\{([^}]*)(\}?)")
_OVERRIDE = regex.compile(r"\{\\[^}]*\}?")
_ASS_TAG = regex.compile(r"\\(\d?[A-Za-z]+)")
# Type alone: face, size, weight, colour, outline. Whatever else a tag does, it moves, hides or draws.
_ASS_TYPE = regex.compile(
    r"fn.*|r.*|fs(?:c[xy]|p)?|[biusq]|[1-4]?(?:c|a|alpha)|[xy]?bord|[xy]?shad|be|blur|fe|b\d+", regex.IGNORECASE
)
_TAG = regex.compile(r"<(/?)([a-zA-Z]+)[^<>]*(>?)")
_MARKUP = {
    "srt": frozenset({"b", "i", "u", "s", "font"}),
    "vtt": frozenset({"b", "i", "u", "c", "lang", "ruby"}),
}
# Whatever stands for a character that was lost, belongs to one font alone, or turns the order of the others round.
_FORBIDDEN = regex.compile(
    r"[\p{Cc}\p{Co}\p{Cs}\ufffd\ufffe\uffff\ufeff\u2028\u2029\u202d\u202e\u200b\u00ad--\n]", regex.V1
)
_WARNED = frozenset("\t\u200b\u00ad\ufeff")
_CONTROLS = {"\t": "TAB", "\r": "CARRIAGE RETURN"}
_HAN = regex.compile(r"\p{Han}")

_RIGHT_TO_LEFT = regex.compile(r"[\p{Arabic}\p{Hebrew}]")
_ENDS_FIRST = regex.compile(r"^(?!\.\.|…)\s*([.,!?:;،؛؟।。！？])\s*(?=\p{L})")
_ENDED = regex.compile(r"[.,!?:;…،؛؟।。！？]\W*$")
_TURNED_BRACKETS = regex.compile(r"^\s*[)\]»].*[(\[«]\s*$")
# Not inside 1,000 or a URL.
_LATIN_MARK = regex.compile(r"[?,;](?=\s|$)")
_OWN_MARK = {"?": "؟", ",": "،", ";": "؛"}


def of_raw(entry: Entry, cue_id: str, kind: str, profile: Locale) -> Iterator[Finding]:
    """What is wrong with the text of one subtitle of a `kind` file, whoever draws it and however large."""
    yield from _overrides(entry.raw, cue_id, kind)
    yield from _open_tags(entry.raw, cue_id, kind)
    yield from _characters(entry.raw, cue_id)
    text = entry.timed.text
    for line in text.split("\n"):
        yield from _direction(line, cue_id, profile)
    yield from _language(text, cue_id, profile)


def _overrides(raw: str, cue_id: str, kind: str) -> Iterator[Finding]:
    """ASS has type set by tags; in every other format, and for anything but type, they are not text."""
    if kind not in {"ass", "ssa"}:
        found = _OVERRIDE.findall(raw)
    else:
        tags = [tag for block, _ in _BRACES.findall(raw) for tag in _ASS_TAG.findall(block)]
        found = ["\\" + tag for tag in tags if not _ASS_TYPE.fullmatch(tag)]
    if found:
        listed = " ".join(dict.fromkeys(found))
        yield finding("override-tag", f"override tags in the text: {listed}", cue_id, len(found), 0)


def _open_tags(raw: str, cue_id: str, kind: str) -> Iterator[Finding]:
    open_, wrong = list[str](), list[str]()
    if kind in {"ass", "ssa"}:
        wrong = ["{" + block for block, end in _BRACES.findall(raw) if not end]
    for slash, tag, end in _TAG.findall(raw):
        if tag.lower() not in _MARKUP.get(kind, ()):
            continue
        if not end:
            wrong.append(f"<{slash}{tag}")
        elif not slash:
            open_.append(tag.lower())
        elif tag.lower() in open_:
            open_.remove(tag.lower())
        else:
            wrong.append(f"</{tag}>")
    if wrong := [*wrong, *(f"<{tag}>" for tag in open_)]:
        listed = " ".join(wrong)
        yield finding("open-tag", f"tags not closed, or closed and never opened: {listed}", cue_id, len(wrong), 0)


def _characters(raw: str, cue_id: str) -> Iterator[Finding]:
    for character in dict.fromkeys(_FORBIDDEN.findall(raw)):
        fallback = "PRIVATE USE" if unicodedata.category(character) == "Co" else "CONTROL CHARACTER"
        severity: Severity = "warning" if character in _WARNED else "error"
        name = f"U+{ord(character):04X} {_CONTROLS.get(character) or unicodedata.name(character, fallback)}"
        yield finding("character", f"not for subtitles: {name}", cue_id, raw.count(character), 0, severity=severity)


def _direction(line: str, cue_id: str, profile: Locale) -> Iterator[Finding]:
    """Marks on the side where the other direction ends its sentences, as in files typed for a player without bidi."""
    first = _ENDS_FIRST.match(line)
    if (first and not _ENDED.search(line)) or _TURNED_BRACKETS.match(line):
        mark = first[1] if first else line.strip()[0]
        yield finding("direction", f"{mark} begins the line that it should end: {line}", cue_id, mark, "at the end")
    if profile.direction == "rtl" and _RIGHT_TO_LEFT.search(line):
        for mark in dict.fromkeys(_LATIN_MARK.findall(line)):
            message = f"{mark} stands in {profile.name}, which writes {_OWN_MARK[mark]}"
            yield finding("direction", message, cue_id, mark, _OWN_MARK[mark])


def _language(text: str, cue_id: str, profile: Locale) -> Iterator[Finding]:
    if not profile.writes_han and (han := "".join(_HAN.findall(text))):
        yield finding("untranslated", f"Chinese characters, which {profile.name} has not: {han}", cue_id, len(han), 0)
    elif (share := own_share(text, profile)) < SCRIPT_SHARE:
        message = f"{share:.0%} of the letters are {profile.name}'s script"
        yield finding("script", message, cue_id, round(share, 2), SCRIPT_SHARE)
    if foreign := foreign_han(text, profile):
        yield finding("wrong-han", f"not written so in {profile.name}: {foreign}", cue_id, len(foreign), 0)
