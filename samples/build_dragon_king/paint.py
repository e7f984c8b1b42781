"""Brushes: gradients, clouds, glows, smooth outlines. Everything is seeded and returns Pillow images or float arrays.

Colours are 0-255 RGB; a canvas is larger than the frame by `MARGIN` on every side, so that a camera can drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Array = NDArray[np.float32]
Colour = tuple[int, int, int]
Point = tuple[float, float]

WIDTH, HEIGHT, MARGIN = 720, 1280, 70
CANVAS = (WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN)


def to_image(array: Array) -> Image.Image:
    return Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))


def vertical(stops: Sequence[tuple[float, Colour]], size: tuple[int, int] = CANVAS) -> Array:
    """A vertical gradient through `stops` (share of the height, colour)."""
    at = np.linspace(0, 1, size[1])
    columns = [np.interp(at, [s for s, _ in stops], [c[i] for _, c in stops]) for i in range(3)]
    return np.repeat(np.stack(columns, -1)[:, None], size[0], axis=1).astype(np.float32)


@cache
def clouds(seed: int, size: tuple[int, int] = CANVAS, stretch: float = 2.0, octaves: int = 6) -> Array:
    """Fractal noise in 0..1, wider than tall by `stretch`."""
    rng = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(octaves):
        cells = 2**octave * 3
        grid = rng.random((int(cells * stretch * size[1] / size[0]) + 2, cells + 2), dtype=np.float32)
        layer = Image.fromarray(grid * 255).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) / 255 * 0.55**octave
    total -= total.min()
    return total / total.max()


def radial(centre: Point, radius: float, power: float = 2.0, size: tuple[int, int] = CANVAS) -> Array:
    """A soft light: 1 at `centre`, 0 from `radius` on."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    away = np.hypot(x - centre[0], y - centre[1]) / radius
    return np.clip(1 - away, 0, 1) ** power


def tint(light: Array, colour: Colour) -> Array:
    return light[..., None] * np.asarray(colour, np.float32)


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 6) -> list[Point]:
    """A Catmull-Rom curve through `points`."""
    p = np.asarray(points, np.float32)
    n = len(p)
    around = np.concatenate([p[-1:], p, p[:2]] if closed else [p[:1], p, p[-1:]])
    spans = n if closed else n - 1
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    out = []
    for i in range(spans):
        a, b, c, d = around[i], around[i + 1], around[i + 2], around[i + 3]
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return [(float(x), float(y)) for x, y in np.concatenate(out)]


def mask_of(shapes: Sequence[Sequence[Point]], size: tuple[int, int] = CANVAS) -> Image.Image:
    """Polygons as an anti-aliased mask (drawn at twice the size)."""
    big = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(big)
    for shape in shapes:
        draw.polygon([(x * 2, y * 2) for x, y in shape], fill=255)
    return big.reduce(2)


def rim(mask: Image.Image, towards: Point, width: int, colour: Colour, softness: float = 1.5) -> Image.Image:
    """The edge of `mask` that faces a light, as a picture to be screened on top."""
    shifted = ImageChops.offset(mask, round(-towards[0] * width), round(-towards[1] * width))
    edge = ImageChops.subtract(mask, shifted.filter(ImageFilter.GaussianBlur(width * 0.6)))
    edge = ImageChops.multiply(edge.filter(ImageFilter.GaussianBlur(softness)), mask)
    return Image.merge("RGB", [edge.point([v * c // 255 for v in range(256)]) for c in colour])


def flat(mask: Image.Image, colour: Colour) -> Image.Image:
    """`colour` where the mask is, transparent elsewhere."""
    image = Image.new("RGBA", mask.size, (*colour, 0))
    image.putalpha(mask)
    return image


def shaded(mask: Image.Image, top: Colour, bottom: Colour) -> Image.Image:
    """A vertical gradient where the mask is."""
    image = to_image(vertical([(0, top), (1, bottom)], mask.size)).convert("RGBA")
    image.putalpha(mask)
    return image


def bloom(image: Image.Image, radius: float, gain: float) -> Image.Image:
    """The bright parts of `image`, spread."""
    small = image.reduce(4).point([min(255, int(max(0, v - 110) * gain)) for v in range(256)] * 3)
    return small.filter(ImageFilter.GaussianBlur(radius / 4)).resize(image.size, Image.Resampling.BILINEAR)


@cache
def vignette(strength: float) -> Image.Image:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = np.hypot((x - WIDTH / 2) / WIDTH, (y - HEIGHT / 2) / HEIGHT) / 0.72
    light = 255 * (1 - strength * np.clip(away, 0, 1) ** 2.2)
    return to_image(np.repeat(light[..., None], 3, axis=2))
