"""Translate: source track -> one target track per locale, exactly one line per source id.

A line is sent to the engine only when something that can change it has changed. What a person wrote is never
overwritten; where its source moved on, it is flagged for review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from localize.chinese import has_han, is_spoken
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.engines.base import Translation, Translator
from localize.errors import EngineRejected, at
from localize.fingerprint import fingerprint
from localize.locales import Locale, locale

VERSION = 1

STALE: Final = "stale"
"""A person wrote or approved the line, and its source has changed since."""
UNTRANSLATED: Final = "untranslated"
"""The engine gave source text back. `check` makes this an error."""
EMPTY: Final = "empty"
"""The engine gave nothing back. `check` makes this an error; the line draws nothing."""

_PUNCTUATION = str.maketrans({"，": ",", "。": ".", "！": "!", "？": "?", "、": ",", "；": ";", "：": ":", "～": "~"})
# Below this many characters an unchanged Japanese line may simply be right: 三年, 皇后.
_SAME_HAN = 4


def translate(
    source: SourceTrack,
    locales: Sequence[str],
    *,
    engine: Translator,
    previous: Mapping[str, TargetTrack] | None = None,
    terms: Mapping[str, Mapping[str, object]] | None = None,
) -> dict[str, TargetTrack]:
    """Return `source` in each of `locales`, all of them in one call of `engine` for what the locales share.

    `previous` holds the tracks as they are, `terms[locale][cue id]` whatever else went into a line and has to redo it
    when it changes.
    """
    plans = {}
    for tag in locales:
        with at(stage="translate", locale=tag):
            plans[tag] = _Plan(source, locale(tag), engine, (previous or {}).get(tag), terms or {})
    for group in _same_work(plans):
        wanted = plans[group[0]].wanted
        translations = engine.translate([cue.text for cue in wanted], group) if wanted else {tag: [] for tag in group}
        for tag in group:
            with at(stage="translate", locale=tag):
                plans[tag].receive(translations.get(tag, ()))
    return {tag: plan.track() for tag, plan in plans.items()}


def line_fingerprint(cue: Cue, engine_version: str, *terms: object) -> str:
    """What a machine's line was made of."""
    return fingerprint("line", VERSION, cue.text, engine_version, *terms)


def source_fingerprint(cue: Cue) -> str:
    """What a person's line was made of: the text alone, since another engine does not make it wrong."""
    return fingerprint("source", cue.text)


def _same_work(plans: Mapping[str, _Plan]) -> list[list[str]]:
    """Locales that need the same lines, so that a pivot is computed once for all of them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for tag, plan in plans.items():
        groups.setdefault(tuple(cue.id for cue in plan.wanted), []).append(tag)
    return list(groups.values())


class _Plan:
    """What is kept, what is sent, and what comes of it, for one locale."""

    def __init__(
        self,
        source: SourceTrack,
        profile: Locale,
        engine: Translator,
        previous: TargetTrack | None,
        terms: Mapping[str, Mapping[str, object]],
    ) -> None:
        self.source = source
        self.profile = profile
        self.by = engine.name
        self.wanted: list[Cue] = []
        version, own_terms = engine.version(profile.tag), terms.get(profile.tag, {})
        self._fingerprints = {
            cue.id: line_fingerprint(cue, version, *((own_terms[cue.id],) if cue.id in own_terms else ()))
            for cue in source.cues
        }
        self._lines: dict[str, TargetLine] = {}
        before = {line.id: line for line in previous.lines} if previous else {}
        for cue in source.cues:
            line = self._kept(cue, before.get(cue.id)) or self._wordless(cue)
            if line:
                self._lines[cue.id] = line
            else:
                self.wanted.append(cue)

    def receive(self, translations: Sequence[Translation]) -> None:
        if len(translations) != len(self.wanted):
            raise EngineRejected(
                f"{len(self.wanted)} lines went into {self.by} and {len(translations)} came out",
                next_step="run the same command again, or configure another translator in series.toml",
            )
        for cue, translation in zip(self.wanted, translations, strict=True):
            text = translation.text.strip()
            flags = [*translation.flags]
            if not text:
                flags.append(EMPTY)
            elif _is_source(text, cue.text, self.profile):
                flags.append(UNTRANSLATED)
            self._lines[cue.id] = self._line(cue, text, self.by, tuple(dict.fromkeys(flags)))

    def track(self) -> TargetTrack:
        return TargetTrack(self.profile.tag, tuple(self._lines[cue.id] for cue in self.source.cues))

    def _kept(self, cue: Cue, line: TargetLine | None) -> TargetLine | None:
        """The line as it stands, where it may stand."""
        if line is None:
            return None
        if not (line.human or line.approved):
            return line if line.fingerprint == self._fingerprints[cue.id] else None
        now = source_fingerprint(cue)
        if not line.source_fingerprint:
            # Brought in from outside, for the source as it is today.
            return replace(line, source_fingerprint=now)
        flags = tuple(flag for flag in line.flags if flag != STALE)
        return replace(line, flags=flags if line.source_fingerprint == now else (*flags, STALE))

    def _wordless(self, cue: Cue) -> TargetLine | None:
        """Marks alone (……, ！) mean the same everywhere; an engine makes words of them."""
        if is_spoken(cue.text):
            return None
        text = cue.text if self.profile.writes_han else cue.text.translate(_PUNCTUATION).replace("……", "...")
        return self._line(cue, text, self.by, ())

    def _line(self, cue: Cue, text: str, by: str, flags: tuple[str, ...]) -> TargetLine:
        return TargetLine(
            id=cue.id,
            text=text,
            by=by,
            draft=text,
            fingerprint=self._fingerprints[cue.id],
            flags=flags,
            source_fingerprint=source_fingerprint(cue),
        )


def _is_source(text: str, source: str, profile: Locale) -> bool:
    """Whether a translation is the source in disguise; a script conversion may rightly change nothing."""
    if profile.engine == "opencc":
        return False
    if not profile.writes_han:
        return has_han(text)
    return text == source.strip() and len(source) > _SAME_HAN
