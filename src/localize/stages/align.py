"""Align: a subtitle file made elsewhere -> which of its text belongs to which cue of the source.

A professional merges and splits as the picture asks; the target track has one line per source cue. So a cue that shows
several lines of the source stands whole at the one it covers most, the others it covers are marked as shown there, and
several cues on one line of the source follow each other in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

import regex

from localize.cues import Cue, SourceTrack
from localize.locales import Locale
from localize.subtitles import TimedText
from localize.text.scripts import foreign_han, own_share

NEAR_MS = 500
"""A cue that overlaps no line of the source belongs to one that starts this near."""
# A cue that reaches into the next line does not show it.
_COVERED = 0.5
_FOREIGN_HAN = 0.1
_DASHES = ("-", "–", "—", "－")
_HAN, _KANA = regex.compile(r"\p{Han}"), regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_SCRIPT_NAMES = {"Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Deva": "Devanagari", "Thai": "Thai",
                 "Kore": "Korean", "Jpan": "Japanese", "Hant": "Traditional Chinese", "Hans": "Chinese"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aligned:
    """Where everything went; cue ids are those of the source."""

    texts: dict[str, str]
    shown_with: dict[str, str]
    """Cues without a text of their own, and the one whose text shows them."""
    left_out: tuple[str, ...]
    """Cues for which the file has nothing."""
    unmatched: tuple[TimedText, ...]
    """What belongs to no cue."""


def align(source: SourceTrack, file: Sequence[TimedText], profile: Locale) -> Aligned:
    """Each cue of `file` to the source cue it overlaps most, or else to the one that starts nearest within 500 ms."""
    given: dict[str, list[TimedText]] = {}
    unmatched = []
    # A script may draw one line several times, for its shadow.
    once = sorted(dict.fromkeys(file), key=lambda timed: (timed.start_ms, timed.end_ms))
    for timed in once:
        if cue := _home(timed, source.cues):
            given.setdefault(cue.id, []).append(timed)
        else:
            unmatched.append(timed)
    bare = [cue for cue in source.cues if cue.id not in given]
    kinds = {cue.id: cue.kind for cue in source.cues}
    shown_with = {
        cue.id: home
        for cue in bare
        if (home := _covered_by(cue, {id_: of for id_, of in given.items() if kinds[id_] == cue.kind}))
    }
    return Aligned(
        texts={cue_id: _text(timed, profile) for cue_id, timed in given.items()},
        shown_with=shown_with,
        left_out=tuple(cue.id for cue in bare if cue.id not in shown_with),
        unmatched=tuple(unmatched),
    )


def without_source(file: Sequence[TimedText], source: SourceTrack) -> list[TimedText]:
    """`file` without the source's lines that stand above those of the locale, as in our own bilingual files.

    What a subtitle shows of the source is whole cues, one after the other.
    """
    said = [_bare(cue.text) for cue in source.cues]
    ends = list(accumulate(map(len, said), initial=0))
    return [timed._replace(text=_below_source(timed.text.split("\n"), "".join(said), set(ends))) for timed in file]


def _below_source(lines: Sequence[str], said: str, ends: Collection[int]) -> str:
    for count in range(len(lines) - 1, 0, -1):
        above = _bare("".join(lines[:count]))
        starts = (found.start() for found in regex.finditer(regex.escape(above), said, overlapped=True))
        if above and any(start in ends and start + len(above) in ends for start in starts):
            return "\n".join(lines[count:])
    return "\n".join(lines)


def _bare(text: str) -> str:
    return "".join(text.split())


def wrong_script(file: Sequence[TimedText], profile: Locale) -> str:
    """What a file is not that a file of this locale has to be; empty where it may be one."""
    text = "".join(timed.text for timed in file)
    name, han = _SCRIPT_NAMES[profile.script], _HAN.findall(text)
    if (share := own_share(text, profile)) < 0.5:
        return f"{share:.0%} of its letters are {name}"
    if profile.script == "Jpan" and len(han) > len(file) and not _KANA.search(text):
        return "it has no kana"
    foreign = set(foreign_han(text, profile))
    if profile.script == "Hant" and sum(character in foreign for character in han) > _FOREIGN_HAN * len(han):
        return f"it is in Simplified characters: {''.join(sorted(foreign))[:10]}"
    return ""


def _overlap_ms(one: TimedText, cue: Cue) -> int:
    return min(one.end_ms, cue.end_ms) - max(one.start_ms, cue.start_ms)


def _likeness(one: TimedText, cue: Cue) -> float:
    """Share of the time of both together that they have in common; below 0 where they have none."""
    return _overlap_ms(one, cue) / max(max(one.end_ms, cue.end_ms) - min(one.start_ms, cue.start_ms), 1)


def _home(timed: TimedText, cues: Sequence[Cue]) -> Cue | None:
    # A sign stands while people speak: of a line and a sign the one whose times are the cue's own.
    of_kinds = [[cue for cue in cues if cue.kind == kind] for kind in ("dialogue", "forced")]
    best_of = [max(of_kind, key=lambda cue: _overlap_ms(timed, cue)) for of_kind in of_kinds if of_kind]
    best = max(best_of, key=lambda cue: _likeness(timed, cue), default=None)
    if best is None or _overlap_ms(timed, best) > 0:
        return best
    nearest = min(cues, key=lambda cue: abs(cue.start_ms - timed.start_ms))
    return nearest if abs(nearest.start_ms - timed.start_ms) <= NEAR_MS else None


def _covered_by(cue: Cue, given: dict[str, list[TimedText]]) -> str | None:
    overlaps = {home: sum(max(_overlap_ms(timed, cue), 0) for timed in several) for home, several in given.items()}
    home = max(overlaps, key=overlaps.__getitem__, default=None)
    return home if home and overlaps[home] >= _COVERED * cue.duration_ms else None


def _text(several: Sequence[TimedText], profile: Locale) -> str:
    """A cue's line breaks are its author's craft; where words are not spaced, one that is lost would leave a gap."""
    if len(several) == 1 and profile.spaced:
        return several[0].text
    between = "" if profile.writes_han else " "
    return between.join(_one_line(timed.text, between) for timed in several)


def _one_line(text: str, between: str) -> str:
    lines = text.split("\n")
    if len(lines) > 1 and all(line.startswith(_DASHES) for line in lines):
        return text
    joined = lines[0]
    for line in lines[1:]:
        # Two Latin words stay two.
        joined += (between or " " * (joined[-1:].isascii() and line[:1].isascii())) + line
    return joined
