"""Render: media + drawn subtitles -> plans for burned masters and for files with selectable tracks.

Everything here is pure: ffmpeg-python composes graph and arguments, `engines.ffmpeg` executes them. A graph names only
files the plan itself brings along, so no user's string is ever parsed as a filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from localize import cover_filters, subtitles
from localize.attachments import Attachment, subsets
from localize.covering import CoverPlan
from localize.cues import Layout
from localize.episode import MediaFacts
from localize.locales import SOURCE, Locale
from localize.media import GUARDS, Output, RenderPlan, url
from localize.safe_area import Rect
from localize.timecode import seconds_from_ms

Kind = Literal["mp4", "mkv"]
KINDS: tuple[Kind, ...] = ("mp4", "mkv")

PER_PROCESS = 3
"""Masters from one decode. Measured on 2 cores, 12 locales of 1080x1920: 3 in each of 2 single-threaded processes took
0.96x of one decode and 12 bare encodes, 1 in each 1.07x, all 12 in one process 1.16x and 2.8 GB."""


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

_SOUND_BITS = 512_000
"""A second of sound that is copied has at most so many in films for phones."""

MUX = 2
"""Version of what `plan_mux` writes."""

# Titles, places and chapters of the source say nothing true about a localised master.
_CLEAN = {"map_metadata": -1, "map_metadata:s": -1, "map_chapters": -1}
# `gbr` is no matrix of a picture in YUV, which a master is.
_UNTAGGED = {"unknown", "unspecified", "reserved", "gbr"}
_MP4_VIDEO = {"h264", "hevc", "av1", "vp9", "mpeg4"}
_MP4_AUDIO = {"aac", "mp3", "ac3", "eac3", "opus", "alac", "flac"}
# Matroska's Language element takes the bibliographic codes of ISO 639-2 (RFC 9559, 12); MP4 the terminologic ones.
_BIBLIOGRAPHIC = {"deu": "ger", "fra": "fre", "msa": "may", "zho": "chi"}


@dataclass(frozen=True, slots=True)
class MuxTrack:
    """One selectable track."""

    profile: Locale
    layout: Layout
    ass: Path | bytes


def groups(locales: Sequence[str], workers: int) -> list[tuple[str, ...]]:
    """`locales` in order, a tuple for each encoder process: at most `PER_PROCESS`, and as even as `workers` need."""
    count = -(-len(locales) // PER_PROCESS)
    count = min(-(-count // workers) * workers, len(locales))
    bounds = [len(locales) * number // count for number in range(count + 1)] if count else []
    return [tuple(locales[start:end]) for start, end in pairwise(bounds)]


def plan_burn(
    media: Path,
    facts: MediaFacts,
    texts: Mapping[str, Path],
    cover: CoverPlan | None = None,
    filled: Path | None = None,
) -> RenderPlan:
    """One master per locale of `texts` (locale -> its `.ass` file), all from one decode and with one cover.

    `filled` is the video that a cover by `inpaint` is made of.
    """
    source = _source(media)
    picture = _upright(source["V:0"], facts)
    made, outputs = list[Any](), dict[str, Output]()
    inputs: dict[str, Path | bytes] = {}
    if cover:
        picture, inputs = cover_filters.covered(picture, cover, rate=facts.rate, filled=filled)
    branches = picture.filter_multi_output("split", len(texts)) if len(texts) > 1 else {"0": picture}
    for number, (tag, ass) in enumerate(texts.items()):
        text, file = f"text{number}.ass", f"burned{number}.mp4"
        drawn = _late(branches[str(number)].filter("ass", text, shaping=BURN.shaping), facts)
        sound = [source["a:0"]] if facts.audio else []
        made.append(ffmpeg.output(drawn, *sound, file, **_master(facts)))
        inputs[text] = ass
        outputs[tag] = Output(file, frames=None if facts.variable_rate else facts.frames, sound=facts.audio is not None)
    argv = tuple(ffmpeg.merge_outputs(*made).compile()[1:])
    return RenderPlan(media, facts.duration_ms, facts.rate, argv, outputs, inputs)


def most_bytes(facts: MediaFacts) -> int:
    """The most that one master takes on a disk: the highest rate that the encoder may use, a full buffer, the sound."""
    picture_bits, buffer_bits = (int(rate.removesuffix("M")) * 1_000_000 for rate in (BURN.maxrate, BURN.bufsize))
    return (facts.duration_ms * (picture_bits + _SOUND_BITS) // 1000 + buffer_bits) // 8


def plan_area(media: Path, facts: MediaFacts, area: Rect) -> tuple[str, ...]:
    """What makes ffmpeg hand out `area` of every picture of a master, raw and without text, on its standard output."""
    size = area.right - area.left, area.bottom - area.top
    picture = _upright(_source(media)["V:0"], facts).filter("crop", *size, area.left, area.top)
    raw = {"f": "rawvideo", "pix_fmt": BURN.pixel_format, "fps_mode": "passthrough"}
    return tuple(ffmpeg.output(picture, "pipe:1", **raw).compile()[1:])


def plan_mux(
    media: Path, facts: MediaFacts, tracks: Sequence[MuxTrack], kind: Kind, *, title: str, bold: bool
) -> RenderPlan:
    """One file with picture and sound as they are and a selectable track per locale, none of them on by default.

    MP4 gets mov_text, told apart by handler names, the only name that survives there. Matroska gets the drawn ASS with
    its fonts.
    """
    source = _source(media)
    made_of: dict[str, Path | bytes] = {}
    streams = [source["V:0"], *([source["a:0"]] if facts.audio else [])]
    # Cues count from the first picture, which some containers start later than the sound.
    shift = {"itsoffset": seconds_from_ms(_late_ms(facts))} if _late_ms(facts) else {}
    for number, track in enumerate(tracks):
        name = f"text{number}.{'srt' if kind == 'mp4' else 'ass'}"
        made_of[name] = subtitles.to_srt(track.layout, track.profile).encode() if kind == "mp4" else track.ass
        streams.append(ffmpeg.input(name, f=name[-3:], **shift)["s:0"])
    attached = _fonts(tracks, bold) if kind == "mkv" else []
    made_of |= {font.name: font.content for font in attached}
    # Before ffmpeg 6.1 its Matroska files forget that a picture is to be turned.
    copied = not facts.rotation if kind == "mkv" else facts.video_codec in _MP4_VIDEO
    if not copied:
        streams[0] = _late(_upright(streams[0], facts), facts)
    file = f"muxed.{kind}"
    argv = ffmpeg.output(*streams, file, **_container(facts, kind, copied)).compile()[1:]
    # ffmpeg-python holds an option once; these come several times for one stream.
    argv[-1:-1] = [*_names(tracks, kind, title), *_attach(attached)]
    output = Output(file, None, facts.audio is not None, len(tracks), len(attached), copied)
    return RenderPlan(media, facts.duration_ms, facts.rate, tuple(argv), {kind: output}, made_of)


def _source(media: Path) -> Any:
    return ffmpeg.input(url(media), **GUARDS)


def _upright(picture: Any, facts: MediaFacts) -> Any:
    """The picture as it is seen, counting from zero at a constant rate; ffmpeg itself has turned it by then."""
    if _late_ms(facts):
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


def _late(picture: Any, facts: MediaFacts) -> Any:
    """`picture` back at the time at which it starts against the sound."""
    late_ms = _late_ms(facts)
    return picture.filter("setpts", f"PTS+{late_ms}/1000/TB") if late_ms else picture


def _late_ms(facts: MediaFacts) -> int:
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


def _master(facts: MediaFacts) -> dict[str, Any]:
    return _encoded(facts) | _audio(facts, {"aac"}) | _CLEAN | {"movflags": "+faststart"}


def _encoded(facts: MediaFacts) -> dict[str, Any]:
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


def _audio(facts: MediaFacts, copied: Iterable[str]) -> dict[str, Any]:
    """Sound as it is where the container takes it, else AAC; its language is the source's."""
    if facts.audio is None:
        return {}
    language = {"metadata:s:a:0": f"language={SOURCE.iso639_2}"}
    if facts.audio.codec in copied:
        return {"c:a": "copy"} | language
    return {"c:a": BURN.audio_codec, "b:a": BURN.audio_bitrate, "ar": BURN.audio_rate_hz} | language


