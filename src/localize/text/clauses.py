"""Spoken clauses: which words belong in one cue.

A whole sentence where it fits; else whole clauses; else a break at the longest pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from localize.cues import Word
from localize.text.chinese import (
    Simplify,
    clauses,
    ends_clause,
    ends_sentence,
    has_han,
    is_spoken,
    respelled_with_origin,
    simplified,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where cues break. Times in milliseconds, lengths in characters."""

    max_chars: int = 18
    max_duration_ms: int = 7_000
    gap_ms: int = 300
    """A pause this long is a good place to break."""
    split_gap_ms: int = 450
    """A pause this long breaks, unless a comma says that the sentence goes on."""
    comma_gap_ms: int = 800
    """A pause this long breaks even there: within sentences 610 ms were measured."""
    tail_ms: int = 120
    """Recognisers end words 115-125 ms early (median), whatever the settings."""
    min_duration_ms: int = 600
    """A cue stays at least this long where the next one allows it."""
    flash_ms: int = 400
    """What could only show for less than this joins the cue before it."""


DEFAULT = Rules()


def grouped(words: Sequence[Word], rules: Rules = DEFAULT, simplify: Simplify = simplified) -> list[list[Word]]:
    """`words` in one spelling, in the groups that become cues; every character is in exactly one of them."""
    pieces = [piece for word in _written(words, simplify) for piece in _pieces(word, rules.max_chars)]
    return _merged([group for run in _runs(pieces, rules) for group in _cut(run, rules)], rules)


def _written(words: Sequence[Word], simplify: Simplify) -> list[Word]:
    """Words in one spelling and in order of time; marks and blanks that stand alone join a neighbour."""
    text = "".join(word.text for word in words)
    owner = [i for i, word in enumerate(words) for _ in word.text]
    texts = [""] * len(words)
    for char, origin in respelled_with_origin(text, simplify):
        texts[owner[origin]] += char
    result: list[Word] = []
    pending, latest_ms = "", 0
    for word, new in zip(words, texts, strict=True):
        start_ms = max(word.start_ms, latest_ms)
        latest_ms = start_ms
        if is_spoken(new):
            result.append(Word(start_ms, max(word.end_ms, start_ms), pending + new, word.confidence))
            pending = ""
        elif result:
            result[-1] = replace(result[-1], text=result[-1].text + new)
        else:
            pending += new
    if pending.strip():  # nothing but marks
        result.append(Word(words[0].start_ms, max(words[-1].end_ms, words[0].start_ms), pending, words[0].confidence))
    return result


def _pieces(word: Word, max_chars: int) -> list[Word]:
    """A word that holds several clauses, or more characters than a cue, in parts; time goes by the character."""
    parts = [
        clause[at : at + max_chars] if has_han(clause) else clause
        for clause in clauses(word.text)
        for at in range(0, len(clause) if has_han(clause) else 1, max_chars)
    ]
    if len(parts) <= 1:
        return [word]
    pieces, at, span_ms = [], 0, word.end_ms - word.start_ms
    for part in parts:
        start_ms = word.start_ms + span_ms * at // len(word.text)
        at += len(part)
        end_ms = word.start_ms + span_ms * at // len(word.text)
        pieces.append(replace(word, start_ms=start_ms, end_ms=end_ms, text=part))
    return pieces


def _runs(pieces: Sequence[Word], rules: Rules) -> list[list[Word]]:
    """Words between two places where a cue has to break."""
    runs: list[list[Word]] = []
    for i, piece in enumerate(pieces):
        if not runs or _breaks(runs[-1], pieces[i:], rules):
            runs.append([])
        runs[-1].append(piece)
    return [[*run[:-1], _ended(run[-1])] for run in runs]


def _breaks(run: Sequence[Word], rest: Sequence[Word], rules: Rules) -> bool:
    before, pause_ms = run[-1], rest[0].start_ms - run[-1].end_ms
    if ends_sentence(before.text):
        return True
    if not ends_clause(before.text):
        return pause_ms >= rules.split_gap_ms
    return pause_ms >= rules.comma_gap_ms or (pause_ms >= rules.gap_ms and _opening(run) == _opening(rest))


def _opening(words: Sequence[Word]) -> str:
    """The first two characters. Chinese does not name the same subject twice in one sentence: 林凡回来了，林凡才是…"""
    return "".join(word.text for word in words[:2])[:2]


def _ended(word: Word) -> Word:
    """A comma that a run ends with was the end of a sentence: recognisers write it for any pause."""
    text = word.text.rstrip("，、；：")
    return replace(word, text=f"{text}。") if text and text != word.text else word


def _cut(run: Sequence[Word], rules: Rules) -> list[list[Word]]:
    """The best cues for one run: fewest breaks inside a clause, then fewest cues, then even ones and long pauses."""
    # best[i]: cost of the first i words, and where their last cue begins.
    best: list[tuple[tuple[int, int, float], int]] = [((0, 0, 0.0), 0)]
    for end in range(1, len(run) + 1):
        options = []
        for begin in range(end - 1, -1, -1):
            chars = sum(len(word.text) for word in run[begin:end])
            too_much = chars > rules.max_chars or run[end - 1].end_ms - run[begin].start_ms > rules.max_duration_ms
            if too_much and begin < end - 1:
                break
            (bad, cues, rest), _ = best[begin]
            pause_ms = run[begin].start_ms - run[begin - 1].end_ms if begin else 0
            bad_break = begin > 0 and not ends_clause(run[begin - 1].text) and pause_ms < rules.gap_ms
            cost = (bad + bad_break, cues + 1, rest + (chars / rules.max_chars) ** 2 - pause_ms / rules.gap_ms)
            options.append((cost, begin))
        best.append(min(options))
    groups: list[list[Word]] = []
    end = len(run)
    while end:
        begin = best[end][1]
        groups.insert(0, list(run[begin:end]))
        end = begin
    return groups


def _merged(groups: Sequence[list[Word]], rules: Rules) -> list[list[Word]]:
    """Join what would flash by (不！不！) to the cue before it, where both fit one and no pause lies between."""
    result: list[list[Word]] = []
    for group in groups:
        if result:
            both = result[-1] + group
            shown_ms = group[0].start_ms - result[-1][0].start_ms, group[-1].end_ms - group[0].start_ms + rules.tail_ms
            flashes = min(shown_ms) < rules.flash_ms
            fits = sum(len(word.text) for word in both) <= rules.max_chars
            if flashes and fits and group[0].start_ms - result[-1][-1].end_ms < rules.gap_ms:
                result[-1] = both
                continue
        result.append(group)
    return result
