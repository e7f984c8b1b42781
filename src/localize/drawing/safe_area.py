"""Safe areas: what a platform lays over a vertical video, and the part of the frame that stays free for subtitles.

Edges are in pixels of a 1080x1920 frame; on another frame they keep their share of its width or height. Each names
its source by a key of `SOURCES`. The rail of buttons makes an area asymmetric; for readers of Arabic TikTok mirrors it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

WIDTH_PX, HEIGHT_PX = 1080, 1920
"""Of the frame that the edges are given for."""


class Edge(NamedTuple):
    """How far a platform's interface reaches into the frame from one side."""

    px: int
    source: str


@dataclass(frozen=True, slots=True)
class Platform:
    """What one platform covers; `mirrored`: the rail stands on the left for right-to-left interfaces."""

    name: str
    top: Edge
    bottom: Edge
    left: Edge
    right: Edge
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Rect:
    """Pixels of a frame, `[left, right)` and `[top, bottom)`."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Rect) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


_ASSUMED = "assumed"
_SIDE = Edge(60, _ASSUMED)

PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform("tiktok", Edge(150, "A"), Edge(440, "A"), _SIDE, Edge(150, "A"), mirrored=True),
        # 14, 35 and 6 % of the frame.
        Platform("reels", Edge(269, "M"), Edge(672, "M"), Edge(65, "M"), Edge(65, "M")),
        Platform("shorts", Edge(150, _ASSUMED), Edge(480, "Y"), _SIDE, Edge(150, _ASSUMED)),
        # Neither ReelShort nor DramaBox publishes figures; their players have TikTok's rail, and a lower caption.
        Platform("reelshort", Edge(150, _ASSUMED), Edge(440, _ASSUMED), _SIDE, Edge(150, _ASSUMED)),
        # Nothing is drawn over the picture: 5 % at each side.
        Platform("full", Edge(96, "SMPTE"), Edge(96, "SMPTE"), Edge(54, "SMPTE"), Edge(54, "SMPTE")),
    )
}

SOURCES: Mapping[str, str] = {
    "A": "adfuseai.com/blog/tiktok-ad-sizes-specs-guide; TikTok itself publishes only pictures "
    "(ads.tiktok.com/help/article?aid=10002742), with mirrored ones for Arabic",
    "M": "Meta's advice for Reels, houseofmarketers.com/guide-to-safe-zones-tiktok-facebook-instagram-stories-reels",
    "Y": "youraithumbnailgenerator.com/guides/youtube-shorts-safe-zones-complete-guide: the lower 25 %",
    "SMPTE": "SMPTE ST 2046-1, safe title area: 90 % of the picture in both directions",
    _ASSUMED: "no source was found",
}


@dataclass(frozen=True, slots=True)
class SafeArea:
    """What stays free on one frame: margins from its four sides in pixels."""

    width_px: int
    height_px: int
    left_px: int
    top_px: int
    right_px: int
    bottom_px: int

    @property
    def free(self) -> Rect:
        return Rect(self.left_px, self.top_px, self.width_px - self.right_px, self.height_px - self.bottom_px)

    @property
    def margin_x_px(self) -> int:
        """Left and right margin of subtitles: the larger of the two, on both sides.

        Text centred between a rail and the other side would stand off the axis of the picture, where the faces, the
        source's own subtitles and the viewer's eye are; a short line would look misplaced on every player without the
        rail, and a mirrored interface would need a master of its own. On TikTok that costs 90 of 870 px.
        """
        return max(self.left_px, self.right_px)

    @property
    def text(self) -> Rect:
        """Where subtitles may stand."""
        return Rect(self.margin_x_px, self.top_px, self.width_px - self.margin_x_px, self.height_px - self.bottom_px)


def over(platform: str, width_px: int, height_px: int) -> Platform:
    """What lies over a frame: interfaces lie over upright video only, any other is that of `full`."""
    return PLATFORMS[platform if height_px >= width_px else "full"]


def on_frame(platform: str, width_px: int, height_px: int, *, rtl: bool = False) -> SafeArea:
    """The safe area of a platform on a frame; `rtl` for readers of Arabic."""
    edges = over(platform, width_px, height_px)
    left, right = (edges.right, edges.left) if rtl and edges.mirrored else (edges.left, edges.right)
    across, down = width_px / WIDTH_PX, height_px / HEIGHT_PX
    return SafeArea(
        width_px,
        height_px,
        round(left.px * across),
        round(edges.top.px * down),
        round(right.px * across),
        round(edges.bottom.px * down),
    )
