"""Media + subtitles -> plans for files with selectable tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from localize import subtitles
from localize.cues import Layout
from localize.drawing.attachments import Attachment, subsets
from localize.episode import MediaFacts
from localize.locales import SOURCE, Locale
from localize.media import Output, RenderPlan
from localize.stages.render.encoding import CLEAN, audio, encoded, late, late_ms, opened, upright
from localize.timecode import seconds_from_ms

Kind = Literal["mp4", "mkv"]
KINDS: tuple[Kind, ...] = ("mp4", "mkv")

MUX = 3
"""Version of what `plan_mux` writes."""

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


def plan_mux(
    media: Path, facts: MediaFacts, tracks: Sequence[MuxTrack], kind: Kind, *, title: str, bold: bool
) -> RenderPlan:
    """One file with picture and sound as they are and a selectable track per locale, none of them on by default.

    MP4 gets mov_text, told apart by handler names, the only name that survives there. Matroska gets the drawn ASS with
    its fonts.
    """
    source = opened(media)
    made_of: dict[str, Path | bytes] = {}
    streams = [source["V:0"], *([source["a:0"]] if facts.audio else [])]
    # Cues count from the first picture, which some containers start later than the sound.
    shift = {"itsoffset": seconds_from_ms(late_ms(facts))} if late_ms(facts) else {}
    for number, track in enumerate(tracks):
        name = f"text{number}.{'srt' if kind == 'mp4' else 'ass'}"
        made_of[name] = _samples(track) if kind == "mp4" else track.ass
        streams.append(ffmpeg.input(name, f=name[-3:], **shift)["s:0"])
    attached = _fonts(tracks, bold) if kind == "mkv" else []
    made_of |= {font.name: font.content for font in attached}
    # Before ffmpeg 6.1 its Matroska files forget that a picture is to be turned.
    copied = not facts.rotation if kind == "mkv" else facts.video_codec in _MP4_VIDEO
    if not copied:
        streams[0] = late(upright(streams[0], facts), facts)
    file = f"muxed.{kind}"
    argv = ffmpeg.output(*streams, file, **_container(facts, kind, copied)).compile()[1:]
    # ffmpeg-python holds an option once; these come several times for one stream.
    argv[-1:-1] = [*_names(tracks, kind, title), *_attach(attached)]
    output = Output(file, None, facts.audio is not None, len(tracks), len(attached), copied)
    return RenderPlan(media, facts.duration_ms, facts.rate, tuple(argv), {kind: output}, made_of)


def _samples(track: MuxTrack) -> bytes:
    layout = replace(track.layout, events=subtitles.one_at_a_time(track.layout.events))
    return subtitles.to_srt(layout, track.profile).encode()


def _container(facts: MediaFacts, kind: Kind, copied: bool) -> dict[str, Any]:
    common = CLEAN | {"disposition:s": 0}
    picture = {"c:v": "copy"} if copied else encoded(facts)
    if kind == "mkv":
        return common | picture | {"c:a": "copy", "c:s": "copy"}
    if copied and facts.video_codec == "hevc":
        picture["tag:v"] = "hvc1"  # Apple's players refuse hev1
    return common | picture | audio(facts, _MP4_AUDIO) | {"c:s": "mov_text", "movflags": "+faststart"}


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
