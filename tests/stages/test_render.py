from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from localize import subtitles
from localize.cues import Event, Layout
from localize.engines import ffmpeg
from localize.episode import AudioFacts, MediaFacts
from localize.locales import LOCALES, locale
from localize.media import RenderPlan
from localize.series import Style
from localize.stages import ingest, render
from tests.facts import framed

Media = Callable[[str], Path]
Golden = Callable[[str, str], None]

SOURCE = Path("/series/it's [ep] 01, final.mp4")
FACTS = framed(720, 1280, duration_ms=2000)
LINES = {
    "en": "Kneel!",
    "ar": "اركع!",
    "hi": "घुटने टेको!",
    "ja": "跪け！",
    "ko": "무릎 꿇어!",
    "pt-BR": "Ajoelhe-se!",
    "zh-Hant": "跪下！",
}


def layout(tag: str, *events: Event) -> Layout:
    drawn = events or (Event(400, 1200, LINES[tag], ("c0001",)),)
    return Layout(tag, 270, 480, locale(tag).font, 24, 20, 100, drawn)


def track(tag: str, folder: Path, *events: Event) -> render.MuxTrack:
    drawn, profile = layout(tag, *events), locale(tag)
    path = folder / f"{tag}.ass"
    path.write_text(subtitles.to_ass(drawn, profile, Style()), encoding="utf-8")
    return render.MuxTrack(profile, drawn, path)


def shown(plan: RenderPlan) -> str:
    """One option a line, then what the plan brings along and what it promises."""
    lines = [f"\n{part}" if part.startswith("-") and part != "-1" else f"  {part}" for part in plan.argv]
    command = "".join(lines).replace(";[", ";\n    [")
    inputs = [f"{name} <- {given.name if isinstance(given, Path) else 'made'}" for name, given in plan.inputs.items()]
    outputs = [f"{key} -> {output}" for key, output in plan.outputs.items()]
    return "\n".join([command.lstrip(), "", *inputs, *outputs, ""])


def ask(path: Path, *entries: str) -> list[dict[str, object]]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", *entries, "-of", "json", path], capture_output=True, check=True
    )
    streams: list[dict[str, object]] = json.loads(done.stdout)["streams"]
    return streams


def picture(path: Path, at_ms: int, folder: Path) -> Image.Image:
    with Image.open(ffmpeg.frame(path, at_ms, folder)) as image:
        return image.convert("RGB")


def ink(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int] | None:
    """Box of what differs by more than encoding does."""
    return ImageChops.difference(before, after).convert("L").point(lambda v: 255 * (v > 60)).getbbox()


def burned(media: Path, folder: Path, *tags: str) -> tuple[MediaFacts, dict[str, Path]]:
    facts = ingest.probe(media, engine=ffmpeg)
    texts = {tag: track(tag, folder).ass for tag in tags}
    out = folder / "out"
    out.mkdir()
    return facts, ffmpeg.run(render.plan_burn(media, facts, texts), folder=out)


# What a plan says


@pytest.mark.parametrize(
    ("name", "facts", "tags"),
    [
        ("plain", FACTS, ("en", "ar", "zh-Hant")),
        ("one", FACTS, ("en",)),
        ("silent", replace(FACTS, audio=None), ("en",)),
        ("opus", replace(FACTS, audio=AudioFacts("opus", 48_000, 2, 0)), ("en",)),
        ("anamorphic", replace(FACTS, coded_width_px=480, sample_aspect="3:2"), ("en",)),
        ("odd", replace(FACTS, coded_width_px=721, coded_height_px=1281), ("en",)),
        ("variable", replace(FACTS, variable_rate=True, frame_rate="30000/1001"), ("en", "ar")),
        ("late", replace(FACTS, audio=AudioFacts("aac", 48_000, 2, -400)), ("en", "ar")),
        ("full-range", replace(FACTS, colour_range="pc", colour_space="bt470bg"), ("en",)),
        ("hdr", replace(FACTS, colour_transfer="smpte2084", colour_space="bt2020nc"), ("en",)),
    ],
)  # fmt: skip
def test_burn_plans(golden: Golden, name: str, facts: MediaFacts, tags: tuple[str, ...]) -> None:
    plan = render.plan_burn(SOURCE, facts, {tag: Path(f"/series/{tag}';[x].ass") for tag in tags})
    golden(f"burn-{name}.txt", shown(plan))


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_mux_plans(golden: Golden, tmp_path: Path, kind: render.Kind) -> None:
    facts = replace(FACTS, audio=AudioFacts("opus", 48_000, 2, -40))
    tracks = [track(tag, tmp_path) for tag in ("en", "pt-BR", "ja", "zh-Hant")]
    golden(f"mux-{kind}.txt", shown(render.plan_mux(SOURCE, facts, tracks, kind, title="龙王 'x'\n", bold=True)))


