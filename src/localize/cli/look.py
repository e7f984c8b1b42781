"""Commands that only look: status, doctor, safe-area."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from localize.cli.common import Json, Only, PathArgument, To, Workspace, each_episode, jobs_of
from localize.errors import EXIT_ENGINE, InputError, MediaError

_SHOWN = 6


def status(
    path: PathArgument, to: To = "", workspace: Workspace = None, episode: Only = "", as_json: Json = False
) -> None:
    """Where every episode and locale stands, and what waits for whom."""
    from localize import console
    from localize.state.status import status as rows_of

    _, jobs = jobs_of(path, to=to, workspace=workspace, episode=episode)
    rows, code = each_episode(jobs, rows_of)
    if as_json:
        console.rows(rows)
    for row in () if as_json else rows:
        made = "+".join(name for name, there in (("burn", row.burned), ("sidecar", row.sidecar)) if there) or "-"
        if row.out_of_date:
            made += f" (out of date: {', '.join(row.out_of_date)})"
        if row.redo:
            made += f" (the next run makes {len(row.redo)} lines anew: {_few(row.redo)})"
        findings = f"{row.errors} errors, {row.warnings} warnings"
        waits = "; ".join(part for part in (row.waits_for, f"next: {row.next_step}" if row.next_step else "") if part)
        columns = (row.episode, row.locale, row.written_by or "-", findings, made, waits)
        console.data("\t".join(column for column in columns if column))
    raise typer.Exit(code)


def doctor(as_json: Json = False) -> None:
    """Check this machine: ffmpeg, shaping, fonts, models, disk, Prefect; one line each, with the mend."""
    from localize import console
    from localize.doctor import examine

    checks = examine()
    if as_json:
        console.rows(checks)
    else:
        for found in checks:
            mend = "" if found.ok else f"; mend: {found.mend}"
            console.data(f"{'ok  ' if found.ok else 'FAIL'} {found.name}: {found.detail}{mend}")
    raise typer.Exit(0 if all(found.ok for found in checks) else EXIT_ENGINE)


def safe_area(
    platform: Annotated[str, typer.Option(help="tiktok, reels, shorts, reelshort or full.")] = "tiktok",
    size: Annotated[
        str, typer.Option(help="Of the frame, in pixels; that of --media where it is given.")
    ] = "1080x1920",
    out: Annotated[Path | None, typer.Option(help="The picture; else safe-area-PLATFORM.png, here.")] = None,
    media: Annotated[Path | None, typer.Option(help="Draw it over a picture of this video.")] = None,
    at: Annotated[float, typer.Option(help="Which picture, in seconds.")] = 0.0,
    rtl: Annotated[bool, typer.Option("--rtl", help="As readers of Arabic see it.")] = False,
    as_json: Json = False,
) -> None:
    """What a platform lays over a vertical video, and where subtitles may stand: figures, sources, a picture."""
    from localize import console
    from localize.drawing import safe_area

    if platform not in safe_area.PLATFORMS:
        known = ", ".join(safe_area.PLATFORMS)
        raise InputError(f"{platform!r} is not a platform", next_step=f"choose among {known}")
    if not (pixels := re.fullmatch(r"(\d{2,5})x(\d{2,5})", size)):
        raise InputError(f"{size!r} is not a size", next_step="give width and height in pixels, as in 1080x1920")
    out = out or Path(f"safe-area-{platform}.png")
    width_px, height_px = _drawn(platform, (int(pixels[1]), int(pixels[2])), out, media, at, rtl=rtl)
    area = safe_area.on_frame(platform, width_px, height_px, rtl=rtl)
    edges = safe_area.over(platform, width_px, height_px)
    mirrored = rtl and edges.mirrored
    sides = {
        "top": (area.top_px, edges.top),
        "bottom": (area.bottom_px, edges.bottom),
        "left": (area.left_px, edges.right if mirrored else edges.left),
        "right": (area.right_px, edges.left if mirrored else edges.right),
    }
    if as_json:
        figures = {side: {"px": px, "source": safe_area.SOURCES[edge.source]} for side, (px, edge) in sides.items()}
        frame = {"platform": platform, "width_px": width_px, "height_px": height_px, "picture": str(out)}
        console.record(frame | figures)
        return
    for side, (px, edge) in sides.items():
        whole = height_px if side in {"top", "bottom"} else width_px
        console.data(f"{side}\t{px} px\t{100 * px / whole:.1f} %\t{safe_area.SOURCES[edge.source]}")
    text = area.text
    console.data(f"subtitles\t{text.right - text.left}x{text.bottom - text.top} px at {text.left},{text.top}")
    console.talk(f"drawn: {out}")


def _drawn(
    platform: str, size: tuple[int, int], out: Path, media: Path | None, at_s: float, *, rtl: bool
) -> tuple[int, int]:
    """Draw the area, over a picture of `media` where it is given, and tell the size of the frame."""
    from tempfile import TemporaryDirectory

    from PIL import Image

    from localize.drawing import overlay, safe_area
    from localize.engines.ffmpeg import frame
    from localize.timecode import ms_from_seconds

    picture: Image.Image | None = None
    if media:
        if not media.is_file():
            raise MediaError(f"{media} does not exist", next_step="give a video file to --media")
        with TemporaryDirectory() as folder, Image.open(frame(media, ms_from_seconds(at_s), Path(folder))) as opened:
            picture = opened.convert("RGBA")
        size = picture.size
    made = overlay.overlay(safe_area.on_frame(platform, *size, rtl=rtl), picture)
    try:
        made.save(out, "PNG", optimize=True)
    except OSError as error:
        raise InputError(
            f"{out} cannot be written: {error.strerror or error}", next_step="give another --out"
        ) from error
    return size


def _few(cue_ids: tuple[str, ...]) -> str:
    """As many as fit a terminal's line; `--json` has all."""
    return ", ".join(cue_ids[:_SHOWN]) + (", ..." if len(cue_ids) > _SHOWN else "")
