"""Titles and synopsis: whether a platform takes them."""

from __future__ import annotations

from collections.abc import Iterator

from localize import metadata
from localize.cues import TargetTrack
from localize.findings import Finding
from localize.rules import finding


def of_length(target: TargetTrack, platform: str) -> Iterator[Finding]:
    """What is longer than the platform takes."""
    for line in target.lines:
        most = metadata.limit(platform, line.id)
        if (measured := most.measure(line.text)) > most.most:
            message = f"{measured} {most.unit}: {measured - most.most} more than {platform} takes ({most.source})"
            yield finding("length", message, line.id, measured, most.most)
