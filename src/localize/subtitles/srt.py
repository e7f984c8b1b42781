"""SubRip: written for players without markup, read with the markup people put into it."""

from __future__ import annotations

from itertools import zip_longest

import regex

from localize.cues import Layout
from localize.locales import Locale
from localize.subtitles.text import WORD_JOINER, escaped
from localize.subtitles.timed import TIMES, Entry, clock, entry

_TAG = regex.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^}]*\}")
_INDEX = regex.compile(r"(?:^|\n)[ \t]*\d+[ \t]*\n$")


def to_srt(layout: Layout, profile: Locale) -> str:
    """SubRip. It has no escapes: what a player would take for markup is split by an invisible word joiner."""
    blocks = []
    for number, event in enumerate(layout.events, 1):
        times = f"{clock(event.start_ms)} --> {clock(event.end_ms)}".replace(".", ",")
        blocks.append("\n".join([str(number), times, *escaped(event, profile, _inert), ""]))
    return "\n".join(blocks)


def from_srt(text: str) -> list[Entry]:
    # pysubs2 loses a number at the end of a cue and takes two clock times in a text for those of a cue.
    times = list(TIMES.finditer(text))
    found = []
    for here, after in zip_longest(times, times[1:]):
        body = _INDEX.sub("", text[here.end() : after.start()]) if after else text[here.end() :]
        found.append(entry(here, body, _TAG.sub("", body).replace(r"\N", "\n")))
    return found


def _inert(text: str) -> str:
    return regex.sub(r"(?<=<)(?=[a-zA-Z/])|(?<=\{)(?=\\)|(?<=\\)|(?<=--)(?=>)", WORD_JOINER, text)
