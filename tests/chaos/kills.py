"""Kills: days of an episode in which every act may be cut short by `kill -9`, at a place that a seed chooses.

After each kill the same act is done again. At the end the episode has to be what an undisturbed day made of it, without
a unit made twice and with every edit and approval that a person was told had been saved.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from localize import disk, gc
from tests.chaos.episode import CLIP, DAY, Act, Episode, complete, litter, outcome
from tests.chaos.life import Child, Life, Moment

STEPS = (
    "ingest", "shots", "read", "transcribe", "segment", "translate", "fit", "check", "cover", "sidecar", "burn",
    "mux", "report", "gate", "edit", "approve",
)  # fmt: skip
_ATTEMPTS = 12
_FILM_S = 0.4
"""About as long as an encoder works on the film."""


@dataclass(slots=True)
class Tally:
    """What came of the kills in one step."""

    kills: int = 0
    lost: int = 0
    """Units or files that were missing or other than on an undisturbed day."""
    twice: int = 0
    """Units made again though they were complete and nothing they were made from had changed."""
    edits_lost: int = 0
    left: int = 0
    """Scratch folders and half-written files that stayed until `localize gc` at the end of the day."""


@dataclass(slots=True)
class Table:
    rows: dict[str, Tally] = field(default_factory=lambda: {step: Tally() for step in STEPS})
    notes: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return sum(row.kills for row in self.rows.values())

    @property
    def held(self) -> bool:
        return not self.notes and not any(row.lost or row.twice or row.edits_lost for row in self.rows.values())

    def markdown(self) -> str:
        head = "| killed in | kills | units lost | units made twice | edits lost | left-overs |"
        lines = [head, "|---" * 6 + "|"]
        lines += [_row(step, row) for step, row in self.rows.items()]
        rows = self.rows.values()
        total = Tally(
            *(sum(getattr(row, name) for row in rows) for name in ("kills", "lost", "twice", "edits_lost", "left"))
        )
        return "\n".join([*lines, _row("all", total)])


def _row(name: str, row: Tally) -> str:
    return f"| {name} | {row.kills} | {row.lost} | {row.twice} | {row.edits_lost} | {row.left} |"


def measure(folder: Path, *, kills: int, seed: int, say: Callable[[str], None]) -> Table:
    """Kill so many times, as evenly over the steps as the acts allow; the same seed draws the same places."""
    table, chance, day, media = Table(), random.Random(seed), 0, folder / CLIP
    usual, wanted = _usual_day(Episode(folder / "undisturbed", media))
    while table.kills < kills:
        day += 1
        episode = Episode(folder / f"day{day}", media)
        killed = _day(episode, usual, table, chance, kills)
        _compare(episode, wanted, killed, table, day)
        say(f"day {day}: killed in {', '.join(killed) or 'nothing'}; {table.kills} of {kills}")
        if table.held:
            shutil.rmtree(episode.folder)
    return table


def _usual_day(episode: Episode) -> tuple[list[Life], dict[str, str]]:
    """How often each act changes something in each step, and what comes of an undisturbed day."""
    lives = [_live(episode, act) for act in DAY]
    return lives, outcome(episode.home)


def _live(episode: Episode, act: Act | None, moment: Moment | None = None) -> Life:
    return Child(episode, act.do if act else None, moment, name=act.name if act else "").wait()


def _day(episode: Episode, usual: list[Life], table: Table, chance: random.Random, kills: int) -> list[str]:
    """One day, in whose acts kills follow one another; returns the steps that it was killed in."""
    killed: list[str] = []
    told: list[Act] = []
    for act, life in zip(DAY, usual, strict=True):
        if act and act.name == "edit":  # which reopens what was approved before
            told = [one for one in told if (one.name, one.tag) != ("approve", act.tag)]
        at, attempt = "", 0
        while True:
            attempt += 1
            moment = _moment(life, table, chance, at, kills) if attempt <= _ATTEMPTS else None
            before, litter_before = complete(episode.home), len(litter(episode.home))
            lived = _live(episode, act, moment)
            step = moment.step if moment and lived.killed else ""
            row = table.rows[step or (killed[-1] if killed else "gate")]
            twice = _twice(before, lived, complete(episode.home))
            row.twice += len(twice)
            table.notes += [f"{unit} was made twice after a kill in {killed}" for unit in twice]
            if step:
                killed.append(at := step)
                row.kills += 1
                row.left += max(0, len(litter(episode.home)) - litter_before)
            elif lived.errors:
                table.notes.append(f"after a kill in {killed}: {lived.errors}")
            if lived.acknowledged and act:
                told.append(act)
            for lost in [one for one in told if not one.stands(episode)]:
                row.edits_lost += 1
                table.notes.append(f"the {lost.name} of {lost.tag} is gone after a kill in {killed}")
                told.remove(lost)
            if not lived.killed:
                break
    return killed


def _moment(usual: Life, table: Table, chance: random.Random, at: str, kills: int) -> Moment | None:
    """A place in the step that was killed least so far, from step `at` on, since those before it are done.

    Where encoders start, often some time after. None where all of these had their share of `kills`.
    """
    ahead = [step for step in STEPS[STEPS.index(at) if at else 0 :] if step in usual.events]
    fewest = min(table.rows[step].kills for step in ahead)
    if table.kills >= kills or fewest >= -(-kills // len(STEPS)):
        return None
    # The first of them: more of the others can still be reached in the same run.
    step = next(step for step in ahead if table.rows[step].kills == fewest)
    if step in usual.starts and chance.random() < 0.5:
        return Moment(step, usual.starts[step], chance.uniform(0.01, _FILM_S))
    return Moment(step, chance.randint(1, usual.events[step]))


def _twice(before: Mapping[tuple[str, str], object], lived: Life, after: Mapping[tuple[str, str], object]) -> list[str]:
    """Units that were complete, and that this life made again of the same things; a report tells of runs as well."""
    done = Counter(unit for unit in lived.done if unit[0] != "report")
    again = [unit for unit in done if unit in before and before[unit] == after.get(unit)]
    return [" ".join(unit) for unit in (*again, *(unit for unit, times in done.items() if times > 1))]


def _compare(episode: Episode, wanted: Mapping[str, str], killed: list[str], table: Table, day: int) -> None:
    with mock.patch.object(disk, "_IDLE_S", -1):
        gc.collect(episode.job())
    table.notes += [f"day {day}: {name} stayed after gc" for name in litter(episode.home)]
    made, blame = outcome(episode.home), table.rows[killed[-1] if killed else "gate"]
    for name in sorted({*wanted, *made}):
        if wanted.get(name) != made.get(name):
            blame.lost += 1
            table.notes.append(f"day {day}: {name} is not as on an undisturbed day, after kills in {killed}")
    # Nothing is left to do, and nobody's lease stands in the way.
    last = _live(episode, None)
    if last.done or last.errors:
        blame.twice += len(last.done)
        table.notes.append(f"day {day}: a finished episode was worked on: {last.done} {last.errors}")
