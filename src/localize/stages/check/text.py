"""The text of a line by itself: what no viewer may see, and who wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import regex

from localize.cues import SAME_HAN, STALE, STARTER, TargetLine, TargetTrack
from localize.drawing import fonts
from localize.findings import Finding
from localize.glossary import placeholders
from localize.lines import Line
from localize.locales import Locale
from localize.rules import finding
from localize.series import Style
from localize.text import sensitive
from localize.text.chinese import has_han
from localize.text.scripts import SCRIPT_SHARE, foreign_han, own_share
from localize.text.sensitive import Sensitive
from localize.text.shortening import SHORTENED

COPIED_HAN = 4
"""As many characters in a row that the source has too, and no term's target, are a stretch left untranslated."""
ENGLISH_WORDS = 3
"""As many words that the English line has too are no name and no borrowed "OK, boss"."""

# Judged here by the text itself, which a person may have mended since the translator set the flag.
_BY_TEXT = frozenset({"empty", "untranslated", "numbers", STARTER})
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_WORD = regex.compile(r"\p{L}{2,}")
_HAN_RUN = regex.compile(r"\p{Han}+")


def of_text(
    lines: Sequence[Line],
    target: TargetTrack,
    profile: Locale,
    style: Style,
    english: Mapping[str, str],
    words: Sequence[Sensitive],
) -> Iterator[Finding]:
    sources = {line.cue.id: line for line in lines}
    for line in target.lines:
        source = sources.get(line.id)
        if not line.text.strip():
            yield from _without_text(line, source)
            continue
        if source:
            yield from _language(line, source, profile, english.get(line.id))
        yield from _characters(line, profile, style)
        for word in sensitive.found(line.text, words, profile):
            message = f"{word.word!r}: {word.reason}"
            yield finding("sensitive", message, line.id, word.word, severity=word.severity)
        for flag in line.flags:
            if flag not in _BY_TEXT and not (flag == SHORTENED and line.human):
                yield finding(flag, _said_by(flag, line), line.id)
    if count := sum(STARTER in line.flags and not line.human for line in target.lines):
        yield finding(
            STARTER,
            f"{count} of {len(target.lines)} lines were written by a starter package: a demonstration, not for release",
            measured=count,
            limit=0,
        )


def _without_text(line: TargetLine, source: Line | None) -> Iterator[Finding]:
    """A professional may show two lines as one, and leave out what needs no words; a machine may not."""
    if "shown-with" in line.flags:
        yield finding("shown-with", line.note, line.id)
    elif "left-out" in line.flags:
        yield finding("left-out", line.note, line.id)
    elif source and source.text.strip():
        yield finding("empty", "the line has no text", line.id)


def _said_by(flag: str, line: TargetLine) -> str:
    """What a flag of the translator says to a reviewer."""
    if flag == STALE:
        return "the source changed after a person wrote or approved this line"
    if flag == SHORTENED:
        return f"in full: {line.full!r}"
    return (line.note if flag == "fallback" else "") or f"flagged {flag}"


def _language(line: TargetLine, source: Line, profile: Locale, english: str | None) -> Iterator[Finding]:
    """Whether the line is in its own language at all; of several reasons why not, the first."""
    own = _without_terms(line.text, source, profile)
    if _is_source(line.text, source.text, profile):
        yield finding("untranslated", f"Chinese is left in {line.text!r}", line.id)
    elif copied := _copied(own, source.text, profile):
        yield finding("half-translated", f"left as in the source: {copied}", line.id, copied)
    elif profile.tag != "en" and english == line.text and len(_WORD.findall(own)) >= ENGLISH_WORDS:
        yield finding("half-translated", "the line is the English one", line.id, line.text)
    elif (share := own_share(line.text, profile)) < SCRIPT_SHARE:
        message = f"{share:.0%} of the letters are {profile.name}'s script"
        yield finding("script", message, line.id, round(share, 2), SCRIPT_SHARE)


def _characters(line: TargetLine, profile: Locale, style: Style) -> Iterator[Finding]:
    if placeholders.has_leftover(line.text):
        yield finding("placeholder", f"a placeholder was not put back: {line.text}", line.id, line.text)
    if lacking := fonts.undrawable(line.text, profile, style.bold):
        yield finding("glyph", fonts.lacks(lacking, profile), line.id, lacking)
    if foreign := foreign_han(line.text, profile):
        yield finding("wrong-han", f"not written so in {profile.name}: {foreign}", line.id, foreign)


def _is_source(text: str, original: str, profile: Locale) -> bool:
    """Whether source text is left: Han where the locale writes none, or the very source line.

    A line may be its source where every character of it is written so (你是我妹妹。), in Japanese only a short one.
    """
    if not profile.writes_han:
        return has_han(text)
    spoken = _SPOKEN.findall(original)
    if _SPOKEN.findall(text) != spoken or not has_han(text):
        return False
    return bool(foreign_han(text, profile)) or (profile.script == "Jpan" and len(spoken) > SAME_HAN)


def _without_terms(text: str, source: Line, profile: Locale) -> str:
    """`text` with a bar for every term: one may rightly be written as in the source, or in English."""
    for form in (form for term in source.terms.get(profile.tag, ()) for form in term.forms):
        text = text.replace(form, "|")
    return text


def _copied(text: str, source: str, profile: Locale) -> str:
    """The first stretch of Han characters that the source has too.

    Traditional Chinese shares most of its stretches with the source by right: one has to hold a simplified character.
    """
    for run in _HAN_RUN.findall(text):
        for begin in range(len(run) - COPIED_HAN + 1):
            end = begin + COPIED_HAN
            while end <= len(run) and run[begin:end] in source:
                end += 1
            stretch = run[begin : end - 1]
            if len(stretch) >= COPIED_HAN and (profile.script != "Hant" or foreign_han(stretch, profile)):
                return str(stretch)
    return ""
