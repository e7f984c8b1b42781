"""Placing: where on the frame the lines of an event stand, clear of interfaces, of burned-in text and of signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from localize.cues import Cue, Event
from localize.drawing.safe_area import Rect, SafeArea
from localize.drawing.styles import Position


@dataclass(frozen=True, slots=True)
class Sign:
    """Writing in the picture that a viewer has to see, from `start_ms` to `end_ms`."""

    where: Rect
    start_ms: int
    end_ms: int

    def meets(self, event: Event) -> bool:
        """Whether it stands there while `event` is shown."""
        return self.start_ms < event.end_ms and event.start_ms < self.end_ms


def signs_of(cues: Iterable[Cue]) -> tuple[Sign, ...]:
    """The signs that a source track knows the place of."""
    return tuple(Sign(cue.place, cue.start_ms, cue.end_ms) for cue in cues if cue.kind == "forced" and cue.place)


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

    def event_margin_px(self, event: Event, width_px: float, block_px: float, *, usual_px: int) -> int:
        """The same for one event: `usual_px` unless it stands at the top, in the middle or on what is covered.

        Nor where it would cover a sign.
        """
        hanging = self.position != "bottom" or (self.covered and self.band is not None)
        bottom = self._bottom_edge(block_px) if hanging else self.area.height_px - usual_px
        if signs := [sign.where for sign in self.signs if sign.meets(event)]:
            bottom = self._clear(bottom, width_px, block_px, signs)
        return round(self.area.height_px - bottom)

    def block(self, bottom_px: float, width_px: float, block_px: float) -> Rect:
        """What lines cover that end `bottom_px` from the top of the frame, in its middle."""
        middle, half = self.area.width_px / 2, width_px / 2 + self.reach_px
        return Rect(round(middle - half), round(bottom_px - block_px), round(middle + half), round(bottom_px))

    def inked(self, bottom_px: float, width_px: float, block_px: float) -> Rect:
        """The same with the ink above and below the lines."""
        block, reach = self.block(bottom_px, width_px, block_px), round(self.reach_px)
        return Rect(block.left, block.top - reach, block.right, block.bottom + reach)

    @property
    def open_band(self) -> list[Rect]:
        """Burned-in text that nothing covers."""
        if self.band is None or self.covered:
            return []
        top, bottom = (round(share * self.area.height_px) for share in self.band)
        return [Rect(0, top, self.area.width_px, bottom)]

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

    def _clear(self, edge: float, width_px: float, block_px: float, signs: Sequence[Rect]) -> float:
        """Above all that is in the way if there is room, else below it if that is on the frame."""

        def ways(taken: Sequence[Rect]) -> Iterator[float]:
            above = sorted((one.top - self.gap_px for one in taken), reverse=True)
            below = sorted(one.bottom + self.gap_px + block_px for one in taken)
            places = [at for at in above if at < edge and at - block_px >= self.area.top_px]
            for at in (edge, *places, *(at for at in below if at <= self.area.height_px)):
                if not any(self.block(at, width_px, block_px).meets(one) for one in taken):
                    yield at

        # Rather on burned-in text, which a viewer cannot read, than on a sign.
        return next((at for taken in ([*signs, *self.open_band], signs) for at in ways(taken)), edge)


@dataclass(frozen=True, slots=True)
class SignPlace:
    """Where the words for a sign stand: by the sign, inside the safe area, on nothing that is to be read."""

    area: SafeArea
    reach_px: float
    gap_px: float

    def beside(
        self, sign: Rect | None, width_px: float, block_px: float, *, drawn: Sequence[Rect], shown: Sequence[Rect]
    ) -> Rect:
        """What lines of this size cover, ink included: below the sign, above or beside it, else as near as may be.

        `drawn` are the lines that stand there at the time, which are never covered as long as the frame has room;
        `shown` is writing in the picture, this sign too, which is where nothing else is free. Without a sign the lines
        stand at the top of the safe area.
        """
        width, height = round(width_px + 2 * self.reach_px), round(block_px + 2 * self.reach_px)
        text = self.area.text
        # Under an interface rather than on other words; a pixel from the edge, since places are rounded to one.
        column = Rect(text.left, 1, text.right, self.area.height_px - 1)
        for inside, taken in ((text, [*drawn, *shown]), (text, drawn), (column, drawn)):
            for place in self._ways(sign, width, height, inside, taken):
                if _holds(inside, place) and not any(place.meets(one) for one in taken):
                    return place
        return self._at_top(width, height)

    def _ways(self, sign: Rect | None, width: int, height: int, inside: Rect, taken: Sequence[Rect]) -> Iterator[Rect]:
        """The places to try, the best first."""
        gap = round(self.gap_px)
        near = sign or self._at_top(width, height)
        left = min(max((near.left + near.right - width) // 2, inside.left), inside.right - width)
        if sign:
            middle = (sign.top + sign.bottom - height) // 2
            yield _rect(left, sign.bottom + gap, width, height)
            yield _rect(left, sign.top - gap - height, width, height)
            yield _rect(sign.right + gap, middle, width, height)
            yield _rect(sign.left - gap - width, middle, width, height)
        tops = [inside.top, inside.bottom - height]
        tops += [top for one in taken for top in (one.top - gap - height, one.bottom + gap)]
        wanted = sign.bottom if sign else inside.top
        for top in sorted(tops, key=lambda top: (abs(top - wanted), top)):
            yield _rect(left, top, width, height)

    def _at_top(self, width: int, height: int) -> Rect:
        return _rect((self.area.width_px - width) // 2, self.area.top_px, width, height)


def _rect(left: int, top: int, width: int, height: int) -> Rect:
    return Rect(left, top, left + width, top + height)


def _holds(outer: Rect, inner: Rect) -> bool:
    across = outer.left <= inner.left and inner.right <= outer.right
    return across and outer.top <= inner.top and inner.bottom <= outer.bottom
