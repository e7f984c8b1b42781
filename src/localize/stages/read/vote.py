"""Votes: one text out of several readings of the same letters, character by character."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from unicodedata import category

from rapidfuzz.distance import Levenshtein

from localize.picture.sight import Reading
from localize.text.chinese import CLAUSE_ENDS, CLOSERS, FULL_WIDTH, has_han

# Of the distance from one character to the next. A recogniser gives the place of a character to an eighth of its width;
# a space between clauses is half a character wide at least.
_SPACE = 1.45
# Below it a character that another reading has otherwise is noise of the recogniser.
_SURE = 0.8


def plain(text: str) -> str:
    """`text` as two readings of it are compared: without its spaces, which a recogniser loses at random."""
    return "".join(FULL_WIDTH.get(char, char) for char in text if not char.isspace())


def similarity(one: str, other: str) -> float:
    """Share of characters that two texts have in common, 0 to 1."""
    return Levenshtein.normalized_similarity(plain(one), plain(other))


def same_text(one: Reading, other: Reading) -> bool:
    """Whether two readings can be of the same text: what differs is a small part, and one of both was unsure of it."""
    first, second = _tidied(one), _tidied(other)
    if not first.text or not second.text:
        return False
    steps = Levenshtein.editops(first.text, second.text)
    if not len(steps):
        return True
    if len(steps) > max(len(first.text), len(second.text)) / 3:
        return False
    return all(_doubtful(first, step.src_pos) or _doubtful(second, step.dest_pos) for step in steps)


def _doubtful(reading: Reading, at: int) -> bool:
    near = reading.confidences[max(at - 1, 0) : at + 1] or reading.confidences[-1:]
    return min(near) < _SURE or reading.text[min(at, len(reading.text) - 1)] in CLAUSE_ENDS + CLOSERS


def voted(readings: Sequence[Reading]) -> tuple[Reading, tuple[str, ...]]:
    """The text most of `readings` agree on, and what the others said, the most frequent first.

    Each character's confidence is the mean of those who voted for it, times their share of the votes.
    """
    tidy = [reading for reading in map(_tidied, readings) if reading.text]
    if not tidy:
        return Reading("", (), ()), ()
    counts = Counter(reading.text for reading in tidy)
    pivot = max(tidy, key=lambda reading: (counts[reading.text], reading.confidence))
    text = ""
    confidences: list[float] = []
    centres: list[float] = []
    for number, votes in enumerate(_ballots(pivot, tidy)):
        if not votes:
            continue
        chosen = max(votes, key=lambda said, votes=votes: sum(votes[said]))  # type: ignore[misc]
        share = len(votes[chosen]) / len(tidy)
        if number % 2 or share > 0.5:
            text += chosen
            confidences += [round(sum(votes[chosen]) / len(votes[chosen]) * share, 4)] * len(chosen)
            centres += [pivot.centres[min(number // 2, len(pivot.centres) - 1)]] * len(chosen)
    result = _spaced(Reading(text, tuple(confidences), tuple(centres)), readings)
    return result, tuple(other for other, _ in counts.most_common() if other != plain(result.text))


def _ballots(pivot: Reading, readings: Sequence[Reading]) -> list[dict[str, list[float]]]:
    """What each of `readings` has, and how sure of it: at odd places instead of a character of `pivot`, at even ones
    between two of them."""
    ballots: list[dict[str, list[float]]] = [{} for _ in range(2 * len(pivot.text) + 1)]
    for reading in readings:
        for step in Levenshtein.opcodes(pivot.text, reading.text):
            said = reading.text[step.dest_start : step.dest_end]
            sure = reading.confidences[step.dest_start : step.dest_end]
            if step.tag == "insert":
                ballots[2 * step.src_start].setdefault(said, []).append(min(sure))
            for number, at in enumerate(range(step.src_start, step.src_end)):
                char, share = ("", reading.confidence) if step.tag == "delete" else (said[number], sure[number])
                ballots[2 * at + 1].setdefault(char, []).append(share)
    return ballots


def _tidied(reading: Reading) -> Reading:
    """Without spaces and pictographs, marks in their full width beside Chinese."""
    kept = [n for n, char in enumerate(reading.text) if not char.isspace() and category(char) != "So"]
    wide = has_han(reading.text)
    return Reading(
        "".join(FULL_WIDTH.get(reading.text[n], reading.text[n]) if wide else reading.text[n] for n in kept),
        tuple(reading.confidences[n] for n in kept),
        tuple(reading.centres[n] for n in kept),
    )


def _spaced(reading: Reading, readings: Sequence[Reading]) -> Reading:
    """With the spaces between its characters: a recogniser loses them and invents none, and their room tells too."""
    text, centres = reading.text, reading.centres
    steps = [after - before for before, after in pairwise(centres)]
    usual = median(steps) if len(steps) > 1 else 0.0
    read = {
        len(plain(other.text[:number]))
        for other in readings
        if plain(other.text) == plain(text)
        for number, char in enumerate(other.text)
        if char.isspace()
    }
    spaced, confidences, places = "", [], []
    for number, char in enumerate(text):
        before = text[number - 1 : number]
        if before and before not in CLAUSE_ENDS and char not in CLAUSE_ENDS:
            wide = bool(usual) and steps[number - 1] > _SPACE * usual
            if number in read or (wide and not (before.isascii() and char.isascii())):
                spaced += " "
                confidences.append(min(reading.confidences[number - 1], reading.confidences[number]))
                places.append(centres[number - 1])
        spaced += char
        confidences.append(reading.confidences[number])
        places.append(centres[number])
    return replace(reading, text=spaced, confidences=tuple(confidences), centres=tuple(places))
