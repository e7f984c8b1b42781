"""Placed: events of dialogue at one place, words for signs by their signs and on no line of dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from localize.cues import Cue, Event
from localize.drawing import fonts
from localize.drawing.placing import Place, SignPlace
from localize.drawing.safe_area import Rect
from localize.stages.fit.typesetter import Typesetter


def dialogue(events: Sequence[Event], types: Typesetter, place: Place) -> tuple[list[Event], int]:
    """`events` where they stand, and how far from the lower edge most of them do: at one place in all locales."""
    boxes = [(types.width_px(event), types.block_px(event)) for event in events]
    # At least the height of all lines, so that all locales stand at one place.
    usual_px = types.row.lines.value * fonts.size_px(types.profile.font, types.em_px, types.bold)
    margin_px = place.margin_bottom_px(max([usual_px, *(box[1] for box in boxes)]))
    placed = [
        event if own_px == margin_px else replace(event, margin_bottom_px=own_px)
        for event, box in zip(events, boxes, strict=True)
        for own_px in [place.event_margin_px(event, *box, usual_px=margin_px)]
    ]
    return placed, margin_px


def blocks(events: Sequence[Event], types: Typesetter, place: Place, margin_px: int) -> list[tuple[Event, Rect]]:
    """Events of dialogue with what their lines cover."""
    height_px = place.area.height_px
    return [
        (
            event,
            place.inked(
                height_px - (event.margin_bottom_px or margin_px), types.width_px(event), types.block_px(event)
            ),
        )
        for event in events
    ]


def signs(
    events: Sequence[Event],
    types: Typesetter,
    place: SignPlace,
    *,
    cues: Mapping[str, Cue],
    said: Sequence[tuple[Event, Rect]],
    around: Place,
) -> list[Event]:
    """Words for signs, each by its own: `said` are the lines of dialogue, `around` knows what stands in the picture."""
    drawn, placed = list(said), []
    for event in events:
        sign = cues[event.cue_ids[0]].place
        shown = [other.where for other in around.signs if other.meets(event)]
        where = place.beside(
            sign,
            types.width_px(event),
            types.block_px(event),
            drawn=[box for other, box in drawn if other.start_ms < event.end_ms and event.start_ms < other.end_ms],
            shown=[*shown, *([sign] if sign else []), *around.open_band],
        )
        drawn.append((event, where))
        centre_px, bottom_px = (where.left + where.right) // 2, where.bottom - round(place.reach_px)
        placed.append(
            replace(
                event,
                em_px=event.em_px or types.em_px,
                centre_px=centre_px,
                margin_bottom_px=around.area.height_px - bottom_px,
            )
        )
    return placed
