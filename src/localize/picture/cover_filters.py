"""Filters that cover: from an upright picture and a plan of what to cover to the picture that subtitles are drawn on.

Only the part of the frame that holds every patch is worked on, once for all patches: each text is replaced by what
surrounds it, the whole part is blurred, and a mask that libass draws and times lays it over the picture. Where the mask
is black the picture comes out bit for bit. Everything hangs on the pictures' own times, whatever the rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import ffmpeg

from localize import subtitles
from localize.drawing.safe_area import Rect
from localize.media import url
from localize.picture.covering import CoverPlan, Patch, during
from localize.subtitles import Pane

VERSION = 1
"""Of what a plan looks like in the picture."""

_MASK = "cover.ass"
# In ems. delogo leaves streaks of its surroundings: so much blur makes a soft shade of them.
_SIGMA = 0.35
# libass's blur reaches 2.3 times its value to either side of an edge.
_REACH = 2 * 2.3
# In ems, of a corner.
_ROUNDING = 0.4
# How much light comes through the pane of `box`: ours are white on it, and it still takes part in the scene.
_LIGHT = 0.3
# Where nothing can be blurred: a selectable track only draws.
_OPAQUE = "#101010"


def covered(
    picture: Any, plan: CoverPlan, *, rate: Fraction, filled: Path | None = None
) -> tuple[Any, dict[str, Path | bytes]]:
    """`picture` with every patch of `plan` on it, and the files that its graph reads.

    `filled` is the video of `plan.area` without letters that `inpaint` needs, with a picture for each of `picture`'s,
    which come at `rate`.
    """
    area, active = plan.area, during(plan.patches)
    size = area.right - area.left, area.bottom - area.top
    if filled:
        # Half a picture early, lest the rounding of some container's clock takes the one before.
        whole = picture
        part = ffmpeg.input(url(filled))["v:0"].filter("setpts", f"(N-1/2)/({rate})/TB")
    else:
        copies = picture.filter_multi_output("split", 2)
        whole = copies["0"]
        part = copies["1"].filter("crop", *size, area.left, area.top)
    halves = part.filter_multi_output("split", 2)
    patch = halves["0"] if filled else _without_text(halves["0"], plan)
    if not filled:
        patch = patch.filter("gblur", sigma=round(_SIGMA * plan.em_px, 1), enable=active)
    if plan.method == "box":
        grey = f"128+{_LIGHT}*(val-128)"
        patch = patch.filter("lutyuv", y=f"16+{_LIGHT}*(val-16)", u=grey, v=grey)
    # Never below 16, and libass draws white as 235: a plane of luma. A mask goes from 0 to 255.
    mask = halves["1"].filter("extractplanes", "y").filter("lut", y=16).filter("ass", _MASK, shaping="simple")
    mask = mask.filter("lut", y="clip((val-16)*255/219,0,255)")
    patch = ffmpeg.filter([patch, mask], "alphamerge")
    made = ffmpeg.filter([whole, patch], "overlay", area.left, area.top, format="yuv420", enable=active)
    soft = plan.method != "box"
    return made, {_MASK: subtitles.panes(_panes(plan, area, soft=soft), *size).encode()}


def drawn(script: str, plan: CoverPlan) -> str:
    """The ASS `script` with opaque panes behind its lines: how a selectable track covers, which only draws."""
    frame = Rect(0, 0, plan.area.right, plan.area.bottom)
    return subtitles.behind(script, list(_panes(plan, frame, soft=False, colour=_OPAQUE)))


def _without_text(part: Any, plan: CoverPlan) -> Any:
    """Each patch filled in from its own rim, which is why a patch is larger than its text."""
    area = plan.area
    right, bottom = area.right - area.left - 1, area.bottom - area.top - 1

    def where(patch: Patch) -> tuple[int, int, int, int]:
        """delogo wants a pixel of picture on every side."""
        left, top = max(1, patch.core.left - area.left), max(1, patch.core.top - area.top)
        return left, top, min(right, patch.core.right - area.left), min(bottom, patch.core.bottom - area.top)

    for (x, y, x_end, y_end), patches in groupby(sorted(plan.patches, key=where), key=where):
        part = part.filter("delogo", x=x, y=y, w=x_end - x, h=y_end - y, enable=during(patches))
    return part


def _panes(plan: CoverPlan, area: Rect, *, soft: bool, colour: str = "#ffffff") -> Iterator[Pane]:
    """What a mask shows of each patch, counted from the corner of `area`."""
    for patch in plan.patches:
        core, box = patch.core, patch.box
        edge_px = max(core.left - box.left, core.top - box.top, box.right - core.right, box.bottom - core.bottom)
        half = edge_px // 2
        shape = Rect(core.left - half, core.top - half, core.right + half, core.bottom + half) if soft else box
        blur_px, radius_px = edge_px / _REACH if soft else 0.0, round(_ROUNDING * patch.em_px)
        yield Pane(_moved(shape, area), _moved(box, area), patch.start_ms, patch.end_ms, radius_px, blur_px, colour)


def _moved(box: Rect, area: Rect) -> Rect:
    return Rect(box.left - area.left, box.top - area.top, box.right - area.left, box.bottom - area.top)
