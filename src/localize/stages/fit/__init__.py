"""Fit: target track -> layout, the lines as they are drawn, inside the frame in every locale.

Lines are timed first, then broken. What does not fit in the lines of the locale is set smaller, then shown as two
subtitles one after the other, then in one line more. Text is never cut. Fit reports nothing: `check` measures what came
out. Where the lines stand is `placing`: dialogue at one place, words for signs by their signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from localize import reading
from localize.cues import Event, Kind, Layout, SourceTrack, TargetTrack
from localize.drawing import fonts
from localize.drawing.placing import Place, Sign, SignPlace
from localize.drawing.safe_area import on_frame
from localize.drawing.styles import Look, of_signs
from localize.episode import MediaFacts
from localize.errors import ManifestError
from localize.locales import Locale, locale
from localize.reading import Reading
from localize.series import Style
from localize.stages.fit import placed
from localize.stages.fit.setter import Setter
from localize.stages.fit.typesetter import Typesetter

VERSION = 5

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

    cues = {cue.id: cue for cue in source.cues}

    def set_in(look: Look, style: Style, kind: Kind) -> tuple[Typesetter, list[Event]]:
        # What is small by its nature is still no smaller than a phone can show.
        em_px = round(max(look.size, min(style.look.size, LEAST_EM)) * short_px)
        line_px = FILL * (width - 2 * area.margin_x_px - 2 * look.reach * short_px)
        types = Typesetter(profile, row, look.bold, em_px, round(LEAST_EM * short_px), line_px)
        own = {id_: cue for id_, cue in cues.items() if cue.kind == kind}
        setter = Setter(types, cues=own, style=style, keep=keep or {}, grid=facts.grid, shots=shots)
        return types, setter.set_all(target, facts.duration_ms)

    types, said = set_in(look, style, "dialogue")
    # The source of a sign stands in the picture, and nobody says it.
    plate, plain = of_signs(look), style.model_copy(update={"bilingual": False, "speakers": "none"})
    sign_types, shown = set_in(plate, plain, "forced")
    if style.font_of(profile.tag):
        _require([*said, *shown], profile, look.bold)
    gap_px = types.em_px / 4
    place = Place(area, look.position, look.reach * short_px, band, covered, gap_px, signs)
    said, margin_px = placed.dialogue(said, types, place)
    shown = placed.signs(
        shown, sign_types, SignPlace(area, plate.reach * short_px, gap_px),
        cues=cues, said=placed.blocks(said, types, place, margin_px), around=place,
    )  # fmt: skip
    return Layout(
        locale=profile.tag,
        width_px=width,
        height_px=height,
        font=profile.font,
        em_px=types.em_px,
        margin_x_px=area.margin_x_px,
        margin_bottom_px=margin_px,
        events=tuple(sorted([*said, *shown], key=lambda event: (event.start_ms, event.end_ms))),
    )


def _require(events: Iterable[Event], profile: Locale, bold: bool) -> None:
    for event in events:
        if lacking := fonts.unwritable(event.text, profile, bold):
            own = locale(profile.tag).font
            raise ManifestError(
                f"cue {event.cue_ids[0]}: the font {profile.font} has no {lacking[0]} (U+{ord(lacking[0]):04X})",
                next_step=f"name another [style] font for {profile.tag}, or none: {own} of {fonts.package(own)} has it",
            )
