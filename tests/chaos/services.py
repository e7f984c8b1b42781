"""Services: a Prefect server, a worker and the runs it starts, killed with `kill -9` while an episode is worked on.

Each kill has an episode of its own, whose run is started as a decision starts it. Whatever was killed is started again,
and the run as well where it is gone, as ops would. In the end the episode has to be what an undisturbed run made of it,
without a unit made twice. Everything is what is shipped: flows, deployments, the engine that needs no model.
"""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

from localize import disk, gc, pipeline, runs
from localize.engines.registry import Engines
from localize.job import Job
from localize.series import load
from tests.chaos.episode import CLIP, artefacts, complete, litter, outcome
from tests.chaos.served import VICTIMS, Served, served

WAVES = (
    ("ingest",), ("shots", "read", "transcribe"), ("segment",), ("translate",), ("fit",), ("check",), ("cover",),
    ("sidecar",), ("burn",), ("mux",), ("report",),
)  # fmt: skip
START = "start"
"""While the process of a run starts, before its first unit."""
MOMENTS = (START, *(wave[0] for wave in WAVES))
STARTING_S, LEAST_S, REPORT_S = 4.0, 0.15, 0.4
"""How long a start, any other moment, and the report with the telling of what came of it are taken to last."""
MANIFEST = """schema = 1
id = "dragon"
title = "龙王归来"
genre = "war-god"
locales = ["zh-Hant"]
memory = "off"
[gates]
transcript = "off"
translation = "off"
final = "off"
"""
EPISODE = '[[episode]]\nid = "{id}"\nfile = "ep.mp4"\nsubtitles = "ep.srt"\n'
SRT = "1\n00:00:00,100 --> 00:00:00,700\n跪下！\n\n2\n00:00:00,900 --> 00:00:01,500\n我回来了。\n"


@dataclass(slots=True)
class Tally:
    """What came of killing one kind of process."""

    kills: int = 0
    went_on: int = 0
    """Runs that were through without being started again."""
    lost: int = 0
    twice: int = 0
    at: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Table:
    rows: dict[str, Tally] = field(default_factory=lambda: {victim: Tally() for victim in VICTIMS})
    notes: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return sum(row.kills for row in self.rows.values())

    @property
    def held(self) -> bool:
        return not self.notes

    def markdown(self) -> str:
        lines = ["| killed | kills | in | went on by itself | units lost | units made twice |", "|---" * 6 + "|"]
        for victim, row in self.rows.items():
            at = ", ".join(moment for moment in MOMENTS if moment in row.at)
            lines.append(f"| {victim} | {row.kills} | {at} | {row.went_on} | {row.lost} | {row.twice} |")
        return "\n".join(lines)


def measure(folder: Path, *, kills: int, seed: int, say: Callable[[str], None]) -> Table:
    """Kill so many times, every kind of process at every moment once before any twice."""
    table, chance, place = Table(), random.Random(seed), folder / "services"
    drawn = _drawn(kills, chance)
    jobs = iter(_series(place, folder / CLIP, 1 + 3 * len(drawn)))
    with served(place) as there:
        usual = next(jobs)
        there.through(there.begin(usual), usual)
        wanted, lengths, done = _plain(usual), _lengths(usual), [usual]
        while drawn:
            job, (victim, moment) = next(jobs), drawn.pop(0)
            done.append(job)
            run, row = there.begin(job), table.rows[victim]
            reached = partial(_reached, there, run, job, moment)
            killed = there.kill(run, victim, reached, chance.uniform(0, lengths[moment]))
            before = _made(job)
            again = there.mend(run, job, victim, killed)
            if killed:
                row.kills += 1
                row.at.add(moment)
                row.went_on += not again
            else:
                drawn.append((victim, moment))  # there was nothing to kill yet, or any more
            lost, twice = _lost(job, wanted), {*_recorded_twice(job), *_made_anew(before, _made(job))}
            row.lost, row.twice = row.lost + len(lost), row.twice + len(twice)
            for what in (*lost, *(f"{unit} was made twice" for unit in twice)):
                table.notes.append(f"{job.episode.id}: {what}, after {victim} was killed in {moment}")
            did = "killed" if killed else "not there any more, or not yet,"
            say(f"{job.episode.id}: {victim} {did} in {moment}{', begun again' if again else ''}; {table.kills} kills")
    table.notes += _unfinished(done)
    return table