def test_no_name_a_user_chose_enters_the_graph() -> None:
    plan = render.plan_burn(SOURCE, FACTS, {"en'[x];": Path("/series/:'[],;.ass")})
    graph = plan.argv[plan.argv.index("-filter_complex") + 1]
    assert "series" not in graph
    assert "'" not in graph


@given(st.integers(0, 40), st.integers(1, 32))
def test_groups_keep_every_locale_once_in_order_three_at_most_and_no_worker_idle(count: int, workers: int) -> None:
    tags = [str(number) for number in range(count)]
    made = render.groups(tags, workers)
    assert [tag for group in made for tag in group] == tags
    assert all(1 <= len(group) <= render.PER_PROCESS for group in made)
    assert len(made) >= min(workers, count)
    assert max(map(len, made), default=0) - min(map(len, made), default=0) <= 1


def test_12_locales_on_2_cores_are_4_processes_of_3() -> None:
    assert [len(group) for group in render.groups(list(LOCALES)[:12], 2)] == [3, 3, 3, 3]


# What comes out


@pytest.mark.engines
def test_text_is_drawn_where_and_when_the_layout_says_and_nowhere_else(media: Media, tmp_path: Path) -> None:
    _, made = burned(media("clip.mp4"), tmp_path, "en", "ar")
    for path in made.values():
        for at_ms, drawn in ((360, False), (400, True), (1160, True), (1200, False)):
            box = ink(picture(media("clip.mp4"), at_ms, tmp_path), picture(path, at_ms, tmp_path))
            assert bool(box) == drawn, at_ms
            if box:
                left, top, right, bottom = box
                # Above the margin of 100 px by one line of 24 px em, centred.
                assert 340 <= top < bottom <= 385
                assert abs((left + right) / 2 - 135) < 6


@pytest.mark.engines
def test_masters_differ_by_locale(media: Media, tmp_path: Path) -> None:
    _, made = burned(media("clip.mp4"), tmp_path, "en", "ar", "ja")
    frames = [picture(made[tag], 800, tmp_path) for tag in ("en", "ar", "ja")]
    assert ink(frames[0], frames[1])
    assert ink(frames[1], frames[2])


@pytest.mark.engines
@pytest.mark.parametrize(
    "name",
    ["clip.mp4", "clip.mkv", "clip.ts", "silent.mp4", "lying.mp4", "anamorphic.mp4", "odd.mp4", "variable.mp4",
     "sixty.mp4", "late.mp4", "hdr.mp4", "full-range.mp4", "two-sounds.mp4", "trimmed.mp4", "opus.webm"],
)  # fmt: skip
def test_a_master_has_every_picture_of_its_source_at_a_constant_rate(media: Media, tmp_path: Path, name: str) -> None:
    facts, made = burned(media(name), tmp_path, "en")
    found = ingest.probe(made["en"], engine=ffmpeg)
    assert (found.width_px, found.height_px) == (facts.width_px, facts.height_px) == (270, 480)
    assert (found.frames, found.frame_rate, found.variable_rate) == (facts.frames, facts.frame_rate, False)
    assert abs(found.duration_ms - facts.duration_ms) <= 1000 / facts.rate
    assert (found.rotation, found.sample_aspect, found.pixel_format) == (0, "1:1", "yuv420p")
    assert (found.colour_space, found.colour_transfer, found.colour_primaries) == ("bt709",) * 3
    assert found.colour_range == "tv"
    assert (found.audio is None) == (facts.audio is None)
    if found.audio and facts.audio:
        assert found.audio.codec == "aac"
        assert abs(found.audio.start_ms - facts.audio.start_ms) <= 1000 / facts.rate


