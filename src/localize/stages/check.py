"""Check: what is wrong with a target track and its layout. It judges and changes nothing.

An empty answer means that nothing was found. `measured` and `limit` are in the unit that the message states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise

import regex

from localize import fonts, linebreak
from localize.cues import STARTER, Event, Layout, SourceTrack, TargetLine, TargetTrack
from localize.episode import MediaFacts
from localize.findings import Finding, Severity
from localize.locales import Locale
from localize.series import Style
from localize.timecode import clock, ms_from_frames

VERSION = 1

SEVERITY: Mapping[str, Severity] = {
    # The track against its source.
    "missing-line": "error",
    "extra-line": "error",
    "not-drawn": "error",
    # The text of a line.
    "empty": "error",
    "untranslated": "error",
    "placeholder": "error",
    "script": "error",
    "glyph": "error",
    "wrong-han": "warning",
    # The picture.
    "width": "error",
    "height": "error",
    "lines": "warning",
    "word-broken": "warning",
    "shrunk": "info",
    # The time.
    "outside": "error",
    "overlap": "error",
    "cps": "warning",
    "short": "warning",
    "long": "warning",
    "gap": "info",
    # What the translator said of the line.
    "starter": "info",
    "stale": "warning",
}
"""Every rule and how bad it is; a flag of a line that is not listed is a warning under its own name."""

MAX_LINES = 2
# Netflix Timed Text Style Guide, general requirements: 5/6 s to 7 s, and 2 frames between subtitles.
SHORTEST_MS, LONGEST_MS, GAP_FRAMES = 833, 7000, 2
# Half of the letters: a line may hold a Latin name, and a short line may be one.
SCRIPT_SHARE, SCRIPT_LETTERS = 0.5, 8
# Below this many characters an unchanged Japanese line may simply be right: 三年, 皇后.
SAME_HAN = 4

# Judged here by the text itself, which a person may have mended since the translator set the flag.
_BY_TEXT = frozenset({"empty", "untranslated"})
_PLACEHOLDER = regex.compile(r"(?i)\bXQ\s?\p{Nd}")
_LETTER = regex.compile(r"\p{L}")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_HAN = regex.compile(r"\p{Han}")
_SCRIPTS = {
    "Latn": regex.compile(r"\p{Latin}"),
    "Cyrl": regex.compile(r"\p{Cyrillic}"),
    "Arab": regex.compile(r"\p{Arabic}"),
    "Deva": regex.compile(r"\p{Devanagari}"),
    "Thai": regex.compile(r"\p{Thai}"),
    "Kore": regex.compile(r"\p{Hangul}"),
    "Jpan": regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}ー]"),
    "Hans": _HAN,
    "Hant": _HAN,
}
# The character set that holds every everyday Han character of a script.
_HAN_SETS = {"Hant": "big5", "Jpan": "cp932"}


def check(
    source: SourceTrack, target: TargetTrack, layout: Layout, profile: Locale, facts: MediaFacts, *, style: Style
) -> tuple[Finding, ...]:
    """Everything found in one locale of one episode, in the order track, lines, picture, time."""
    return (
        *_track(source, target, layout),
        *_lines(source, target, profile, style),
        *_picture(target, layout, profile, style),
        *_time(layout, profile, facts),
    )


def _finding(
    rule: str,
    message: str,
    cue_id: str | None = None,
    measured: float | str | None = None,
    limit: float | str | None = None,
) -> Finding:
    return Finding(rule, SEVERITY.get(rule, "warning"), message, cue_id, measured, limit)


def _track(source: SourceTrack, target: TargetTrack, layout: Layout) -> Iterator[Finding]:
    wanted, given = [cue.id for cue in source.cues], [line.id for line in target.lines]
    for cue_id in wanted:
        if cue_id not in given:
            yield _finding("missing-line", "the source has this line, the target has not", cue_id)
    for cue_id in given:
        if cue_id not in wanted:
            yield _finding("extra-line", "the target has this line, the source has not", cue_id)
    drawn = {cue_id for event in layout.events for cue_id in event.cue_ids}
    for line in target.lines:
        if line.id in wanted and line.text.strip() and line.id not in drawn:
            yield _finding("not-drawn", "no event shows this line", line.id)


def _lines(source: SourceTrack, target: TargetTrack, profile: Locale, style: Style) -> Iterator[Finding]:
    texts = {cue.id: cue.text for cue in source.cues}
    for line in target.lines:
        original = texts.get(line.id, "")
        if not line.text.strip():
            if original.strip():
                yield _finding("empty", "the line has no text", line.id)
            continue
        if _is_source(line.text, original, profile):
            yield _finding("untranslated", f"Chinese is left in {line.text!r}", line.id)
        elif finding := _script(line, profile):
            yield finding
        if left := _PLACEHOLDER.search(line.text):
            yield _finding("placeholder", f"a placeholder was not put back: {left[0]}", line.id, left[0])
        if lacking := fonts.missing(line.text, profile, style.bold):
            yield _finding("glyph", f"no font of {profile.tag} has {lacking!r}", line.id, lacking)
        if foreign := _foreign_han(line.text, profile):
            yield _finding("wrong-han", f"not written so in {profile.name}: {foreign}", line.id, foreign)
        for flag in line.flags:
            if flag not in _BY_TEXT | {STARTER}:
                yield _finding(flag, _FLAGS.get(flag, f"flagged {flag}"), line.id)
    if count := sum(STARTER in line.flags and not line.human for line in target.lines):
        yield _finding(
            STARTER,
            f"{count} of {len(target.lines)} lines were written by a starter package: a demonstration, not for release",
            measured=count,
            limit=0,
        )


_FLAGS = {"stale": "the source changed after a person wrote or approved this line"}


def _is_source(text: str, original: str, profile: Locale) -> bool:
    """Whether source text is left: Han where the locale writes none, or the very source line in Japanese."""
    if not profile.writes_han:
        return _HAN.search(text) is not None
    same = _SPOKEN.findall(text) == (spoken := _SPOKEN.findall(original))
    return profile.script == "Jpan" and same and len(spoken) > SAME_HAN and _HAN.search(text) is not None


def _script(line: TargetLine, profile: Locale) -> Finding | None:
    letters = _LETTER.findall(line.text)
    share = sum(_SCRIPTS[profile.script].match(letter) is not None for letter in letters) / max(len(letters), 1)
    if len(letters) < SCRIPT_LETTERS or share >= SCRIPT_SHARE:
        return None
    message = f"{share:.0%} of the letters are {profile.name}'s script"
    return _finding("script", message, line.id, round(share, 2), SCRIPT_SHARE)


def _foreign_han(text: str, profile: Locale) -> str:
    """Characters that GB 2312 has, the set of mainland China, and the locale's own everyday set has not."""
    codec = _HAN_SETS.get(profile.script)
    if codec is None:
        return ""
    return "".join(c for c in dict.fromkeys(_HAN.findall(text)) if _encodes(c, "gb2312") and not _encodes(c, codec))


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _picture(target: TargetTrack, layout: Layout, profile: Locale, style: Style) -> Iterator[Finding]:
    outline_px = style.outline * min(layout.width_px, layout.height_px)
    safe_px = layout.width_px - 2 * layout.margin_x_px
    for event in layout.events:
        cue_id, em_px = event.cue_ids[0], event.em_px or layout.em_px
        lines = event.text.split("\n")
        widest = max(fonts.width_px(line, profile, em_px, style.bold) for line in lines) + 2 * outline_px
        if widest > safe_px:
            where = "runs off the frame" if widest > layout.width_px else "leaves the safe area"
            message = f"a line of {widest:.0f} px {where} of {safe_px} px"
            yield _finding("width", message, cue_id, round(widest), safe_px)
        height = len(lines) * fonts.size_px(profile.font, em_px, style.bold)
        room = layout.height_px - layout.margin_bottom_px
        if height > room:
            yield _finding("height", f"{height:.0f} px of lines run off the top", cue_id, round(height), room)
        if len(lines) > MAX_LINES:
            yield _finding("lines", f"{len(lines)} lines: a shorter wording is wanted", cue_id, len(lines), MAX_LINES)
        if event.em_px and event.em_px != layout.em_px:
            percent = round(100 * event.em_px / layout.em_px)
            yield _finding("shrunk", f"set at {percent} % of the size to fit", cue_id, event.em_px, layout.em_px)
    yield from _broken_words(target.text_of(), layout, profile)


