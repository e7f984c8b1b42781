"""A subtitle file from anywhere, judged by itself: as a viewer would see it on a phone, with its own line breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from localize.cues import Event, Layout, TargetLine, TargetTrack
from localize.drawing import fonts
from localize.episode import MediaFacts
from localize.findings import Finding
from localize.locales import Locale
from localize.rules import finding
from localize.series import Style
from localize.stages.check.picture import of_picture
from localize.stages.check.raw import of_raw
from localize.stages.check.shots import of_shots
from localize.stages.check.time import of_time
from localize.subtitles import Entry, SubtitleFile
from localize.timecode import clock

UNREADABLE = 1.5
"""Times the reading speed of the locale: no viewer follows, however short the line is on screen."""
# Aspects of a script and a frame this close are one: 1080x1920 and 720x1280.
_SAME_ASPECT = 0.01
# These formats leave the order to the times.
_UNORDERED = frozenset({"ass", "ssa", "ttml", "dfxp", "itt"})


def no_media(file: SubtitleFile) -> MediaFacts:
    """What is taken for granted where no media is given: 1080x1920 at 25 fps, as long as the subtitles."""
    duration_ms = max((entry.timed.end_ms for entry in file.entries), default=0)
    return MediaFacts(
        digest="", size_bytes=0, mtime_ns=0, duration_ms=duration_ms, width_px=1080, height_px=1920,
        coded_width_px=1080, coded_height_px=1920, rotation=0, sample_aspect="1:1", frame_rate=str(Fraction(25)),
        variable_rate=False, frames=duration_ms * 25 // 1000, video_codec="", pixel_format="", colour_space="",
        colour_transfer="", colour_primaries="", colour_range="", audio=None,
    )  # fmt: skip


def check_file(
    file: SubtitleFile,
    profile: Locale,
    frame: Layout,
    facts: MediaFacts,
    *,
    style: Style,
    shots_ms: Sequence[int] = (),
) -> tuple[Finding, ...]:
    """Everything found in `file`, cue by cue; a cue is named by its place in the file, from 1 on.

    `frame` is an empty layout: the size of the type and the safe area. An ASS script made for a frame of the same shape
    is measured at its own size. `shots_ms` are the starts of new shots, where the media is there to tell.
    """
    numbered = {str(number): entry for number, entry in enumerate(file.entries, 1)}
    shown = {
        cue_id: entry
        for cue_id, entry in numbered.items()
        if entry.timed.text and entry.timed.start_ms < entry.timed.end_ms
    }
    events = [_event(cue_id, entry, profile, frame, style) for cue_id, entry in shown.items()]
    layout = replace(frame, events=tuple(sorted(events, key=lambda event: (event.start_ms, event.end_ms))))
    said = [TargetLine(cue_id, _joined(entry.timed.text, profile), "human") for cue_id, entry in shown.items()]
    found = [
        *_of_entries(file, numbered, profile, style),
        *of_picture(TargetTrack(profile.tag, tuple(said)), layout, profile, style),
        *(_weighed(found) for found in of_time(layout, profile, facts)),
        *of_shots(layout, shots_ms, facts.rate),
    ]
    if file.encoding != "utf-8":
        message = f"the file is {file.encoding.upper()}: players take it for UTF-8"
        found.append(finding("encoding", message, None, file.encoding, "utf-8"))
    # At its own size no cue of a file was made smaller to fit.
    return tuple(sorted((f for f in found if f.rule != "shrunk"), key=lambda f: int(f.cue_id or 0)))


def _of_entries(file: SubtitleFile, numbered: dict[str, Entry], profile: Locale, style: Style) -> Iterator[Finding]:
    for cue_id, entry in numbered.items():
        start_ms, end_ms, text, _ = entry.timed
        if end_ms <= start_ms:
            message = f"ends {start_ms - end_ms} ms before it begins" if end_ms < start_ms else "ends when it begins"
            yield finding("no-duration", message, cue_id, end_ms - start_ms, 0)
        if not text:
            yield finding("empty-cue", "nothing is shown", cue_id, 0, 1)
        yield from of_raw(entry, cue_id, file.kind, profile)
        if lacking := fonts.undrawable(text.replace("\n", ""), profile, style.bold):
            yield finding("glyph", fonts.lacks(lacking, profile), cue_id, len(lacking), 0)
    if file.kind not in _UNORDERED:
        for (_, before), (cue_id, after) in pairwise(numbered.items()):
            if after.timed.start_ms < before.timed.start_ms:
                message = f"begins at {clock(after.timed.start_ms)}, before the one above it"
                yield finding("order", message, cue_id, after.timed.start_ms, before.timed.start_ms)


def _event(cue_id: str, entry: Entry, profile: Locale, frame: Layout, style: Style) -> Event:
    start_ms, end_ms, text, _ = entry.timed
    em_px, bottom_px = 0, round(entry.type.bottom * frame.height_px) if entry.type else 0
    if entry.type and abs(entry.type.aspect - frame.width_px / frame.height_px) < _SAME_ASPECT:
        em_px = round(entry.type.size * frame.height_px / fonts.size_px(profile.font, 1, style.bold))
    return Event(start_ms, end_ms, text, (cue_id,), em_px=em_px, margin_bottom_px=bottom_px)


def _joined(text: str, profile: Locale) -> str:
    """The text as one line, so that its own breaks can be judged."""
    return text if profile.spaced else text.replace("\n", "")


def _weighed(found: Finding) -> Finding:
    """Far above the limit, reading speed is no matter of taste."""
    if (
        found.rule == "cps"
        and isinstance(found.measured, int | float)
        and isinstance(found.limit, int | float)
        and found.measured > UNREADABLE * found.limit
    ):
        message = f"{found.message}: more than {UNREADABLE:g} times the limit, nobody can read it"
        return replace(found, severity="error", message=message)
    return found
