"""An episode: what was probed of its media, and the record of every artefact made from it.

`episode.json` is this module's `EpisodeState`: other people's files outlive our code, so it carries a schema number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from localize.picture.hardsub import Band
from localize.timecode import Grid


@dataclass(frozen=True, slots=True)
class AudioFacts:
    codec: str
    sample_rate_hz: int
    channels: int
    start_ms: int
    """Offset of the first sample against the first video frame."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Exact facts of one media file; sizes are those of the picture a viewer sees.

    `width_px` x `height_px` is after rotation, with square pixels, cropped to even numbers: the frame that layouts and
    encoders use. `coded_*` is what the stream says.
    """

    digest: str
    size_bytes: int
    mtime_ns: int
    duration_ms: int
    width_px: int
    height_px: int
    coded_width_px: int
    coded_height_px: int
    rotation: int
    """Degrees the picture is turned clockwise for display: 0, 90, 180 or 270."""
    sample_aspect: str
    """Width to height of one coded pixel, `1:1` when square."""
    frame_rate: str
    """Constant rate used from here on, as an exact fraction such as `30000/1001`."""
    variable_rate: bool
    frames: int
    video_codec: str
    pixel_format: str
    colour_space: str
    colour_transfer: str
    colour_primaries: str
    colour_range: str
    audio: AudioFacts | None
    version: int = 0
    """Of the probe that found them; another one probes again."""
    notes: tuple[str, ...] = ()
    """What is unusual about the file and how it is handled, in plain words."""

    @property
    def rate(self) -> Fraction:
        return Fraction(self.frame_rate)

    @property
    def grid(self) -> Grid:
        """The times at which a picture can begin: any millisecond where the rate is variable."""
        return Grid(self.rate, range(self.duration_ms + 1) if self.variable_rate else None)

    @property
    def hdr(self) -> bool:
        return self.colour_transfer in {"smpte2084", "arib-std-b67"}


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """Where burned-in subtitles stand; without `bands` there are none that can be used, and `reason` says why."""

    bands: tuple[Band, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file of the workspace as it was committed: `fingerprint` is the hash of all that went into it."""

    fingerprint: str
    digest: str
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class EpisodeState:
    """The content of `episode.json`; `artefacts` is keyed by path relative to the episode's folder."""

    facts: MediaFacts | None = None
    picture: PictureFacts | None = None
    """None while the picture was not read."""
    artefacts: dict[str, Artefact] = field(default_factory=dict)
    schema: int = 1
