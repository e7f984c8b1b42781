"""The reading-speed loop: which share of lines can be read in their time before an engine shortens them, and after.

- golden cues: `translate` with an engine that writes the text of a cue and, when asked for something shorter, may
  return nothing but the written shorter rendering; the names and amounts of a cue are its terms.
- Argos alone: held-out lines of the starter corpus, spoken at 5 characters a second, with what beam search holds.

Cues keep their times, as those that a person timed do: nothing is won by timing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from localize.cues import Cue, Layout, SourceTrack
from localize.engines.argos import Argos
from localize.engines.base import Translator
from localize.engines.fake import FakeTranslator
from localize.engines.termed import Termed
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import LOCALES, SOURCE, locale
from localize.stages.check.time import of_time
from localize.stages.translate import translate
from localize.text.shortening import readable
from tests.bench.harness import Figure, Say
from tests.bench.translate import cues as held_out
from tests.golden_cues import GoldenCue, facts, fitted, load, timed

AT_LEAST = 98.0
LINES, QUICK_LINES = 200, 20
SPOKEN_MS, SHORTEST_MS, PAUSE_MS = 200, 833, 500

Asked = Mapping[str, tuple[SourceTrack, Sequence[Line]]]
"""The source of each locale, with what its lines require."""


def figures(tags: Sequence[str], *, quick: bool, say: Say) -> Iterator[Figure]:
    yield from loop("golden cues", written(tags), {tag: _golden(load(tag)) for tag in tags}, AT_LEAST, say)
    spoken = _spoken(held_out(QUICK_LINES if quick else LINES), tags)
    asked = {tag: spoken for tag in tags if LOCALES[tag].argos}
    yield from loop("Argos alone", Termed(Argos(starter_only=True)), asked, None, say)


def loop(name: str, engine: Translator, asked: Asked, at_least: float | None, say: Say) -> Iterator[Figure]:
    """The share of readable lines before and after `engine` shortened them, and whether `check` names all others."""
    lines = before = after = untold = 0
    for tag, (source, required) in asked.items():
        track = translate(source, [tag], engines=[engine], lines=required)[tag].track
        full = replace(track, lines=tuple(replace(line, text=line.full or line.text) for line in track.lines))
        layout = fitted(source, track, "tiktok")
        long, told = _too_long(layout), {f.cue_id for f in of_time(layout, locale(tag), facts()) if f.rule == "cps"}
        lines += len(source.cues)
        before += len(source.cues) - len(_too_long(fitted(source, full, "tiktok")))
        after += len(source.cues) - len(long)
        untold += len(long - told)
        say(f"{name} {tag}: {len(long)} of {len(source.cues)} still too long")
    yield Figure(f"{name}: readable as written", 100 * before / lines, "%", note=f"{before} of {lines}")
    share = 100 * after / lines
    yield Figure(f"{name}: readable after the loop", share, "%", at_least=at_least, note=f"{after} of {lines}")
    yield Figure(f"{name}: too long without a finding", untold, at_most=0)


def _too_long(layout: Layout) -> set[str]:
    """Ids of the cues that an event shows faster than it can be read."""
    limit = locale(layout.locale).cps
    return {id_ for event in layout.events if event.cps > limit for id_ in event.cue_ids}


def written(tags: Sequence[str]) -> FakeTranslator:
    """Writes golden cues, and has their written shorter renderings."""
    known = {(tag, _source(number)): cue for tag in tags for number, cue in enumerate(load(tag))}
    return FakeTranslator(
        lambda text, tag: known[tag, text].text, shorter=lambda line, tag: [known[tag, line.line.text].shorter]
    )


def _golden(cues: Sequence[GoldenCue]) -> tuple[SourceTrack, list[Line]]:
    numbers = {id(cue): _source(number) for number, cue in enumerate(cues)}
    source = timed(cues, lambda cue: numbers[id(cue)])
    lines = []
    for shown, cue in zip(source.cues, cues, strict=True):
        profile = cue.profile
        terms = tuple(Term(shown.text, name, suffixes=profile.suffixes) for name in cue.keep)
        limits = {profile.tag: readable(profile.cps, cue.duration_ms)}
        lines.append(Line(shown, terms={profile.tag: terms}, limits=limits))
    return source, lines


def _source(number: int) -> str:
    """A source line that stands for a golden cue."""
    return "第" + "一二三四五六七八九"[number // 9] + "场第" + "一二三四五六七八九"[number % 9] + "句话"


def _spoken(texts: Sequence[str], tags: Sequence[str]) -> tuple[SourceTrack, list[Line]]:
    """`texts` one after the other, each shown while it is spoken."""
    cues, at_ms = [], 0
    for number, text in enumerate(texts):
        shown_ms = max(SHORTEST_MS, SPOKEN_MS * len(text))
        cues.append(Cue(str(number), at_ms, at_ms + shown_ms, text, origin="human"))
        at_ms += shown_ms + PAUSE_MS
    limits = [{tag: readable(locale(tag).cps, cue.duration_ms) for tag in tags} for cue in cues]
    lines = [Line(cue, limits=most) for cue, most in zip(cues, limits, strict=True)]
    return SourceTrack(SOURCE.tag, tuple(cues), len(cues)), lines
