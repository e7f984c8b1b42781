"""Fit: target track -> layout, the lines as they are drawn, inside the frame in every locale.

Lines are timed first, then broken. What does not fit in the lines of the locale is set smaller, then shown as two
subtitles one after the other, then in one line more. Text is never cut. Fit reports nothing: `check` measures what came
out. Where the lines stand is `placing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from localize import fonts, reading
from localize.cues import Event, Layout, SourceTrack, TargetTrack
from localize.episode import MediaFacts
from localize.errors import ManifestError
from localize.locales import Locale, locale
from localize.placing import Place, Sign
from localize.reading import Reading
from localize.safe_area import on_frame
from localize.series import Style
from localize.stages.fit.setter import Setter
from localize.stages.fit.typesetter import Typesetter

VERSION = 4

# 38 px on a frame 1080 wide: smaller type was hard to read on a phone.
LEAST_EM = 38 / 1080
# Rendered ink was up to 2.4 % wider than the shaped advance in 7 scripts.
FILL = 0.97


def fit(
    source: SourceTrack,
    target: TargetTrack,
    profile: Locale,
    facts: MediaFacts,
    *,
    style: Style,
    platform: str,
    band: tuple[float, float] | None,
    covered: bool = False,
    row: Reading | None = None,
    keep: Mapping[str, Sequence[str]] | None = None,
    shots: Sequence[int] = (),
    signs: Sequence[Sign] = (),
) -> Layout:
    """Lay out `target` on the frame of `facts`.

    `band` is (top, bottom) of burned-in source text, shares of the height; lines stand on it where it is `covered`,
    else clear of it, and always clear of `signs`. `row` is the reading profile as the series wants it, `keep` has the
    names and terms that stay on one line by cue id, `shots` are the first milliseconds of new shots.
    Raises EngineRejected where a font of the locale is not installed, ManifestError where the font that the series
    names lacks a letter.
    """
    profile, row = style.profile(profile), row or reading.of(profile.tag)
    width, height = facts.width_px, facts.height_px
    look, short_px = style.look, min(width, height)
    area = on_frame(platform, width, height, rtl=profile.direction == "rtl")
    types = Typesetter(
        profile=profile,
        row=row,
        bold=look.bold,
        em_px=round(look.size * short_px),
        least_em_px=round(LEAST_EM * short_px),
        line_px=FILL * (width - 2 * area.margin_x_px - 2 * look.reach * short_px),
    )
    cues = {cue.id: cue for cue in source.cues}
    setter = Setter(types, cues=cues, style=style, keep=keep or {}, grid=facts.grid, shots=shots)
    events = setter.set_all(target, facts.duration_ms)
    if style.font_of(profile.tag):
        _require(events, profile, look.bold)
    place = Place(area, look.position, look.reach * short_px, band, covered, types.em_px / 4, signs)
    boxes = [(types.width_px(event), types.block_px(event)) for event in events]
    # At least the height of all lines, so that all locales stand at one place.
    usual_px = max([row.lines.value * fonts.size_px(profile.font, types.em_px, look.bold), *(box[1] for box in boxes)])
    margin_px = place.margin_bottom_px(usual_px)
    return Layout(
        locale=profile.tag,
        width_px=width,
        height_px=height,
        font=profile.font,
        em_px=types.em_px,
        margin_x_px=area.margin_x_px,
        margin_bottom_px=margin_px,
        events=tuple(
            event if own_px == margin_px else replace(event, margin_bottom_px=own_px)
            for event, box in zip(events, boxes, strict=True)
            for own_px in [place.event_margin_px(event, *box, usual_px=margin_px)]
        ),
    )


def _require(events: Iterable[Event], profile: Locale, bold: bool) -> None:
    for event in events:
        if lacking := fonts.unwritable(event.text, profile, bold):
            own = locale(profile.tag).font
            raise ManifestError(
                f"cue {event.cue_ids[0]}: the font {profile.font} has no {lacking[0]} (U+{ord(lacking[0]):04X})",
                next_step=f"name another [style] font for {profile.tag}, or none: {own} of {fonts.package(own)} has it",
            )
