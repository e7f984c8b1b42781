"""Safe areas: figures with their source, one place for every reader, and a picture that shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from localize.cli import app
from localize.drawing import overlay, safe_area
from localize.drawing.safe_area import PLATFORMS, SOURCES, Rect, on_frame
from localize.series import PLATFORMS as IN_MANIFESTS


def test_every_platform_of_a_manifest_has_an_area() -> None:
    assert set(PLATFORMS) == set(IN_MANIFESTS)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_every_edge_names_a_source(platform: safe_area.Platform) -> None:
    edges = (platform.top, platform.bottom, platform.left, platform.right)
    assert {edge.source for edge in edges} <= set(SOURCES)


def test_text_stays_clear_of_the_rail_and_on_the_axis_of_the_picture() -> None:
    area = on_frame("tiktok", 1080, 1920)
    assert area.free == Rect(60, 150, 930, 1480)
    assert area.text == Rect(150, 150, 930, 1480)


def test_a_mirrored_rail_leaves_subtitles_where_they_are() -> None:
    area = on_frame("tiktok", 1080, 1920, rtl=True)
    assert (area.left_px, area.right_px) == (150, 60)
    assert area.text == on_frame("tiktok", 1080, 1920).text
    assert on_frame("shorts", 1080, 1920, rtl=True) == on_frame("shorts", 1080, 1920)


def test_edges_keep_their_share_of_another_frame() -> None:
    assert on_frame("tiktok", 270, 480).text == Rect(38, 38, 232, 370)


def test_no_interface_lies_over_a_landscape_frame() -> None:
    assert on_frame("tiktok", 1920, 1080) == on_frame("full", 1920, 1080)
    assert on_frame("full", 1920, 1080).text == Rect(96, 54, 1824, 1026)


def test_rectangles_that_only_touch_do_not_meet() -> None:
    assert not Rect(0, 0, 10, 10).meets(Rect(10, 0, 20, 10))
    assert Rect(0, 0, 10, 10).meets(Rect(9, 9, 20, 20))


def test_the_picture_covers_what_the_platform_covers_and_nothing_else() -> None:
    area = on_frame("tiktok", 540, 960)
    drawn = overlay.overlay(area, Image.new("RGB", (1080, 1920), "black"))
    assert drawn.size == (540, 960)
    free = area.free
    red = [drawn.getpixel(at)[0] for at in ((2, 480), (538, 480), (270, 2), (270, 958))]  # type: ignore[index]
    assert min(red) > 50
    assert drawn.getpixel((free.left + 40, free.top + 60)) == (0, 0, 0, 255)


def test_the_command_tells_figures_with_their_sources(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["safe-area", "--size", "720x1280", "--json", "--out", str(tmp_path / "a.png")])
    told = json.loads(done.stdout)
    assert (told["right"]["px"], told["bottom"]["px"]) == (100, 293)
    assert "adfuseai" in told["right"]["source"]
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (720, 1280)


def test_the_command_draws_a_picture_where_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(app, ["safe-area", "--platform", "reels"])
    with Image.open("safe-area-reels.png") as picture:
        assert picture.size == (1080, 1920)


def test_the_command_swaps_the_sides_for_readers_of_arabic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain, rtl = (CliRunner().invoke(app, ["safe-area", *more]).stdout for more in ([], ["--rtl"]))
    assert plain.splitlines()[-1] == rtl.splitlines()[-1] == "subtitles\t780x1330 px at 150,150"
    assert "left\t150 px" in rtl
    assert "left\t60 px" in plain


@pytest.mark.parametrize(
    ("given", "next_step"),
    [
        (["--platform", "myspace"], "choose among tiktok"),
        (["--size", "big"], "1080x1920"),
        (["--media", "nowhere.mp4"], "give a video"),
        (["--out", "nowhere/a.png"], "another --out"),
    ],
)
def test_what_the_command_cannot_draw_says_what_to_type(given: list[str], next_step: str) -> None:
    done = CliRunner().invoke(app, ["safe-area", *given])
    assert next_step in str(getattr(done.exception, "next_step", ""))


@pytest.mark.engines
def test_the_area_is_drawn_over_a_picture_of_a_video(media: Callable[[str], Path], tmp_path: Path) -> None:
    out = tmp_path / "over.png"
    CliRunner().invoke(app, ["safe-area", "--media", str(media("clip.mp4")), "--at", "1", "--out", str(out)])
    with Image.open(out) as picture:
        assert picture.size == (270, 480)
        # Olive, where nothing lies over it.
        red, green, blue, _ = picture.convert("RGBA").getpixel((60, 120))  # type: ignore[misc]
    assert abs(red - green) < 20 < red - blue
