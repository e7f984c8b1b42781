from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.drawing.safe_area import Rect
from localize.engines import ffmpeg, inpaint
from localize.episode import MediaFacts
from localize.picture import cover_filters
from localize.picture.covering import CoverPlan, Patch, during
from localize.picture.hardsub import Band, HardSubs, Shown, Sort
from localize.series import Cover
from localize.stages import cover, ingest, render
from tests.conftest import _LYING, _with_matrix
from tests.stages.test_render import FACTS

Golden = Callable[[str, str], None]
BAND = Band(0.66, 0.74, "#ffffff", 0.04, 1, 0, 60_000)
LEVEL = replace(BAND, top=890 / 1280, bottom=950 / 1280)
BOX = Rect(201, 901, 519, 951)


def line(start_ms: int, end_ms: int, text: str = "跪下！", box: Rect = BOX, sort: Sort = "subtitle") -> Shown:
    return Shown(start_ms, end_ms, text, box, sort)


def planned(*shown: Shown, cover_: Cover = "auto", bands: tuple[Band, ...] = (BAND,), **more: Any) -> CoverPlan:
    return cover.plan(HardSubs(bands, "", shown), FACTS, cover=cover_, **more)


# What is covered


def test_a_series_that_leaves_it_open_has_found_lines_blurred() -> None:
    plan = planned(line(1000, 2000), line(5000, 6000))
    assert plan.method == "blur"
    assert plan.why == "2 texts in the picture, and the series leaves the method open"
    assert [(patch.start_ms, patch.end_ms) for patch in plan.patches] == [(880, 2120), (4880, 6120)]
    assert plan.band == (0.66, 0.74)


@pytest.mark.parametrize("method", ["blur", "box", "inpaint"])
def test_a_series_names_its_method(method: Cover) -> None:
    assert planned(line(1000, 2000), cover_=method).method == method


def test_only_dialogue_is_covered() -> None:
    plan = planned(line(1000, 2000), line(1500, 1800, "龙王酒店", Rect(10, 10, 90, 40), "sign"))
    assert [patch.start_ms for patch in plan.patches] == [880]


@pytest.mark.parametrize(
    ("hardsubs", "band", "why"),
    [
        (None, None, "the picture was not read"),
        (HardSubs(reason="the text is English"), None, "the text is English"),
        (HardSubs(), None, "it has no burned-in subtitles"),
        (HardSubs((BAND,)), None, "no dialogue was read in it"),
        (None, (0.6, 0.7), "the band that the series names says where"),
        (HardSubs((BAND,), "", (line(0, 900),)), (0.1, 0.2), "the band that the series names says where"),
    ],
)
def test_where_nothing_can_be_covered_the_plan_says_why(
    hardsubs: HardSubs | None, band: tuple[float, float] | None, why: str
) -> None:
    plan = cover.plan(hardsubs, FACTS, cover="auto", band=band)
    assert not plan
    assert plan.why.startswith(why)
    assert not cover.findings(plan)  # nobody asked for more than what can be had
    (found,) = cover.findings(cover.plan(hardsubs, FACTS, cover="blur", band=band))
    assert (found.rule, found.severity) == ("not-covered", "warning")
    assert why in found.message


def test_a_series_that_covers_nothing_gets_nothing_and_no_finding() -> None:
    plan = planned(line(0, 900), cover_="none")
    assert not plan
    assert not cover.findings(plan)


def test_in_a_band_that_the_series_names_every_text_is_dialogue() -> None:
    plan = planned(line(0, 900, sort="sign"), line(0, 900, box=Rect(0, 100, 90, 150)), bands=(), band=(0.65, 0.75))
    assert [patch.core.top for patch in plan.patches] == [888]
    assert plan.band == (0.65, 0.75)


def test_ours_stand_where_text_stands_longest_and_not_where_it_jumps_for_a_shot() -> None:
    jump = Band(0.1, 0.2, "#ffff00", 0.04, 1, 5000, 7000)
    plan = planned(line(0, 4000), line(5000, 7000, box=Rect(201, 150, 519, 200)), bands=(jump, BAND))
    assert plan.band == (0.66, 0.74)
    assert [patch.colour for patch in plan.patches] == ["#ffffff", "#ffff00"]


