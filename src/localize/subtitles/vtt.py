"""WebVTT: cues placed where the burned ones stand; notes, style sheets and entities are read as what they are."""

from __future__ import annotations

import html

import regex

from localize.cues import Layout
from localize.locales import Locale
from localize.subtitles.text import escaped
from localize.subtitles.timed import TIMES, Entry, clock, entry

_TAG = regex.compile(r"<[^>]*>")
_VOICE = regex.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
# A browser's own subtitle type is 5 % of the height (WebVTT, section 7.2), set at about 1.2.
_LINE_PERCENT = 6


def to_vtt(layout: Layout, profile: Locale) -> str:
    """WebVTT, each cue placed so that its last line ends where the burned one does, words for a sign by the sign."""
    blocks = ["WEBVTT\n"]
    for event in layout.events:
        bottom_px = layout.height_px - (event.margin_bottom_px or layout.margin_bottom_px)
        bottom = 100 * bottom_px // layout.height_px
        lines = escaped(event, profile, lambda text: html.escape(text, quote=False))
        top = max(0, bottom - _LINE_PERCENT * len(lines))
        times = f"{clock(event.start_ms)} --> {clock(event.end_ms)} line:{top}%"
        if event.centre_px:
            times += f" position:{round(100 * event.centre_px / layout.width_px)}%"
        blocks.append("\n".join([times, *lines, ""]))
    return "\n".join(blocks)


def from_vtt(text: str) -> list[Entry]:
    # pysubs2 reads VTT as SRT: comments, style sheets and entities would end up in the text.
    blocks = ((TIMES.search(block), block) for block in regex.split(r"\n[ \t]*(?=\n)", text))
    found = []
    for times, block in blocks:
        if times:
            body = block[times.end() :]
            voices = {html.unescape(voice).strip() for voice in _VOICE.findall(body)}
            # A cue of several voices has no speaker of its own.
            speaker = voices.pop() if len(voices) == 1 else ""
            found.append(entry(times, body, html.unescape(_TAG.sub("", body)), speaker))
    return found
