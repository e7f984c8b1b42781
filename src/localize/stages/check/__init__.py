"""Check: what is wrong with a target track and its layout. It judges and changes nothing.

An empty answer means that nothing was found. `measured` and `limit` are in the unit that the message states; what every
rule means and how bad it is stands in `localize.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from localize.consistency import Renderings
from localize.cues import Layout, SourceTrack, TargetTrack
from localize.episode import MediaFacts
from localize.findings import Finding
from localize.lines import Line
from localize.locales import Locale
from localize.reading import Reading
from localize.series import Style
from localize.stages.check.fidelity import of_fidelity
from localize.stages.check.picture import of_picture
from localize.stages.check.shots import of_shots
from localize.stages.check.signs import of_signs
from localize.stages.check.terms import of_terms
from localize.stages.check.text import of_text
from localize.stages.check.time import of_time
from localize.stages.check.track import of_drawn, of_lines
from localize.text.sensitive import Sensitive

VERSION = 3


def check(
    source: SourceTrack,
    target: TargetTrack,
    layout: Layout,
    profile: Locale,
    facts: MediaFacts,
    *,
    style: Style,
    lines: Sequence[Line] | None = None,
    english: Mapping[str, str] | None = None,
    earlier: Renderings | None = None,
    sensitive: Sequence[Sensitive] = (),
    shots: Sequence[int] = (),
    row: Reading | None = None,
    band: tuple[float, float] | None = None,
) -> tuple[Finding, ...]:
    """Everything found in one locale of one episode, in the order track, text, terms, fidelity, picture, time.

    `lines` are the cues with what they require (without terms where None), `english` the texts of the English track by
    cue id, `earlier` how the same sources were rendered before this episode, `sensitive` the list of the market,
    `shots` the starts of shots in ms, `row` the reading profile that the series wants (the locale's own where None),
    `band` where burned-in source text stands that is not covered, shares of the height from the top.
    """
    required = [Line(cue) for cue in source.cues] if lines is None else lines
    return (
        *of_lines(source, target),
        *of_drawn(source, target, layout),
        *_of_words(required, target, profile, style, english or {}, earlier or {}, sensitive),
        *of_picture(target, layout, profile, style, row, band),
        *of_signs(source, layout, profile, style),
        *of_time(layout, profile, facts, row),
        *of_shots(layout, shots, facts.rate),
    )


def check_texts(
    source: SourceTrack,
    target: TargetTrack,
    profile: Locale,
    *,
    style: Style,
    lines: Sequence[Line],
    english: Mapping[str, str],
    earlier: Renderings,
    sensitive: Sequence[Sensitive],
) -> tuple[Finding, ...]:
    """As `check`, of a track that nobody draws: titles, say."""
    return (*of_lines(source, target), *_of_words(lines, target, profile, style, english, earlier, sensitive))


def _of_words(
    lines: Sequence[Line],
    target: TargetTrack,
    profile: Locale,
    style: Style,
    english: Mapping[str, str],
    earlier: Renderings,
    sensitive: Sequence[Sensitive],
) -> Iterator[Finding]:
    yield from of_text(lines, target, profile, style, english, sensitive)
    yield from of_terms(lines, target, profile)
    yield from of_fidelity(lines, target, profile, earlier)