def test_a_line_that_was_read_twice_is_one_patch() -> None:
    plan = planned(line(1000, 2000), line(2000, 3010, "跪下!", Rect(199, 903, 521, 951)))
    (patch,) = plan.patches
    assert (patch.start_ms, patch.end_ms) == (880, 3130)
    assert patch.core == Rect(186, 888, 534, 964)


def test_lines_of_other_lengths_or_at_another_time_have_patches_of_their_own() -> None:
    assert len(planned(line(1000, 2000), line(2000, 3000, box=Rect(101, 901, 619, 951))).patches) == 2
    assert len(planned(line(1000, 2000), line(2300, 3000)).patches) == 2


def test_patches_of_one_band_are_of_one_height_unless_it_has_room_for_more_lines() -> None:
    low, high = line(0, 900, box=Rect(201, 905, 519, 940)), line(1000, 1900, box=Rect(201, 893, 519, 949))
    heights = {(patch.core.top, patch.core.bottom) for patch in planned(low, high, bands=(LEVEL,)).patches}
    assert heights == {(876, 964)}
    assert len({patch.core.top for patch in planned(low, high).patches}) == 2


lines = st.builds(
    lambda start, length, left, width, top, height, text: line(
        start, start + length, text, Rect(left, top, min(720, left + width), min(1280, top + height))
    ),
    st.integers(0, 60_000), st.integers(1, 9000), st.integers(0, 700), st.integers(8, 720), st.integers(0, 1260),
    st.integers(8, 200), st.sampled_from(["跪", "跪下！", "跪下\n给我"]),
)  # fmt: skip


@given(st.lists(lines, min_size=1, max_size=12))
def test_every_text_lies_in_a_patch_for_all_its_time_and_every_patch_in_the_frame(shown: list[Shown]) -> None:
    plan = cover.plan(HardSubs((BAND,), "", tuple(shown)), FACTS, cover="auto")
    for one in shown:
        around = [patch for patch in plan.patches if patch.start_ms <= one.start_ms and one.end_ms <= patch.end_ms]
        assert any(_inside(one.box, patch.core) for patch in around)
    for patch in plan.patches:
        assert _inside(patch.core, patch.box)
        assert _inside(patch.box, plan.area)
        assert _inside(plan.area, Rect(0, 0, 720, 1280))
        assert not {value % 2 for value in (patch.box.left, patch.box.top, patch.box.right, patch.box.bottom)} - {0}
        assert patch.start_ms % 10 == patch.end_ms % 10 == 0


def _inside(inner: Rect, outer: Rect) -> bool:
    across = outer.left <= inner.left and inner.right <= outer.right
    return across and outer.top <= inner.top and inner.bottom <= outer.bottom


def test_a_filter_is_on_from_just_before_a_patch_until_just_after_and_once_for_those_that_overlap() -> None:
    spans = [Patch(BOX, BOX, start, end, 50) for start, end in ((5000, 6000), (1000, 2000), (1500, 2500))]
    assert during(spans) == "between(t,0.995,2.505)+between(t,4.995,6.005)"


# What a plan says


@pytest.mark.parametrize("method", ["blur", "box"])
def test_burn_plans_with_a_cover(golden: Golden, method: Cover) -> None:
    plan = planned(line(0, 900), line(1000, 1800, "给我跪下！", Rect(101, 901, 619, 951)), cover_=method)
    made = render.plan_burn(Path("/series/ep01.mp4"), FACTS, {tag: Path(f"{tag}.ass") for tag in ("en", "ar")}, plan)
    script = made.inputs["cover.ass"]
    assert isinstance(script, bytes)
    graph = _graph(made.argv).replace(";[", ";\n[")
    golden(f"burn-cover-{method}.txt", f"{graph}\n\n{script.decode()}")


def test_a_picture_without_a_cover_is_burned_as_it_always_was() -> None:
    texts = {"en": Path("/series/en.ass")}
    nothing = planned(cover_="blur")
    assert render.plan_burn(Path("a.mp4"), FACTS, texts, nothing) == render.plan_burn(Path("a.mp4"), FACTS, texts)


