"""The files that stand beside a video, by the name of their format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from localize.cues import Layout
from localize.locales import Locale
from localize.subtitles.srt import to_srt
from localize.subtitles.ttml import to_ttml
from localize.subtitles.vtt import to_vtt

Format = Literal["srt", "vtt", "ttml"]

_WRITERS: Mapping[Format, Callable[[Layout, Locale, Fraction], str]] = {
    "srt": lambda layout, profile, _rate: to_srt(layout, profile),
    "vtt": lambda layout, profile, _rate: to_vtt(layout, profile),
    "ttml": to_ttml,
}


def sidecar(kind: Format, layout: Layout, profile: Locale, rate: Fraction) -> str:
    """`layout` as a file of `kind` for a picture of `rate`."""
    return _WRITERS[kind](layout, profile, rate)
