"""The shots, painted: night skyline, hall with light shafts, rain, window, office, embers, a face-off, a phone."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .figures import Look, profile, standing
from .paint import CANVAS, HEIGHT, WIDTH, Array, Colour, clouds, radial, tint, to_image, vertical
from .particles import bokeh, floating, rain, shafts
from .stage import Action, Camera, Layer, Loudness, Stage

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
SC = 2  # face of Noto Sans CJK SC in the collection


def _hero(key: Colour, fill: Colour) -> Look:
    return Look(
        "short", "coat", (126, 96, 90), (16, 15, 24), (26, 26, 38), (48, 44, 62), ((1, -0.3), key), ((-1, -0.2), fill)
    )


def _she(key: Colour, fill: Colour) -> Look:
    return Look(
        "long", "dress", (156, 116, 110), (24, 14, 22), (96, 38, 60), (128, 60, 82), ((1, -0.3), key), ((-1, -0.2), fill),
        extras=("earring",),
    )  # fmt: skip


def _villain(key: Colour, fill: Colour) -> Look:
    return Look(
        "slick",
        "suit",
        (124, 96, 92),
        (18, 16, 24),
        (34, 34, 48),
        (150, 146, 160),
        ((1, -0.3), key),
        ((-1, -0.2), fill),
    )


def _guard(key: Colour, fill: Colour) -> Look:
    return Look(
        "slick", "coat", (134, 98, 84), (34, 22, 20), (62, 24, 24), (116, 84, 50), ((1, -0.3), key), ((-1, -0.2), fill)
    )


def _sky(stops: list[tuple[float, Colour]], seed: int, cloud: Colour, weight: float) -> Array:
    sky = vertical(stops)
    fade = np.linspace(1, 0.1, CANVAS[1], dtype=np.float32)[:, None, None]
    return sky + tint(clouds(seed), cloud) * weight * fade


@cache
def _city(seed: int, horizon: float, shade: Colour, light: Colour, tall: float) -> Image.Image:
    """A row of towers with lit windows, transparent above."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGBA", CANVAS, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    x, base = -20.0, horizon * CANVAS[1]
    while x < CANVAS[0]:
        width, height = rng.uniform(46, 120), rng.uniform(0.25, 1.0) ** 1.4 * tall
        draw.rectangle([x, base - height, x + width, CANVAS[1]], fill=(*shade, 255))
        if rng.random() < 0.35:
            draw.line(
                [(x + width / 2, base - height - rng.uniform(20, 70)), (x + width / 2, base - height)],
                fill=(*shade, 255),
                width=3,
            )
        for row in np.arange(base - height + 14, CANVAS[1], 19):
            for column in np.arange(x + 8, x + width - 12, 15):
                if rng.random() < 0.34:
                    glow = rng.uniform(0.25, 1.0)
                    draw.rectangle([column, row, column + 7, row + 9], fill=(*(int(c * glow) for c in light), 255))
        x += width + rng.uniform(2, 16)
    return image


def _moon(at: tuple[float, float], colour: Colour) -> Image.Image:
    """A full moon with its seas and a halo, to be screened."""
    light = radial(at, 420, 2.4) * 0.55
    y, x = np.mgrid[0 : CANVAS[1], 0 : CANVAS[0]].astype(np.float32)
    away = np.hypot(x - at[0], y - at[1])
    seas = 0.45 + 0.85 * clouds(5, CANVAS, 1.0)[::-1]
    disc = np.clip(79 - away, 0, 1) * np.minimum(1, seas) * (1 - 0.18 * np.clip(away / 79, 0, 1) ** 3)
    return to_image(tint(np.maximum(light, disc), colour)).filter(ImageFilter.GaussianBlur(1.0))


def _haze(at: float, colour: Colour) -> Image.Image:
    """Light that hangs over the streets, brightest at a share of the height, to be screened."""
    y = np.linspace(0, 1, CANVAS[1], dtype=np.float32)
    light = 0.75 * np.exp(-(((y - at) / 0.16) ** 2))[:, None] * (0.55 + 0.45 * clouds(8, CANVAS, 3.0))
    return to_image(tint(light, colour))


def _columns(shade: Colour, edge: Colour) -> Image.Image:
    """Four columns of a hall, two near and two far, lit from the middle."""
    image = Image.new("RGBA", CANVAS, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for x, width, side in ((0, 150, 1), (205, 70, 1), (CANVAS[0] - 275, 70, -1), (CANVAS[0] - 150, 150, -1)):
        for step in range(width):
            share = step / width if side > 0 else 1 - step / width
            mix = share**3
            draw.line(
                [(x + step, 0), (x + step, CANVAS[1])],
                fill=(*(int(a + (b - a) * mix) for a, b in zip(shade, edge, strict=True)), 255),
            )
    return image


def _roof(top: int, shade: Colour, edge: Colour) -> Image.Image:
    """The ledge somebody stands on, with a lit edge."""
    image = Image.new("RGBA", CANVAS, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, top, CANVAS[0], CANVAS[1]], fill=(*shade, 255))
    draw.rectangle([0, top, CANVAS[0], top + 2], fill=(*edge, 255))
    return image


