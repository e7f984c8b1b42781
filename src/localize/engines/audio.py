"""Audio as a recogniser wants it: 16 kHz mono samples, on the clock of the picture."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from localize.engines.ffprobe import not_installed
from localize.errors import MediaError
from localize.media import CONTAINERS, PROTOCOLS, url
from localize.timecode import ms_from_seconds

if TYPE_CHECKING:
    import numpy

SAMPLE_RATE = 16_000
# Sound alone may also come as WAV; else the same containers as everywhere, and nothing that opens other files.
_GUARDS = ("-v", "error", "-protocol_whitelist", PROTOCOLS, "-format_whitelist", f"{CONTAINERS},wav")


def cores() -> int:
    """Processor cores this process may use; a container's share, not the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decode(media: Path) -> numpy.ndarray:
    """The first audio stream of `media` as 32-bit floats, sample 0 at the first video frame.

    Gaps become silence and a late start too, so that a sample's index is its time. MediaError where there is no audio.
    """
    import numpy as np

    lead_ms = _lead_ms(media)
    # async: stretch nothing, but fill or cut where time stamps jump; first_pts: pad a stream that starts late.
    filters = f"aresample={SAMPLE_RATE}:async=1:first_pts=0"
    output = ("-map", "0:a:0", "-af", filters, "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "-")
    raw = _run(["ffmpeg", "-nostdin", *_GUARDS, "-i", url(media), *output], media)
    samples = np.frombuffer(raw, np.int16).astype(np.float32) / 32768.0
    return samples[lead_ms * SAMPLE_RATE // 1000 :]


def _lead_ms(media: Path) -> int:
    """By how much the container's clock (the earliest stream) is ahead of the first video frame."""
    entries = "format=start_time:stream=codec_type,start_time:stream_disposition=attached_pic"
    facts = json.loads(_run(["ffprobe", *_GUARDS, "-show_entries", entries, "-of", "json", url(media)], media))
    streams = facts.get("streams", [])
    if not any(stream.get("codec_type") == "audio" for stream in streams):
        raise MediaError(f"{media.name} has no audio stream", next_step="supply subtitles for it in series.toml")
    pictures = (s for s in streams if s.get("codec_type") == "video" and not s["disposition"]["attached_pic"])
    video = next((stream for stream in pictures if "start_time" in stream), None)
    begin = facts.get("format", {}).get("start_time")
    if video is None or begin is None:
        return 0
    return max(0, ms_from_seconds(video["start_time"]) - ms_from_seconds(begin))


def _run(command: list[str], media: Path) -> bytes:
    try:
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True).stdout
    except FileNotFoundError:
        raise not_installed(command[0]) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise MediaError(
            f"the audio of {media.name} cannot be decoded: {said[-1]}", next_step="play the file, and export it again"
        ) from error
