"""Placing: where on the frame the lines of an event stand, clear of interfaces, of burned-in text and of signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localize.cues import Event, SourceTrack
from localize.safe_area import Rect, SafeArea
from localize.styles import Position


@dataclass(frozen=True, slots=True)
class Sign:
    """Writing in the picture that a viewer has to see, from `start_ms` to `end_ms`."""

    where: Rect
    start_ms: int
    end_ms: int


def signs(source: SourceTrack) -> list[Sign]:
    """What forced cues of `source` stand for."""
    return [Sign(cue.place, cue.start_ms, cue.end_ms) for cue in source.cues if cue.place]


@dataclass(frozen=True, slots=True)
class Place:
    """A frame and what stands on it; `band` in shares of its height, `reach_px` is how far ink goes beyond a line."""

    area: SafeArea
    position: Position
    reach_px: float
    band: tuple[float, float] | None = None
    covered: bool = False
    gap_px: float = 0.0
    """Kept between lines and what they stand clear of."""
    signs: Sequence[Sign] = ()

    def margin_bottom_px(self, block_px: float) -> int:
        """Distance of the lowest line's bottom edge from the bottom of the frame, for lines `block_px` high."""
        return round(self.area.height_px - self._bottom_edge(block_px))

    def event_margin_px(
        self, event: Event, width_px: float, block_px: float, *, usual_px: int, says: Rect | None = None
    ) -> int:
        """The same for one event: `usual_px` unless it stands at the top, in the middle or on what is covered.

        Nor where it would cover a sign; one that `says` what a sign says stands beside it.
        """
        if says:
            return self._beside_px(says, block_px)
        hanging = self.position != "bottom" or (self.covered and self.band is not None)
        bottom = self._bottom_edge(block_px) if hanging else self.area.height_px - usual_px
        for sign in self.signs:
            if sign.start_ms < event.end_ms and event.start_ms < sign.end_ms:
                bottom = self._clear(bottom, width_px, block_px, sign.where)
        return round(self.area.height_px - bottom)

    def middle_px(self, says: Rect, width_px: float) -> int:
        """The middle of lines `width_px` wide that say what `says` does: that of the sign, within the safe area."""
        most = self.area.width_px / 2 - self.area.margin_x_px - width_px / 2 - self.reach_px
        off_px = (says.left + says.right - self.area.width_px) / 2
        return round(self.area.width_px / 2 + max(min(off_px, most), -most)) if most > 0 else self.area.width_px // 2

    def _beside_px(self, sign: Rect, block_px: float) -> int:
        """Below `sign`, above it where there is no room or dialogue stands."""
        below, above = sign.bottom + self.gap_px + block_px, sign.top - self.gap_px
        top, bottom = self.band or (0.0, 0.0)
        on_band = below > top * self.area.height_px and sign.bottom < bottom * self.area.height_px
        fits_above = above - block_px >= self._highest
        edge = above if (below > self._lowest or on_band) and fits_above else below
        return round(self.area.height_px - self._within(edge, block_px))

    @property
    def _highest(self) -> float:
        return self.area.top_px + self.reach_px

    @property
    def _lowest(self) -> float:
        return self.area.height_px - self.area.bottom_px - self.reach_px

    def _bottom_edge(self, block_px: float) -> float:
        if self.position == "bottom":
            wanted = self._lowest
        elif self.position == "top":
            wanted = self._highest + block_px
        else:
            wanted = self.position * self.area.height_px + block_px / 2
        edge = self._within(wanted, block_px)
        if self.band is None:
            return edge
        top, bottom = (share * self.area.height_px for share in self.band)
        if self.covered:
            return self._within((top + bottom + block_px) / 2, block_px)
        return self._past(edge, block_px, top - self.gap_px, bottom + self.gap_px)

    def _within(self, edge: float, block_px: float) -> float:
        """In the safe area; what is higher than that keeps its lower end there."""
        return min(max(edge, self._highest + block_px), self._lowest)

    def _past(self, edge: float, block_px: float, top: float, bottom: float) -> float:
        """Above what stands from `top` to `bottom` if there is room, else below it if that is on the frame."""
        if edge <= top or edge - block_px >= bottom:
            return edge
        if top - block_px >= self.area.top_px:
            return top
        return bottom + block_px if bottom + block_px <= self.area.height_px else edge

    def _clear(self, edge: float, width_px: float, block_px: float, sign: Rect) -> float:
        middle, half = self.area.width_px / 2, width_px / 2 + self.reach_px
        block = Rect(round(middle - half), round(edge - block_px), round(middle + half), round(edge))
        return (
            self._past(edge, block_px, sign.top - self.gap_px, sign.bottom + self.gap_px) if block.meets(sign) else edge
        )