def _drawn(kills: int, chance: random.Random) -> list[tuple[str, str]]:
    every = [*itertools.product(VICTIMS, MOMENTS)]
    rounds = -(-kills // len(every))
    return [one for _ in range(rounds) for one in chance.sample(every, k=len(every))][:kills]


def _series(place: Path, clip: Path, count: int) -> list[Job]:
    """So many episodes of the same film and subtitles, in one locale that needs no model."""
    place.mkdir()
    shutil.copy(clip, place / "ep.mp4")
    (place / "ep.srt").write_text(SRT, encoding="utf-8")
    tables = (EPISODE.format(id=f"ep{number:03d}") for number in range(count))
    (place / "series.toml").write_text(MANIFEST + "".join(tables), encoding="utf-8")
    series = load(place / "series.toml")
    return pipeline.jobs(series, place / "workspace", pipeline.options(series), Engines())


def _reached(there: Served, run: str, job: Job, moment: str) -> bool:
    if moment == START:
        return there.begun(run)
    if moment == WAVES[0][0]:
        return job.workspace.folder.is_dir()
    before = itertools.takewhile(lambda wave: moment not in wave, WAVES)
    return {step for wave in before for step in wave} <= {unit.step for unit in _units(job)}


def _units(job: Job) -> list[runs.RunUnit]:
    """What all runs have recorded of the episode so far."""
    return [unit for run in runs.all_of(job.workspace) for unit in run.units]


def _lengths(job: Job) -> dict[str, float]:
    """Seconds that each moment lasts, by a run that was left alone."""
    took = {unit.step: unit.seconds for unit in _units(job)}
    waves = {wave[0]: max(LEAST_S, *(took.get(step, 0.0) for step in wave)) for wave in WAVES}
    return {START: STARTING_S, **waves, WAVES[-1][0]: REPORT_S}


def _plain(job: Job) -> dict[str, str]:
    """What has to be the same in all of these episodes, by name without the episode's."""
    return {name.replace(job.episode.id, "ep"): digest for name, digest in outcome(job.workspace.folder).items()}


def _lost(job: Job, wanted: Mapping[str, str]) -> list[str]:
    """Files that are missing, other than in a run that was left alone, or left lying about."""
    with mock.patch.object(disk, "_IDLE_S", -1):
        gc.collect(job)
    made = _plain(job)
    differ = [f"{name} is not as usual" for name in sorted({*wanted, *made}) if wanted.get(name) != made.get(name)]
    return differ + [f"{name} stayed after gc" for name in litter(job.workspace.folder)]


def _made(job: Job) -> dict[str, tuple[int, ...]]:
    """Units all of whose files are there, and when these were written; a report tells of runs, and is written again."""
    home = job.workspace.folder
    units = [unit for unit in complete(home, job.options.locales) if unit[0] != "report"]
    return {" ".join(unit): tuple(_written_ns(home / name) for name in artefacts(*unit, home.name)) for unit in units}


def _written_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def _made_anew(before: Mapping[str, tuple[int, ...]], after: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Units that were whole when something was killed, and were made again all the same."""
    return [unit for unit, written in before.items() if after.get(unit) != written]


def _recorded_twice(job: Job) -> list[str]:
    """Units that more than one run, or one run twice, has recorded as made."""
    made = Counter(f"{unit.step} {scope}" for unit in _units(job) for scope in unit.done)
    return [unit for unit, times in made.items() if times > 1]


def _unfinished(jobs: list[Job]) -> list[str]:
    """Episodes in which a run from a shell still finds something to do."""
    series, ids = jobs[0].series, ",".join(job.episode.id for job in jobs)
    workspace = jobs[0].workspace.folder.parents[1]
    command = ("run", str(series.manifest), "--workspace", str(workspace), "--episodes", ids)
    told = subprocess.run((sys.executable, "-m", "localize", *command), capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert len(rows) == len(jobs), told.stderr
    return [f"{id_} was not finished: {word}" for id_, word, *_ in rows if word != "unchanged"]
