"""What drifts through the air: rain, embers, petals, bokeh, light shafts. Each returns an action for `stage.Layer`."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .paint import HEIGHT, WIDTH, Colour
from .stage import Action, Camera, Loudness


def rain(seed: int, colour: Colour, count: int = 260, speed: float = 1900, slant: float = 0.10) -> Action:
    """Streaks falling at two depths, on a tile that wraps."""
    rng = np.random.default_rng(seed)
    tiles = []
    for near in (0, 1):
        tile = Image.new("L", (WIDTH, HEIGHT))
        draw = ImageDraw.Draw(tile)
        for _ in range(count // (1 + near)):
            x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
            length = rng.uniform(18, 46) * (1 + 1.3 * near)
            light = int(rng.uniform(40, 110) * (1 - 0.25 * near))
            for wrap in (0, -HEIGHT, HEIGHT):
                draw.line([(x, y + wrap), (x - slant * length, y + length + wrap)], fill=light, width=1 + near)
        tiles.append(Image.merge("RGB", [tile.point([v * c // 255 for v in range(256)]) for c in colour]))

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        far, close = (
            ImageChops.offset(tile, round(-slant * fall), round(fall))
            for tile, fall in zip(tiles, (speed * 0.7 * t, speed * 1.35 * t), strict=True)
        )
        return ImageChops.add(far, close)

    return paint


def floating(
    seed: int, colour: Colour, count: int, rise: float, size: tuple[float, float], sway: float = 30, blur: float = 1.0
) -> Action:
    """Soft specks that rise (or, below zero, fall): embers, dust, petals."""
    rng = np.random.default_rng(seed)
    x, y, r = rng.uniform(0, WIDTH, count), rng.uniform(0, HEIGHT, count), rng.uniform(*size, count)
    pace, phase = rng.uniform(0.5, 1.5, count), rng.uniform(0, 6.28, count)

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        light = Image.new("L", (WIDTH, HEIGHT))
        draw = ImageDraw.Draw(light)
        for i in range(count):
            at_y = (y[i] - rise * pace[i] * t) % (HEIGHT + 40) - 20
            at_x = x[i] + sway * math.sin(0.9 * t * pace[i] + phase[i]) - camera.drift[0]
            value = int(150 + 100 * math.sin(2.3 * t * pace[i] + phase[i]))
            draw.ellipse([at_x - r[i], at_y - r[i] * 0.8, at_x + r[i], at_y + r[i] * 0.8], fill=max(20, value))
        light = light.filter(ImageFilter.GaussianBlur(blur))
        return Image.merge("RGB", [light.point([v * c // 255 for v in range(256)]) for c in colour])

    return paint


def bokeh(seed: int, colours: list[Colour], count: int, size: tuple[float, float], area: tuple[float, float]) -> Action:
    """Out-of-focus lights between two heights (shares of the frame), breathing and sliding with the camera."""
    rng = np.random.default_rng(seed)
    spots = [
        (
            rng.uniform(-60, WIDTH + 60), rng.uniform(*area) * HEIGHT, rng.uniform(*size), rng.uniform(0.25, 0.75),
            rng.uniform(0, 6.28), colours[rng.integers(len(colours))], rng.uniform(0.3, 0.9),
        )
        for _ in range(count)
    ]  # fmt: skip

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        light = Image.new("RGB", (WIDTH // 2, HEIGHT // 2))
        for x, y, r, gain, phase, colour, depth in spots:
            gain = gain * (0.75 + 0.25 * math.sin(1.7 * t + phase))
            at = ((x - camera.drift[0] * depth) / 2, (y - camera.drift[1] * depth) / 2)
            spot = Image.new("RGB", light.size)
            draw = ImageDraw.Draw(spot)
            box = [at[0] - r / 2, at[1] - r / 2, at[0] + r / 2, at[1] + r / 2]
            inner, edge = (tuple(int(c * gain * g) for c in colour) for g in (0.62, 1.0))
            draw.ellipse(box, fill=inner, outline=edge, width=2)
            light = ImageChops.screen(light, spot)
        return light.filter(ImageFilter.GaussianBlur(2)).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)

    return paint


def shafts(seed: int, source: tuple[float, float], colour: Colour, gain: float = 1.0, turn: float = 0.06) -> Action:
    """Rays from `source` (shares of the frame) whose pattern turns slowly."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : HEIGHT // 4, 0 : WIDTH // 4].astype(np.float32)
    dx, dy = x / (WIDTH // 4) - source[0], (y / (HEIGHT // 4) - source[1]) * HEIGHT / WIDTH
    angle, away = np.arctan2(dy, dx), np.hypot(dx, dy)
    waves = [(int(k), float(p), float(s)) for k, p, s in zip(
        rng.integers(5, 38, 9), rng.uniform(0, 6.28, 9), rng.uniform(-1, 1, 9), strict=True)]  # fmt: skip
    fade = np.exp(-1.5 * away) * np.clip(away * 6, 0, 1)

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        light = sum(np.sin(k * angle + p + s * turn * 14 * t) for k, p, s in waves)
        light = np.clip(np.asarray(light) / 5 + 0.25, 0, 1) ** 1.6 * fade * gain
        picture = np.clip(light[..., None] * np.asarray(colour, np.float32), 0, 255).astype(np.uint8)
        return Image.fromarray(picture).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)

    return paint
