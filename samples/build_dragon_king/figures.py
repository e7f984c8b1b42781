"""The people: profiles in close-up and standing figures, cut like paper and lit from behind.

A figure is drawn in its own units (a head is about 1.2 high, the eyes near the origin, facing right) and placed by the
camera. While its character talks the jaw opens and the head nods with the loudness of the speech.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw

from .paint import HEIGHT, WIDTH, Colour, Point, rim, smooth, to_image, vertical
from .stage import Action, Camera, Loudness

FACE: list[Point] = [
    (0.30, -0.50), (0.41, -0.34), (0.445, -0.18), (0.45, -0.08), (0.425, -0.01), (0.47, 0.09), (0.545, 0.19),
    (0.525, 0.225), (0.455, 0.245), (0.462, 0.285), (0.495, 0.315), (0.462, 0.34),
]  # fmt: skip
JAW: list[Point] = [
    (0.45, 0.345), (0.482, 0.375), (0.448, 0.415), (0.452, 0.47), (0.43, 0.535), (0.36, 0.575), (0.24, 0.555), (0.06, 0.47),
]  # fmt: skip
BACK: list[Point] = [
    (-0.10, 0.48), (-0.34, 0.42), (-0.48, 0.10), (-0.46, -0.25), (-0.28, -0.55), (0.02, -0.63),
]  # fmt: skip
NECK: list[Point] = [(-0.30, 0.15), (0.16, 0.40), (0.17, 0.72), (0.27, 0.95), (-0.55, 1.10), (-0.36, 0.75)]
HAIR = {
    "short": [
        (0.45, -0.20), (0.40, -0.34), (0.34, -0.26), (0.22, -0.30), (0.10, -0.18), (0.02, -0.02), (-0.02, 0.14), (-0.10, 0.20),
        (-0.16, 0.34), (-0.30, 0.50), (-0.44, 0.40), (-0.56, 0.08), (-0.60, -0.28), (-0.46, -0.62), (-0.18, -0.78),
        (0.14, -0.78), (0.36, -0.66), (0.50, -0.42),
    ],
    "slick": [
        (0.36, -0.42), (0.24, -0.36), (0.08, -0.26), (-0.02, -0.06), (-0.04, 0.12), (-0.12, 0.22), (-0.22, 0.42), (-0.36, 0.50),
        (-0.46, 0.40), (-0.55, 0.12), (-0.58, -0.22), (-0.46, -0.56), (-0.18, -0.71), (0.16, -0.69), (0.34, -0.60), (0.42, -0.50),
    ],
    "long": [
        (0.42, -0.36), (0.36, -0.18), (0.22, -0.10), (0.10, 0.10), (0.06, 0.40), (0.10, 0.75), (0.02, 1.15), (-0.06, 1.60),
        (-0.24, 1.95), (-0.52, 1.90), (-0.66, 1.45), (-0.66, 0.90), (-0.64, 0.40), (-0.62, -0.10), (-0.50, -0.52),
        (-0.20, -0.74), (0.14, -0.72), (0.34, -0.56),
    ],
}  # fmt: skip
BODY = {
    "coat": [
        (0.20, 0.66), (0.34, 0.92), (0.62, 1.12), (0.86, 1.42), (1.00, 2.1), (1.05, 4.2), (-1.50, 4.2), (-1.40, 2.0),
        (-1.16, 1.38), (-0.80, 1.10), (-0.56, 0.92), (-0.52, 0.58), (-0.36, 0.50),
    ],
    "suit": [
        (0.20, 0.74), (0.34, 0.98), (0.66, 1.14), (0.90, 1.42), (1.02, 2.1), (1.05, 4.2), (-1.45, 4.2), (-1.36, 2.0),
        (-1.12, 1.40), (-0.80, 1.12), (-0.50, 0.96), (-0.44, 0.72), (-0.34, 0.64),
    ],
    "dress": [
        (0.18, 0.92), (0.36, 1.06), (0.58, 1.24), (0.66, 1.60), (0.74, 2.0), (0.62, 2.6), (0.72, 4.2), (-0.98, 4.2),
        (-0.86, 2.6), (-0.96, 1.9), (-0.90, 1.40), (-0.66, 1.12), (-0.40, 0.98), (-0.10, 0.96),
    ],
}  # fmt: skip
TRIM = {
    "coat": [[(0.20, 0.66), (0.34, 0.92), (0.36, 1.50), (0.52, 4.2), (0.40, 4.2), (0.16, 1.55), (-0.02, 1.02), (-0.36, 0.66)]],
    "suit": [
        [(0.22, 0.80), (0.36, 1.00), (0.44, 1.46), (0.40, 1.9), (0.26, 1.40), (0.04, 1.06)],
        [(0.30, 1.02), (0.37, 1.05), (0.43, 1.5), (0.39, 1.62), (0.34, 1.5)],
    ],
    "dress": [[(0.16, 0.90), (0.36, 1.06), (0.30, 1.14), (-0.06, 1.04), (-0.38, 1.02), (-0.30, 0.95)]],
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Colours of a figure and the two lights on its edges (direction to the light, colour)."""

    hair: str
    body: str
    skin: Colour
    hair_colour: Colour
    cloth: Colour
    trim: Colour
    key: tuple[Point, Colour]
    fill: tuple[Point, Colour]
    brow: Colour = (12, 10, 16)
    glint: Colour = (235, 235, 245)
    extras: tuple[str, ...] = field(default=())


