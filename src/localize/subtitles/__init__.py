"""Subtitle files: reading what a customer sends, writing what is drawn and what is delivered.

Times are whole milliseconds; SRT, VTT and TTML keep them exactly, ASS rounds down to 10 ms. Text from outside becomes
ASS only through `escape_ass`: raw text can switch to drawing mode, change its size or start an event of its own.
"""

from localize.subtitles.ass import escape_ass
from localize.subtitles.drawn import to_ass
from localize.subtitles.panes import Pane, behind, panes
from localize.subtitles.parsing import SUFFIXES, SubtitleFile, parse, read
from localize.subtitles.samples import one_at_a_time
from localize.subtitles.sidecar import Format, sidecar
from localize.subtitles.srt import to_srt
from localize.subtitles.timed import Entry, TimedText
from localize.subtitles.ttml import to_ttml
from localize.subtitles.vtt import to_vtt

VERSION = 3

__all__ = [
    "SUFFIXES",
    "VERSION",
    "Entry",
    "Format",
    "Pane",
    "SubtitleFile",
    "TimedText",
    "behind",
    "escape_ass",
    "one_at_a_time",
    "panes",
    "parse",
    "read",
    "sidecar",
    "to_ass",
    "to_srt",
    "to_ttml",
    "to_vtt",
]