def _panes(frame: Colour) -> Image.Image:
    """The bars of a tall window."""
    image = Image.new("RGBA", CANVAS, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for x in (150, 430, 710):
        draw.rectangle([x, 0, x + 16, CANVAS[1]], fill=(*frame, 255))
    for y in (330, 760):
        draw.rectangle([0, y, CANVAS[0], y + 14], fill=(*frame, 255))
    return image


def _phone(text: str) -> Action:
    """A phone held up: a chat with one message that slides in."""
    font = ImageFont.truetype(FONT, 40, index=SC)

    def paint(camera: Camera, t: float, loudness: Loudness) -> Image.Image:
        image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle([78, 150, 642, 1130], 58, fill=(10, 11, 16, 255), outline=(90, 96, 116, 255), width=3)
        draw.rounded_rectangle([98, 170, 622, 1110], 42, fill=(232, 234, 240, 255))
        draw.rectangle([98, 250, 622, 256], fill=(206, 209, 218, 255))
        draw.ellipse([124, 190, 168, 234], fill=(96, 104, 130, 255))
        draw.rounded_rectangle([186, 203, 330, 221], 9, fill=(168, 173, 188, 255))
        slide = max(0.0, 1 - t / 0.25) ** 2
        x, y = 130, 461 + 60 * slide
        alpha = int(255 * min(1, t / 0.2))
        width = draw.textlength(text, font=font)
        draw.rounded_rectangle([x, y, x + width + 56, y + 89], 26, fill=(255, 255, 255, alpha))
        draw.text((x + 28, y + 14), text, font=font, fill=(24, 26, 34, alpha))
        return image

    return paint


def stage(name: str, seed: int) -> Stage:
    """The shot called `name`."""
    return _SHOTS[name](seed)


def _skyline(seed: int) -> Stage:
    sky = to_image(_sky([(0, (10, 14, 40)), (0.55, (44, 40, 92)), (1, (150, 84, 92))], seed, (70, 60, 110), 0.9))
    dark = Look(
        "short",
        "coat",
        (10, 9, 14),
        (8, 8, 12),
        (8, 8, 13),
        (8, 8, 13),
        ((1, -0.6), (255, 206, 150)),
        ((-1, -0.4), (90, 120, 220)),
    )
    return Stage(
        [
            Layer(0.0, sky), Layer(0.05, _moon((590, 330), (255, 236, 206)), screen=True),
            Layer(0.2, _city(seed, 0.76, (26, 26, 58), (150, 128, 110), 420)),
            Layer(0.3, _haze(0.78, (150, 96, 120)), screen=True),
            Layer(0.45, _city(seed + 1, 0.88, (14, 14, 34), (255, 206, 128), 380)),
            Layer(0.7, _roof(1148, (7, 7, 14), (90, 100, 170))),
            Layer(0.7, action=standing("lin_fan", dark, (300, 1082), 440, depth=0.7, wind=1.0)),
            Layer(0.9, action=floating(seed, (255, 190, 120), 26, 30, (1.2, 2.8)), screen=True),
        ],
        (-24, 30), (24, -24), (0.01, 0.12),
    )  # fmt: skip


def _hall(seed: int) -> Stage:
    back = to_image(
        vertical([(0, (52, 26, 20)), (0.6, (120, 66, 34)), (1, (30, 14, 12))])
        + tint(radial((430, 420), 560), (150, 96, 44))
    )
    return Stage(
        [
            Layer(0.0, back), Layer(0.1, action=shafts(seed, (0.5, 0.02), (255, 206, 120), 0.9), screen=True),
            Layer(0.35, _columns((30, 14, 10), (150, 88, 46))),
            Layer(0.8, action=profile("guard", _guard((255, 206, 130), (130, 60, 30)), (300, 560), 235)),
            Layer(0.9, action=floating(seed, (255, 214, 150), 40, 14, (1, 2.4)), screen=True),
        ],
        (20, 0), (-22, 10),
    )  # fmt: skip


def _hall_she(seed: int) -> Stage:
    back = to_image(
        vertical([(0, (40, 18, 34)), (0.6, (104, 50, 62)), (1, (24, 12, 18))])
        + tint(radial((470, 400), 540), (140, 70, 70))
    )
    return Stage(
        [
            Layer(0.0, back), Layer(0.1, action=shafts(seed, (0.6, 0.0), (255, 180, 150), 0.8), screen=True),
            Layer(0.35, _columns((28, 12, 18), (140, 70, 74))),
            Layer(0.8, action=profile("su_ruoxue", _she((255, 200, 150), (120, 70, 150)), (410, 560), 240, left=True)),
            Layer(0.9, action=floating(seed, (255, 190, 190), 30, -24, (1.4, 3.0)), screen=True),
        ],
        (-20, 0), (18, 8),
    )  # fmt: skip


def _rain(seed: int) -> Stage:
    sky = to_image(_sky([(0, (10, 18, 30)), (0.7, (30, 52, 74)), (1, (18, 26, 40))], seed, (50, 74, 96), 0.8))
    return Stage(
        [
            Layer(0.0, sky),
            Layer(0.2, action=bokeh(seed, [(255, 150, 90), (90, 170, 255), (255, 90, 110)], 16, (60, 150), (0.2, 0.75)), screen=True),
            Layer(0.8, action=profile("lin_fan", _hero((120, 190, 255), (255, 130, 80)), (310, 560), 245)),
            Layer(1.0, action=rain(seed, (150, 180, 220)), screen=True),
        ],
        (-18, -10), (22, 10), flashes=[1.4],
    )  # fmt: skip


def _window(seed: int) -> Stage:
    sky = to_image(_sky([(0, (20, 26, 64)), (0.6, (70, 66, 120)), (1, (120, 84, 110))], seed, (80, 76, 130), 0.7))
    return Stage(
        [
            Layer(0.0, sky), Layer(0.15, _city(seed, 0.86, (24, 24, 54), (255, 200, 140), 460)),
            Layer(0.4, _panes((12, 12, 22))),
            Layer(0.8, action=profile("su_ruoxue", _she((160, 190, 255), (255, 150, 120)), (420, 570), 250, left=True)),
            Layer(1.0, action=floating(seed, (220, 210, 255), 22, -40, (1.6, 3.4)), screen=True),
        ],
        (24, 0), (-20, 8),
    )  # fmt: skip


def _embers(seed: int) -> Stage:
    sky = to_image(_sky([(0, (30, 12, 20)), (0.6, (120, 44, 30)), (1, (220, 120, 50))], seed, (120, 50, 40), 0.8))
    return Stage(
        [
            Layer(0.0, sky), Layer(0.1, _moon((220, 300), (255, 190, 130)), screen=True),
            Layer(0.8, action=profile("lin_fan", _hero((255, 180, 90), (200, 60, 50)), (320, 570), 265)),
            Layer(1.0, action=floating(seed, (255, 150, 60), 70, 90, (1.2, 3.2)), screen=True),
        ],
        (-14, 12), (16, -10), (0.02, 0.12),
    )  # fmt: skip


def _office(seed: int) -> Stage:
    back = to_image(_sky([(0, (8, 20, 34)), (0.6, (20, 60, 84)), (1, (10, 24, 36))], seed, (30, 70, 90), 0.6))
    return Stage(
        [
            Layer(0.0, back), Layer(0.2, _city(seed + 3, 0.82, (10, 26, 40), (120, 220, 255), 520)),
            Layer(0.4, _panes((6, 12, 18))),
            Layer(0.8, action=profile("gu_beichen", _villain((150, 230, 255), (60, 90, 160)), (330, 580), 250)),
        ],
        (18, -8), (-22, 6),
    )  # fmt: skip


def _face_off(seed: int) -> Stage:
    sky = to_image(_sky([(0, (20, 10, 24)), (0.5, (110, 40, 44)), (1, (230, 130, 60))], seed, (120, 60, 50), 0.9))
    return Stage(
        [
            Layer(0.0, sky), Layer(0.1, _moon((430, 470), (255, 214, 160)), screen=True),
            Layer(0.2, _city(seed, 0.8, (40, 18, 30), (255, 170, 90), 260)),
            Layer(0.7, action=profile("lin_fan", _hero((255, 190, 110), (90, 80, 160)), (170, 620), 180)),
            Layer(0.8, action=profile("gu_beichen", _villain((255, 190, 110), (90, 80, 160)), (560, 620), 180, left=True)),
            Layer(1.0, action=floating(seed, (255, 180, 90), 60, 70, (1.0, 2.8)), screen=True),
        ],
        (0, 14), (0, -10), (0.0, 0.14),
    )  # fmt: skip


def _phone_shot(seed: int) -> Stage:
    back = to_image(_sky([(0, (10, 12, 22)), (0.6, (30, 34, 60)), (1, (14, 14, 26))], seed, (44, 44, 70), 0.6))
    lights = bokeh(seed, [(255, 170, 110), (110, 160, 255)], 12, (70, 170), (0.1, 0.9))
    return Stage(
        [Layer(0.0, back), Layer(0.2, action=lights, screen=True), Layer(0.9, action=_phone("今晚在酒店见。"))],
        (10, 0), (-10, 0), glow=0.2, dark=0.4,
    )  # fmt: skip


_SHOTS = {
    "skyline": _skyline, "hall": _hall, "hall_she": _hall_she, "rain": _rain, "window": _window, "embers": _embers,
    "office": _office, "face_off": _face_off, "phone": _phone_shot,
}  # fmt: skip