def _turn(points: Sequence[Point], about: Point, angle: float) -> list[Point]:
    c, s = math.cos(angle), math.sin(angle)
    return [
        (about[0] + (x - about[0]) * c - (y - about[1]) * s, about[1] + (x - about[0]) * s + (y - about[1]) * c)
        for x, y in points
    ]


def profile(
    who: str, look: Look, at: Point, scale: float, *, left: bool = False, depth: float = 0.8, lean: float = 0
) -> Action:
    """A head and shoulders at `at` (pixels of the frame, between the eyes), `scale` pixels a unit."""

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        loud = loudness(who)
        breath = math.sin(1.5 * t + at[0]) * 0.012
        nod = lean + 0.012 * math.sin(0.8 * t + at[1]) + 0.055 * loud * math.sin(5.2 * t) - 0.035 * loud
        size = scale * (1 + camera.zoom * (0.25 + 0.75 * depth))
        grow = size / scale
        ox = WIDTH / 2 + (at[0] - WIDTH / 2) * grow - camera.drift[0] * depth * grow
        oy = HEIGHT / 2 + (at[1] - HEIGHT / 2) * grow - camera.drift[1] * depth * grow

        def place(points: Sequence[Point], head: bool) -> list[Point]:
            if head:
                points = _turn(points, (-0.1, 0.6), nod)
            return [
                ((ox + (-x if left else x) * size) * 2, (oy + (y + (breath if y > 0.6 else breath * 0.7)) * size) * 2)
                for x, y in points
            ]

        colour = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), look.cloth)
        shape = Image.new("L", colour.size)
        paint_colour, paint_shape = ImageDraw.Draw(colour), ImageDraw.Draw(shape)

        def fill(points: Sequence[Point], value: Colour, head: bool, curve: bool = True) -> None:
            outline = place(smooth(points) if curve else points, head)
            paint_colour.polygon(outline, fill=value)
            paint_shape.polygon(outline, fill=255)

        dim = lambda c, k: tuple(int(v * k) for v in c)  # noqa: E731
        if look.hair == "long":
            sway = 0.03 * math.sin(1.1 * t)
            fill(
                [(x + (sway * max(0, y) if y > 0.6 else 0), y) for x, y in HAIR["long"]],
                dim(look.hair_colour, 0.8),
                True,
            )
        fill(NECK, dim(look.skin, 0.62), False)
        fill(BODY[look.body], look.cloth, False)
        for index, part in enumerate(TRIM[look.body]):
            fill(part, look.trim if index == 0 else dim(look.trim, 0.45), False)
        opening = 0.17 * loud * (0.55 + 0.45 * math.sin(23 * t))
        jaw = _turn(JAW, (-0.02, 0.30), opening)
        fill([(0.40, 0.20), (0.44, 0.345), *jaw[:-1], (0.0, 0.3)], dim(look.skin, 0.45), True)
        fill([*FACE, (0.40, 0.352), *jaw, *BACK], look.skin, True)
        if opening > 0.02:
            fill(
                [(0.36, 0.343), (0.47, 0.338), (jaw[1][0] - 0.02, jaw[1][1] - 0.02), (0.38, 0.36)],
                dim(look.skin, 0.25),
                True,
            )
        fill(
            [(0.02, 0.30), (0.20, 0.46), (0.36, 0.50), (0.30, 0.575), (0.10, 0.52), (-0.05, 0.42)],
            dim(look.skin, 0.72),
            True,
        )
        closing = 1.0 if (t * 0.41 + at[0] * 0.01) % 1.6 < 0.06 else 0.0
        lid = 0.045 * (1 - 0.85 * closing)
        fill(
            [(0.235, 0.015), (0.31, -lid * 0.6), (0.395, 0.005), (0.37, 0.03), (0.30, 0.035)], dim(look.brow, 1.0), True
        )
        if not closing:
            fill([(0.315, -0.004), (0.352, -0.012), (0.366, 0.016), (0.33, 0.024)], look.glint, True)
            fill([(0.338, -0.010), (0.358, -0.008), (0.362, 0.016), (0.342, 0.020)], (16, 12, 20), True)
        fill([(0.18, -0.085), (0.30, -0.135), (0.425, -0.085), (0.41, -0.065), (0.30, -0.100)], look.brow, True)
        fill(HAIR[look.hair], look.hair_colour, True)
        if look.hair == "short":
            for dx, dy in ((0.30, -0.30), (0.16, -0.22)):
                fill(
                    [(dx - 0.16, dy - 0.24), (dx + 0.12, dy - 0.20), (dx + 0.06, dy + 0.13), (dx - 0.03, dy)],
                    look.hair_colour,
                    True,
                )
        if look.hair != "long":
            fill([(-0.10, -0.02), (0.0, -0.05), (0.03, 0.08), (-0.04, 0.19), (-0.10, 0.15)], dim(look.skin, 0.8), True)
        if "earring" in look.extras:
            fill([(0.05, 0.36), (0.075, 0.36), (0.085, 0.52), (0.04, 0.52)], look.glint, True)

        mask = shape.reduce(2)
        shade = to_image(vertical([(0, (255,) * 3), (0.5, (200,) * 3), (1, (60,) * 3)], (4, HEIGHT))).resize(
            (WIDTH, HEIGHT)
        )
        body = ImageChops.multiply(colour.reduce(2), shade)
        for (direction, light), width in ((look.key, 7), (look.fill, 4)):
            body = ImageChops.screen(body, rim(mask, direction, max(2, round(width * size / 200)), light))
        body = body.convert("RGBA")
        body.putalpha(mask)
        return body

    return paint


