"""What masters and files of all tracks have in common: the picture as it is seen, and how it is encoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from localize.episode import MediaFacts
from localize.locales import SOURCE
from localize.media import GUARDS, url


@dataclass(frozen=True, slots=True)
class Encoder:
    """How masters are encoded; all of it is part of their fingerprint."""

    codec: str = "libx264"
    preset: str = "veryfast"
    # Platforms encode again, so a master takes the better half of the 20 to 23 usual at this preset, up to the 8 Mbit/s
    # that YouTube recommends for uploads of 1080 lines at 30 frames per second, averaged over 2 s.
    crf: int = 21
    maxrate: str = "8M"
    bufsize: str = "16M"
    profile: str = "high"
    pixel_format: str = "yuv420p"
    gop_s: int = 2
    # As many processes as cores beat threads inside one: no core waits for another's frame.
    threads: int = 1
    shaping: str = "complex"
    audio_codec: str = "aac"
    audio_bitrate: str = "128k"
    audio_rate_hz: int = 48_000
    version: int = 1


BURN = Encoder()

# Titles, places and chapters of the source say nothing true about a localised master.
CLEAN = {"map_metadata": -1, "map_metadata:s": -1, "map_chapters": -1}
# `gbr` is no matrix of a picture in YUV, which a master is.
_UNTAGGED = {"unknown", "unspecified", "reserved", "gbr"}


def opened(media: Path) -> Any:
    return ffmpeg.input(url(media), **GUARDS)


def upright(picture: Any, facts: MediaFacts) -> Any:
    """The picture as it is seen, counting from zero at a constant rate; ffmpeg itself has turned it by then."""
    if late_ms(facts):
        picture = picture.filter("setpts", "PTS-STARTPTS")
    if facts.variable_rate:
        picture = picture.filter("fps", facts.frame_rate)
    if facts.sample_aspect != "1:1":
        picture = picture.filter("scale", facts.width_px, facts.height_px).filter("setsar", 1)
    elif facts.coded_width_px % 2 or facts.coded_height_px % 2:
        picture = picture.filter("crop", facts.width_px, facts.height_px, 0, 0)
    if facts.hdr:
        # Linear light with 100 nits as white, Hable's curve for what is brighter, then BT.709.
        bt2020 = {"transferin": facts.colour_transfer, "primariesin": "bt2020", "matrixin": "bt2020nc"}
        picture = (
            picture.filter("zscale", **bt2020, transfer="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("zscale", primaries="bt709")
            .filter("tonemap", "hable", desat=0)
            .filter("zscale", transfer="bt709", matrix="bt709", range="limited")
        )
    elif facts.colour_range == "pc":
        picture = picture.filter("scale", in_range="pc", out_range="tv")
    return picture.filter("format", BURN.pixel_format).filter("setparams", **_colour(facts))


def late(picture: Any, facts: MediaFacts) -> Any:
    """`picture` back at the time at which it starts against the sound."""
    by_ms = late_ms(facts)
    return picture.filter("setpts", f"PTS+{by_ms}/1000/TB") if by_ms else picture


def late_ms(facts: MediaFacts) -> int:
    """How much later than the sound the picture starts."""
    return max(0, -facts.audio.start_ms) if facts.audio else 0


def _colour(facts: MediaFacts) -> dict[str, str]:
    """The source's own tags; BT.709 where it has none, as players assume, and where HDR was mapped to it."""

    def tag(value: str) -> str:
        return "bt709" if facts.hdr or value in _UNTAGGED else value

    return {
        "colorspace": tag(facts.colour_space),
        "color_trc": tag(facts.colour_transfer),
        "color_primaries": tag(facts.colour_primaries),
        "range": "tv",
    }


def encoded(facts: MediaFacts) -> dict[str, Any]:
    return {
        "c:v": BURN.codec,
        # The graph has settled every time; the muxer's own idea of a rate would add a picture where the sound leads.
        "fps_mode": "passthrough",
        "preset": BURN.preset,
        "crf": BURN.crf,
        "profile:v": BURN.profile,
        "maxrate": BURN.maxrate,
        "bufsize": BURN.bufsize,
        "g": round(BURN.gop_s * facts.rate),
        "threads": BURN.threads,
    }


def audio(facts: MediaFacts, copied: Iterable[str]) -> dict[str, Any]:
    """Sound as it is where the container takes it, else AAC; its language is the source's."""
    if facts.audio is None:
        return {}
    language = {"metadata:s:a:0": f"language={SOURCE.iso639_2}"}
    if facts.audio.codec in copied:
        return {"c:a": "copy"} | language
    return {"c:a": BURN.audio_codec, "b:a": BURN.audio_bitrate, "ar": BURN.audio_rate_hz} | language
