"""Ingest: a media file -> exact facts, and the judgement whether it can be localised.

Sizes are those of the picture a viewer sees; a variable frame rate is evened out to a standard one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from localize.engines.base import Progress
from localize.episode import AudioFacts, MediaFacts
from localize.errors import MediaError
from localize.fingerprint import file_digest
from localize.media import Picture, Probed, Sound
from localize.timecode import clock, ms_from_frames, ms_from_seconds

MAX_SHORT_PX, MAX_LONG_PX = 2160, 3840
"""Four times Full HD: what phones and platforms hold at most."""

# What platforms take; a rate between two of them is evened out upwards, so that no picture is lost.
_STANDARD = tuple(Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"))
# Phones aim at a standard rate and miss it by less than this.
_NEAR = Fraction(1, 100)
# Pictures off the grid of a constant rate by less than this share of a frame stay on their own frame.
_OFF_GRID = Fraction(1, 4)
VERSION = 1
"""Of the facts: media probed by another version is probed again."""

# Less is not heard: EBU R37 allows 40 ms of sound before the picture.
_AUDIO_OFFSET_MS = 40


class Prober(Protocol):
    """What this stage asks of an engine; `localize.engines.ffmpeg` is one."""

    def probe(self, media: Path) -> Probed:
        """Streams of `media`; MediaError where it is not a video container."""
        ...

    def decode(self, media: Path, probed: Probed, progress: Progress | None = None) -> int:
        """Decode everything and return the number of pictures; MediaError where it is damaged or cut short."""
        ...


def probe(media: Path, *, engine: Prober, progress: Progress | None = None) -> MediaFacts:
    """Exact facts of `media`, decoded once from end to end; MediaError where that is not possible.

    What `accept` is going to refuse for its size is not decoded.
    """
    try:
        stat = media.stat()
        digest = file_digest(media)
    except OSError as error:
        why = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise MediaError(f"{media.name} {why}", next_step=f"put the file at {media}") from error
    if not stat.st_size:
        raise MediaError(f"{media.name} is empty", next_step=f"copy it again to {media}")
    probed = engine.probe(media)
    picture = probed.picture
    frames = 0
    if picture:
        if len(picture.times) > 1 and picture.times[0] == picture.times[-1]:
            raise MediaError(f"{media.name} has all its pictures at one time", next_step="export it again")
        fits = _fits(*_square(picture))
        frames = engine.decode(media, probed, progress=progress) if fits else len(picture.times)
    return replace(_facts(probed, frames, digest, stat.st_size, stat.st_mtime_ns), version=VERSION)


def accept(facts: MediaFacts, *, file: str, max_minutes: float, allow_landscape: bool, has_text: bool) -> None:
    """Raise MediaError, naming `file`, where an episode cannot be localised; `has_text`: subtitles came with it."""

    def refusal(why: str, next_step: str) -> MediaError:
        return MediaError(f"{file} {why}", next_step=next_step)

    width, height = facts.width_px, facts.height_px
    if not facts.video_codec:
        raise refusal("has no picture", "give the video, not its sound alone")
    if not _fits(width, height):
        raise refusal(f"is {width}x{height}, more than {MAX_SHORT_PX}x{MAX_LONG_PX}", "export it smaller")
    if not facts.frames or not facts.duration_ms:
        raise refusal("has a length of zero", "export it again")
    if facts.duration_ms > max_minutes * 60_000:
        long = f"is {clock(facts.duration_ms)} long, more than {max_minutes:g} minutes"
        raise refusal(long, "cut it, or raise max_minutes in series.toml")
    if width > height and not allow_landscape:
        raise refusal(f"is landscape ({width}x{height})", "give the vertical master, or add --allow-landscape")
    if facts.audio is None and not has_text:
        raise refusal("has neither sound nor subtitles", 'add subtitles = "FILE" to its [[episode]] in series.toml')


def _facts(probed: Probed, frames: int, digest: str, size_bytes: int, mtime_ns: int) -> MediaFacts:
    picture = probed.picture
    sound = probed.sounds[0] if probed.sounds else None
    if picture is None:
        return _without_picture(digest, size_bytes, mtime_ns, _audio(sound, Fraction(0)))
    constant = _constant_rate(picture)
    rate = constant or _even_rate(picture)
    if constant is None:
        frames = round(picture.duration_s * rate)
    width, height = _square(picture)
    facts = MediaFacts(
        digest=digest,
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        duration_ms=ms_from_frames(frames, rate) if constant else ms_from_seconds(picture.duration_s),
        width_px=width - width % 2,
        height_px=height - height % 2,
        coded_width_px=picture.width_px,
        coded_height_px=picture.height_px,
        rotation=picture.rotation,
        sample_aspect=f"{picture.sample_aspect.numerator}:{picture.sample_aspect.denominator}",
        frame_rate=str(rate),
        variable_rate=constant is None,
        frames=frames,
        video_codec=picture.codec,
        pixel_format=picture.pixel_format,
        colour_space=picture.colour_space,
        colour_transfer=picture.colour_transfer,
        colour_primaries=picture.colour_primaries,
        colour_range=picture.colour_range,
        audio=_audio(sound, picture.start_s),
    )
    return replace(facts, notes=tuple(_notes(facts, (width, height), len(probed.sounds))))


def _without_picture(digest: str, size_bytes: int, mtime_ns: int, audio: AudioFacts | None) -> MediaFacts:
    return MediaFacts(
        digest, size_bytes, mtime_ns, duration_ms=0, width_px=0, height_px=0, coded_width_px=0, coded_height_px=0,
        rotation=0, sample_aspect="1:1", frame_rate="0", variable_rate=False, frames=0, video_codec="", pixel_format="",
        colour_space="", colour_transfer="", colour_primaries="", colour_range="", audio=audio,
    )  # fmt: skip


def _audio(sound: Sound | None, picture_start_s: Fraction) -> AudioFacts | None:
    if sound is None:
        return None
    start_ms = ms_from_seconds(sound.start_s - picture_start_s)
    return AudioFacts(sound.codec, sound.sample_rate_hz, sound.channels, start_ms)


def _square(picture: Picture) -> tuple[int, int]:
    """Width and height as seen: upright, with square pixels. The smaller side grows, so that no detail is lost."""
    width, height, aspect = picture.width_px, picture.height_px, picture.sample_aspect
    if picture.rotation in (90, 270):
        width, height, aspect = height, width, 1 / aspect
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))


def _fits(width_px: int, height_px: int) -> bool:
    short, long = sorted((width_px, height_px))
    return short <= MAX_SHORT_PX and long <= MAX_LONG_PX


def _constant_rate(picture: Picture) -> Fraction | None:
    """The rate on whose grid every picture lies, one to a frame; None where there is no such rate."""
    times, tick = picture.times, picture.tick
    if len(times) < 2:
        return picture.nominal_rate or _STANDARD[2]
    for rate in (picture.nominal_rate, _average(picture)):
        if rate:
            # In whole numbers: `per` ticks are `unit` frames, and half an hour has 100,000 pictures.
            per, unit = (1 / (rate * tick)).as_integer_ratio()
            slack = int(per * _OFF_GRID)
            if all(abs((time - times[0]) * unit - number * per) <= slack for number, time in enumerate(times)):
                return rate
    return None


def _even_rate(picture: Picture) -> Fraction:
    """The standard rate a variable one is evened out to: its own grid, one that it is near, else the next above."""
    average = _average(picture)
    if picture.nominal_rate in _STANDARD and picture.nominal_rate >= average:
        return picture.nominal_rate
    nearest = min(_STANDARD, key=lambda rate: abs(rate - average))
    if abs(nearest - average) <= average * _NEAR:
        return nearest
    return next((rate for rate in _STANDARD if rate >= average), _STANDARD[-1])


def _average(picture: Picture) -> Fraction:
    return Fraction(len(picture.times) - 1) / ((picture.times[-1] - picture.times[0]) * picture.tick)


def _notes(facts: MediaFacts, square_px: tuple[int, int], sounds: int) -> Iterator[str]:
    """What is unusual about the file and what is done about it."""
    width, height = square_px
    if facts.rotation:
        yield f"stored lying down: turned by {facts.rotation} degrees"
    if facts.sample_aspect != "1:1":
        yield f"pixels are not square: {facts.coded_width_px}x{facts.coded_height_px} is drawn as {width}x{height}"
    if (width, height) != (facts.width_px, facts.height_px):
        yield f"odd size: {width}x{height} becomes {facts.width_px}x{facts.height_px}"
    if facts.variable_rate:
        yield f"variable frame rate: evened out to {float(facts.rate):.6g} per second"
    elif facts.rate > 30:
        yield f"{float(facts.rate):.6g} frames per second are kept"
    if facts.hdr:
        yield "HDR: burned masters are mapped to BT.709, selectable tracks keep the picture as it is"
    if facts.audio is None:
        yield "no sound: the text comes from the supplied subtitles"
    elif abs(facts.audio.start_ms) >= _AUDIO_OFFSET_MS:
        side = "after" if facts.audio.start_ms > 0 else "before"
        yield f"sound starts {abs(facts.audio.start_ms)} ms {side} the picture"
    if sounds > 1:
        yield f"{sounds} audio streams: the first is used"
