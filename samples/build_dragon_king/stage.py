"""A shot: layers at different depths under one slow camera, and what moves between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageEnhance

from .paint import HEIGHT, MARGIN, WIDTH, Point, bloom, vignette

# A talking figure reads how loud its character is, 0..1, by name.
Loudness = Callable[[str], float]
Action = Callable[["Camera", float, Loudness], Image.Image]


@dataclass(frozen=True)
class Camera:
    """Where the camera is: drift in pixels and magnification of the nearest layer (depth 1)."""

    drift: Point
    zoom: float

    def look(self, image: Image.Image, depth: float) -> Image.Image:
        """The frame-sized view of a canvas at `depth`: 0 is infinitely far, 1 is near."""
        scale = 1 / (1 + self.zoom * (0.25 + 0.75 * depth))
        x = MARGIN + WIDTH / 2 * (1 - scale) + self.drift[0] * depth
        y = MARGIN + HEIGHT / 2 * (1 - scale) + self.drift[1] * depth
        matrix = (scale, 0, x, 0, scale, y)
        return image.transform((WIDTH, HEIGHT), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


@dataclass
class Layer:
    """A canvas or an action; `screen` adds light, else RGBA covers and RGB replaces."""

    depth: float
    image: Image.Image | None = None
    action: Action | None = None
    screen: bool = False


@dataclass
class Stage:
    """A shot of the picture: `frame` paints it at a moment."""

    layers: list[Layer]
    drift_from: Point = (0, 0)
    drift_to: Point = (0, 0)
    zoom: tuple[float, float] = (0.02, 0.08)
    glow: float = 0.7
    dark: float = 0.55
    saturation: float = 1.0
    flashes: list[float] = field(default_factory=list)

    def frame(self, t: float, length: float, loudness: Loudness) -> Image.Image:
        """The picture `t` seconds into a shot of `length` seconds."""
        u = t / length
        ease = u * u * (3 - 2 * u) * 0.5 + u * 0.5
        drift = tuple(a + (b - a) * ease for a, b in zip(self.drift_from, self.drift_to, strict=True))
        camera = Camera((drift[0], drift[1]), self.zoom[0] + (self.zoom[1] - self.zoom[0]) * ease)
        picture = Image.new("RGB", (WIDTH, HEIGHT))
        for layer in self.layers:
            if layer.action is not None:
                view = layer.action(camera, t, loudness)
            else:
                assert layer.image is not None
                view = camera.look(layer.image, layer.depth)
            if layer.screen:
                picture = ImageChops.screen(picture, view)
            elif view.mode == "RGBA":
                picture.paste(view, (0, 0), view)
            else:
                picture = view
        picture = ImageChops.screen(picture, bloom(picture, 26, self.glow))
        for flash in self.flashes:
            if 0 <= t - flash < 0.5:
                picture = ImageEnhance.Brightness(picture).enhance(1 + 1.1 * (1 - (t - flash) / 0.5) ** 2)
        return ImageChops.multiply(picture, vignette(self.dark))
