"""Facts of a film that no test has to make."""

from __future__ import annotations

from dataclasses import replace

from localize.episode import AudioFacts, MediaFacts

FACTS = MediaFacts(
    digest="m", size_bytes=1, mtime_ns=1, duration_ms=20_000, width_px=1080, height_px=1920, coded_width_px=1080,
    coded_height_px=1920, rotation=0, sample_aspect="1:1", frame_rate="25", variable_rate=False, frames=500,
    video_codec="h264", pixel_format="yuv420p", colour_space="bt709", colour_transfer="bt709",
    colour_primaries="bt709", colour_range="tv", audio=AudioFacts("aac", 48_000, 2, 0),
)  # fmt: skip


def framed(width_px: int, height_px: int, *, duration_ms: int = FACTS.duration_ms) -> MediaFacts:
    """The same film in another frame, 25 pictures a second."""
    return replace(
        FACTS, width_px=width_px, height_px=height_px, coded_width_px=width_px, coded_height_px=height_px,
        duration_ms=duration_ms, frames=duration_ms // 40,
    )  # fmt: skip