def test_a_selectable_track_draws_opaque_panes_behind_its_lines() -> None:
    script = pysubs2.SSAFile()
    script.append(pysubs2.SSAEvent(1000, 2000, "Kneel!"))
    made = cover_filters.drawn(script.to_string("ass"), planned(line(1000, 2000)))
    pane, text = (event for event in made.splitlines() if event.startswith("Dialogue"))
    assert text.endswith("Kneel!")
    assert pane.startswith("Dialogue: 0,0:00:00.88,0:00:02.12,Pane")
    assert r"\c&H101010&" in pane


# What comes out

# 2 s of something that moves everywhere; letters stand on it from 400 ms on and go at 1,200.
_MOVING = "testsrc2=s={size}:r={rate}:d=2"
_LETTERS = "drawbox={x}:{y}:{w}:{h}:white:fill:enable='between(t,0.399,1.199)'"
# Another grey on every picture, so that one taken for its neighbour shows.
_CALM = "nullsrc=s={size}:r={rate}:d=2,geq=lum='16+mod(37*N,160)':cb=110:cr=150"
_VARIABLE = "-vf select='lt(n,20)+not(mod(n,3))' -fps_mode vfr"
_HDR = "-pix_fmt yuv420p10le -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc"
_TEXT = Rect(70, 330, 200, 354)


