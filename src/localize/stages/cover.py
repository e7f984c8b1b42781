"""Cover: what the picture says + what the series asks for -> which parts of the picture are covered, when and how.

A burned-in text is covered while it stands, never the band for good: between two lines the picture is untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from localize.drawing.safe_area import Rect
from localize.episode import MediaFacts
from localize.findings import Finding
from localize.picture.covering import CoverPlan, Method, Patch, around
from localize.picture.hardsub import Band, HardSubs, Shown
from localize.rules import finding
from localize.series import Cover

# In ems. A reader's box ends with the fill of the letters; outlines reach up to 0.12 em beyond it, shadows further.
_MARGIN = Fraction(1, 4)
# What fades into the picture around; a box has its padding there.
_EDGE = Fraction(3, 10)
# Two readings of one line, or lines of about one length: their common box is hardly larger than that of each.
_SAME = 1.15
# In ems a line: beyond that a band has room for more lines than the text has.
_LEVEL = 1.75
_PAD_MS = 120
"""Before and after a text: three pictures at 25 a second, so much a reader may be wrong about its start and end."""


def plan(
    hardsubs: HardSubs | None, facts: MediaFacts, *, cover: Cover, band: tuple[float, float] | None = None
) -> CoverPlan:
    """The patches over every line of dialogue that `hardsubs` (None: the picture was not read) shows.

    `band` is the one that the series names, in shares of the height: what stands there is dialogue, whatever the reader
    took it for. It says where and not when, so that without texts nothing is covered.
    """
    if cover == "none":
        return CoverPlan(None, "the series covers nothing")
    asked: Method | None = None if cover == "auto" else cover
    shown = _dialogue(hardsubs, facts, band) if hardsubs else []
    if hardsubs is None or not shown:
        return CoverPlan(None, _why_not(hardsubs, band), missed=asked is not None)
    patches = [_patch(one, facts, hardsubs.bands) for one in shown]
    if asked != "inpaint":  # which needs to know each text's own letters
        patches = _steady(patches)
    texts = "1 text" if len(shown) == 1 else f"{len(shown)} texts"
    why = f"{texts} in the picture, " + (f"cover = {asked!r}" if asked else "and the series leaves the method open")
    return CoverPlan(asked or "blur", why, tuple(patches), band or _home(shown, hardsubs.bands, facts))


def findings(plan: CoverPlan) -> tuple[Finding, ...]:
    """What a reviewer has to know: a cover that the series asks for and that nothing came of."""
    return (finding("not-covered", f"nothing in the picture is covered: {plan.why}"),) if plan.missed else ()


def _dialogue(hardsubs: HardSubs, facts: MediaFacts, band: tuple[float, float] | None) -> list[Shown]:
    """In order of time."""
    if band:
        found = [one for one in hardsubs.shown if band[0] <= _middle(one, facts) < band[1]]
    else:
        found = list(hardsubs.dialogue if hardsubs.bands else ())
    return sorted(found, key=lambda one: (one.start_ms, one.end_ms))


def _why_not(hardsubs: HardSubs | None, band: tuple[float, float] | None) -> str:
    if band:
        return "the band that the series names says where text stands, and none was read there that would say when"
    if hardsubs is None:
        return "the picture was not read"
    if not hardsubs.bands:
        return hardsubs.reason or "it has no burned-in subtitles"
    return "no dialogue was read in it"


def _patch(shown: Shown, facts: MediaFacts, bands: Sequence[Band]) -> Patch:
    band = next((band for band in bands if _holds(band, shown, facts)), None)
    lines = shown.text.count("\n") + 1
    em_px = max(2, round(band.em * facts.height_px if band else (shown.box.bottom - shown.box.top) / lines))
    level = band and band.bottom - band.top <= _LEVEL * lines * band.em
    core = _grown(_as_high(shown.box, band, facts) if band and level else shown.box, _MARGIN * em_px, facts)
    start_ms = max(0, shown.start_ms - _PAD_MS) // 10 * 10
    end_ms = -(-(shown.end_ms + _PAD_MS) // 10) * 10
    box = _grown(core, _EDGE * em_px, facts)
    return Patch(core, box, start_ms, end_ms, em_px, band.colour if band else "")


def _as_high(box: Rect, band: Band, facts: MediaFacts) -> Rect:
    """`box` as high as its band, so that patches do not jump from line to line as a reader's boxes do."""
    top, bottom = floor(band.top * facts.height_px), ceil(band.bottom * facts.height_px)
    return Rect(box.left, min(box.top, top), box.right, max(box.bottom, bottom))


def _grown(box: Rect, by_px: Fraction, facts: MediaFacts) -> Rect:
    """`box` with so much more on every side, on even pixels of the frame."""
    return Rect(
        max(0, (box.left - by_px) // 2 * 2),
        max(0, (box.top - by_px) // 2 * 2),
        min(facts.width_px, -((box.right + by_px) // -2) * 2),
        min(facts.height_px, -((box.bottom + by_px) // -2) * 2),
    )


def _steady(patches: Iterable[Patch]) -> list[Patch]:
    """One patch instead of several that follow each other at about the same place: it would only jump."""
    joined: list[Patch] = []
    for patch in patches:
        last = joined[-1] if joined else patch
        core = around((last.core, patch.core))
        if joined and patch.start_ms <= last.end_ms and _area(core) <= _SAME * min(_area(last.core), _area(patch.core)):
            joined[-1] = replace(
                last, core=core, box=around((last.box, patch.box)), end_ms=max(last.end_ms, patch.end_ms)
            )
        else:
            joined.append(patch)
    return joined


def _home(shown: Sequence[Shown], bands: Sequence[Band], facts: MediaFacts) -> tuple[float, float]:
    """The band that holds text for the longest time; a band that jumps for one shot does not take ours along."""

    def held_ms(band: Band) -> int:
        return sum(one.end_ms - one.start_ms for one in shown if _holds(band, one, facts))

    home = max(bands, key=held_ms)
    return home.top, home.bottom


def _holds(band: Band, shown: Shown, facts: MediaFacts) -> bool:
    return band.top <= _middle(shown, facts) < band.bottom and band.start_ms <= shown.start_ms < band.end_ms


def _middle(shown: Shown, facts: MediaFacts) -> float:
    return (shown.box.top + shown.box.bottom) / 2 / facts.height_px


def _area(box: Rect) -> int:
    return (box.right - box.left) * (box.bottom - box.top)
