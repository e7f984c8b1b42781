"""Where the ink of a layout is: every event burned into a picture of its own, as the product burns it, and measured.

The ground is grey and not a film: the outline is ink too, and grey is what neither letters nor outline are. libass
draws the same on any ground.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from localize import subtitles
from localize.cues import Event, Layout
from localize.drawing.safe_area import Rect, on_frame
from localize.engines import ffmpeg
from localize.episode import MediaFacts
from localize.job import Outcome
from localize.locales import locale
from localize.pipeline import WORKERS, Done, Unit, in_threads
from localize.stages import ingest, render
from tests.bench.harness import Say
from tests.golden_cues import STYLE, width_px

FRAME_MS = 40
# Above the noise of the encoder, below the edge of a letter.
INK = 40

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Laid:
    """A layout and where its lines may stand: in the safe area of `platform`, off `band`, shares of the height."""

    platform: str
    layout: Layout
    band: tuple[float, float] | None = None

    @property
    def area(self) -> Rect:
        width, height = self.layout.width_px, self.layout.height_px
        return on_frame(self.platform, width, height, rtl=locale(self.layout.locale).direction == "rtl").text

    def holds(self, ink: Rect) -> bool:
        area, height = self.area, self.layout.height_px
        across = area.left <= ink.left and ink.right <= area.right
        down = area.top <= ink.top and ink.bottom <= area.bottom
        clear = self.band is None or ink.bottom <= self.band[0] * height or self.band[1] * height <= ink.top
        return across and down and clear

    def enlarged(self, share: float) -> Laid:
        sizes = [event.em_px or self.layout.em_px for event in self.layout.events]
        events = (
            replace(event, em_px=round(share * em_px)) for event, em_px in zip(self.layout.events, sizes, strict=True)
        )
        return replace(self, layout=replace(self.layout, events=tuple(events)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One event as it was burned; `ink` is None where nothing is to be seen."""

    laid: Laid
    event: Event
    ink: Rect | None

    @property
    def lines(self) -> int:
        return 1 + self.event.text.count("\n")

    @property
    def inside(self) -> bool:
        return self.ink is not None and self.laid.holds(self.ink)

    @property
    def shaped_px(self) -> float:
        """How wide the event is by its shaped lines, outline included."""
        layout = self.laid.layout
        em_px = self.event.em_px or layout.em_px
        widest = max(width_px(line, locale(layout.locale), em_px) for line in self.event.text.split("\n"))
        return widest + 2 * STYLE.look.reach * min(layout.width_px, layout.height_px)


def drawn(laid: Sequence[Laid], say: Say) -> list[Drawn]:
    """Every event of `laid`, in order."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        media = _grey(laid, folder)
        frame = ingest.probe(media, engine=ffmpeg)
        scripts = {str(number): _script(one, folder / f"{number}.ass") for number, one in enumerate(laid)}
        found: dict[str, list[Rect | None]] = {}

        def burn(unit: Unit) -> Done:
            plan = render.plan_burn(media, frame, {key: scripts[key] for key in unit.locales})
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                for key, path in ffmpeg.run(plan, folder=Path(scratch)).items():
                    found[key] = [ink(picture) for picture in _pictures(path, frame)]
            say(f"burned and measured {len(found)} of {len(scripts)} layouts")
            return Done(unit, Outcome(done=list(unit.locales)), 0.0)

        in_threads([Unit("burn", "bench", keys) for keys in render.groups(list(scripts), WORKERS)], burn)
    # The film goes on after the last event of a layout that has fewer than another.
    return [
        Drawn(one, event, seen)
        for key, one in zip(scripts, laid, strict=True)
        for event, seen in zip(one.layout.events, found[key], strict=False)
    ]


def ink(picture: Picture) -> Rect | None:
    """The smallest rectangle around what differs from the ground, whose colour the upper left corner has."""
    differs = np.abs(picture.astype(np.int16) - int(picture[0, 0])) > INK
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return None
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _grey(laid: Sequence[Laid], folder: Path) -> Path:
    """A film of as many pictures as the longest of `laid` has events."""
    made, layout = folder / "grey.mp4", laid[0].layout
    seconds = FRAME_MS / 1000 * max(len(one.layout.events) for one in laid)
    ground = f"color=gray:s={layout.width_px}x{layout.height_px}:r={1000 // FRAME_MS}:d={seconds}"
    argv = ["-f", "lavfi", "-i", ground, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(made)]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *argv], check=True)
    return made


def _script(laid: Laid, path: Path) -> Path:
    """The ASS of a layout whose events last one picture each."""
    events = tuple(
        replace(event, start_ms=FRAME_MS * number, end_ms=FRAME_MS * (number + 1))
        for number, event in enumerate(laid.layout.events)
    )
    layout = replace(laid.layout, events=events)
    path.write_text(subtitles.to_ass(layout, locale(layout.locale), STYLE), encoding="utf-8")
    return path


def _pictures(media: Path, frame: MediaFacts) -> Iterable[Picture]:
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(media), "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(argv, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, frame.height_px, frame.width_px)