@pytest.mark.engines
def test_a_lying_picture_stands_up(media: Media, tmp_path: Path) -> None:
    """The white corner at the top left goes to the top right when turned clockwise."""
    _, made = burned(media("lying.mp4"), tmp_path, "en")
    frame = picture(made["en"], 0, tmp_path)
    assert frame.getpixel((250, 20)) > (200, 200, 200)
    assert frame.getpixel((20, 20)) < (60, 60, 60)


@pytest.mark.engines
def test_text_keeps_to_the_picture_where_the_sound_starts_first(media: Media, tmp_path: Path) -> None:
    """Cues count from the first picture, so 400 ms is 800 ms of the file."""
    _, made = burned(media("late.mp4"), tmp_path, "en")
    drawn = {at: ink(picture(media("late.mp4"), at, tmp_path), picture(made["en"], at, tmp_path)) for at in (760, 800)}
    assert not drawn[760]
    assert drawn[800]


@pytest.mark.engines
def test_full_range_grey_keeps_its_shade_in_limited_range(media: Media, tmp_path: Path) -> None:
    """Luma 64 taken for limited range would be drawn as 56."""
    _, made = burned(media("full-range.mp4"), tmp_path, "en")
    assert all(abs(value - 64) <= 2 for value in picture(made["en"], 0, tmp_path).getpixel((10, 10)))


@pytest.mark.engines
def test_an_mp4_names_its_tracks_as_players_read_them(media: Media, tmp_path: Path) -> None:
    facts = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    tracks = [track(tag, tmp_path) for tag in ("en", "pt-BR", "zh-Hant")]
    plan = render.plan_mux(media("clip.mp4"), facts, tracks, "mp4", title="Dragon King", bold=True)
    found = ask(ffmpeg.run(plan, folder=tmp_path)["mp4"])
    assert [(s["codec_name"], s["tags"]["language"]) for s in found] == [
        ("h264", "und"), ("aac", "zho"), ("mov_text", "eng"), ("mov_text", "por"), ("mov_text", "zho"),
    ]  # fmt: skip
    assert [s["tags"]["handler_name"] for s in found[2:]] == ["English", "Portuguese (Brazil)", "Chinese (Traditional)"]
    # The first enabled track of a kind reads as default in MP4, whatever is asked for.
    assert [s["disposition"]["default"] for s in found[2:]] == [1, 0, 0]


SHOUTED = ("EXIT", "Room 8", "Run!")


@pytest.mark.engines
def test_an_mp4_holds_lines_and_signs_that_begin_at_once(media: Media, tmp_path: Path) -> None:
    facts = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    plain = track("en", tmp_path)
    events = tuple(Event(200, 800, text, (text,), "forced" if text != "Run!" else "dialogue") for text in SHOUTED)
    at_once = replace(plain, layout=replace(plain.layout, events=events))
    plan = render.plan_mux(media("clip.mp4"), facts, [at_once], "mp4", title="Dragon King", bold=True)
    path = ffmpeg.run(plan, folder=tmp_path)["mp4"]
    argv = ("ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:s:0", "-f", "srt", "-")
    shown = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
    assert "\n".join(SHOUTED) in shown


