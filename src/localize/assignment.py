"""What the translation of one episode is made from: its lines with their terms, the route of engines, the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from localize import metadata
from localize.cues import SourceTrack, TargetTrack
from localize.engines.base import Translator
from localize.fingerprint import fingerprint
from localize.glossary import stack
from localize.glossary.stack import Termbase
from localize.glossary.terms import Entry
from localize.job import Job
from localize.lines import Brief, Line
from localize.memory import Match, Memory, asked
from localize.stages import translate
from localize.text import shortening
from localize.timing import Limits, Shots
from localize.workspace import SHOTS, drafts_file, target_file


class Assignment:
    """One episode's translation, read from the manifest, the glossaries and the workspace as they are now.

    `supposing` are rows of a glossary that are not written yet: what would change if they were?
    `locales` are those that will be asked for; without any, those of the job.
    """

    def __init__(self, job: Job, locales: Sequence[str] = (), *, supposing: Sequence[Entry] = ()) -> None:
        self.job = job
        self._locales = tuple(locales) or job.locales
        self._supposed = tuple(supposing)
        self.series = job.series
        self._limits: dict[Limits, Mapping[str, int]] = {}

    @cached_property
    def source(self) -> SourceTrack:
        return self.job.source()

    @cached_property
    def termbase(self) -> Termbase:
        known = stack.load(self.series, self.job.episode.id)
        return stack.Termbase((*known.entries, *self._supposed), known.cast) if self._supposed else known

    @cached_property
    def lines(self) -> list[Line]:
        """The cues of the source with what each locale of the run requires of them."""
        return self.termbase.lines(self.source.cues, self.job.locales)

    def limits(self, tag: str) -> Mapping[str, int]:
        """How many grapheme clusters of each cue can be read in `tag`; empty where nothing is to be shortened.

        Of a title nobody reads against the clock: there it is what the platform takes.
        """
        if self.series.shorten and not self.job.episode.has_film:
            return {cue.id: metadata.limit(self.series.platform, cue.id).asked for cue in self.source.cues}
        return self._limits_of(self.series.reading.of(tag).limits) if self.series.shorten else {}

    def _limits_of(self, readers: Limits) -> Mapping[str, int]:
        if readers not in self._limits:
            facts, shots = self.job.facts, self.job.workspace.read(Shots, SHOTS)
            self._limits[readers] = shortening.limits(
                self.source.cues, readers, shots=shots.times_ms if shots else (), duration_ms=facts.duration_ms,
                grid=facts.grid,
            )  # fmt: skip
        return self._limits[readers]

    @property
    def brief(self) -> Brief:
        series, episode = self.series, self.job.episode
        cues = self.source.cues
        return Brief(series.title, series.genre, series.cast, episode.id, cues, prose=not episode.has_film)

    def engines(self, tag: str) -> tuple[Translator, ...]:
        return self.job.engines.route(tag, self.series)

    def required(self, tag: str) -> str:
        """Digest of the terms and the manners of speech that `tag` has to keep, line by line."""
        return fingerprint([(line.cue.id, line.terms[tag], line.manner.get(tag)) for line in self.lines])

    def fingerprint(self, tag: str) -> str:
        """Of everything that can change the track of `tag`; NoEngine where nothing can write it."""
        route = translate.serving(self.engines(tag), tag)
        brief = self.brief
        made_of = [translate.line_fingerprints(line, tag, brief, route) for line in self.lines]
        return fingerprint(
            "translate", translate.VERSION, self.job.workspace.digest("source.json"), made_of, self._recalled(tag),
            self.limits(tag),
        )  # fmt: skip

    def run(self, tags: Sequence[str]) -> dict[str, translate.Translated]:
        """Translate into `tags`, which share a route."""
        return translate.translate(
            self.source,
            tags,
            engines=self.engines(tags[0]),
            lines=self._limited(self._with_similar(tags), tags),
            brief=self.brief,
            recalled={tag: self._recalled(tag) for tag in tags},
            previous={tag: track for tag in tags if (track := self.previous(tag))},
        )

    def outdated(self, tag: str) -> tuple[str, ...]:
        """Ids of the cues whose line in `tag` the next run will make anew; all of them where there is no track."""
        return translate.outdated(
            self.source, tag, engines=self.engines(tag), lines=self._limited(self.lines, [tag]), brief=self.brief,
            recalled=self._recalled(tag), previous=self.previous(tag),
        )  # fmt: skip

    def previous(self, tag: str) -> TargetTrack | None:
        """The track as it is, with what a broken-off run made since; a person's lines come first.

        WorkspaceError where it is damaged.
        """
        track = self.job.workspace.read(TargetTrack, target_file(tag))
        drafts = self.job.workspace.read(TargetTrack, drafts_file(tag))
        if track is None or drafts is None:
            return track or drafts
        newer = {line.id: line for line in drafts.lines}
        kept = {line.id: line for line in track.lines}
        lines = {
            **newer,
            **{id_: line for id_, line in kept.items() if line.human or line.approved or id_ not in newer},
        }
        return replace(track, lines=tuple(lines.values()))

    def _recalled(self, tag: str) -> Mapping[str, str]:
        """Approved translations of the same text elsewhere, by cue id."""
        return {id_: match.target for id_, match in self.matches(tag).items()}

    def matches(self, tag: str) -> Mapping[str, Match]:
        """Exact matches of the memory, by cue id."""
        return self._matches.get(tag, {})

    @cached_property
    def _matches(self) -> dict[str, dict[str, Match]]:
        """Of every locale that may be asked for, from the memory as the workspaces are now."""
        if self.series.memory == "off":
            return {}
        lines = asked(self.source.cues, self.job.episode.id, self.series.id)
        found: dict[str, dict[str, Match]] = {}
        with Memory.open() as memory:
            memory.catch_up(self.job.workspace.folder.parents[1], self.series.id)
            for tag in self._locales:
                matches = memory.exact(lines, tag, series=self._scope)
                found[tag] = {line.cue_id: match for line, match in zip(lines, matches, strict=True) if match}
        return found

    def similar(self, tags: Sequence[str]) -> list[Line]:
        """The lines with the fuzzy matches of the memory for `tags`."""
        with Memory.open() as memory:
            return [
                replace(line, similar={tag: tuple(memory.fuzzy(line.text, tag, series=self._scope)) for tag in tags})
                for line in self.lines
            ]

    def _with_similar(self, tags: Sequence[str]) -> list[Line]:
        """Only an engine that reads more than the line makes use of what is similar to it."""
        read = self.series.memory != "off" and any(engine.reads_brief for engine in self.engines(tags[0]))
        return self.similar(tags) if read else self.lines

    def _limited(self, lines: Sequence[Line], tags: Sequence[str]) -> list[Line]:
        """`lines` with how long they may be in each of `tags`."""
        limits = {tag: self.limits(tag) for tag in tags}
        return [
            replace(line, limits={tag: of[line.cue.id] for tag, of in limits.items() if line.cue.id in of})
            for line in lines
        ]

    @property
    def _scope(self) -> str | None:
        """Whose approved lines count: this series', or everybody's."""
        return None if self.series.memory == "studio" else self.series.id
