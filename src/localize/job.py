"""A job: one episode of one run, what was asked for, and what became of a step of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

from localize.cues import SourceTrack
from localize.engines.registry import Engines
from localize.episode import MediaFacts
from localize.errors import LocalizeError, WorkspaceError
from localize.runs import Recorder
from localize.series import Episode, Series, TextSource
from localize.workspace import EpisodeWorkspace

Mode = Literal["burn", "mux", "sidecar"]
MODES: tuple[Mode, ...] = ("burn", "mux", "sidecar")
SOURCE = "source"
"""Scope of what all locales share."""


@dataclass(frozen=True, slots=True)
class Options:
    """What one run asks for."""

    locales: tuple[str, ...]
    modes: tuple[Mode, ...] = MODES
    transcriber: str = "faster-whisper"
    allow_landscape: bool = False
    verify: bool = False
    source: TextSource | None = None
    """Where the text is to come from; None: as the manifest says."""


class Job:
    """One episode of one run: everything a step may ask for. A plain class, so that Prefect passes it as it is."""

    def __init__(self, series: Series, episode: Episode, folder: Path, options: Options, engines: Engines) -> None:
        self.series = series
        self.episode = episode
        self.options = options
        self.engines = engines
        self.workspace = EpisodeWorkspace(folder)
        self.media = series.path_of(episode.file)
        self.recorder = Recorder(self.workspace)
        """Of the run that is under way."""
        self.stop = Event()
        """Set when the run is broken off: a step ends at its next report of progress."""

    @property
    def locales(self) -> tuple[str, ...]:
        """Every locale of the series, and those that only this run asks for."""
        return tuple(dict.fromkeys((*self.series.locales, *self.options.locales)))

    @property
    def supplied(self) -> Path | None:
        """The Chinese subtitles that came with the episode."""
        return self.series.path_of(self.episode.subtitles) if self.episode.subtitles else None

    @property
    def text_source(self) -> TextSource:
        """Where the text is to come from: as this run asks, else the episode, else the series."""
        return self.options.source or self.episode.source or self.series.source

    @property
    def facts(self) -> MediaFacts:
        facts = self.workspace.state.facts
        if facts is None:
            raise WorkspaceError("the media was not probed yet", next_step="run the same command again")
        return facts

    def source(self) -> SourceTrack:
        return self.workspace.need(SourceTrack, "source.json")


@dataclass(slots=True)
class Outcome:
    """What became of a step, per scope (`source` or a locale)."""

    done: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    failed: dict[str, LocalizeError] = field(default_factory=dict)
