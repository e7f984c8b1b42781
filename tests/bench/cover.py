"""Covering: whether anything of the source's subtitles can still be read, and what a cover costs the burn.

Limits: in at least 99 % of sampled pictures a reader finds no character of the text that stood there; a burn of three
locales with a cover takes at most 1.10 times as long as without one.

- Films with every style of subtitle on every background are read, planned and burned as the product does it, without
  lines of ours. Sampled are two pictures a second while a text stands, its first and its last picture, as the truth
  of the film has them; the reader is that of the product, and looks at the whole lower half. One common Chinese
  character is a find. The same pictures of the film as it came are the control.
- A film of 90 s with some 40 patches is burned in three locales from one decode, with and without a cover; what
  `inpaint` does before the burn is timed by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from localize.covering import CoverPlan
from localize.engines import ffmpeg, inpaint
from localize.engines.frames import Film
from localize.engines.ocr import RapidOCR
from localize.episode import MediaFacts
from localize.series import Cover
from localize.stages import cover, ingest, read, render
from tests.bench import ocr_films
from tests.bench.harness import Figure, Part, Say, interleaved, ratio, timed, wall

if TYPE_CHECKING:
    from numpy import ndarray

METHODS: tuple[Cover, ...] = ("blur", "box", "inpaint")
CLEAN_AT_LEAST, CONTROL_AT_LEAST, BURN_AT_MOST = 99.0, 90.0, 1.10
SECONDS, QUICK_SECONDS, LONG_S = 8, 6, 90
EVERY_MS = 500
_HAN = regex.compile(r"\p{Han}")
_NOTHING = "[Script Info]\nPlayResX: 720\nPlayResY: 1280\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"


@dataclass(slots=True)
class Count:
    """Pictures that were sampled, and those in which the text was found."""

    sampled: int = 0
    found: int = 0

    @property
    def clean_percent(self) -> float:
        return 100 * (1 - self.found / self.sampled) if self.sampled else 0.0


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    films = ocr_films.films(QUICK_SECONDS if quick else SECONDS)
    films = films[:: len(ocr_films.BACKGROUNDS) + 1] if quick else films
    counts = {method: Count() for method in ("control", *METHODS)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reader = RapidOCR()
        for film in films:
            for method, (sampled, found) in _film(film, reader, folder).items():
                counts[method].sampled += sampled
                counts[method].found += found
            say(f"{film.name}: " + ", ".join(f"{m} {c.found} of {c.sampled}" for m, c in counts.items()))
        long_s = 10 if quick else LONG_S
        work = _Burn(folder, long_s, reader)
        runs = {"without": timed(partial(work.burn, None))}
        runs |= {method: timed(partial(work.burn, method)) for method in ("blur", "box")}
        runs["filling in"] = timed(work.fill)
        seconds = interleaved(runs, repeats, say)
    control = counts.pop("control")
    figures = (
        Figure("pictures in which the text is found, uncovered", 100 - control.clean_percent, "%",
               at_least=CONTROL_AT_LEAST, note=f"{control.sampled} pictures"),
        *(
            Figure(f"pictures without a trace of the text, {method}", count.clean_percent, "%",
                   at_least=CLEAN_AT_LEAST, note=f"{count.sampled} pictures, {count.found} with a trace")
            for method, count in counts.items()
        ),
        wall(f"burning {long_s} s in 3 locales without a cover", seconds["without"]),
        *(ratio(f"{method} / without", seconds[method], seconds["without"], at_most=BURN_AT_MOST)
          for method in ("blur", "box")),
        ratio("inpaint, before the burn: filling in / burning without a cover", seconds["filling in"],
              seconds["without"], note="once for all locales"),
    )  # fmt: skip
    about = (
        f"{len(films)} films of {films[0].seconds} s, 720x1280, {len(ocr_films.STYLES)} styles; read by "
        f"{reader.version}.",
        f"The burned film has {long_s} s, 25 pictures a second and {len(work.plan('blur').patches)} patches.",
    )
    return Part("Covering", about, figures)


def _film(film: ocr_films.Film, reader: RapidOCR, folder: Path) -> Mapping[str, tuple[int, int]]:
    """Sampled pictures and finds, by method."""
    media = ocr_films.make(film, folder)
    facts = ingest.probe(media, engine=ffmpeg)
    hardsubs = read.read(Film(media, facts), reader, facts)
    done = {"control": _finds(media, facts, film, reader)}
    for method in METHODS:
        plan = cover.plan(hardsubs, facts, cover=method)
        burned = _burned(media, facts, plan, folder)
        done[method] = _finds(burned, facts, film, reader)
        burned.unlink()
    media.unlink()
    return done


def _burned(media: Path, facts: MediaFacts, plan: CoverPlan, folder: Path) -> Path:
    nothing = folder / "nothing.ass"
    nothing.write_text(_NOTHING)
    filled = _filled(media, facts, plan, folder) if plan.method == "inpaint" else None
    return ffmpeg.run(render.plan_burn(media, facts, {"none": nothing}, plan, filled), folder=folder)["none"]


def _filled(media: Path, facts: MediaFacts, plan: CoverPlan, folder: Path) -> Path:
    made = folder / "filled.mkv"
    inpaint.inpaint(render.plan_area(media, facts, plan.area), media, facts, plan, made)
    return made


def _finds(media: Path, facts: MediaFacts, film: ocr_films.Film, reader: RapidOCR) -> tuple[int, int]:
    wanted = {at: text.text for text in film.dialogue for at in _sampled(text, facts)}
    sampled = found = 0
    for seen in Film(media, facts).strips([(0.5, 0.9)], facts.width_px):
        if text := wanted.get(seen.at_ms):
            sampled += 1
            found += _readable(seen.parts[0], text, reader)
    return sampled, found


def _sampled(text: ocr_films.Text, facts: MediaFacts) -> Iterator[int]:
    grid = facts.grid
    first, last = grid.ceil(text.start_ms), grid.earlier(text.end_ms, 1)
    yield from {grid.nearest(at) for at in range(first, last, EVERY_MS)} | {first, last}


def _readable(picture: ndarray, text: str, reader: RapidOCR) -> bool:
    """Whether a reader finds a character of `text` in `picture`."""
    seen = "".join(reader.read(picture, at).text for at in reader.find(picture, 736))
    return bool(set(_HAN.findall(text)) & set(seen))


class _Burn:
    """An episode as long as real ones, full of lines to cover."""

    def __init__(self, folder: Path, long_s: int, reader: RapidOCR) -> None:
        style = ocr_films.STYLES[0]
        film = ocr_films.Film("long", style, "drawn", tuple(ocr_films.dialogue(0, long_s)), long_s)
        self._folder, self._media = folder, ocr_films.make(film, folder)
        self._facts = ingest.probe(self._media, engine=ffmpeg)
        self._hardsubs = read.read(Film(self._media, self._facts), reader, self._facts)
        (folder / "nothing.ass").write_text(_NOTHING)

    def plan(self, method: Cover) -> CoverPlan:
        return cover.plan(self._hardsubs, self._facts, cover=method)

    def fill(self) -> None:
        _filled(self._media, self._facts, self.plan("inpaint"), self._folder).unlink()

    def burn(self, method: Cover | None) -> None:
        texts = dict.fromkeys(("en", "th", "ar"), self._folder / "nothing.ass")
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            plan = render.plan_burn(self._media, self._facts, texts, self.plan(method) if method else None)
            ffmpeg.run(plan, folder=Path(scratch))
