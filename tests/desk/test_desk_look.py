from __future__ import annotations

import re
from pathlib import Path

import pytest

import localize.desk

CSS = (Path(localize.desk.__file__).parent / "static" / "desk.css").read_text(encoding="utf-8")
_ROOTS = re.findall(r":root \{(.*?)\n\s*\}", CSS, re.S)
_LIGHT = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", _ROOTS[0]))
_DARK = _LIGHT | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", _ROOTS[1]))

TEXT = [
    *((ink, ground) for ink in ("ink", "muted") for ground in ("paper", "surface", "sunken")),
    *((ink, ground) for ink in ("accent", "bad") for ground in ("paper", "surface")),
    *((kind, f"{kind}-soft") for kind in ("accent", "good", "warn", "bad")),
    *(("ink", f"{kind}-soft") for kind in ("accent", "good", "warn", "bad")),
    ("accent-ink", "accent"),
]
EDGES = [("line-strong", "surface"), ("line-strong", "paper"), ("focus", "surface"), ("focus", "paper")]
"""Of fields and of what has the focus."""


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_that_wcag_gives_it() -> None:
    assert round(_contrast("#000000", "#ffffff"), 2) == 21
    assert round(_contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
def test_text_can_be_read_and_edges_be_seen(colours: dict[str, str]) -> None:
    ratios = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in (*TEXT, *EDGES)}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < (3 if pair in EDGES else 4.5)} == {}


def test_dark_has_every_colour_of_its_own() -> None:
    assert _LIGHT.keys() == dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", _ROOTS[1])).keys()


def test_the_look_needs_no_other_host() -> None:
    assert not re.search(r"@import|url\(|https?:", CSS)
