"""What people approved in a workspace: target files and the lines of them that may be used again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localize import disk
from localize.cues import SAME_HAN, STALE, Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.locales import LOCALES, Locale
from localize.memory.units import context, normalised
from localize.numbering import natural
from localize.text.chinese import has_han
from localize.workspace import EpisodeWorkspace, target_file


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target file belongs."""

    series: str
    episode: str
    locale: str


@dataclass(frozen=True, slots=True)
class Said:
    """A source line. `text` is what the memory compares, `place` sorts the lines of a series."""

    cue: Cue
    place: str
    text: str
    context: int
    fingerprint: str


def target_files(root: Path, series: str) -> dict[Place, str]:
    """The target files of a series, each with what changes when it or its source does: sizes and times.

    WorkspaceError where the folder cannot be read.
    """
    found = {}
    with disk.disk_errors(root / series, "read"):
        for targets in sorted((root / series).glob("[!.]*/targets")):
            source = disk.stamp(targets.parent / "source.json")
            for path in sorted(targets.glob("*.json")):
                if path.stem in LOCALES and (stamp := disk.stamp(path)):
                    found[Place(series, targets.parent.name, path.stem)] = _stamp(root, stamp, source)
    return found


def stamp_of(root: Path, place: Place) -> str | None:
    """The stamp of one target file as it is now; None where it is gone."""
    workspace = EpisodeWorkspace(root / place.series / place.episode)
    stamp = disk.stamp(workspace.path(target_file(place.locale)))
    return _stamp(root, stamp, disk.stamp(workspace.path("source.json"))) if stamp else None


def _stamp(root: Path, target: disk.Stamp, source: disk.Stamp | None) -> str:
    """Another workspace's files are other files, even where sizes and times agree."""
    return " ".join(map(str, (*target, *(source or ()), root)))


def said(root: Path, series: str, episode: str) -> list[Said]:
    """The source of an episode; WorkspaceError where it is damaged."""
    source = EpisodeWorkspace(root / series / episode).read(SourceTrack, "source.json")
    cues = source.cues if source else ()
    texts = ["", *(normalised(cue.text) for cue in cues), ""]
    return [
        Said(
            cue,
            f"{natural(episode)} {at:06}",
            texts[at],
            context(texts[at], texts[at - 1], texts[at + 1]),
            source_fingerprint(cue),
        )
        for at, cue in enumerate(cues, 1)
    ]


def approved(root: Path, place: Place, source: Sequence[Said]) -> list[tuple[Said, str]]:
    """What was said and how a person let it be translated; WorkspaceError where the target file is damaged."""
    track = EpisodeWorkspace(root / place.series / place.episode).read(TargetTrack, target_file(place.locale))
    lines = {line.id: line for line in track.lines} if track else {}
    profile = LOCALES[place.locale]
    pairs = ((line, lines.get(line.cue.id)) for line in source if line.text)
    return [(line, target.text) for line, target in pairs if target and _usable(target, line, profile)]


def _usable(target: TargetLine, line: Said, profile: Locale) -> bool:
    """Whether a person let it pass for the source as it is now, and it says something in its own language."""
    return (
        target.approved
        and STALE not in target.flags
        and target.source_fingerprint == line.fingerprint
        and bool(target.text.strip())
        and not _untranslated(target.text, line.cue.text, profile)
    )


def _untranslated(text: str, source: str, profile: Locale) -> bool:
    if not profile.writes_han:
        return has_han(text)
    return profile.script == "Jpan" and text.strip() == source.strip() and len(source) > SAME_HAN
