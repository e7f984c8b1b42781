"""A series as large as wanted whose engines do nothing: what is left is the work of the pipeline around them.

Tracks, layouts, checks, subtitle files and records are real. The probe, the detection of shots, the film (which shows
no text) and the encoder are replaced in this process by ones that answer at once, so that a hundred episodes need no
encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from localize import pipeline, series
from localize.engines import ffmpeg, shots
from localize.engines.base import Progress
from localize.engines.fake import FakeTranslator
from localize.engines.registry import Engines
from localize.episode import MediaFacts
from localize.fingerprint import file_digest
from localize.job import Job
from localize.locales import LOCALES
from localize.media import RenderPlan
from localize.picture.sight import Corners, Reading, Seen
from localize.stages import ingest
from localize.steps import picture
from localize.timing import Shots

ALL = tuple(LOCALES)[:17]
"""As many as the figures are about."""
LINES, SECONDS = 12, 60
SAID = (
    "住手！",
    "你知道我是谁吗？",
    "三年了，林凡回来了。",
    "今天谁也别想离开这里。",
    "跪下道歉，否则后果自负。",
    "我不同意这门婚事。",
)


def engines() -> Engines:
    """One that writes every locale at once."""
    fake = FakeTranslator(lambda text, tag: f"{tag} {len(text)}")
    return Engines(argos=fake, opencc=fake, rapidocr=_Reader())


class _Reader:
    """Finds nothing."""

    version = "none"

    def find(self, _picture: object, _longest_px: int) -> list[Corners]:
        return []

    def read(self, _picture: object, _at: Corners) -> Reading:
        raise AssertionError("there is nothing to read")


class _Film:
    """No pictures at all."""

    def __init__(self, *_: object) -> None: ...

    def frames(self, _width_px: int, _apart_ms: int, _progress: Progress | None = None) -> Iterator[Seen]:
        return iter(())

    def strips(self, *_: object) -> Iterator[Seen]:
        return iter(())


def jobs(manifest: Path) -> list[Job]:
    """The jobs of a run of that series, its workspace beside the manifest."""
    read = series.load(manifest)
    return pipeline.jobs(read, manifest.parent / "workspace", pipeline.options(read), engines())


def write(folder: Path, episodes: int, *, name: str = "scale") -> Path:
    """A manifest in `folder` with so many episodes of `SECONDS` and `LINES` cues; the media are a few bytes each."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for number in range(episodes):
        one = f"ep{number + 1:03d}"
        (folder / f"{one}.mp4").write_text(f"episode {number}")
        (folder / f"{one}.srt").write_text(_srt(number), encoding="utf-8")
        tables.append(f'[[episode]]\nid = "{one}"\nfile = "{one}.mp4"\nsubtitles = "{one}.srt"\n')
    head = f'schema = 1\nid = "{name}"\ntitle = "{name}"\ngenre = "war-god"\nlocales = {list(ALL)!r}\n'
    doors = '[gates]\ntranscript = "off"\ntranslation = "off"\nfinal = "off"\n'
    manifest = folder / "series.toml"
    manifest.write_text(head + doors + "\n".join(tables), encoding="utf-8")
    return manifest


def _srt(number: int) -> str:
    step_s = SECONDS // LINES
    said = [
        SAID[(number + at) % len(SAID)] if at % 2 else f"第{number * LINES + at}件事，我记住了。" for at in range(LINES)
    ]
    blocks = [
        f"{at + 1}\n00:00:{at * step_s:02},000 --> 00:00:{(at + 1) * step_s - 1:02},500\n{text}\n"
        for at, text in enumerate(said)
    ]
    return "\n".join(blocks)


@contextmanager
def nothing_heavy() -> Iterator[None]:
    """No probing, no decoding and no encoding in this process while the body runs."""
    with (
        mock.patch.object(ingest, "probe", _probe),
        mock.patch.object(shots, "detect", _detect),
        mock.patch.object(picture, "Film", _Film),
        mock.patch.object(ffmpeg, "run", _run),
        mock.patch.object(ffmpeg, "frame", _frame),
    ):
        yield


def _probe(media: Path, *, engine: Any, progress: Progress | None = None) -> MediaFacts:
    stat = media.stat()
    return MediaFacts(
        digest=file_digest(media), size_bytes=stat.st_size, mtime_ns=stat.st_mtime_ns, duration_ms=SECONDS * 1000,
        width_px=1080, height_px=1920, coded_width_px=1080, coded_height_px=1920, rotation=0, sample_aspect="1:1",
        frame_rate="25", variable_rate=False, frames=SECONDS * 25, video_codec="h264", pixel_format="yuv420p",
        colour_space="bt709", colour_transfer="bt709", colour_primaries="bt709", colour_range="tv", audio=None,
        version=ingest.VERSION,
    )  # fmt: skip


def _detect(_media: Path, _facts: MediaFacts, *, progress: Progress | None = None) -> Shots:
    return Shots((0,))


def _run(plan: RenderPlan, *, folder: Path, **_: object) -> dict[str, Path]:
    made = {key: folder / output.file for key, output in plan.outputs.items()}
    for path in made.values():
        path.write_bytes(b"nothing")
    return made


def _frame(_media: Path, _at_ms: int, folder: Path) -> Path:
    from PIL import Image

    path = folder / "frame.png"
    Image.new("RGB", (90, 160)).save(path)
    return path
