"""What libass burns against what HarfBuzz draws by itself: ligatures, conjuncts, marks and the order of a line.

The other side is Pillow: Raqm orders the line, HarfBuzz shapes it with the same face, FreeType fills it. Both pictures
are cut to their ink and laid over each other an em at a time, so that a rounded advance adds up to nothing.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from localize import subtitles
from localize.cues import Event, Layout
from localize.drawing import fonts
from localize.locales import Locale, locale
from localize.series import Style
from localize.stages import render
from tests.golden_cues import laid_out, lines_of, load

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(not features.check("raqm"), reason="this Pillow was built without Raqm"),
]

Picture = npt.NDArray[np.uint8]

# No outline: Pillow draws none, and a glyph's own shape is what is compared.
STYLE = Style(outline=0)
EM_PX, FRAME_PX = 96, (2600, 300)
FRAME_MS = 40
# What is left of the difference after aligning: antialiasing. Measured on all 66 lines of the golden set that one font
# draws: 0.87 to 0.90; of the hard ones, shaped simply, 0.12 to 0.58.
ALIKE = 0.85
# How far a strip may have moved: horizontally and vertically.
REACH_PX, LIFT_PX = 8, 2
INK = 64
# The cues of the golden set that are nothing without shaping.
HARD = {"ar": ("laam-alif", "tashkil"), "hi": ("sanyuktakshar", "reph-aur-matra"), "th": ("wannayuk-son",)}


def lines_of_one_font(tag: str, ids: Sequence[str] = ()) -> list[str]:
    """Lines of the golden set as they are laid out: of the cues `ids`, or of all, as far as one font draws them."""
    profile = locale(tag)
    layout = laid_out([cue for cue in load(tag) if not ids or cue.id in ids], "tiktok")
    return [line for line in lines_of(layout.events) if len(fonts.runs(line, profile, STYLE.bold)) == 1]


def burned(lines: Sequence[str], profile: Locale, folder: Path, shaping: str) -> list[Picture]:
    """Each of `lines` as libass draws it, white on black."""
    width, height = FRAME_PX
    times = [FRAME_MS * number for number in range(len(lines) + 1)]
    events = tuple(Event(at, at + FRAME_MS, line, (str(at),)) for at, line in zip(times, lines, strict=False))
    layout = Layout(profile.tag, width, height, profile.font, EM_PX, 0, 80, events)
    (folder / "text.ass").write_text(subtitles.to_ass(layout, profile, STYLE), encoding="utf-8")
    argv = ["-f", "lavfi", "-i", f"color=black:s={width}x{height}:r={1000 // FRAME_MS}:d={times[-1] / 1000}"]
    argv += ["-vf", f"format=gray,ass=text.ass:shaping={shaping}", "-f", "rawvideo", "-"]
    raw = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", *argv], cwd=folder, capture_output=True, check=True
    ).stdout
    return list(np.frombuffer(raw, np.uint8).reshape(len(lines), height, width))


def drawn(line: str, profile: Locale) -> Picture:
    """`line` as HarfBuzz has it, in the same face and size."""
    ((font, _),) = fonts.runs(line, profile, STYLE.bold)
    face = ImageFont.truetype(str(font.path), EM_PX, font.index, layout_engine=ImageFont.Layout.RAQM)
    picture = Image.new("L", FRAME_PX)
    ImageDraw.Draw(picture).text((40, 60), line, 255, face, direction=profile.direction, language=profile.tag)
    return np.asarray(picture)


def ink(picture: Picture) -> npt.NDArray[np.int32]:
    """What is drawn in `picture`, with a margin in which strips can move."""
    rows, columns = np.nonzero(picture > INK)
    cut = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.int32)
    room = EM_PX + REACH_PX
    height = FRAME_PX[1] - cut.shape[0] - LIFT_PX
    return np.pad(cut, ((LIFT_PX, height), (REACH_PX, FRAME_PX[0] + room - cut.shape[1])))


def overlap(one: Picture, other: Picture) -> float:
    """Shared ink as a share of all ink (0 to 1), each strip of an em where it fits best."""
    a, b = ink(one), ink(other)
    shared = 0
    for x in range(REACH_PX, a.shape[1] - EM_PX - REACH_PX, EM_PX):
        strip = a[:, x : x + EM_PX]
        if strip.any():
            shared += max(
                int(np.minimum(strip, np.roll(b[:, x + dx : x + dx + EM_PX], dy, axis=0)).sum())
                for dx in range(-REACH_PX, REACH_PX + 1)
                for dy in range(-LIFT_PX, LIFT_PX + 1)
            )
    return shared / float(a.sum() + b.sum() - shared)


def overlaps(lines: Sequence[str], profile: Locale, folder: Path, shaping: str) -> dict[str, float]:
    pictures = zip(lines, burned(lines, profile, folder, shaping), strict=True)
    return {line: overlap(picture, drawn(line, profile)) for line, picture in pictures}


@pytest.mark.parametrize("tag", HARD)
def test_burned_lines_are_shaped_as_harfbuzz_shapes_them(tag: str, tmp_path: Path) -> None:
    lines = lines_of_one_font(tag)
    assert len(lines) >= 10
    found = overlaps(lines, locale(tag), tmp_path, render.BURN.shaping)
    assert min(found.values()) >= ALIKE, found


@pytest.mark.parametrize("tag", HARD)
def test_simple_shaping_is_seen_in_every_line_that_needs_more(tag: str, tmp_path: Path) -> None:
    found = overlaps(lines_of_one_font(tag, HARD[tag]), locale(tag), tmp_path, "simple")
    assert max(found.values()) < ALIKE - 0.1, found
