"""Metadata: the title and synopsis of a series and the titles of its episodes, as a track like any other.

Their source stands in the manifest. In the workspace they are the cues of an episode of their own, so that terms,
engines, edits, versions and gates treat them as they treat what is said; their times mean nothing but their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localize.cues import Cue, SourceTrack, graphemes
from localize.series import METADATA, Episode, Series

EPISODE = Episode(id=METADATA, file="")
"""Stands for an episode; it has no media."""
TITLE, SYNOPSIS = "title", "synopsis"
_EPISODE = "episode."
_EACH_MS = 1000

Field = Literal["title", "synopsis", "episode"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a platform takes: in grapheme clusters, code units of UTF-16 or bytes of UTF-8."""

    most: int
    unit: Literal["graphemes", "utf-16", "bytes"]
    source: str

    def measure(self, text: str) -> int:
        if self.unit == "bytes":
            return len(text.encode())
        return len(graphemes(text)) if self.unit == "graphemes" else len(text.encode("utf-16-le")) // 2

    @property
    def asked(self) -> int:
        """As many grapheme clusters as engines are asked to keep to: no character takes more than four bytes."""
        return self.most // 4 if self.unit == "bytes" else self.most


_TIKTOK = "developers.tiktok.com, Content Posting API: 2,200 UTF-16 code units of caption"
_META = "developers.facebook.com, Instagram Platform, media: a caption of at most 2,200 characters"
_YOUTUBE = (
    "developers.google.com/youtube/v3/docs/videos, snippet: a title of 100 characters, a description of 5,000 bytes"
)
_ASSUMED = "assumed: no published figure"
_SHORT = Limit(100, "graphemes", _ASSUMED)

LIMITS: Mapping[str, Mapping[Field, Limit]] = {
    "tiktok": {"title": _SHORT, "synopsis": Limit(2200, "utf-16", _TIKTOK), "episode": _SHORT},
    "reels": {"title": _SHORT, "synopsis": Limit(2200, "graphemes", _META), "episode": _SHORT},
    # What a character is, YouTube does not say; its form counts code units.
    "shorts": {
        "title": Limit(100, "utf-16", _YOUTUBE),
        "synopsis": Limit(5000, "bytes", _YOUTUBE),
        "episode": Limit(100, "utf-16", _YOUTUBE),
    },
    "reelshort": {"title": _SHORT, "synopsis": Limit(1000, "graphemes", _ASSUMED), "episode": _SHORT},
    "full": {"title": _SHORT, "synopsis": Limit(1000, "graphemes", _ASSUMED), "episode": _SHORT},
}


def texts(series: Series) -> dict[str, str]:
    """What the manifest says of the series, by cue id; what it leaves out has none."""
    episodes = {f"{_EPISODE}{episode.id}": episode.title for episode in series.episode}
    all_ = {TITLE: series.title, SYNOPSIS: series.synopsis, **episodes}
    return {id_: " ".join(text.split()) for id_, text in all_.items() if text.strip()}


def wanted(series: Series, folder: Path) -> bool:
    """Whether they are part of the series: it has more to say than its name, or the name was worked on already.

    `folder` holds the workspaces of the series.
    """
    if texts(series).keys() - {TITLE}:
        return True
    with suppress(OSError):  # a folder that cannot be read says so where it is needed
        return (folder / METADATA / "source.json").exists()
    return False


def up_to_date(series: Series, track: SourceTrack) -> bool:
    """Whether `track` says what the manifest does now."""
    return {cue.id: cue.text for cue in track.cues} == texts(series)


def source(series: Series) -> SourceTrack:
    cues = tuple(
        Cue(id_, _EACH_MS * place, _EACH_MS * (place + 1), text, origin="file")
        for place, (id_, text) in enumerate(texts(series).items())
    )
    return SourceTrack(series.source_locale, cues, len(cues) + 1)


def episode_of(cue_id: str) -> str | None:
    """The episode whose title a cue is, None for the series' own texts."""
    return cue_id.removeprefix(_EPISODE) if cue_id.startswith(_EPISODE) else None


def limit(platform: str, cue_id: str) -> Limit:
    field: Field = "episode" if episode_of(cue_id) is not None else "synopsis" if cue_id == SYNOPSIS else "title"
    return LIMITS[platform][field]
