"""The part of a frame that a reviewer needs to see."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from localize.drawing.safe_area import Rect
from localize.picture.crops import cut


@pytest.mark.parametrize("stored", [(720, 1280), (480, 1280)], ids=["square pixels", "stored narrower"])
def test_a_crop_has_the_text_with_a_margin_and_is_small(tmp_path: Path, stored: tuple[int, int]) -> None:
    frame = Image.new("RGB", stored, "black")
    scale = stored[0] / 720
    frame.paste("white", (round(200 * scale), 880, round(500 * scale), 940))
    frame.save(tmp_path / "frame.png")
    data = cut(tmp_path / "frame.png", Rect(200, 880, 500, 940), 720, 1280)
    picture = Image.open(BytesIO(data)).convert("L")
    assert picture.size == (348, 108)
    assert (picture.getpixel((5, 5)), picture.getpixel((174, 54))) == (0, 255)
    assert len(data) < 20_000


def test_a_box_at_the_edge_is_cut_at_the_edge(tmp_path: Path) -> None:
    Image.new("RGB", (720, 1280), "navy").save(tmp_path / "frame.png")
    data = cut(tmp_path / "frame.png", Rect(0, 1250, 720, 1280), 720, 1280)
    assert Image.open(BytesIO(data)).size[0] == 480
