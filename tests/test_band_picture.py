"""The picture of the band in the report: which moments it shows, and what it draws on them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from localize.drawing.safe_area import Rect
from localize.picture.band_picture import COUNT, band_picture, moments
from localize.picture.hardsub import Band, HardSubs, Shown

BAND = Band(0.7, 0.75, "#ffffff", 0.034, 1, 0, 60_000)
BOX = Rect(200, 900, 520, 950)


def line(start_ms: int, text: str = "你终于回来了") -> Shown:
    return Shown(start_ms, start_ms + 1_000, text, BOX)


def test_moments_are_from_all_over_the_film_and_inside_a_line() -> None:
    lines = tuple(line(at) for at in range(0, 30_000, 2_000))
    chosen = moments(HardSubs((BAND,), shown=lines))
    assert len(chosen) == COUNT
    assert chosen == tuple(sorted(chosen))
    assert chosen[0] < 10_000 <= chosen[1] < 20_000 <= chosen[2]
    assert all(any(one.start_ms <= at < one.end_ms for one in lines) for at in chosen)


def test_a_line_with_a_sign_beside_it_shows_more() -> None:
    sign = Shown(2_000, 3_000, "医院", Rect(0, 0, 90, 40), "sign")
    assert moments(HardSubs((BAND,), shown=(line(0), sign, line(2_000), line(4_000)))) == (500, 2_500, 4_500)


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (2, 2)])
def test_a_film_of_few_lines_has_as_many_moments(count: int, shown: int) -> None:
    assert len(moments(HardSubs((BAND,), shown=tuple(line(2_000 * n) for n in range(count))))) == shown


def test_the_band_and_its_text_are_framed() -> None:
    frames = [(at, Image.new("RGB", (720, 1280), "#303030")) for at in (500, 2_500, 4_500)]
    made = Image.open(BytesIO(band_picture(frames, HardSubs((BAND,), shown=(line(0), line(2_000), line(4_000))))))
    assert made.format == "JPEG"
    # The tile is 320 wide and 12 from the edges; the band's upper edge is yellow, the text's box green.
    red, green, blue = made.convert("RGB").getpixel((100, 12 + round(0.7 * 569)))
    assert red > 180 < green
    assert blue < 150
    red, green, blue = made.convert("RGB").getpixel((12 + 160, 12 + round(900 / 720 * 320)))
    assert green > 150 > 120 > red


def test_a_picture_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a frame"):
        band_picture([], HardSubs())