def _made(
    folder: Path,
    name: str,
    *,
    letters: bool,
    size: str = "270x480",
    rate: str = "25",
    more: str = "",
    moving: str = _MOVING,
) -> Path:
    """A lossless source; its letters are bars of 4 px."""
    bars = [
        _LETTERS.format(x=x, y=_TEXT.top, w=4, h=_TEXT.bottom - _TEXT.top) for x in range(_TEXT.left, _TEXT.right, 9)
    ]
    graph = ",".join([moving.format(size=size, rate=rate), *(bars if letters else [])])
    path = folder / f"{name}-{letters}.mp4"
    given_ = ["-f", "lavfi", "-i", graph, *more.split(), "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *given_, path], check=True)
    return path


def _graph(argv: tuple[str, ...]) -> str:
    return argv[argv.index("-filter_complex") + 1]


def _frames(media: Path, facts: MediaFacts, plan: CoverPlan | None, folder: Path) -> Any:
    """What is handed to the encoder, without any line of ours: frames x bytes of yuv420p."""
    filled = folder / "filled.mkv" if plan and plan.method == "inpaint" else None
    if plan and filled:
        inpaint.inpaint(render.plan_area(media, facts, plan.area), media, facts, plan, filled)
    made = render.plan_burn(media, facts, {"en": folder / "none.ass"}, plan, filled)
    for name, content in made.inputs.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
    graph = re.sub(r"ass=text0\.ass:shaping=complex", "null", _graph(made.argv))
    last = re.findall(r"\[(s\d+)\]", graph)[-1]
    argv = [*made.argv[: made.argv.index("-filter_complex")], "-filter_complex", graph, "-map", f"[{last}]"]
    raw = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", *argv, "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
        cwd=folder, capture_output=True, check=True,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, facts.width_px * facts.height_px * 3 // 2)


def _planes(frames: Any, facts: MediaFacts, box: Rect) -> tuple[Any, Any]:
    """The values of `frames` inside `box` and outside it, all three planes."""
    width, height = facts.width_px, facts.height_px
    inside = np.zeros(frames.shape[1], bool)
    luma, chroma = inside[: width * height].reshape(height, width), inside[width * height :]
    luma[box.top : box.bottom, box.left : box.right] = True
    for plane in chroma.reshape(2, height // 2, width // 2):
        plane[box.top // 2 : box.bottom // 2, box.left // 2 : box.right // 2] = True
    return frames[:, inside], frames[:, ~inside]


def _over(facts: MediaFacts, method: Cover, box: Rect = _TEXT) -> CoverPlan:
    shown = Shown(400, 1200, "跪下！", box)
    return cover.plan(HardSubs((replace(BAND, top=0.0, bottom=1.0),), "", (shown,)), facts, cover=method)


@pytest.mark.engines
@pytest.mark.parametrize("method", ["blur", "box"])
@pytest.mark.parametrize(
    ("fact", "expected", "shape"),
    [
        ("frame_rate", "25", {}),
        ("frame_rate", "60", {"rate": "60"}),
        ("frame_rate", "24000/1001", {"rate": "24000/1001"}),
        ("coded_width_px", 271, {"more": "-vf format=yuv444p,pad=271:481"}),
        ("sample_aspect", "3:2", {"size": "180x480", "more": "-vf setsar=3/2"}),
        ("variable_rate", True, {"rate": "30", "more": _VARIABLE}),
        ("hdr", True, {"more": _HDR}),
        ("colour_range", "pc", {"more": "-pix_fmt yuvj420p"}),
        ("rotation", 90, {"size": "480x270"}),
    ],
)
def test_outside_its_boxes_and_times_the_picture_stays_bit_for_bit(
    tmp_path: Path, method: Cover, fact: str, expected: object, shape: dict[str, str]
) -> None:
    media = _made(tmp_path, fact, letters=True, **shape)
    if fact == "rotation":
        media.write_bytes(_with_matrix(media.read_bytes(), _LYING))
    facts = ingest.probe(media, engine=ffmpeg)
    assert getattr(facts, fact) == expected
    plan = _over(facts, method)
    (patch,) = plan.patches
    bare, covered = (_frames(media, facts, given_, tmp_path) for given_ in (None, plan))
    inside, outside = (
        before != after
        for before, after in zip(_planes(bare, facts, patch.box), _planes(covered, facts, patch.box), strict=True)
    )
    assert not outside.any()
    times = [number / facts.rate * 1000 for number in range(len(bare))]
    changed = [time for time, one in zip(times, inside, strict=True) if one.any()]
    frame_ms = 1000 / facts.rate
    assert patch.start_ms <= changed[0] < patch.start_ms + frame_ms
    assert patch.end_ms - frame_ms <= changed[-1] < patch.end_ms
    assert len(changed) == sum(patch.start_ms <= time < patch.end_ms for time in times)


@pytest.mark.engines
@pytest.mark.parametrize("method", ["blur", "box"])
def test_a_covered_picture_says_nothing_of_the_letters_that_stood_there(tmp_path: Path, method: Cover) -> None:
    with_text, without = (_made(tmp_path, "text", letters=letters) for letters in (True, False))
    facts = ingest.probe(with_text, engine=ffmpeg)
    assert (_frames(with_text, facts, None, tmp_path) != _frames(without, facts, None, tmp_path)).any()
    one, other = (_frames(media, facts, _over(facts, method), tmp_path) for media in (with_text, without))
    assert (one == other).all()


@pytest.mark.engines
@pytest.mark.parametrize("shape", [{}, {"rate": "24000/1001"}, {"rate": "60"}, {"rate": "30", "more": _VARIABLE}])
def test_inpainting_changes_nothing_but_letters_and_fills_them_with_what_stands_around(
    tmp_path: Path, shape: dict[str, str]
) -> None:
    media = _made(tmp_path, "calm", letters=True, moving=_CALM, **shape)
    facts = ingest.probe(media, engine=ffmpeg)
    plan = _over(facts, "inpaint")
    without, bare, filled = (
        _frames(path, facts, given_, tmp_path)
        for path, given_ in (
            (_made(tmp_path, "calm", letters=False, moving=_CALM, **shape), None),
            (media, None),
            (media, plan),
        )
    )
    assert len(filled) == len(bare)
    assert (np.abs(bare.astype(int) - without) > 60).any()
    assert np.abs(filled.astype(int) - without).max() <= 8
    _, outside = _planes(filled != bare, facts, plan.patches[0].box)
    assert not outside.any()


@pytest.mark.engines
@pytest.mark.parametrize("box", [Rect(0, 330, 270, 354), Rect(70, 456, 200, 480), Rect(0, 0, 270, 480)])
def test_text_at_the_edge_of_the_frame_is_covered_too(tmp_path: Path, box: Rect) -> None:
    media = _made(tmp_path, "edge", letters=False)
    facts = ingest.probe(media, engine=ffmpeg)
    bare, covered = (_frames(media, facts, plan, tmp_path) for plan in (None, _over(facts, "blur", box)))
    inside, _ = _planes(bare[20:21] != covered[20:21], facts, box)
    assert inside.mean() > 0.5
