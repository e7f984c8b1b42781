"""ffprobe: what a media file is, without decoding it and without letting it point at anything else.

A playlist or a concat script named `.mp4` is recognised by its content and would make ffmpeg open other files, so only
real containers and only the `file` protocol are allowed, and the path is always `file:` and absolute.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from localize.errors import EngineRejected, EngineUnavailable, MediaError
from localize.media import CONTAINERS, PROTOCOLS, Picture, Probed, Sound, url
from localize.timecode import frame_rate

EXPORT_AGAIN = "export it again, as MP4 with H.264 and AAC"
_INSTALL = "make setup"
# Only headers and the packet index are read; a slow network volume needs the rest of the time.
_TIMEOUT_S = 300
_GUARDS = ("-v", "error", "-protocol_whitelist", PROTOCOLS, "-format_whitelist", CONTAINERS)


def not_installed(program: str) -> EngineRejected:
    return EngineRejected(f"{program} is not installed", next_step=_INSTALL)


def probe(media: Path) -> Probed:
    """Streams of `media` and the time of every picture; MediaError where it is not a video container we read."""
    header = _ask(media, "-show_format", "-show_streams")
    streams, container = header.get("streams", []), header.get("format", {})
    video = next((s for s in streams if s.get("codec_type") == "video" and not s["disposition"]["attached_pic"]), None)
    return Probed(
        container=str(container.get("format_name", "")),
        picture=_picture(media, video) if video else None,
        sounds=tuple(_sound(s) for s in streams if s.get("codec_type") == "audio"),
        subtitles=sum(s.get("codec_type") == "subtitle" for s in streams),
        attachments=sum(s.get("codec_type") == "attachment" for s in streams),
    )


def stored_packets(media: Path) -> int:
    """Video packets that can be read from an MP4 or MOV, those cut away by an edit list included."""
    found = _ask(media, "-ignore_editlist", "1", "-select_streams", "V:0", "-count_packets", "-show_streams")
    return int(found["streams"][0].get("nb_read_packets", 0))


def _picture(media: Path, stream: Mapping[str, Any]) -> Picture:
    packets = _ask(media, "-select_streams", "V:0", "-show_entries", "packet=pts,duration,flags").get("packets", [])
    shown = sorted((p for p in packets if "pts" in p and "D" not in p["flags"]), key=lambda p: int(p["pts"]))
    times = tuple(int(p["pts"]) for p in shown)
    tick = Fraction(stream["time_base"])
    nominal, average = _rate(stream, "r_frame_rate"), _rate(stream, "avg_frame_rate")
    last = int(shown[-1].get("duration", 0)) if shown else 0
    if not last and (rate := average or nominal):
        last = round(1 / (rate * tick))
    return Picture(
        codec=stream.get("codec_name", "unknown"),
        pixel_format=stream.get("pix_fmt", "unknown"),
        width_px=int(stream.get("width", 0)),
        height_px=int(stream.get("height", 0)),
        rotation=_clockwise(stream),
        sample_aspect=_aspect(stream),
        nominal_rate=nominal,
        tick=tick,
        times=times,
        last=last,
        lead_in=len(packets) - len(shown),
        declared=int(stream["nb_frames"]) if "nb_frames" in stream else None,
        colour_space=stream.get("color_space", "unknown"),
        colour_transfer=stream.get("color_transfer", "unknown"),
        colour_primaries=stream.get("color_primaries", "unknown"),
        colour_range=stream.get("color_range", "unknown"),
    )


def _sound(stream: Mapping[str, Any]) -> Sound:
    return Sound(
        codec=stream.get("codec_name", "unknown"),
        sample_rate_hz=int(stream.get("sample_rate", 0)),
        channels=int(stream.get("channels", 0)),
        start_s=Fraction(stream.get("start_time", 0)),
    )


def _rate(stream: Mapping[str, Any], key: str) -> Fraction | None:
    """`0/0` means that the demuxer does not know."""
    count, _, per = str(stream.get(key, "0/0")).partition("/")
    return frame_rate(f"{count}/{per}") if int(count) and int(per) else None


def _clockwise(stream: Mapping[str, Any]) -> int:
    """The display matrix counts anticlockwise; a matrix between quarter turns is taken for the nearest one."""
    for side in stream.get("side_data_list", ()):
        if "rotation" in side:
            return round(-float(side["rotation"]) / 90) % 4 * 90
    return 0


def _aspect(stream: Mapping[str, Any]) -> Fraction:
    """`0:1` and a missing ratio both mean square."""
    width, _, height = str(stream.get("sample_aspect_ratio", "1:1")).partition(":")
    return Fraction(int(width), int(height)) if int(width) and int(height) else Fraction(1)


def _ask(media: Path, *options: str) -> Mapping[str, Any]:
    command: Sequence[str] = ("ffprobe", *_GUARDS, *options, "-of", "json", url(media))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S
        )
    except FileNotFoundError:
        raise not_installed("ffprobe") from None
    except subprocess.TimeoutExpired as error:
        raise EngineUnavailable(f"{media.name} was not read within {_TIMEOUT_S} s", next_step="run again") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ffprobe ended with {done.returncode}"]
        refused = MediaError(f"{media.name} is not a video that can be read: {_reason(lines)}", next_step=EXPORT_AGAIN)
        refused.add_note(done.stderr)
        raise refused
    answer: Mapping[str, Any] = json.loads(done.stdout)
    return answer


def _reason(lines: Sequence[str]) -> str:
    """What ffprobe said first: its last line only repeats the path and a generic text."""
    demuxer, _, said = lines[0].lstrip("[").partition("] ")
    if "not on whitelist" in said:
        return f"it is none of our containers (it looks like {demuxer.partition(' ')[0]})"
    if "moov atom not found" in said:
        return "it has no index (another kind of file, or one cut short)"
    return said or lines[0].rpartition(": ")[2]
