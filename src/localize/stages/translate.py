"""Translate: source track -> one target track per locale, exactly one line per source id.

A line is made anew only when something that can change it has changed: its source, a term in it, the engine. What a
person wrote is never overwritten; where its source moved on, it is flagged for review. What a reviewer approved before
is used again before any engine is asked, and what one engine cannot write, the next one of the route does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from localize.chinese import has_han, is_spoken
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.engines.base import Translation, Translator
from localize.errors import EngineRejected, NoEngine, at
from localize.fingerprint import fingerprint
from localize.glossary import grammar
from localize.lines import NOTHING_KNOWN, Brief, Line
from localize.locales import Locale, locale

VERSION = 2

MEMORY: Final = "memory"
"""What a line says in `by` that was approved elsewhere and used again."""
STALE: Final = "stale"
"""A person wrote or approved the line, and its source has changed since."""
UNTRANSLATED: Final = "untranslated"
"""The engine gave source text back. `check` makes this an error."""
EMPTY: Final = "empty"
"""The engine gave nothing back. `check` makes this an error; the line draws nothing."""
FALLBACK: Final = "fallback"
"""Not the first engine of the route wrote the line; its note says why."""

# Below this many characters an unchanged Japanese line may simply be right: 三年, 皇后.
_SAME_HAN = 4


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of one locale: its track, which may lack lines for now."""

    track: TargetTrack
    unfinished: str = ""
    """Why lines are missing, for now: the engine is down, or the budget spent. A later run may finish the track."""

    @property
    def provisional(self) -> bool:
        """Whether a line was left to a later engine only because one before it was down, or the budget spent."""
        return any(not (line.fingerprint or line.human) for line in self.track.lines)


def translate(
    source: SourceTrack,
    locales: Sequence[str],
    *,
    engines: Sequence[Translator],
    lines: Sequence[Line] | None = None,
    brief: Brief = NOTHING_KNOWN,
    recalled: Mapping[str, Mapping[str, str]] | None = None,
    previous: Mapping[str, TargetTrack] | None = None,
) -> dict[str, Translated]:
    """Return `source` in each of `locales`; `engines` are asked in order, each for what the one before could not write.

    `lines` are the cues with what they require (without terms where None), `recalled[locale][cue id]` approved
    translations of the same text, `previous` the tracks as they are.
    """
    asked = {line.cue.id: line for line in lines} if lines is not None else {}
    plans = {}
    for tag in locales:
        with at(stage="translate", locale=tag):
            required = [asked.get(cue.id) or Line(cue) for cue in source.cues]
            known = (recalled or {}).get(tag, {}), (previous or {}).get(tag)
            plans[tag] = _Plan(required, locale(tag), engines, brief, *known)
    for engine in engines:
        for group in _same_work(plans, engine):
            wanted = plans[group[0]].wanted
            made = engine.translate(wanted, group, brief)
            for tag in group:
                with at(stage="translate", locale=tag):
                    plans[tag].receive(engine, made.get(tag, ()))
    return {tag: plan.result() for tag, plan in plans.items()}


def outdated(
    source: SourceTrack,
    tag: str,
    *,
    engines: Sequence[Translator],
    lines: Sequence[Line],
    brief: Brief,
    recalled: Mapping[str, str],
    previous: TargetTrack | None,
) -> tuple[str, ...]:
    """Ids of the cues whose line `translate` would make anew, in the order of `source`."""
    plan = _Plan(lines, locale(tag), engines, brief, recalled, previous)
    before = {line.id: line.text for line in previous.lines} if previous else {}
    wanted = {line.cue.id for line in plan.wanted}
    made = {line.id: line.text for line in plan.result().track.lines if line.id not in wanted}
    return tuple(cue.id for cue in source.cues if cue.id in wanted or made[cue.id] != before.get(cue.id))