def _broken_words(texts: Mapping[str, str], layout: Layout, profile: Locale) -> Iterator[Finding]:
    """Events of the same cues show one text, one after the other."""
    for cue_ids, events in groupby(layout.events, key=lambda event: event.cue_ids):
        lines = [line for event in events for line in event.text.split("\n")]
        text = "\n".join(texts.get(cue_id, "") for cue_id in cue_ids)
        if count := linebreak.hard_breaks(text, lines, profile):
            yield _finding("word-broken", f"{count} line breaks inside a word", cue_ids[0], count, 0)


def _time(layout: Layout, profile: Locale, facts: MediaFacts) -> Iterator[Finding]:
    for event in layout.events:
        cue_id, shown_ms = event.cue_ids[0], event.end_ms - event.start_ms
        if event.end_ms > facts.duration_ms:
            message = f"shown until {clock(event.end_ms)}, the picture ends at {clock(facts.duration_ms)}"
            yield _finding("outside", message, cue_id, event.end_ms, facts.duration_ms)
        if event.cps > profile.cps:
            message = f"{event.cps:.1f} characters a second to read"
            yield _finding("cps", message, cue_id, round(event.cps, 1), profile.cps)
        if shown_ms < SHORTEST_MS:
            yield _finding("short", f"shown for {shown_ms} ms", cue_id, shown_ms, SHORTEST_MS)
        if shown_ms > LONGEST_MS:
            yield _finding("long", f"shown for {shown_ms} ms", cue_id, shown_ms, LONGEST_MS)
    for kind in ("dialogue", "forced"):
        yield from _spacing([event for event in layout.events if event.kind == kind], facts)


def _spacing(events: Iterable[Event], facts: MediaFacts) -> Iterator[Finding]:
    least_ms = ms_from_frames(GAP_FRAMES, facts.rate)
    for before, after in pairwise(events):
        gap_ms = after.start_ms - before.end_ms
        if gap_ms < 0:
            yield _finding("overlap", f"starts {-gap_ms} ms before the one before it ends", after.cue_ids[0], gap_ms, 0)
        elif gap_ms < least_ms:
            message = f"{gap_ms} ms after the one before it, less than {GAP_FRAMES} frames"
            yield _finding("gap", message, after.cue_ids[0], gap_ms, least_ms)
