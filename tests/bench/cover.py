"""Covering: whether anything of the source's subtitles can still be read, and what a cover costs the burn.

Limits: in at least 99 % of pictures a reader finds no character of the text that stood there, and so many are sampled
that this holds with a confidence of 95 %; a burn of three locales with a cover takes at most 1.10 times as long as
without one. `BENCH_ONLY` and `BENCH_FILMS` as in `tests.bench.ocr`.

- Films with every style of subtitle on every background are read, planned and burned as the product does it, without
  lines of ours. Sampled are the first and the last picture of every text, as the truth of the film has them, and four
  between, so that a single find leaves the limit within reach; the reader is that of the product, and looks at where
  dialogue stands and well beyond. One common Chinese character is a find. One picture of every text of the film as it
  came is the control.
- A film of 90 s with some 40 patches is burned in three locales from one decode, with and without a cover; what
  `inpaint` does before the burn is timed by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import regex

from localize.engines import ffmpeg, inpaint
from localize.engines.frames import Film
from localize.engines.ocr import RapidOCR
from localize.episode import MediaFacts
from localize.picture.covering import CoverPlan, Method
from localize.series import Cover
from localize.stages import cover, ingest, read, render
from tests.bench import ocr_films
from tests.bench.harness import Figure, Part, Say, asked, interleaved, most_percent, ratio, timed, wall

if TYPE_CHECKING:
    from numpy import ndarray

METHODS: tuple[Method, ...] = get_args(Method)
CLEAN_AT_LEAST, CONTROL_AT_LEAST, BURN_AT_MOST = 99.0, 90.0, 1.10
SECONDS, QUICK_SECONDS, LONG_S = 8, 6, 90
_PART = (0.6, 0.76)
"""Of the height: two rows of dialogue, and room around them."""
_HAN = regex.compile(r"\p{Han}")
_NOTHING = "[Script Info]\nPlayResX: 720\nPlayResY: 1280\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"


@dataclass(slots=True)
class Count:
    """Texts, the pictures of them that were sampled, and those in which the text was found."""

    texts: int = 0
    sampled: int = 0
    found: int = 0

    def add(self, other: Count) -> None:
        self.texts, self.sampled, self.found = (
            self.texts + other.texts, self.sampled + other.sampled, self.found + other.found
        )  # fmt: skip


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    films = ocr_films.films(QUICK_SECONDS if quick else SECONDS)
    films = ocr_films.chosen(films[:: len(ocr_films.BACKGROUNDS) + 1] if quick else films)
    reader = RapidOCR()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked("accuracy"):
            figures += _covered(films, reader, folder, say)
        if asked("speed"):
            figures += _speed(_Burn(folder, 10 if quick else LONG_S, reader), repeats, say)
    about = (
        f"{len(films)} films of {SECONDS} s, 720x1280, {len(ocr_films.STYLES)} styles; read by {reader.version}. "
        "The pictures of one text are alike: where a bound is stated, it is that of as many independent ones.",
    )
    return Part("Covering", about, tuple(figures))


def _covered(films: Sequence[ocr_films.Film], reader: RapidOCR, folder: Path, say: Say) -> Iterator[Figure]:
    counts = {method: Count() for method in ("control", *METHODS)}
    for film in films:
        for method, count in _film(film, reader, folder).items():
            counts[method].add(count)
        say(f"{film.name}: " + ", ".join(f"{m} {c.found} of {c.sampled}" for m, c in counts.items()))
    control = counts.pop("control")
    share = 100 * control.found / control.sampled
    note = f"{control.sampled} pictures"
    yield Figure("pictures in which the text is found, uncovered", share, "%", at_least=CONTROL_AT_LEAST, note=note)
    for method, count in counts.items():
        most = most_percent(count.found, count.sampled)
        note = f"{count.found} of {count.sampled} pictures of {count.texts} texts with a trace"
        yield Figure(
            f"pictures without a trace of the text, {method}, with a confidence of 95 %",
            100 - most, "%", at_least=CLEAN_AT_LEAST, note=note,
        )  # fmt: skip


def _speed(work: _Burn, repeats: int, say: Say) -> Iterator[Figure]:
    runs = {"without": timed(partial(work.burn, None))}
    runs |= {method: timed(partial(work.burn, method)) for method in ("blur", "box")}
    runs["filling in"] = timed(work.fill)
    seconds = interleaved(runs, repeats, say)
    patches = len(work.plan("blur").patches)
    yield wall(
        f"burning {work.long_s} s in 3 locales without a cover", seconds["without"],
        note=f"25 pictures a second, {patches} patches",
    )  # fmt: skip
    for method in ("blur", "box"):
        yield ratio(f"{method} / without", seconds[method], seconds["without"], at_most=BURN_AT_MOST)
    name = "inpaint, before the burn: filling in / burning without a cover"
    yield ratio(name, seconds["filling in"], seconds["without"], note="once for all locales")


def _film(film: ocr_films.Film, reader: RapidOCR, folder: Path) -> Mapping[str, Count]:
    """What was sampled and found, by method."""
    media = ocr_films.make(film, folder)
    facts = ingest.probe(media, engine=ffmpeg)
    hardsubs = read.read(Film(media, facts), reader, facts)
    done = {"control": _finds(media, facts, film, reader, once=True)}
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


def _finds(media: Path, facts: MediaFacts, film: ocr_films.Film, reader: RapidOCR, *, once: bool = False) -> Count:
    wanted = {at: text.text for text in film.dialogue for at in _sampled(text, facts, once)}
    count = Count(texts=len(film.dialogue))
    for seen in Film(media, facts).strips([_PART], facts.width_px):
        if text := wanted.get(seen.at_ms):
            count.sampled += 1
            count.found += _readable(seen.parts[0], text, reader)
    return count


def _sampled(text: ocr_films.Text, facts: MediaFacts, once: bool) -> Iterator[int]:
    first, last = facts.grid.ceil(text.start_ms), facts.grid.earlier(text.end_ms, 1)
    between = [facts.grid.nearest(first + (last - first) * fifth // 5) for fifth in range(1, 5)]
    yield from (between[1:2] if once else (first, *between, last))


def _readable(picture: ndarray, text: str, reader: RapidOCR) -> bool:
    """Whether a reader finds a character of `text` in `picture`."""
    seen = "".join(reader.read(picture, at).text for at in reader.find(picture, 736))
    return bool(set(_HAN.findall(text)) & set(seen))


class _Burn:
    """An episode as long as real ones, full of lines to cover."""

    def __init__(self, folder: Path, long_s: int, reader: RapidOCR) -> None:
        style = ocr_films.STYLES[0]
        film = ocr_films.Film("long", style, "drawn", tuple(ocr_films.dialogue(0, long_s)), long_s)
        self.long_s = long_s
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