def _same_work(plans: Mapping[str, _Plan], engine: Translator) -> list[list[str]]:
    """Locales that need the same lines of `engine`, so that a pivot is computed once for all of them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for tag, plan in plans.items():
        if plan.wanted and engine in plan.route:
            groups.setdefault(tuple(line.cue.id for line in plan.wanted), []).append(tag)
    return list(groups.values())


def serving(engines: Sequence[Translator], tag: str) -> dict[Translator, str]:
    """Those of `engines` that can write `tag`, with their versions; NoEngine of the last one where none can."""
    versions: dict[Translator, str] = {}
    refused: NoEngine | None = None
    for engine in engines:
        try:
            versions[engine] = engine.version(tag)
        except NoEngine as error:
            refused = error
    if refused and not versions:
        raise refused
    return versions


class _Plan:
    """What is kept, what is sent, and what comes of it, for one locale."""

    def __init__(
        self,
        lines: Sequence[Line],
        profile: Locale,
        engines: Sequence[Translator],
        brief: Brief,
        recalled: Mapping[str, str],
        previous: TargetTrack | None,
    ) -> None:
        self.profile = profile
        self.brief = brief
        self.route = serving(engines, profile.tag)
        self.wanted: list[Line] = []
        self._cues = [line.cue for line in lines]
        self._lines: dict[str, TargetLine] = {}
        self._notes: dict[str, list[str]] = {}
        self._transient: set[str] = set()
        before = {line.id: line for line in previous.lines} if previous else {}
        for line in lines:
            made = (
                self._person(line.cue, before.get(line.cue.id))
                or self._wordless(line)
                or self._recalled(line, recalled.get(line.cue.id))
                or self._unchanged(line, before.get(line.cue.id))
            )
            if made:
                self._lines[line.cue.id] = made
            else:
                self.wanted.append(line)

    def receive(self, engine: Translator, translations: Sequence[Translation]) -> None:
        """Take what `engine` made of the wanted lines; what it could not write stays wanted."""
        if len(translations) != len(self.wanted):
            raise EngineRejected(
                f"{len(self.wanted)} lines went into {engine.name} and {len(translations)} came out",
                next_step="run the same command again, or configure another translator in series.toml",
            )
        left = []
        for line, made in zip(self.wanted, translations, strict=True):
            if made.failure:
                left.append(line)
                self._notes.setdefault(line.cue.id, []).append(f"{engine.name}: {made.failure}")
                self._transient |= {line.cue.id} if made.transient else set()
            else:
                self._lines[line.cue.id] = self._made(line, engine, made)
        self.wanted = left

    def result(self) -> Translated:
        """The track; a line that no engine will ever write is left to a person, one that may come later is missing."""
        unfinished = ""
        for line in self.wanted:
            if line.cue.id in self._transient:
                unfinished = unfinished or self._notes[line.cue.id][-1]
            else:
                self._lines[line.cue.id] = self._line(line, "", next(iter(self.route)).name, (EMPTY,))
        lines = tuple(self._lines[cue.id] for cue in self._cues if cue.id in self._lines)
        return Translated(TargetTrack(self.profile.tag, lines), unfinished)

    def _person(self, cue: Cue, line: TargetLine | None) -> TargetLine | None:
        """A line that a person wrote or approved, as it stands."""
        if line is None or not (line.human or line.approved):
            return None
        now = source_fingerprint(cue)
        if not line.source_fingerprint:
            # Brought in from outside, for the source as it is today.
            return replace(line, source_fingerprint=now)
        flags = tuple(flag for flag in line.flags if flag != STALE)
        return replace(line, flags=flags if line.source_fingerprint == now else (*flags, STALE))

    def _wordless(self, line: Line) -> TargetLine | None:
        """Marks alone (……, ！) mean the same everywhere; an engine makes words of them."""
        if is_spoken(line.text):
            return None
        return self._line(line, grammar.marks(line.text, self.profile), next(iter(self.route)).name)

    def _recalled(self, line: Line, text: str | None) -> TargetLine | None:
        """An approved translation, unless a term it holds has changed since."""
        terms = line.terms.get(self.profile.tag, ())
        if text is None or not all(term.count(text) and not term.forbidden_in(text, terms) for term in terms):
            return None
        return self._line(line, text, MEMORY, made_of=fingerprint(MEMORY, VERSION, line.text, text, terms))

    def _unchanged(self, line: Line, made: TargetLine | None) -> TargetLine | None:
        """A machine's line of which nothing changed that it was made of."""
        return made if made and made.fingerprint and made.fingerprint in self._fingerprints(line) else None

    def _made(self, line: Line, engine: Translator, made: Translation) -> TargetLine:
        text, flags = made.text.strip(), [*made.flags]
        if not text:
            flags.append(EMPTY)
        elif _is_source(text, line.text, self.profile):
            flags.append(UNTRANSLATED)
        if line.cue.id in self._notes:
            flags.append(FALLBACK)
        # What an engine could not write for now is asked of it again next time.
        before = list(self.route).index(engine)
        made_of = "" if line.cue.id in self._transient else self._fingerprints(line)[before]
        return self._line(line, text, made.by or engine.name, tuple(flags), made.attempts, made_of)

    def _fingerprints(self, line: Line) -> list[str]:
        """What the line is made of, per engine of the route that may write it."""
        return line_fingerprints(line, self.profile.tag, self.brief, self.route)

    def _line(
        self,
        line: Line,
        text: str,
        by: str,
        flags: tuple[str, ...] = (),
        attempts: tuple[str, ...] = (),
        made_of: str | None = None,
    ) -> TargetLine:
        return TargetLine(
            id=line.cue.id,
            text=text,
            by=by,
            draft=text,
            fingerprint=self._fingerprints(line)[0] if made_of is None else made_of,
            flags=tuple(dict.fromkeys(flags)),
            source_fingerprint=source_fingerprint(line.cue),
            note="; ".join(self._notes.get(line.cue.id, ())),
            attempts=attempts,
        )


def line_fingerprints(line: Line, tag: str, brief: Brief, route: Mapping[Translator, str]) -> list[str]:
    """Hashes of what an engine reads of `line`, one per engine of `route` (the engine and those asked before it).

    Neighbouring lines and similar ones of the memory are context: they do not make a line outdated. Of the characters
    only those count that the line names or that speak it, and only where an engine reads about them.
    """
    required = (line.terms.get(tag, ()), line.manner.get(tag))
    versions = list(route.values())
    people: object = ()
    if any(engine.reads_brief for engine in route):
        speaker = brief.cast.named(line.cue.speaker)
        people = (brief.title, brief.genre, speaker, brief.cast.mentioned(line.text))
    return [
        fingerprint("line", VERSION, line.text, required, people, versions[: number + 1])
        for number in range(len(versions))
    ]


def _is_source(text: str, source: str, profile: Locale) -> bool:
    """Whether a translation is the source in disguise; a script conversion may rightly change nothing."""
    if profile.engine == "opencc":
        return False
    if not profile.writes_han:
        return has_han(text)
    return text == source.strip() and len(source) > _SAME_HAN
