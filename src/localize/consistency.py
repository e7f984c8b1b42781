"""Consistency: how the lines of an episode were rendered in the episodes before it.

Reads the source and the target of every earlier episode, once per process as long as their size and time stay the same.
After that a locale of the 80th episode costs 158 calls of stat: 5 ms on a local disk.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

import regex

from localize import disk
from localize.cues import SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.errors import WorkspaceError
from localize.glossary.terms import folded
from localize.series import Episode, Series
from localize.workspace import from_json, target_file

SHORTEST = 4
"""Below this many letters what a line means hangs on its scene: 好 is "Fine", "Good" or "Deal"."""

_UNSAID = regex.compile(r"[^\p{L}\p{M}\p{N}?]")


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a source line became; `episode` is empty for the one that is being checked."""

    episode: str
    cue_id: str
    target: str
    approved: bool
    """A person wrote it or let it pass."""


Renderings = Mapping[str, Rendering]
"""By the key of the source line, the one that counts."""


def key(source: str) -> str:
    """What two source lines share that say the same: letters and numbers; a question is no statement.

    Empty for a line too short to tell.
    """
    said = _UNSAID.sub("", unicodedata.normalize("NFKC", source))
    return said if len(said) >= SHORTEST else ""


def same(one: str, other: str) -> bool:
    """Whether two renderings differ in marks, spaces and capitals at most."""
    return _UNSAID.sub("", folded(one)) == _UNSAID.sub("", folded(other))


def approved(line: TargetLine) -> bool:
    return line.human or line.approved


def that_counts(first: Rendering | None, later: Rendering) -> Rendering:
    """Which of two renderings of a source others have to follow: the first, unless only the later one was approved."""
    return later if first is None or (later.approved and not first.approved) else first


def earlier(series: Series, episode: Episode, folder: Path, tag: str, sources: Collection[str]) -> Renderings:
    """How `sources`, texts of `episode`, were rendered in `tag` in the episodes that stand before it in the manifest.

    `folder` holds the workspaces of the series. A damaged file counts as none: its own episode tells of it.
    """
    wanted = {key(text) for text in sources} - {""}
    known = _known(folder, tag)
    found: dict[str, Rendering] = {}
    for before in takewhile(lambda one: one.id != episode.id, series.episode):
        said = (known.get(before.id) or known.setdefault(before.id, _Lines(folder, before.id, tag))).now()
        for text in wanted & said.keys():
            found[text] = that_counts(found.get(text), said[text])
    return found


@lru_cache(maxsize=64)
def _known(_folder: Path, _tag: str) -> dict[str, _Lines]:
    """What was read last of each episode."""
    return {}


class _Lines:
    """The lines of one locale of an episode; asked for thousands of times in a run, read again where a file differs."""

    __slots__ = ("_episode_id", "_said", "_source", "_stamps", "_target")

    def __init__(self, folder: Path, episode_id: str, tag: str) -> None:
        workspace = folder / episode_id
        self._episode_id = episode_id
        self._source, self._target = workspace / "source.json", workspace / target_file(tag)
        self._stamps: tuple[disk.Stamp | None, ...] = ()
        self._said: Renderings = {}

    def now(self) -> Renderings:
        try:
            stamps = source_stamp, target_stamp = disk.stamp(self._source), disk.stamp(self._target)
            if stamps != self._stamps:
                self._said = self._read(source_stamp) if source_stamp and target_stamp else {}
                self._stamps = stamps
        except (WorkspaceError, OSError):
            return {}
        return self._said

    def _read(self, source_stamp: disk.Stamp) -> Renderings:
        """The lines that still fit their source."""
        lines = {line.id: line for line in from_json(TargetTrack, self._target).lines if line.text.strip()}
        pairs: dict[str, Rendering] = {}
        for cue_id, text, made_of in _sources(self._source, source_stamp):
            line = lines.get(cue_id)
            if line and line.source_fingerprint in ("", made_of):
                this = Rendering(self._episode_id, cue_id, line.full or line.text, approved(line))
                pairs[text] = that_counts(pairs.get(text), this)
        return pairs


@lru_cache(maxsize=1024)
def _sources(path: Path, _stamp: disk.Stamp) -> tuple[tuple[str, str, str], ...]:
    """Id, key and fingerprint of the cues that are long enough; 18 locales share them."""
    cues = from_json(SourceTrack, path).cues
    return tuple((cue.id, text, source_fingerprint(cue)) for cue in cues if (text := key(cue.text)))