def _container(facts: MediaFacts, kind: Kind, copied: bool) -> dict[str, Any]:
    common = _CLEAN | {"disposition:s": 0}
    picture = {"c:v": "copy"} if copied else _encoded(facts)
    if kind == "mkv":
        return common | picture | {"c:a": "copy", "c:s": "copy"}
    if copied and facts.video_codec == "hevc":
        picture["tag:v"] = "hvc1"  # Apple's players refuse hev1
    return common | picture | _audio(facts, _MP4_AUDIO) | {"c:s": "mov_text", "movflags": "+faststart"}


def _names(tracks: Sequence[MuxTrack], kind: Kind, title: str) -> list[str]:
    """Languages and names of the tracks, as each container can hold them."""
    said = ["-metadata", f"title={''.join(c for c in title if c.isprintable())}"]
    if kind == "mkv":
        said += ["-metadata:s:a", f"language={_BIBLIOGRAPHIC[SOURCE.iso639_2]}"]
    for number, track in enumerate(tracks):
        profile = track.profile
        language = profile.iso639_2 if kind == "mp4" else _BIBLIOGRAPHIC.get(profile.iso639_2, profile.iso639_2)
        name = "handler_name" if kind == "mp4" else "title"
        for value in (f"language={language}", f"{name}={profile.name}"):
            said += [f"-metadata:s:s:{number}", value]
    return said


def _attach(attached: Sequence[Attachment]) -> list[str]:
    said = []
    for number, font in enumerate(attached):
        said += ["-attach", font.name, f"-metadata:s:t:{number}", f"mimetype={font.mimetype}"]
    return said


def _fonts(tracks: Sequence[MuxTrack], bold: bool) -> list[Attachment]:
    drawn = [(track.profile, "".join(event.text for event in track.layout.events)) for track in tracks]
    # The source line above the translation, where a series shows both.
    above = "".join(event.above for track in tracks for event in track.layout.events)
    return subsets([*drawn, (SOURCE, above)] if above else drawn, bold=bold)