def _both(right: Sequence[Point]) -> list[Point]:
    """An outline that is the same on both sides of the axis, from its right half, top to bottom."""
    return [*right, *((-x, y) for x, y in reversed(right))]


def standing(who: str, look: Look, at: Point, height: float, *, depth: float = 0.6, wind: float = 0.5) -> Action:
    """A whole figure seen from behind, feet apart around `at`, `height` pixels tall; `wind` moves coat and hair."""

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        loud = loudness(who)
        zoomed = 1 + camera.zoom * (0.25 + 0.75 * depth)
        tall = height * zoomed
        ox = WIDTH / 2 + (at[0] - WIDTH / 2) * zoomed - camera.drift[0] * depth
        oy = HEIGHT / 2 + (at[1] - HEIGHT / 2) * zoomed - camera.drift[1] * depth
        breath = 0.004 * math.sin(1.6 * t) + 0.006 * loud * math.sin(9 * t)
        shapes: list[tuple[list[Point], Colour]] = []
        for side in (-1, 1):
            leg = [
                (0.0, -0.50),
                (0.082, -0.50),
                (0.088, -0.26),
                (0.098, -0.03),
                (0.122, -0.004),
                (0.056, 0.0),
                (0.044, -0.26),
            ]
            shapes.append(([(side * x, y) for x, y in leg], look.trim))
            arm = [
                (0.070, -0.838), (0.118, -0.822), (0.143, -0.775), (0.154, -0.66), (0.168, -0.54), (0.160, -0.445), (0.152, -0.405),
                (0.128, -0.408), (0.126, -0.46), (0.122, -0.55), (0.096, -0.66), (0.06, -0.74),
            ]  # fmt: skip
            shapes.append((smooth([(side * x, y) for x, y in arm]), look.cloth))
        # The wind comes from the left: the tails stream out to the right, the lower the farther.
        tails = []
        for number, (x, y) in enumerate(
            [
                (0.135, -0.24),
                (0.10, -0.17),
                (0.03, -0.20),
                (0.006, -0.36),
                (-0.02, -0.20),
                (-0.085, -0.165),
                (-0.125, -0.23),
            ]
        ):
            blown = wind * (0.055 + 0.030 * math.sin(3.4 * t + number * 0.9)) * (y + 0.55) / 0.35
            lifted = wind * 0.016 * math.sin(4.1 * t + number * 1.7)
            tails.append((x + blown, y - lifted - 0.25 * max(0.0, blown) * (x > 0)))
        back = [
            (0.0, -0.872),
            (0.062, -0.846),
            (0.118, -0.816),
            (0.120, -0.74),
            (0.100, -0.635),
            (0.094, -0.585),
            (0.112, -0.46),
        ]
        mirrored = [(-x, y) for x, y in reversed(back[1:])]
        shapes.append((smooth([*back, *tails, *mirrored]), look.cloth))
        shapes.append(([(-0.095, -0.612), (0.095, -0.612), (0.096, -0.594), (-0.096, -0.594)], look.trim))
        shapes.append((_both([(0.027, -0.93), (0.027, -0.86)]), look.hair_colour))
        head = [
            (0.0, -1.0),
            (0.030, -0.994),
            (0.052, -0.968),
            (0.056, -0.938),
            (0.050, -0.910),
            (0.034, -0.890),
            (0.0, -0.886),
        ]
        shapes.append((smooth(_both(head[:-1]), steps=8), look.hair_colour))
        ruffled = wind * 0.008 * math.sin(5 * t)
        shapes.append(
            (
                [
                    (0.02, -0.995),
                    (0.066 + ruffled, -0.985),
                    (0.055, -0.95),
                    (0.070 + ruffled, -0.93),
                    (0.048, -0.91),
                    (0.0, -0.94),
                ],
                look.hair_colour,
            )
        )
        shapes.append((_both([(0.050, -0.882), (0.058, -0.842), (0.0, -0.826)]), look.cloth))
        colour = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), look.cloth)
        shape = Image.new("L", colour.size)
        for points, value in shapes:
            outline = [((ox + x * tall) * 2, (oy + (y - breath * (y < -0.5)) * tall) * 2) for x, y in points]
            ImageDraw.Draw(colour).polygon(outline, fill=value)
            ImageDraw.Draw(shape).polygon(outline, fill=255)
        mask, body = shape.reduce(2), colour.reduce(2)
        for direction, light in (look.key, look.fill):
            body = ImageChops.screen(body, rim(mask, direction, max(2, round(tall / 110)), light, 0.8))
        body = body.convert("RGBA")
        body.putalpha(mask)
        return body

    return paint
