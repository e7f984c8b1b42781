"""Agreement: where the text of an episode came from, why, and how what else was read or heard bears it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localize.cues import Origin
from localize.findings import Finding
from localize.picture.hardsub import HardSubs
from localize.rules import finding
from localize.series import TextSource
from localize.text.alignment import Timed, met, plain

FOUND = 0.5
"""Share of a line's characters that have to sound alike in another reading for the line to be in it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How one reading bears out the lines of another.

    Of `lines` lines `found` are in it, `same` of them word for word; `alike` is the share of all their characters that
    sound alike there; `more` counts what it has besides.
    """

    origin: Origin
    lines: int
    found: int
    same: int
    alike: float
    more: int = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """`chosen` is where the text came from and `why` in plain words; `compared` has every other reading there is."""

    chosen: Origin
    why: str
    compared: tuple[Compared, ...] = ()
    schema: int = 1


def choose(asked: TextSource, supplied: str, found: HardSubs) -> tuple[Origin, str, Finding | None]:
    """Where the text comes from and why, with a finding where burned-in subtitles were looked for in vain.

    `supplied` names the file that came with the episode, empty where none did; `auto` prefers it to burned-in
    subtitles, and these to speech.
    """
    if asked == "speech":
        return "speech", "speech was asked for", None
    if supplied and asked in {"auto", "file"}:
        return "file", f"{supplied} came with the episode", None
    if found.bands and found.dialogue and found.reach:
        top, bottom = found.reach
        return "ocr", f"found at {100 * top:.0f} to {100 * bottom:.0f} % of the height", None
    reason = found.reason or "nothing could be read there"
    chosen: Origin = "file" if supplied else "speech"
    instead = supplied or "speech"
    note = finding(
        "no-band",
        f"no burned-in subtitles that can be used: {reason}; the text comes from {instead}",
        severity="error" if asked == "ocr" else None,
    )
    return chosen, f"no burned-in subtitles that can be used: {reason}", note


def compare(lines: Sequence[Timed], others: Sequence[Timed], origin: Origin, more: int = 0) -> Compared:
    """How `others`, read from `origin`, bear out `lines`; both in order of time."""
    meetings = met(lines, others)
    said = sum(meeting.said for meeting in meetings)
    found = [number for number, meeting in enumerate(meetings) if meeting.share >= FOUND]
    same = sum(
        plain(lines[number].text) == "".join(other.char for _, other in meetings[number].pairs) for number in found
    )
    alike = sum(len(meeting.pairs) for meeting in meetings) / said if said else 0.0
    return Compared(origin, len(lines), len(found), same, round(alike, 4), more)
