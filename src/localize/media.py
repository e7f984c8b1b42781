"""Media: what a prober reads of a file, and what a renderer is asked to make of one.

Stages decide on these; `engines.ffprobe` fills the first, `engines.ffmpeg` executes the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts"
PROTOCOLS = "file"
MAX_PIXELS = 9_000_000
"""Decoder limit, a little above the 2160x3840 that are accepted: a 16000x16000 picture takes 800 MB a frame."""

GUARDS: Mapping[str, str | int] = {
    "protocol_whitelist": PROTOCOLS,
    "format_whitelist": CONTAINERS,
    "max_pixels": MAX_PIXELS,
}
"""Input options of every file that came from outside: a playlist named .mp4 would open whatever it lists."""


def url(media: Path) -> str:
    """`media` as ffmpeg reads it whatever its name contains."""
    return f"file:{media.absolute()}"


@dataclass(frozen=True, slots=True)
class Picture:
    """The video stream, cover art excepted.

    `times` are the presentation times of the pictures a viewer sees, ascending, in units of `tick` seconds; `last` is
    how long the final one stays, in the same unit. `lead_in` counts packets that an edit list cuts away.
    """

    codec: str
    pixel_format: str
    width_px: int
    height_px: int
    rotation: int
    """Degrees clockwise for display: 0, 90, 180 or 270."""
    sample_aspect: Fraction
    nominal_rate: Fraction | None
    """Frames per second on whose grid every time fits, as the demuxer guesses it."""
    tick: Fraction
    times: tuple[int, ...]
    last: int
    lead_in: int = 0
    declared: int | None = None
    """Number of packets the container's index promises; None where it has none."""
    colour_space: str = "unknown"
    colour_transfer: str = "unknown"
    colour_primaries: str = "unknown"
    colour_range: str = "unknown"

    @property
    def start_s(self) -> Fraction:
        return self.times[0] * self.tick if self.times else Fraction(0)

    @property
    def duration_s(self) -> Fraction:
        """From the first picture to the end of the last."""
        return (self.times[-1] + self.last - self.times[0]) * self.tick if self.times else Fraction(0)


@dataclass(frozen=True, slots=True)
class Sound:
    """One audio stream."""

    codec: str
    sample_rate_hz: int
    channels: int
    start_s: Fraction


@dataclass(frozen=True, slots=True)
class Probed:
    """A media file as its headers and packets describe it; nothing was decoded."""

    container: str
    picture: Picture | None
    sounds: tuple[Sound, ...] = ()
    subtitles: int = 0
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """One file a plan makes, and what must be true of it before anyone sees it."""

    file: str
    frames: int | None
    """Pictures in it; None where the source's packets were copied or its rate had to be evened out."""
    sound: bool
    subtitles: int = 0
    attachments: int = 0
    copied: bool = False
    """Its video packets are those of the source, one for one."""


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """One run of ffmpeg.

    `argv` follows the program's name and the runner's own options; its relative names live in the folder the plan runs
    in. `inputs` are put there first under generated names, so that no name a user chose enters a filter graph.
    """

    media: Path
    duration_ms: int
    """Length of the picture of every output."""
    frame_rate: Fraction
    argv: tuple[str, ...]
    outputs: Mapping[str, Output]
    inputs: Mapping[str, Path | bytes] = field(default_factory=dict)
