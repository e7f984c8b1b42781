"""`samples/contact-sheet.png`: six cues in every locale on one frame, with the safe area drawn.

    python -m samples.contact_sheet [--preset drama] [--platform tiktok] [--out FILE.png]

The text is laid out and written as a run does it and drawn by ffmpeg's `ass` filter over a picture of the sample
series, scaled to 1080x1920; each cell is the part around the subtitles.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from localize import subtitles
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack
from localize.drawing import contact_sheet, overlay
from localize.drawing.safe_area import HEIGHT_PX, WIDTH_PX, on_frame
from localize.drawing.styles import PRESETS
from localize.engines import ffmpeg
from localize.episode import MediaFacts
from localize.locales import LOCALES, locale
from localize.series import Style
from localize.stages.fit import fit

HERE = Path(__file__).parent
SECONDS = 4
"""Time of one cue, long enough for the slowest readers."""
PICTURE_MS = 2100
"""A picture of ep01 without a burned-in line."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m samples.contact_sheet")
    parser.add_argument("--preset", choices=PRESETS, default="drama")
    parser.add_argument("--platform", default="tiktok")
    parser.add_argument("--out", type=Path, default=HERE / "contact-sheet.png")
    given = parser.parse_args()
    texts = tomllib.loads(HERE.joinpath("contact-sheet.toml").read_text("utf-8"))
    rows = [
        contact_sheet.Row(tag, profile.name, list(frames(tag, texts[tag], given.platform, Style(preset=given.preset))))
        for tag, profile in LOCALES.items()
    ]
    area = on_frame(given.platform, WIDTH_PX, HEIGHT_PX)
    # From a little above two lines of the largest type to a little below the edge of the platform's caption.
    part = (0, HEIGHT_PX - area.bottom_px - 280, WIDTH_PX, HEIGHT_PX - area.bottom_px + 60)
    given.out.write_bytes(contact_sheet.matrix(rows, part))


def frames(tag: str, texts: list[str], platform: str, style: Style) -> Iterator[Image.Image]:
    """One 1080x1920 picture for each of `texts`, with what the platform covers."""
    spans = [(1000 * SECONDS * number, 1000 * SECONDS * (number + 1) - 200) for number in range(len(texts))]
    cues = tuple(Cue(str(n), start, end, "你", origin="file") for n, (start, end) in enumerate(spans))
    target = TargetTrack(tag, tuple(TargetLine(cue.id, text, "human") for cue, text in zip(cues, texts, strict=True)))
    duration_ms = 1000 * SECONDS * len(texts)
    facts = MediaFacts(
        digest="", size_bytes=0, mtime_ns=0, duration_ms=duration_ms, width_px=WIDTH_PX, height_px=HEIGHT_PX,
        coded_width_px=WIDTH_PX, coded_height_px=HEIGHT_PX, rotation=0, sample_aspect="1:1", frame_rate="25",
        variable_rate=False, frames=25 * SECONDS * len(texts), video_codec="", pixel_format="", colour_space="",
        colour_transfer="", colour_primaries="", colour_range="", audio=None,
    )  # fmt: skip
    source = SourceTrack("zh-Hans", cues, len(cues))
    layout = fit(source, target, locale(tag), facts, style=style, platform=platform, band=None)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "text.ass").write_text(subtitles.to_ass(layout, locale(tag), style), "utf-8")
        picture = ffmpeg.frame(HERE / "dragon-king" / "ep01.mp4", PICTURE_MS, Path(folder))
        graph = f"scale={WIDTH_PX}:{HEIGHT_PX},setpts=PTS+1/TB,ass=text.ass:shaping=complex"
        still = ("-loop", "1", "-framerate", f"1/{SECONDS}", "-t", str(SECONDS * len(texts)), "-i", picture.name)
        command = ("ffmpeg", "-v", "error", "-nostdin", *still, "-vf", graph, "%d.png")
        subprocess.run(command, cwd=folder, check=True)
        area = on_frame(platform, WIDTH_PX, HEIGHT_PX, rtl=locale(tag).direction == "rtl")
        for number in range(1, len(texts) + 1):
            with Image.open(Path(folder, f"{number}.png")) as drawn:
                yield overlay.overlay(area, drawn, labels=False).convert("RGB")


if __name__ == "__main__":
    main()
