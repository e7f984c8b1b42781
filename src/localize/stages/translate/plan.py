"""The plan of one locale: which lines are kept, which are sent, which are too long, and what comes of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from localize.cues import MEMORY, SAME_HAN, STALE, Cue, TargetLine, TargetTrack, retired, source_fingerprint
from localize.engines.base import Translation, Translator
from localize.errors import EngineRejected
from localize.fingerprint import fingerprint
from localize.glossary import grammar
from localize.glossary.terms import missing
from localize.lines import Brief, Line, Overlong
from localize.locales import Locale
from localize.stages.translate.route import VERSION, line_fingerprints, serving
from localize.text.chinese import has_han, is_spoken
from localize.text.shortening import SHORTENED, best, keeps, length
from localize.text.typography import typeset

UNTRANSLATED: Final = "untranslated"
"""The engine gave source text back. `check` makes this an error."""
EMPTY: Final = "empty"
"""The engine gave nothing back. `check` makes this an error; the line draws nothing."""
FALLBACK: Final = "fallback"
"""Not the first engine of the route wrote the line; its note says why."""


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of one locale: its track, which may lack lines for now."""

    track: TargetTrack
    unfinished: str = ""
    """Why lines are missing, for now: the engine is down, or the budget spent. A later run may finish the track."""

    unshortened: bool = False
    """Whether a line is longer than it can be read for the same reason."""

    @property
    def provisional(self) -> bool:
        """Whether a line is not what it would be, only because an engine was down, or the budget spent."""
        return self.unshortened or any(not (line.fingerprint or line.human) for line in self.track.lines)


class Plan:
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
        self._asked = {line.cue.id: line for line in lines}
        self._writers: dict[str, Translator] = {}
        self._unshortened = False
        before = {line.id: line for line in (*previous.retired, *previous.lines)} if previous else {}
        self._retired = retired(previous, {line.cue.id for line in lines})
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

    def overlong(self, engine: Translator) -> list[Overlong]:
        """The lines that `engine` wrote, that cannot be read in time, and that it was not yet asked to shorten."""
        return [
            Overlong(self._asked[id_], line.full or line.text, limit)
            for id_, line in self._lines.items()
            if self._writers.get(id_) is engine and (limit := self._limit(id_)) is not None and _is_open(line, limit)
        ]

    def receive_shorter(
        self, engine: Translator, lines: Sequence[Overlong], answers: Sequence[Sequence[Translation]]
    ) -> None:
        """Take the best of what `engine` has for each of `lines`; what it could not try for now stays as it is."""
        if len(answers) != len(lines):
            raise EngineRejected(
                f"{len(lines)} lines went into {engine.name} to be shortened and {len(answers)} came out",
                next_step="run the same command again, or set shorten = false in series.toml",
            )
        for one, candidates in zip(lines, answers, strict=True):
            id_ = one.line.cue.id
            if any(candidate.transient for candidate in candidates):
                self._unshortened = True
            else:
                self._lines[id_] = self._shortened(self._lines[id_], one, candidates)

    def result(self) -> Translated:
        """The track; a line that no engine will ever write is left to a person, one that may come later is missing."""
        unfinished = ""
        for line in self.wanted:
            if line.cue.id in self._transient:
                unfinished = unfinished or self._notes[line.cue.id][-1]
            else:
                self._lines[line.cue.id] = self._line(line, "", next(iter(self.route)).name, (EMPTY,))
        lines = tuple(self._lines[cue.id] for cue in self._cues if cue.id in self._lines)
        return Translated(TargetTrack(self.profile.tag, lines, retired=self._retired), unfinished, self._unshortened)

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
        if text is None or missing(text, dict.fromkeys(terms)) or any(t.forbidden_in(text, terms) for t in terms):
            return None
        return self._line(line, text, MEMORY, made_of=fingerprint(MEMORY, VERSION, line.text, text, terms))

    def _unchanged(self, line: Line, made: TargetLine | None) -> TargetLine | None:
        """A machine's line of which nothing changed that it was made of; in full again where there is time for that."""
        made_of = self._fingerprints(line)
        if made is None or not made.fingerprint or made.fingerprint not in made_of:
            return None
        self._writers[line.cue.id] = list(self.route)[made_of.index(made.fingerprint)]
        limit = self._limit(line.cue.id)
        fits = limit is None or length(made.full) <= limit
        return _worded(made, made.full) if made.full and fits else made

    def _made(self, line: Line, engine: Translator, made: Translation) -> TargetLine:
        text, flags = self._typeset(made), [*made.flags]
        if not text:
            flags.append(EMPTY)
        elif _is_source(made.text.strip(), line.text, self.profile):
            flags.append(UNTRANSLATED)
        if line.cue.id in self._notes:
            flags.append(FALLBACK)
        self._writers[line.cue.id] = engine
        # What an engine could not write for now is asked of it again next time.
        before = list(self.route).index(engine)
        made_of = "" if line.cue.id in self._transient else self._fingerprints(line)[before]
        return self._line(line, text, made.by or engine.name, tuple(flags), made.attempts, made_of)

    def _shortened(self, line: TargetLine, one: Overlong, candidates: Sequence[Translation]) -> TargetLine:
        """`line` with the best of `candidates`, or in full where none will do; either way as asked for this limit."""
        source, terms = one.line.text, one.line.terms.get(self.profile.tag, ())
        usable = {
            text: candidate.flags
            for candidate in reversed(candidates)
            if not _is_source(candidate.text.strip(), source, self.profile)
            and keeps(text := self._typeset(candidate), one.text, terms)
        }
        chosen = best(usable, one.text, one.limit)
        made = replace(_worded(line, chosen or one.text), limit=one.limit)
        if chosen is None:
            return made
        flags = dict.fromkeys((*made.flags, *usable[chosen], SHORTENED))
        return replace(made, flags=tuple(flags), full=one.text)

    def _typeset(self, made: Translation) -> str:
        return typeset(made.text.strip(), self.profile, prose=self.brief.prose)

    def _limit(self, cue_id: str) -> int | None:
        """How many grapheme clusters of the cue can be read; None where anything goes."""
        return self._asked[cue_id].limits.get(self.profile.tag)

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


def _is_open(line: TargetLine, limit: int) -> bool:
    """Whether a shorter rendering of `line` is still to be asked for: it is too long, and was not asked for already."""
    if UNTRANSLATED in line.flags or length(line.full or line.text) <= limit:
        return False
    if line.full:
        return line.limit != limit
    # What could not be said in so many characters cannot be said in fewer.
    return line.limit is None or limit > line.limit


def _worded(line: TargetLine, text: str) -> TargetLine:
    """`line` with `text` of the machine's own, as if it had never been shortened."""
    flags = tuple(flag for flag in line.flags if flag != SHORTENED)
    return replace(line, text=text, draft=text, flags=flags, full="", limit=None)


def _is_source(text: str, source: str, profile: Locale) -> bool:
    """Whether a translation is the source in disguise; a script conversion may rightly change nothing."""
    if profile.engine == "opencc":
        return False
    if not profile.writes_han:
        return has_han(text)
    return text == source.strip() and len(source) > SAME_HAN