@pytest.mark.engines
def test_an_mkv_names_its_tracks_and_brings_its_fonts(media: Media, tmp_path: Path) -> None:
    facts = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    tracks = [track(tag, tmp_path) for tag in LINES]
    plan = render.plan_mux(media("clip.mp4"), facts, tracks, "mkv", title="Dragon King", bold=True)
    path = ffmpeg.run(plan, folder=tmp_path)["mkv"]
    found = ask(path)
    texts = [s for s in found if s["codec_type"] == "subtitle"]
    assert {s["codec_name"] for s in texts} == {"ass"}
    assert [s["tags"]["language"] for s in texts] == ["eng", "ara", "hin", "jpn", "kor", "por", "chi"]
    assert [s["tags"]["title"] for s in texts] == [locale(tag).name for tag in LINES]
    assert not any(s["disposition"]["default"] for s in texts)
    fonts = {s["tags"]["filename"]: s["tags"]["mimetype"] for s in found if s["codec_type"] == "attachment"}
    assert fonts == {
        "NotoSans-Bold.ttf": "application/x-truetype-font",
        "NotoSansArabicUI-Bold.ttf": "application/x-truetype-font",
        "NotoSansDevanagariUI-Bold.ttf": "application/x-truetype-font",
        "NotoSansCJKJP-Bold.otf": "application/vnd.ms-opentype",
        "NotoSansCJKKR-Bold.otf": "application/vnd.ms-opentype",
        "NotoSansCJKTC-Bold.otf": "application/vnd.ms-opentype",
    }
    assert path.stat().st_size - media("clip.mp4").stat().st_size < 200_000


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["mp4", "mkv"])
@pytest.mark.parametrize(
    "name", ["clip.mkv", "clip.ts", "silent.mp4", "lying.mp4", "variable.mp4", "late.mp4", "trimmed.mp4", "opus.webm"]
)
def test_any_accepted_file_takes_selectable_tracks(media: Media, tmp_path: Path, name: str, kind: render.Kind) -> None:
    facts = ingest.probe(media(name), engine=ffmpeg)
    tracks = [track("en", tmp_path), track("ja", tmp_path)]
    made = ffmpeg.run(render.plan_mux(media(name), facts, tracks, kind, title="", bold=False), folder=tmp_path)
    assert [s["codec_type"] for s in ask(made[kind])].count("subtitle") == 2
    shown = ingest.probe(made[kind], engine=ffmpeg)
    assert (shown.width_px, shown.height_px) == (facts.width_px, facts.height_px)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_track_without_a_line_is_a_track(media: Media, tmp_path: Path, kind: render.Kind) -> None:
    facts = ingest.probe(media("clip.mp4"), engine=ffmpeg)
    empty = replace(track("en", tmp_path), layout=replace(layout("en"), events=()))
    empty.ass.write_text(subtitles.to_ass(empty.layout, empty.profile, Style()), encoding="utf-8")
    plan = render.plan_mux(media("clip.mp4"), facts, [empty, track("ja", tmp_path)], kind, title="", bold=True)
    ffmpeg.run(plan, folder=tmp_path)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_selectable_text_keeps_to_the_picture_where_the_sound_starts_first(
    media: Media, tmp_path: Path, kind: render.Kind
) -> None:
    facts = ingest.probe(media("late.mp4"), engine=ffmpeg)
    plan = render.plan_mux(media("late.mp4"), facts, [track("en", tmp_path)], kind, title="", bold=True)
    path = ffmpeg.run(plan, folder=tmp_path)[kind]
    first_ms = {}
    for stream, least_bytes in (("v", 1), ("s", 3)):  # mov_text fills gaps with packets of 2 bytes
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-select_streams", stream, "-show_packets", "-of", "json", path],
            capture_output=True, check=True,
        )  # fmt: skip
        packets = [p for p in json.loads(done.stdout)["packets"] if int(p["size"]) >= least_bytes]
        first_ms[stream] = round(1000 * float(packets[0]["pts_time"]))
    assert first_ms["s"] - first_ms["v"] == 400


@pytest.mark.engines
def test_an_attached_font_draws_as_the_installed_one_does(media: Media, tmp_path: Path) -> None:
    """With no other font in reach, the cut-down faces of the MKV give the same picture as the installed ones."""
    facts, made = burned(media("clip.mp4"), tmp_path, "ar", "hi", "ja")
    tracks = [track(tag, tmp_path) for tag in ("ar", "hi", "ja")]
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    for name, content in render.plan_mux(media("clip.mp4"), facts, tracks, "mkv", title="", bold=True).inputs.items():
        if isinstance(content, bytes):
            (fonts / name).write_bytes(content)
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>")
    for number, drawn in enumerate(tracks):
        path = tmp_path / f"{number}.mp4"
        subprocess.run(
            ("ffmpeg", "-nostdin", "-v", "error", "-i", media("clip.mp4"),
             "-vf", f"ass={drawn.ass.name}:shaping=complex", path),
            cwd=tmp_path, env={"FONTCONFIG_FILE": str(config), "PATH": "/usr/bin:/bin"}, check=True,
        )  # fmt: skip
        assert not ink(picture(path, 800, tmp_path), picture(made[drawn.profile.tag], 800, tmp_path))
