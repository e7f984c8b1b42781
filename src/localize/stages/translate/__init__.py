"""Translate: source track -> one target track per locale, exactly one line per source id.

A line is made anew only when something that can change it has changed: its source, a term in it, the engine. What a
person wrote is never overwritten; where its source moved on, it is flagged for review. What a reviewer approved before
is used again before any engine is asked, and what one engine cannot write, the next one of the route does. A line that
cannot be read in its time is asked for once more, shorter, of the engine that wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localize.cues import SourceTrack, TargetTrack
from localize.engines.base import Translator
from localize.errors import at
from localize.lines import NOTHING_KNOWN, Brief, Line
from localize.locales import locale
from localize.stages.translate.plan import (
    EMPTY,
    FALLBACK,
    UNTRANSLATED,
    Plan,
    Translated,
)
from localize.stages.translate.route import VERSION, line_fingerprints, serving

__all__ = [
    "EMPTY",
    "FALLBACK",
    "UNTRANSLATED",
    "VERSION",
    "Translated",
    "line_fingerprints",
    "outdated",
    "serving",
    "translate",
]


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
            plans[tag] = Plan(required, locale(tag), engines, brief, *known)
    for engine in engines:
        for group in _same_work(plans, engine):
            wanted = plans[group[0]].wanted
            made = engine.translate(wanted, group, brief)
            for tag in group:
                with at(stage="translate", locale=tag):
                    plans[tag].receive(engine, made.get(tag, ()))
    for engine in engines:
        _shorten(plans, engine, brief)
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
    plan = Plan(lines, locale(tag), engines, brief, recalled, previous)
    before = {line.id: line.text for line in previous.lines} if previous else {}
    wanted = {line.cue.id for line in plan.wanted}
    wanted |= {one.line.cue.id for engine in engines for one in plan.overlong(engine)}
    made = {line.id: line.text for line in plan.result().track.lines if line.id not in wanted}
    return tuple(cue.id for cue in source.cues if cue.id in wanted or made[cue.id] != before.get(cue.id))


def _same_work(plans: Mapping[str, Plan], engine: Translator) -> list[list[str]]:
    """Locales that need the same lines of `engine`, so that a pivot is computed once for all of them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for tag, plan in plans.items():
        if plan.wanted and engine in plan.route:
            groups.setdefault(tuple(line.cue.id for line in plan.wanted), []).append(tag)
    return list(groups.values())


def _shorten(plans: Mapping[str, Plan], engine: Translator, brief: Brief) -> None:
    """Ask `engine` for shorter renderings of what it wrote and nobody can read in time, of all locales at once."""
    asked = {tag: overlong for tag, plan in plans.items() if (overlong := plan.overlong(engine))}
    made = engine.shorter(asked, brief) if asked else {}
    for tag, overlong in asked.items():
        with at(stage="translate", locale=tag):
            plans[tag].receive_shorter(engine, overlong, made.get(tag, ()))
