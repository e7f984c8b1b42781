"""Borders: the first and the last picture of a text, from how much of it stands in each.

What is behind letters looks a little like them, and so does another text; from `BEGUN` of the way up a text has begun.
One that is not there in full by then fades, and a fade is followed, in small steps, down to what can hardly be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

STANDS = 0.75
"""How much of a text that stands can be seen at least."""
BEGUN = 0.3
"""How much of a text has to be seen for it to have begun."""
_TRACE, _STEP, _CUT = 0.06, 0.25, 0.5
_BLIND = 0.7

Amounts = Sequence[tuple[int, float]]
"""Of each picture its time in milliseconds and how much of the text is in it, 0 to 1, in the order of time."""


def first_ms(earlier: Amounts, found_ms: int, floor_ms: int) -> int:
    """When a text began that stood in full at `found_ms`, not before `floor_ms`; `earlier` ends there."""
    start_ms = found_ms
    for at_ms in _held(reversed(earlier), _base(earlier)):
        if at_ms < floor_ms:
            break
        start_ms = at_ms
    return start_ms


def end_ms(later: Amounts, gone_ms: int) -> int:
    """When a text ended that was last seen to stand before `later` begins, and was gone at `gone_ms`."""
    base = _base(later)
    if base >= _BLIND:
        return gone_ms
    held = sum(1 for _ in _held(later, base))
    return later[held][0] if held < len(later) else gone_ms


def _held(amounts: Iterable[tuple[int, float]], base: float) -> Iterable[int]:
    """Times of the pictures that hold the text, away from where it stands in full."""
    before, cut = 1.0, False
    for at_ms, amount in amounts:
        # What is left after a cut is the ground, which may come and go as slowly as a fade.
        cut = cut or before - amount > _CUT
        fades = not cut and before < STANDS and base + _TRACE < amount < before < amount + _STEP
        if amount < base + BEGUN * (1 - base) and not fades:
            return
        yield at_ms
        before = amount


def _base(amounts: Amounts) -> float:
    """How much of a text is seen where it is not."""
    return max(0.0, min((amount for _, amount in amounts), default=0.0))
