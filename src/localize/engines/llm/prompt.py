"""What an LLM is asked: windows of a track, and one question per window, with only what its lines need.

Everything here is a function of the series: the same lines are asked in the same words on every machine. Nothing in the
words looks like an answer, since small models copy what they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from localize.cues import Cue
from localize.endpoints import Endpoint
from localize.engines.llm.client import Question, tokens_of
from localize.lines import Brief, Line, Overlong
from localize.locales import Locale
from localize.text.shortening import readable

WINDOW = 20
"""Cues of a window, at most. Longer answers shift and drop lines more often, shorter ones see less of the scene."""
SCENE_GAP_MS = 2500
"""So long a silence is taken for a change of scene."""
CONTEXT = 4
"""Cues that are shown on either side of those asked for."""

_SYSTEM = """\
You translate the subtitles of a Chinese short drama into {name} ({tag}), as a native subtitler would put them.
The user sends JSON. Answer with one JSON object and nothing else. Its list "lines" holds one item for every item of \
the list "lines" that you are sent, in the same order. Each item has three strings: "id" is copied, "src" is the \
source line copied character by character, "text" is the translation of this line alone.
Rules:
- One line stays one line. Never merge two lines, never move words to another line, never leave a line out or add one.
- Keep meaning, tone and register. Prefer the shorter wording; stay within "max_characters" where the meaning allows it.
- "terms" of a line say how words in it have to be rendered: write them exactly so. Never write what stands in "never".
- Write the names of "characters" as they are given, and let pronouns and forms agree with their gender.
- "speaks" is how the speaker addresses the other person; "say" is what is said instead of a form of address.
- "similar" are lines that a person translated before: keep to their wording where it fits.
- "before" and "after" are neighbouring lines: they explain, and are not translated.
- "mend" says what was wrong with an earlier translation of the line.
- The lines are fiction, quarrels, insults and threats included: they are translated as they are spoken.
- Write {name} only{no_han}. No notes, no alternatives, no quotation marks around a line, no line breaks."""

_SHORTER = """\
You shorten subtitles of a Chinese short drama in {name} ({tag}) that stand too briefly to be read, as a native \
subtitler would.
The user sends JSON. Answer with one JSON object and nothing else. Its list "lines" holds one item for every item of \
the list "lines" that you are sent, in the same order. Each item has three strings: "id" is copied, "src" is the \
source line copied character by character, "text" says in fewer characters what "present" says.
Rules:
- A text has at most "max_characters" characters, spaces and marks included. Use that room: say no less than you must.
- Keep what the line does in its scene. Leave out fillers, repetitions, forms of address, and what the scene shows \
anyway; then put it in plainer words. Nothing is cut off, abbreviated, or replaced by dots.
- Keep every number and every name of "present".
- "terms" of a line say how words in it have to be rendered: write them exactly so. Never write what stands in "never".
- Write the names of "characters" as they are given, and let pronouns and forms agree with their gender.
- "speaks" is how the speaker addresses the other person; "say" is what is said instead of a form of address.
- "similar" are lines that a person translated before: keep to their wording where it fits.
- "before" and "after" are neighbouring lines of the source: they explain, and are not part of the answer.
- "mend" says what was wrong with an earlier answer for the line.
- The lines are fiction, quarrels, insults and threats included: they are said as they are spoken.
- Write {name} only{no_han}. No notes, no alternatives, no quotation marks around a line, no line breaks."""

_PROSE = "title and synopsis of the series and titles of its episodes: prose for a catalogue, not subtitles"
_GENDERS = {"m": "male", "f": "female"}
_LEAST_CHARACTERS = 12
_OVERHEAD_TOKENS = 64


def windows(track: Sequence[Cue], wanted: Collection[str]) -> list[list[Cue]]:
    """The cues of `track` whose ids are `wanted`, each once, grouped by scene; what is not wanted is left out.

    Where a window begins and ends depends on the whole track and not on what is wanted of it.
    """
    pieces = [piece for scene in _scenes(track) for piece in _short(scene)]
    packed: list[list[Cue]] = []
    for piece in pieces:
        if packed and len(packed[-1]) + len(piece) <= WINDOW:
            packed[-1] += piece
        else:
            packed.append(list(piece))
    chosen = ([cue for cue in window if cue.id in wanted] for window in packed)
    return [window for window in chosen if window]


def _scenes(track: Sequence[Cue]) -> Iterator[Sequence[Cue]]:
    begin = 0
    for number, (before, after) in enumerate(pairwise(track), 1):
        if after.start_ms - before.end_ms >= SCENE_GAP_MS:
            yield track[begin:number]
            begin = number
    yield track[begin:]


def _short(scene: Sequence[Cue]) -> list[Sequence[Cue]]:
    """`scene` in pieces of a window at most, cut at the longest silences near its middle."""
    if len(scene) <= WINDOW:
        return [scene]
    quarter, middle = len(scene) // 4, len(scene) // 2
    at = max(
        range(quarter, len(scene) - quarter),
        key=lambda number: (scene[number].start_ms - scene[number - 1].end_ms, -abs(number - middle)),
    )
    return _short(scene[:at]) + _short(scene[at:])


def question(
    lines: Sequence[Line], profile: Locale, brief: Brief, endpoint: Endpoint, mend: Mapping[str, str]
) -> Question:
    """What is asked of `lines`; `mend[id]` says what was wrong with a line the last time."""
    return _question(_SYSTEM, lines, profile, brief, endpoint, mend)


def shorter(
    lines: Sequence[Overlong], profile: Locale, brief: Brief, endpoint: Endpoint, mend: Mapping[str, str]
) -> Question:
    """What is asked of `lines` that are too long, with the text of each and the characters it may have."""
    present = {one.line.cue.id: {"present": one.text, "max_characters": one.limit} for one in lines}
    return _question(_SHORTER, [one.line for one in lines], profile, brief, endpoint, mend, present)


def _question(
    system: str,
    lines: Sequence[Line],
    profile: Locale,
    brief: Brief,
    endpoint: Endpoint,
    mend: Mapping[str, str],
    more: Mapping[str, Mapping[str, Any]] = {},
) -> Question:
    """`more[id]` is said of a line beside, or instead of, what is always said."""
    no_han = "" if profile.writes_han else ", and no Chinese characters"
    limit = sum(max(endpoint.max_line_tokens, 3 * tokens_of(line.text)) for line in lines)
    user = _user(lines, profile, brief, mend)
    user["lines"] = [line | more.get(line["id"], {}) for line in user["lines"]]
    return Question(
        messages=(
            {"role": "system", "content": system.format(name=profile.name, tag=profile.tag, no_han=no_han)},
            {"role": "user", "content": json.dumps(user, ensure_ascii=False)},
        ),
        schema=_schema(len(lines)),
        max_tokens=limit + _OVERHEAD_TOKENS + endpoint.thinking_tokens,
    )


def _schema(count: int) -> dict[str, Any]:
    """The same for all questions of one size, since servers compile it and keep what they compiled."""
    names = ["id", "src", "text"]
    item = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }
    lines = {"type": "array", "items": item, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"lines": lines}, "required": ["lines"], "additionalProperties": False}


def _user(lines: Sequence[Line], profile: Locale, brief: Brief, mend: Mapping[str, str]) -> dict[str, Any]:
    befores, after = _context(lines, brief.track)
    shown = "\n".join([line.text for line in lines] + [text for before in befores for text in before] + after)
    return _filled(
        series=brief.title,
        genre=brief.genre,
        what=_PROSE if brief.prose else "",
        target=f"{profile.name} ({profile.tag})",
        characters=_characters(lines, shown, profile.tag, brief),
        lines=[
            _line(line, profile, before, mend.get(line.cue.id, "")) for line, before in zip(lines, befores, strict=True)
        ],
        after=after,
    )


def _line(line: Line, profile: Locale, before: list[str], mend: str) -> dict[str, Any]:
    tag, cue = profile.tag, line.cue
    terms, manner = line.terms.get(tag, ()), line.manner.get(tag)
    return _filled(
        before=before,
        id=cue.id,
        src=cue.text,
        kind="text on the screen" if cue.kind == "forced" else "",
        speaker=cue.speaker,
        speaks=manner.register_ if manner else "",
        say=dict(manner.say) if manner else {},
        terms={term.source: term.target for term in terms},
        never=list(dict.fromkeys(form for term in terms for form in term.forbidden)),
        similar={similar.source: similar.target for similar in line.similar.get(tag, ())},
        max_characters=max(_LEAST_CHARACTERS, line.limits.get(tag, readable(profile.cps, cue.duration_ms))),
        mend=mend,
    )


def _context(lines: Sequence[Line], track: Sequence[Cue]) -> tuple[list[list[str]], list[str]]:
    """For every line what is said directly before it and not asked for, and what is said after the last one."""
    places = {cue.id: number for number, cue in enumerate(track)}
    befores, last = [], -1
    for line in lines:
        at = places.get(line.cue.id, 0)
        befores.append([cue.text for cue in track[max(last + 1, at - CONTEXT) : at]])
        last = at
    return befores, [cue.text for cue in track[last + 1 : last + 1 + CONTEXT]]


def _characters(lines: Sequence[Line], shown: str, tag: str, brief: Brief) -> list[dict[str, Any]]:
    """Those who speak or are named in what is shown, in the order of the cast."""
    speaking = {character.name for line in lines if (character := brief.cast.named(line.cue.speaker))}
    return [
        _filled(
            source=character.name,
            aliases=list(character.aliases),
            target=next(iter(character.names.get(tag, ())), ""),
            gender=_GENDERS.get(character.gender, ""),
            note=character.note,
        )
        for character in brief.cast.characters
        if character.name in speaking or character.stands_in(shown)
    ]


def _filled(**values: Any) -> dict[str, Any]:
    """`values` without those that say nothing."""
    return {name: value for name, value in values.items() if value}
